// Enhancements for all pages. Pages are readable without them.
const root = document.documentElement;

for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = button.dataset.done;
    } catch {
      getSelection().selectAllChildren(source);
    }
    setTimeout(() => { button.textContent = label; }, 2500);
  });
}

document.querySelector("nav.main [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

const theme = document.querySelector("[data-theme-button]");
if (theme) {
  const machine = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme ?? (machine.matches ? "dark" : "light")) === "dark";
  const tell = () => theme.setAttribute("aria-label", dark() ? theme.dataset.light : theme.dataset.dark);
  theme.hidden = false;
  tell();
  machine.addEventListener("change", tell);
  theme.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch {}
    tell();
  });
}

// Browse: show only items that contain the text.
for (const input of document.querySelectorAll("[data-filter]")) {
  input.addEventListener("input", () => {
    const text = input.value.trim().toLowerCase();
    for (const section of document.getElementById(input.dataset.filter).children) {
      let shown = 0;
      for (const item of section.querySelectorAll("li")) {
        item.hidden = !!text && !item.textContent.toLowerCase().includes(text);
        shown += !item.hidden;
      }
      section.hidden = !shown;
    }
  });
}

// Suggestions: a combobox with a listbox popup (WAI-ARIA Authoring Practices).
for (const input of document.querySelectorAll("[data-suggest]")) {
  const list = document.createElement("ul");
  list.id = `${input.id}-list`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.listLabel);
  input.after(list);
  const say = (name, value) => input.setAttribute(name, value);
  say("role", "combobox");
  say("aria-autocomplete", "list");
  say("aria-controls", list.id);
  say("aria-expanded", "false");
  let items = [], at = -1, timer, request;

  const close = () => {
    list.hidden = true;
    at = -1;
    say("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (index) => {
    at = index;
    [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === at)));
    say("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  };
  // Most search boxes open the entity's page. A box with data-fill submits its form instead.
  const take = ({ label, short, url }) => {
    if (!("fill" in input.dataset)) return void (location.href = url);
    input.value = short || label;
    close();
    input.form.requestSubmit();
  };
  const show = () => {
    list.replaceChildren(...items.map(({ label, kind, url }, i) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${i}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      const small = document.createElement("small");
      small.textContent = kind;
      option.append(label, small);
      option.addEventListener("mousedown", (event) => { event.preventDefault(); take(items[i]); });
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
      const url = new URL(input.dataset.suggest, location.href);
      url.searchParams.set("q", text);
      try {
        items = await (await fetch(url, { signal: request.signal })).json();
        show();
      } catch {}
    }, 120);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "Escape") {
      event.preventDefault(); // Escape would also clear a search field
      close();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      choose(at < 0 && step < 0 ? items.length - 1 : (at + step + items.length) % items.length);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      take(items[at]);
    }
  });
  input.addEventListener("blur", close);
}
