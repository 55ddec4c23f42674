// Enhancements for all pages. Pages are readable without them.
const root = document.documentElement;
const buttons = document.querySelectorAll("button");
const inputs = document.querySelectorAll("input");

for (const button of buttons) {
  const source = document.getElementById(button.dataset.copy ?? "");
  if (!source) continue;
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = button.dataset.done ?? label;
    } catch {
      getSelection()?.selectAllChildren(source);
    }
    setTimeout(() => { button.textContent = label; }, 2500);
  });
}

document.querySelector("nav.main [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

const theme = [...buttons].find((button) => "themeButton" in button.dataset);
if (theme) {
  const { light = "", dark = "" } = theme.dataset;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const update = () => theme.setAttribute("aria-label", isDark() ? light : dark);
  theme.hidden = false;
  update();
  system.addEventListener("change", update);
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      localStorage.setItem("theme", root.dataset.theme);
    } catch {
      // Storage is off: the choice lasts for this page.
    }
    update();
  });
}

// Browse: show only items that contain the text.
for (const input of inputs) {
  const list = document.getElementById(input.dataset.filter ?? "");
  if (!list) continue;
  input.addEventListener("input", () => {
    const text = input.value.trim().toLowerCase();
    for (const section of list.children) {
      const items = [...section.querySelectorAll("li")];
      for (const item of items) item.hidden = !!text && !item.textContent.toLowerCase().includes(text);
      section.toggleAttribute("hidden", items.every((item) => item.hidden));
    }
  });
}

/** @typedef {{ label: string, short: string, kind: string, url: string }} Suggestion */

// Suggestions: a combobox with a listbox popup (WAI-ARIA Authoring Practices).
for (const input of inputs) {
  const { suggest, listLabel = "" } = input.dataset;
  if (!suggest) continue;
  const list = document.createElement("ul");
  list.id = `${input.id}-list`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", listLabel);
  input.after(list);
  /** @type {(name: string, value: string) => void} */
  const say = (name, value) => input.setAttribute(name, value);
  say("role", "combobox");
  say("aria-autocomplete", "list");
  say("aria-controls", list.id);
  say("aria-expanded", "false");
  /** @type {Suggestion[]} */
  let items = [];
  let at = -1, timer = 0;
  /** @type {AbortController | undefined} */
  let request;

  const close = () => {
    list.hidden = true;
    at = -1;
    say("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (/** @type {number} */ index) => {
    at = index;
    [...list.children].forEach((option, i) => {
      option.setAttribute("aria-selected", String(i === at));
      if (i === at) option.scrollIntoView({ block: "nearest" });
    });
    say("aria-activedescendant", `${list.id}-${at}`);
  };
  // Most search boxes open the entity's page. A box with data-fill submits its form instead.
  const take = (/** @type {Suggestion} */ { label, short, url }) => {
    if (!("fill" in input.dataset)) return void (location.href = url);
    input.value = short || label;
    close();
    input.form?.requestSubmit();
  };
  const show = () => {
    list.replaceChildren(...items.map((item, i) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${i}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      const small = document.createElement("small");
      small.textContent = item.kind;
      option.append(item.label, small);
      option.addEventListener("mousedown", (event) => { event.preventDefault(); take(item); });
      return option;
    }));
    list.hidden = !items.length;
    say("aria-expanded", String(!!items.length));
    at = -1;
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    request?.abort();
    const text = input.value.trim();
    if (text.length < 2) return close();
    timer = setTimeout(async () => {
      request = new AbortController();
      const url = new URL(suggest, location.href);
      url.searchParams.set("q", text);
      try {
        items = await (await fetch(url, { signal: request.signal })).json();
        show();
      } catch {
        // Aborted by the next letter, or offline: no suggestions.
      }
    }, 120);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "Escape") {
      event.preventDefault(); // Escape would also clear a search field
      close();
    }
    const step = Number(event.key === "ArrowDown") - Number(event.key === "ArrowUp");
    const item = items[at];
    if (step) {
      event.preventDefault();
      choose(at < 0 && step < 0 ? items.length - 1 : (at + step + items.length) % items.length);
    } else if (event.key === "Enter" && item) {
      event.preventDefault();
      take(item);
    }
  });
  input.addEventListener("blur", close);
}
