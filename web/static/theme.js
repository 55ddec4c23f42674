// Before the first paint: the theme chosen here earlier. No storage, no choice: the system's.
try {
  const theme = localStorage.getItem("theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {}
