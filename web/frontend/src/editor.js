// Turn <textarea data-sparql> into an editor. The form works without it.
// The editor is in a shadow root, where CodeMirror's styles are adopted style sheets: no inline style, no nonce.
import { autocompletion, closeBrackets, closeBracketsKeymap, completeFromList, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting, syntaxTree } from "@codemirror/language";
import { linter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { sparql } from "codemirror-lang-sparql";
import { insertion, place, subjectClass, wordsBefore } from "./completing.js";

/**
 * @import { CompletionContext, CompletionResult } from "@codemirror/autocomplete"
 * @import { Diagnostic } from "@codemirror/lint"
 * @typedef {{ label: string, term: string, ns: string, comment: string }} Term
 */

const KEYWORDS = `SELECT DISTINCT REDUCED CONSTRUCT DESCRIBE ASK WHERE FROM NAMED PREFIX BASE OPTIONAL UNION MINUS GRAPH
  FILTER BIND VALUES AS GROUP BY HAVING ORDER ASC DESC LIMIT OFFSET EXISTS NOT IN COUNT SUM AVG MIN MAX SAMPLE
  GROUP_CONCAT STR LANG LANGMATCHES DATATYPE BOUND IRI REGEX CONTAINS STRSTARTS STRENDS LCASE UCASE COALESCE IF YEAR`
  .split(/\s+/).map((label) => ({ label, type: "keyword" }));

const colors = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.definitionKeyword], color: "var(--syn-keyword)", fontWeight: "600" },
  { tag: [tags.variableName, tags.special(tags.variableName)], color: "var(--syn-variable)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--syn-string)" },
  { tag: [tags.number, tags.bool], color: "var(--syn-number)" },
  { tag: [tags.namespace, tags.propertyName, tags.typeName, tags.tagName, tags.atom, tags.url], color: "var(--syn-name)" },
  { tag: tags.comment, color: "var(--ink-soft)", fontStyle: "italic" },
]);

const selection = { backgroundColor: "color-mix(in srgb, var(--link) 26%, transparent)" };
const theme = EditorView.theme({
  "&": { fontSize: "0.92rem", backgroundColor: "var(--surface)", color: "var(--ink)", border: "1px solid var(--line-strong)", borderRadius: "7px" },
  "&.cm-focused": { outline: "3px solid var(--focus)", outlineOffset: "1px" },
  ".cm-scroller": { minHeight: "16rem", fontFamily: "var(--mono)", lineHeight: "1.5" },
  ".cm-content": { padding: ".7rem 0", caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--surface-2)", color: "var(--ink-soft)", border: "none" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--link) 5%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": selection,
  ".cm-selectionBackground": selection,
  ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--ink)", border: "1px solid var(--line-strong)", borderRadius: "7px" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "3px 10px", lineHeight: "1.5" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--link)", color: "var(--on-link)" },
  ".cm-completionDetail": { fontStyle: "normal", marginLeft: "1em" },
});

let latest = 0;
/**
 * @param {CompletionContext} context
 * @param {string} endpoint
 * @returns {Promise<CompletionResult | null>}
 */
