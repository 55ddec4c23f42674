"""One thing in plain text: what it is, what it relates to, and the numbered sources that say so."""

from __future__ import annotations

import shutil
import textwrap
from typing import TYPE_CHECKING

from ipgraph.cli.output.terms import harmless
from ipgraph.namespaces import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.entities.bibliography import Source
    from ipgraph.entities.entity import View
    from ipgraph.entities.history import Episode
    from ipgraph.entities.relations import Group
    from ipgraph.entities.statements import Value

_INFERRED = "inferred"
_OWN_LANGUAGE = "en"  # of the labels of this project: a reader is told of other languages only


def text(view: View) -> str:
    """Tell of a thing in lines no wider than the terminal, ending with a new line."""
    width = min(shutil.get_terminal_size((100, 24)).columns, 100)
    return "\n".join(line for part in _parts(view) for line in _wrapped(part, width)) + "\n"


def _parts(view: View) -> Iterator[str]:
    acronym = f" ({view.name.acronym})" if view.name.acronym else ""
    yield f"{view.name.label}{acronym}"
    kinds = ", ".join(kind.label for kind in view.kinds) or "thing"
    yield f"{kinds} · {shorten(view.iri)}"
    for definition in view.definitions:
        yield ""
        yield _value(definition)
    others = [each for each in view.other_names if each.text != view.name.acronym]
    if others:
        yield ""
        yield "Also called: " + ", ".join(_value(each) for each in others)
    for name, values in view.dates:
        yield f"{name.label}: " + ", ".join(_value(each) for each in values)
    for group in view.groups:
        yield ""
        yield from _group(group)
    if view.episodes:
        yield ""
        yield "History"
        yield from (f"  {_episode(each, view.iri)}" for each in view.episodes)
    if view.figures:
        yield ""
        yield "Figures"
        for each in view.figures:
            dated = f" ({each.as_of})" if each.as_of else ""
            marks = _marks(each.sources)
            yield f"  {each.measure.label}: {each.value} {each.unit}".rstrip() + dated + marks
    yield ""
    yield "Sources"
    yield from (f"  [{each.number}] {_source(each)}" for each in view.sources)


def _group(group: Group) -> Iterator[str]:
    hidden = group.total - len(group.values)
    yield f"{group.label}"
    yield from (f"  {_value(each)}" for each in group.values)
    if hidden > 0:
        yield f"  and {hidden:,} more"


def _value(value: Value) -> str:
    parts = "; ".join(
        f"{name.label}: {', '.join(_value(each) for each in values)}"
        for name, values in value.parts
    )
    acronym = f" ({value.acronym})" if value.acronym else ""
    language = f" @{value.language}" if value.language not in ("", _OWN_LANGUAGE) else ""
    inferred = f" [{_INFERRED}]" if value.inferred else ""
    return f"{value.text or parts}{acronym}{language}{_marks(value.sources)}{inferred}"


def _marks(sources: tuple[int, ...]) -> str:
    return "".join(f" [{number}]" for number in sources)


def _episode(episode: Episode, iri: str) -> str:
    ends = f"{episode.since or '?'} to {episode.until or '?'}"
    when = episode.since if episode.since == episode.until and episode.since else ends
    known = episode.since or episode.until
    who = ", ".join(each.text for each in episode.others(iri)) or episode.label
    acting = " (acting)" if episode.acting else ""
    return f"{when if known else 'undated'}: {who}{acting}{_marks(episode.sources)}"


def _source(source: Source) -> str:
    told = [source.title, source.publisher, source.issued, source.page or source.iri]
    return ", ".join(each for each in told if each)


def _wrapped(line: str, width: int) -> list[str]:
    line = harmless(line)
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.wrap(line, width, subsequent_indent=indent if line.startswith(" ") else "") or [
        ""
    ]
