"""What the build of the graph found, for the page of check results and the banner of all pages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pyoxigraph as ox

from ipgraph.namespaces import FILE_GRAPHS, RDF
from ipgraph.server.html import links

if TYPE_CHECKING:
    from ipgraph.server.pages.site import Site

RULES = "https://www.w3.org/TR/owl2-profiles/#"


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a statement: its text, and its page if it is an entity."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Ground:
    """A statement that a contradiction rests on: sources, or the address of its proof."""

    terms: tuple[Term, ...]
    sources: tuple[Term, ...]
    proof: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A contradiction, its rule, and the statements that it rests on."""

    message: str
    rule: str
    grounds: tuple[Ground, ...]


def term_of(site: Site, text: str) -> Term:
    """Return a term in N-Triples syntax for a page."""
    address = links.page(text[1:-1]) if text.startswith("<") else ""
    if not address:
        return Term(site.kg.explainer.name(text), "")
    if text[1:-1] == RDF + "type":
        return Term(site.words()("why.is_a"), address)
    return Term(site.entities.labels.name(text[1:-1]).label, address)


def contradictions(site: Site) -> list[Contradiction]:
    """Return the contradictions that are stored with the graph."""
    found = site.kg.findings
    if found is None:
        return []
    return [
        Contradiction(
            item.message,
            item.rule,
            tuple(
                Ground(
                    tuple(term_of(site, text) for text in statement),
                    tuple(_source_of(site, source) for source in premise.sources),
                    "" if premise.sources else _proof(statement),
                )
                for premise in item.premises
                for statement in [(premise.subject, premise.predicate, premise.object)]
            ),
        )
        for item in found.contradictions
    ]


def broken_files(site: Site) -> list[str]:
    """Return the errors of files that cannot be read, without the folders of this machine."""
    found = site.kg.findings
    if found is None:
        return []
    return [error.replace(file, PurePath(file).name) for file, error in found.broken]


def repairs(site: Site) -> list[tuple[str, str, str]]:
    """Return the name of a file, a term as written, and what was stored."""
    found = site.kg.findings
    if found is None:
        return []
    return [(PurePath(file).name, written, stored) for file, written, stored in found.repairs]


def _source_of(site: Site, iri: str) -> Term:
    """Return a source; a graph that the data do not describe has no page."""
    if next(iter(site.kg.store.quads(ox.NamedNode(iri))), None) is not None:
        return term_of(site, f"<{iri}>")
    return Term(unquote(iri.removeprefix(FILE_GRAPHS)), "")


def _proof(statement: tuple[str, ...]) -> str:
    """Return the address of the proof of a statement; a literal as subject has none."""
    if not statement[0].startswith("<"):
        return ""
    subject, predicate, object_ = (
        term[1:-1] if term.startswith("<") else term for term in statement
    )
    return links.address("/why", s=subject, p=predicate, o=object_)