async function fromServer(context, endpoint) {
  const state = context.state;
  /** @type {{ from: number, to?: number, text: string } | null} */
  let word = context.matchBefore(/[\p{L}\p{N}_:\-.']*/u);
  if (!word || (word.from === word.to && !context.explicit) || /^[?$]/.test(word.text)) return null;
  // A label has several words: the text before its first word decides what is allowed here.
  const line = state.doc.lineAt(context.pos);
  const words = wordsBefore(state.sliceDoc(line.from, context.pos));
  if (words.length > word.text.length) word = { from: context.pos - words.length, text: words };
  const kind = place(state.sliceDoc(0, word.from));
  if (!["class", "property", "entity"].includes(kind)) return null;
  const turn = ++latest;
  await new Promise((done) => { setTimeout(done, 120); });
  if (turn !== latest || context.aborted) return null;
  const url = new URL(endpoint, location.href);
  url.searchParams.set("kind", kind);
  url.searchParams.set("q", word.text);
  const subject = kind === "property" && subjectClass(state.doc.toString(), state.sliceDoc(0, context.pos));
  if (subject) url.searchParams.set("class", subject);
  const reply = await fetch(url).catch(() => null);
  if (!reply?.ok) return null;
  /** @type {Term[]} */
  const terms = await reply.json();
  return {
    from: word.from,
    filter: false, // the server ranks by short name, label and number of uses
    options: terms.map((item) => ({
      label: item.label,
      detail: item.term,
      info: item.comment || undefined,
      apply: (view, _, from, to) => view.dispatch({
        ...insertion(view.state.doc.toString(), item, from, to),
        userEvent: "input.complete",
      }),
    })),
  };
}

/** @param {CompletionContext} context */
function variables(context) {
  const word = context.matchBefore(/[?$]\w*/);
  if (!word) return null;
  const names = new Set(context.state.doc.toString().match(/[?$]\w+/g));
  names.delete(word.text);
  return { from: word.from, options: [...names].map((label) => ({ label, type: "variable" })) };
}

/**
 * Mark syntax errors before the query is sent.
 * @param {string} message
 */
const grammar = (message) => linter((view) => {
  /** @type {Diagnostic[]} */
  const found = [];
  syntaxTree(view.state).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError && found.length < 5) found.push({ from: from === to ? Math.max(0, from - 1) : from, to, severity: "error", message });
    },
  });
  return found;
}, { delay: 700 });

/**
 * @param {HTMLTextAreaElement} area
 * @param {HTMLFormElement} form
 */
function edit(area, form) {
  const label = area.labels[0];
  const help = document.getElementById(area.getAttribute("aria-describedby") ?? "");
  const { complete = "", invalid = "", errorLine, errorColumn, errorMessage = "" } = area.dataset;
  const host = document.createElement("div");
  host.className = "editor";
  const root = host.attachShadow({ mode: "open" });
  area.after(host);
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: area.value,
      extensions: [
        lineNumbers(), history(), drawSelection(), highlightActiveLine(), indentOnInput(), bracketMatching(), closeBrackets(),
        sparql(), syntaxHighlighting(colors), theme, EditorView.lineWrapping, grammar(invalid),
        autocompletion({ override: [variables, (context) => fromServer(context, complete), completeFromList(KEYWORDS)] }),
        // IDs do not cross a shadow root, so the help text is copied into aria-description.
        EditorView.contentAttributes.of({ "aria-label": label?.textContent.trim() ?? "", "aria-description": help?.textContent.trim() ?? "" }),
        EditorView.updateListener.of((update) => { if (update.docChanged) area.value = update.state.doc.toString(); }),
        // Tab is not captured, so keyboard users can leave.
        keymap.of([
          { key: "Mod-Enter", run: () => { form.requestSubmit(); return true; } },
          ...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap,
        ]),
      ],
    }),
  });
  area.hidden = true;
  label?.addEventListener("click", () => view.focus());
  // A change of the textarea (an example, the browser's back button) updates the editor.
  area.addEventListener("change", () => {
    if (area.value !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: area.value } });
  });
  if (errorLine) {
    const line = view.state.doc.line(Math.min(Number(errorLine), view.state.doc.lines));
    const from = Math.max(line.from, Math.min(line.to - 1, line.from + Number(errorColumn) - 1));
    view.dispatch(setDiagnostics(view.state, [{ from, to: Math.max(from + 1, line.to), severity: "error", message: errorMessage }]));
  }
  host.dataset.ready = "true";
}

// Show Stop while the query runs. The service stops a query whose client disconnects.
/** @param {HTMLFormElement} form */
function offerStop(form) {
  const stop = /** @type {HTMLElement | null} */ (form.querySelector("[data-stop]"));
  if (!stop) return;
  form.addEventListener("submit", () => { stop.hidden = false; });
  stop.addEventListener("click", () => { window.stop(); stop.hidden = true; });
  addEventListener("pageshow", () => { stop.hidden = true; });
}

for (const area of document.querySelectorAll("textarea")) {
  if (!("sparql" in area.dataset && area.form)) continue;
  edit(area, area.form);
  offerStop(area.form);
}
