// The graph explorer. The page has the same content as a chart and a list; this adds expanding on demand.
import cytoscape from "cytoscape";
import { hierarchy, tree } from "d3-hierarchy";

/**
 * @import { NodeSingular, StylesheetJsonBlock } from "cytoscape"
 * @import { TreeLayout } from "d3-hierarchy"
 * @typedef {{ id: string, origin: string }} NodeData what the service states of a node, and more
 * @typedef {{ id: string, source: string, target: string }} EdgeData the same of an edge
 */

const MAX_NODES = 300;
const ROW = 56, COLUMN = 340;
const box = element("graph"), panel = element("graph-panel"), status = element("graph-status");
const again = element("graph-again"), relations = element("graph-relations");
const { source: address = "", start = "", levels: startLevels = "" } = box.dataset;
const { more: moreText = "", shown: shownText = "", full: fullText = "", failed: failedText = "" } = box.dataset;
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * Show a text in which {n} is a number.
 * @param {string} text
 * @param {number} n
 */
const say = (text, n = 0) => { status.textContent = text.replace("{n}", String(n)); };

/**
 * Return an element that the template always has.
 * @param {string} id
 */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no element "${id}".`);
  return found;
}

// light-dark() does not resolve in a custom property: the color is read from an element that wears it.
const probe = document.createElement("span");
probe.hidden = true;
document.body.append(probe);
/** @type {(name: string) => string} */
const color = (name) => { probe.style.color = `var(${name})`; return getComputedStyle(probe).color; };
const STYLES = ["k-org", "k-work", "k-sector", "k-hazard", "k-law", "k-person", "k-source"];

/** @returns {StylesheetJsonBlock[]} */
function look() {
  const ink = color("--ink"), surface = color("--surface"), line = color("--line-strong"), link = color("--link");
  return [
    { selector: "node", style: {
      shape: "round-rectangle", width: 190, height: 44, label: "data(label)", color: ink, "background-color": surface,
      "border-width": 2, "border-color": line, "font-family": "Public Sans Variable, sans-serif", "font-size": 12.5,
      "text-valign": "center", "text-halign": "center", "text-wrap": "wrap", "text-max-width": "176px" } },
    ...STYLES.map((style) => ({ selector: `node[style = "${style}"]`, style: { "border-color": color(`--${style}`) } })),
    { selector: "node[more > 0]", style: { "border-style": "double", "border-width": 5 } },
    { selector: "edge", style: {
      width: 1.4, "line-color": line, "curve-style": "taxi", "taxi-direction": "horizontal", "taxi-turn": "32px", "taxi-turn-min-distance": 4,
      "font-size": 10.5, color: color("--ink-soft"), "text-background-color": surface, "text-background-opacity": 1, "text-background-padding": "2px" } },
    // The turn is next to the expanded node, the label next to the node at the other end.
    { selector: 'edge[end = "source"]', style: { "taxi-turn": "-32px", "source-label": "data(label)", "source-text-offset": 58 } },
    { selector: 'edge[end = "target"]', style: { "target-label": "data(label)", "target-text-offset": 58 } },
    { selector: "edge[!part]", style: { "target-arrow-shape": "triangle", "target-arrow-color": line, "arrow-scale": 0.9 } },
    { selector: 'edge[end = "none"]', style: { "curve-style": "bezier", "line-style": "dashed" } },
    { selector: ".faded", style: { opacity: 0.22 } },
    { selector: ".hidden", style: { display: "none" } },
    { selector: "node:selected", style: { "background-color": link, "border-color": link, color: color("--on-link"), "font-weight": "bold" } },
  ];
}

const cy = cytoscape({ container: box, style: look(), minZoom: 0.15, maxZoom: 2.5, boxSelectionEnabled: false });

/**
 * Lay the nodes out. Their origins form a tree, which gives stable, tidy positions. No physics.
 * @param {string} around the node to center, or "" to fit the graph
 */
function arrange(around) {
  /** @type {Map<string, string[]>} */
  const below = new Map();
  cy.nodes().forEach((node) => {
    const origin = node.data("origin");
    const key = origin && cy.getElementById(origin).nonempty() ? origin : "";
    below.set(key, [...(below.get(key) ?? []), node.id()]);
  });
  const root = hierarchy("", (id) => below.get(id));
  /** @type {TreeLayout<string>} */
  const layTree = tree();
  layTree.nodeSize([ROW, COLUMN]).separation((a, b) => (a.parent === b.parent ? 1 : 1.2))(root);
  // The tree grows to the right; d3 lays it out downward.
  const places = Object.fromEntries(root.descendants().map(({ data, x = 0, y = 0 }) => [data, { x: y, y: x }]));
  const layout = cy.layout({
    name: "preset", positions: places, fit: !around, padding: 30, animate: !still, animationDuration: 220,
  });
  layout.one("layoutstop", () => {
    const first = cy.nodes()[0];
    if (around) {
      cy.animate({ center: { eles: cy.getElementById(around) }, duration: still ? 0 : 180 });
    } else if (first && cy.zoom() < 0.6) { // too small to read: start at the root
      const { x, y } = first.position();
      cy.zoom(0.8);
      cy.pan({ x: 40 - (x - 95) * 0.8, y: cy.height() / 2 - y * 0.8 });
    } else if (cy.zoom() > 1.1) {
      cy.zoom(1.1);
      cy.center();
    }
  });
  layout.run();
}

/**
 * Add a node with its neighbors.
 * @param {string} id
 * @param {string} levels
 */
async function load(id, levels) {
  const url = new URL(address, location.href);
  url.searchParams.set("id", id);
  url.searchParams.set("levels", levels);
  /** @type {{ nodes: NodeData[], edges: EdgeData[] }} */
  let found;
  try {
    const reply = await fetch(url);
    if (!reply.ok) throw new Error(String(reply.status));
    found = await reply.json();
  } catch {
    say(failedText);
    again.hidden = false;
    again.onclick = () => { again.hidden = true; load(id, levels); };
    return;
  }
  const first = cy.nodes().empty();
  let full = false;
  cy.batch(() => {
    for (const node of found.nodes) {
      const known = cy.getElementById(node.id);
      if (known.nonempty()) {
        if (node.id === id) known.data("more", 0);
      } else if (cy.nodes().length < MAX_NODES) cy.add({ data: node });
      else full = true;
    }
    for (const edge of found.edges) {
      const ends = cy.getElementById(edge.source).nonempty() && cy.getElementById(edge.target).nonempty();
      if (ends && cy.getElementById(edge.id).empty()) cy.add({ data: { ...edge, end: end(edge) } });
    }
  });
  if (full) cy.getElementById(id).data("more", 0);
  offerRelations();
  arrange(first ? "" : id);
  say(full ? fullText : shownText, cy.nodes().length);
}

/**
 * Return the end that the edge led to, or "none" if both nodes were there before.
 * @param {EdgeData} edge
 */
function end({ source, target }) {
  if (cy.getElementById(target).data("origin") === source) return "target";
  return cy.getElementById(source).data("origin") === target ? "source" : "none";
}

// Add one checkbox per relation in view. Unchecking it hides its edges.
function offerRelations() {
  const labels = new Map(cy.edges().map((edge) => [edge.data("relation"), edge.data("label")]));
  for (const [relation, label] of [...labels].sort((a, b) => a[1].localeCompare(b[1]))) {
    if ([...relations.querySelectorAll("input")].some((input) => input.value === relation)) continue;
    const item = document.createElement("label");
    const input = Object.assign(document.createElement("input"), { type: "checkbox", checked: true, value: relation });
    input.addEventListener("change", () => cy.edges().filter((edge) => edge.data("relation") === relation).toggleClass("hidden", !input.checked));
    item.append(input, ` ${label}`);
    relations.append(item);
  }
}

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Partial<HTMLElementTagNameMap[Name]>} properties
 * @param {...(Node | string)} children
 */
function make(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/**
 * Select a node and show its relations in the panel.
 * @param {NodeSingular} node
 */
function choose(node, move = true) {
  cy.elements().unselect();
  node.select();
  const { id, label, short, kind, url, more } = node.data();
  const list = make("ul");
  for (const edge of node.connectedEdges().toArray()) {
    const other = edge.source().id() === id ? edge.target() : edge.source();
    const button = make("button", { type: "button", className: "linkish", textContent: other.data("label") });
    button.addEventListener("click", () => choose(other));
    list.append(make("li", {}, `${edge.data("label")} ${edge.source().id() === id ? "→" : "←"} `, button));
  }
  panel.replaceChildren(
    make("h2", {}, make("a", { href: url, textContent: short ? `${label} (${short})` : label })),
    make("p", { className: "soft small", textContent: kind }),
  );
  if (more > 0) {
    const button = make("button", { type: "button", textContent: moreText.replace("{n}", more) });
    button.addEventListener("click", async () => { await load(id, "0"); choose(cy.getElementById(id)); });
    panel.append(make("p", {}, button));
  }
  panel.append(list);
  if (move) cy.animate({ center: { eles: node }, duration: still ? 0 : 180 });
}

cy.on("tap", "node", ({ target }) => choose(target, false));
cy.on("dbltap", "node", ({ target }) => { if (target.data("more") > 0) load(target.id(), "0"); });

/** @type {Record<string, [number, number]>} */
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** @type {Record<string, number>} */
const ZOOMS = { "+": 1.25, "=": 1.25, "-": 0.8 };

/**
 * Return the nearest node in a direction. Sideways distance counts double.
 * @param {NodeSingular} from
 * @param {[number, number]} direction
 */
function nearest(from, [dx, dy]) {
  /** @type {NodeSingular | null} */
  let best = null;
  let least = Infinity;
  for (const node of cy.nodes().toArray()) {
    const x = node.position("x") - from.position("x"), y = node.position("y") - from.position("y");
    const along = x * dx + y * dy;
    const cost = along + 2 * Math.abs(x * dy + y * dx);
    if (along > 4 && cost < least) [best, least] = [node, cost];
  }
  return best;
}
box.addEventListener("keydown", (event) => {
  const chosen = cy.nodes(":selected")[0];
  const zoom = ZOOMS[event.key];
  if (zoom) cy.zoom({ level: cy.zoom() * zoom, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
  const way = WAYS[event.key];
  if (way) {
    event.preventDefault();
    const next = chosen ? nearest(chosen, way) : cy.nodes()[0];
    if (next) { choose(next); say(next.data("label")); }
  }
  if (event.key === "Enter" && chosen) {
    event.preventDefault();
    if (chosen.data("more") > 0) load(chosen.id(), "0").then(() => choose(chosen));
    else location.href = chosen.data("url");
  }
});

element("graph-fit").addEventListener("click", () => cy.fit(undefined, 30));
const search = /** @type {HTMLInputElement} */ (element("graph-find"));
search.addEventListener("input", () => {
  const text = search.value.trim().toLowerCase();
  cy.nodes().forEach((node) => {
    node.toggleClass("faded", !!text && !`${node.data("label")} ${node.data("short")}`.toLowerCase().includes(text));
  });
});
const repaint = () => cy.style(look());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-theme"] });

load(start, startLevels).then(() => { box.dataset.ready = String(cy.nodes().length); });
