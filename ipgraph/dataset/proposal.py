"""The dataset file that ``ipgraph init`` writes: what the data show, with its evidence.

What it proposes without a comment sign changes no page. Addresses, dated nodes and everything that
needs a decision are comments.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, Literal, NamedNode

from ipgraph.dataset.config.model import DatasetConfig
from ipgraph.dataset.config.table import TableType, keys_of
from ipgraph.entities.model import Model
from ipgraph.namespaces import ONTOLOGY_LANGUAGES, RDF, SHACL, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.store import Store

_TYPE = NamedNode(RDF + "type")
_MAX_QUADS = 500_000  # read for the proposal
_SHOWN = 6
_TERM_CLASSES = re.compile(r".*(?:Class|Property|Ontology|Restriction|Shape)$")


class _Findings:
    """Counts of one pass over the merge of a graph."""

    def __init__(self, store: Store) -> None:
        self.namespaces: Counter[str] = Counter()
        self.term_namespaces: Counter[str] = Counter()
        self.languages: Counter[str] = Counter()
        self.links: Counter[str] = Counter()
        labels = set(Model(store).role("label"))
        for number, quad in enumerate(store.quads(None, None, None, DefaultGraph())):
            if number >= _MAX_QUADS:
                break
            if isinstance(quad.object, Literal) and quad.predicate.value in labels:
                self.languages[quad.object.language or ""] += 1
            if not isinstance(quad.subject, NamedNode) or not isinstance(quad.object, NamedNode):
                continue
            if quad.predicate == _TYPE:
                namespace = _namespace(quad.subject.value)
                is_term = quad.object.value.startswith((*ONTOLOGY_LANGUAGES, SHACL))
                if is_term and _TERM_CLASSES.match(quad.object.value):
                    self.term_namespaces[namespace] += 1
                else:
                    self.namespaces[namespace] += 1
            else:
                self.links[quad.object.value] += 1
                self.links[quad.subject.value] += 1


def propose(store: Store, title: str, description: str) -> str:
    """Return a dataset file for a graph: valid TOML, which changes no page of the graph.

    Reads at most 500,000 statements.
    """
    found = _Findings(store)
    lines = [
        "# What ipgraph found in these files. Remove a # to change what is shown.",
        "# ipgraph info --dataset shows every key and its value.",
        f"title = {_text(title)}",
        *([f"description = {_text(description)}"] if description else []),
        "",
        *_languages(found),
        *_start(found),
        "",
        *_iris(found),
        *_nodes(store),
        "# All keys",
        *_keys(),
    ]
    return "\n".join(lines) + "\n"


def _languages(found: _Findings) -> Iterator[str]:
    tagged = [(tag, n) for tag, n in found.languages.most_common() if tag][:_SHOWN]
    if tagged:
        counts = ", ".join(f"{n:,} labels in {tag}" for tag, n in tagged)
        yield f"# languages = {_text([tag for tag, _ in tagged])}  # {counts}"


def _start(found: _Findings) -> Iterator[str]:
    own = {namespace for namespace, _ in found.namespaces.most_common(_SHOWN)}
    for iri, number in found.links.most_common(100):
        if _namespace(iri) in own:
            yield f"# start = {_text(iri)}  # {number:,} links"
            return


def _iris(found: _Findings) -> Iterator[str]:
    """Propose the addresses: they would change those of all pages."""
    things = found.namespaces.most_common(1)
    terms = [item for item in found.term_namespaces.most_common(2) if item[0] != _first(things)][:1]
    if not things and not terms:
        return
    yield "# Addresses such as /page/NAME instead of /describe?uri=…"
    yield "# [iris]"
    for name, pairs in (("things", things), ("terms", terms)):
        for namespace, number in pairs:
            yield f"# {name} = {_text(namespace)}  # {number:,} {name} under it"
    yield ""


def _nodes(store: Store) -> Iterator[str]:
    """Propose the well-known classes of dated nodes that occur."""
    for node in Model(store).nodes.values():
        yield "# Nodes with dates: their things have a history and a timeline."
        yield "# [[nodes]]"
        yield f"# class = {_text(node.class_)}  # {shorten(node.class_)}"
        yield f"# ties = {_text([*node.ties])}"
        yield ""


def _keys() -> Iterator[str]:
    """Write every key as a comment with its meaning."""
    tables = []
    for info in keys_of(DatasetConfig):
        item = getattr(info.type, "item", None)
        inner = info.type if isinstance(info.type, TableType) else item
        if isinstance(inner, TableType):
            tables.append((f"[[{info.name}]]" if item else f"[{info.name}]", info.meaning, inner))
        else:
            yield f"# {info.name}: {info.meaning} (absent: {info.absent})"
    for name, meaning, table in tables:
        yield "#"
        yield f"# {name}: {meaning}"
        for info in keys_of(table.class_):
            yield f"#   {info.name}: {info.meaning}"


def _first(pairs: list[tuple[str, int]]) -> str:
    return pairs[0][0] if pairs else ""


def _namespace(iri: str) -> str:
    """Return an IRI up to its last ``#`` or ``/``."""
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def _text(value: object) -> str:
    """Return a string or a list as TOML, whose basic strings have the escapes of JSON."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
