// Languages of the data: their own names instead of their tags.
for (const item of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("select[name=lang] option, [data-language]"))) {
  const tag = item.dataset.language ?? (item instanceof HTMLOptionElement ? item.value : "");
  if (item instanceof HTMLOptionElement) item.value = tag;
  try {
    item.textContent = new Intl.DisplayNames([tag], { type: "language", fallback: "code" }).of(tag) ?? tag;
  } catch {
    // Not a tag that the browser knows: it stays.
  }
}
