// What the cursor position allows, decided from the text alone, so that tests need no browser.

/** @type {(text: string) => string} */
const blank = (text) => text.replace(/#[^\n]*/g, "").replace(/<[^<>\s]*>/g, "<>").replace(/"(?:[^"\\]|\\.)*"/g, '""');

/**
 * Return "subject", "property", "class" or "entity", or "none" outside a group.
 * @param {string} before
 */
export function place(before) {
  const text = blank(before);
  if (text.lastIndexOf("{") < 0) return "none";
  const since = Math.max(text.lastIndexOf("{"), text.lastIndexOf("}"), text.search(/\.\s[^.]*$/));
  const triple = text.slice(since + 1).trimStart();
  const semicolon = triple.lastIndexOf(";");
  const words = (semicolon < 0 ? triple : `S ${triple.slice(semicolon + 1).trimStart()}`).split(/\s+/);
  const [, property, object] = words;
  if (property === undefined) return "subject";
  if (object === undefined) return "property";
  return /^(a|rdf:type)$/.test(property) ? "class" : "entity";
}

/**
 * Return the plain words before the cursor that may belong to one label, after a name or a variable.
 * @param {string} line
 */
export function wordsBefore(line) {
  return line.match(/(?:^\s*|[;,{]\s*|[?$:>}"]\S*\s+(?:a\s+)?)(\p{L}[\p{L}\p{N}' -]*)$/u)?.[1] ?? "";
}

/**
 * Return the class of the subject at the cursor, as a prefixed name.
 * @param {string} text
 * @param {string} before
 */
export function subjectClass(text, before) {
  const subjects = [...blank(before).matchAll(/(?:^|[{}.]\s*)([?$]\w+)\s/g)];
  const subject = subjects.at(-1)?.[1];
  if (!subject) return "";
  const name = subject.replace("$", "\\$").replace("?", "\\?");
  return text.match(new RegExp(`${name}\\s+(?:a|rdf:type)\\s+([\\w-]+:[\\w-]+)`))?.[1] ?? "";
}

/**
 * Insert the prefixed name, and its PREFIX line if the text has none.
 * @param {string} text
 * @param {{ term: string, ns: string }} item
 * @param {number} from
 * @param {number} to
 */
export function insertion(text, { term, ns }, from, to) {
  const changes = [{ from, to, insert: `${term} ` }];
  const prefix = term.split(":")[0];
  let shift = 0;
  if (ns && !new RegExp(`PREFIX\\s+${prefix}:`, "i").test(text)) {
    const line = `PREFIX ${prefix}: <${ns}>\n`;
    changes.unshift({ from: 0, to: 0, insert: line });
    shift = line.length;
  }
  return { changes, selection: { anchor: from + term.length + 1 + shift } };
}
