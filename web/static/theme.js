// Before the first paint, apply the theme chosen earlier. Without storage or a choice, the system's theme applies.
try {
  const theme = localStorage.getItem("theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Storage is off.
}
