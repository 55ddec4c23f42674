"""The description of an entity as plain text, with numbered sources."""

from __future__ import annotations

import shutil
import textwrap
from functools import partial
from typing import TYPE_CHECKING

from ipgraph.cli.output.terminal import harmless
from ipgraph.entities.languages import matches
from ipgraph.namespaces.prefixes import DEFAULT, Prefixes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ipgraph.entities.bibliography import Source
    from ipgraph.entities.entity import Description
    from ipgraph.entities.history import HistoryEntry
    from ipgraph.entities.relations import Group
    from ipgraph.entities.statements import Value

_INFERRED = "inferred"
_MAX_TAGS = 20


def text(description: Description, prefixes: Prefixes = DEFAULT, language: str = "") -> str:
    """Return lines no wider than the terminal, ending with a newline.

    Texts in other languages than `language` are marked.
    """
    lines = _lines(description, prefixes, language)
    return "\n".join(line for part in lines for line in wrapped(part)) + "\n"


def _lines(description: Description, prefixes: Prefixes, language: str) -> Iterator[str]:
    value_text = partial(_value, language=language)
    yield description.name.label + _in_brackets(description.name.acronym)
    kinds = ", ".join(kind.label for kind in description.kinds) or "entity"
    yield f"{kinds} · {prefixes.shorten(description.iri)}"
    for definition in description.definitions:
        yield ""
        yield value_text(definition)
    if description.translations:
        yield ""
        yield _translations([item.language for item in description.translations])
    acronym = description.name.acronym
    others = [name for name in description.other_names if name.text != acronym]
    if others:
        yield ""
        yield "Also called: " + ", ".join(map(value_text, others))
    for name, values in description.dates:
        yield f"{name.label}: " + ", ".join(map(value_text, values))
    for group in description.groups:
        yield ""
        yield from _group(group, value_text)
    if description.history:
        yield ""
        yield "History"
        yield from (f"  {_entry(entry, description.iri)}" for entry in description.history)
    if description.figures:
        yield ""
        yield "Figures"
        for figure in description.figures:
            quantity = f"  {figure.measure.label}: {figure.value} {figure.unit}".rstrip()
            yield quantity + _in_brackets(figure.as_of) + _marks(figure.sources)
    yield ""
    yield "Sources"
    yield from (f"  [{source.number}] {source_text(source)}" for source in description.sources)


def _translations(tags: list[str]) -> str:
    shown = ", ".join(tags[:_MAX_TAGS]) + (" …" if len(tags) > _MAX_TAGS else "")
    others = "1 other language" if len(tags) == 1 else f"{len(tags)} other languages"
    return f"In {others}: {shown} (--language)"


def _group(group: Group, value_text: Callable[[Value], str]) -> Iterator[str]:
    hidden = group.total - len(group.values)
    yield f"{group.label}"
    yield from (f"  {value_text(value)}" for value in group.values)
    if hidden > 0:
        yield f"  and {hidden:,} more"


def _value(value: Value, language: str) -> str:
    parts = _inner(value, language)
    acronym = _in_brackets(value.acronym) + _in_brackets(value.qualifier)
    is_marked = value.language and not matches(value.language.lower(), language)
    tag = f" @{value.language}" if is_marked else ""
    inferred = f" [{_INFERRED}]" if value.inferred else ""
    text = parts if value.triple else value.text or parts
    if value.text and value.parts:
        text += _in_brackets(parts)
    text += "".join(_in_brackets(_inner(note, language)) for note in value.annotations)
    return f"{text}{acronym}{tag}{_marks(value.sources)}{inferred}"


def _inner(value: Value, language: str) -> str:
    """Return what is inside a value: the members of a list, a triple, the contents of a node."""

    def joined(values: Iterable[Value], separator: str = ", ") -> str:
        return separator.join(_value(item, language) for item in values)

    more = f"and {value.more:,} more" if value.more else ""
    if value.items is not None:
        return f"({', '.join(filter(None, [joined(value.items), more]))})"
    if value.triple:
        return f"<<( {joined(value.triple, ' ')} )>>"
    parts = (f"{name.label}: {joined(found)}" for name, found in value.parts)
    return "; ".join([*parts, *filter(None, [more])])


def _marks(sources: tuple[int, ...]) -> str:
    return "".join(f" [{number}]" for number in sources)


def _entry(entry: HistoryEntry, iri: str) -> str:
    ends = f"{entry.since or '?'} to {entry.until or '?'}"
    when = entry.since if entry.since == entry.until and entry.since else ends
    known = entry.since or entry.until
    who = ", ".join(value.text for value in entry.others(iri)) or entry.label
    marks = "".join(f" ({mark.label})" for mark in entry.marks)
    return f"{when if known else 'undated'}: {who}{marks}{_marks(entry.sources)}"


def source_text(source: Source) -> str:
    """Return how a document is cited, in one line."""
    facts = [source.title, source.publisher, source.issued, source.page or source.iri]
    return ", ".join(filter(None, facts))


def _in_brackets(text: str) -> str:
    return f" ({text})" if text else ""


def wrapped(line: str) -> list[str]:
    """Return a harmless line in parts no wider than the terminal, the later ones indented."""
    width = min(shutil.get_terminal_size((100, 24)).columns, 100)
    line = harmless(line)
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.wrap(line, width, subsequent_indent=indent if line.startswith(" ") else "") or [
        ""
    ]
