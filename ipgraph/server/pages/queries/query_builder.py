"""Queries without SPARQL: three menus, filled from the ontology, that write the query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import abort, redirect
from pyoxigraph import NamedNode

from ipgraph.entities.labels import qualifiers
from ipgraph.namespaces import ONTOLOGY_LANGUAGES
from ipgraph.server.html import links
from ipgraph.server.html.translations import plural_of
from ipgraph.server.http.routes import Parameter, Routes

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from ipgraph.namespaces.prefixes import Prefixes
    from ipgraph.server.context import Request
    from ipgraph.server.pages.site import Site

# Which ?subject relates to which ?object. Terms are inserted, never text.
QUERY = """$prefixes
SELECT DISTINCT ?subject ?subjectLabel ?object ?objectLabel WHERE {
  ?subject a $subject ;
    $relation ?object .
  ?object a $object .
  OPTIONAL { ?subject rdfs:label ?subjectLabel }
  OPTIONAL { ?object rdfs:label ?objectLabel }
}
ORDER BY ?subjectLabel ?objectLabel
"""
MAX_CHOICES = 150


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry of a menu: the prefixed name that it sends, its label, and the plural of that."""

    value: str
    label: str
    many: str


routes = Routes()


@routes.add(
    "/ask",
    summary="Redirect (302) to the query written by three menus",
    parameters=(
        Parameter("subject", "prefixed name of a class", is_required=True),
        Parameter("relation", "prefixed name of a property", is_required=True),
        Parameter("object", "prefixed name of a class", is_required=True),
    ),
    status=302,
)
def ask(request: Request) -> ResponseReturnValue:
    """Write the query that the menus describe, and redirect to its result."""
    prefixes = request.edition.kg.prefixes
    given = (request.args.get(name, "") for name in ("subject", "relation", "object"))
    terms = [_term(prefixes, name) for name in given]
    return redirect(links.address("/sparql", query=_query(prefixes, *terms)) + "#results")


def choices(site: Site) -> tuple[list[Choice], list[Choice]]:
    """Return the classes and relations of the data, ordered by label in the page's language."""
    found: list[list[Choice]] = []
    shorten = site.kg.prefixes.shorten
    for kind in ("class", "property"):
        terms = [
            term
            for term in site.index.terms(kind)
            if term.uses
            and not term.iri.startswith(ONTOLOGY_LANGUAGES)
            and not shorten(term.iri).startswith("<")
        ]
        most = sorted(terms, key=lambda term: -term.uses)[:MAX_CHOICES]
        if kind == "property":
            rank = site.entities.vocabulary.rank
            # Only the relations that the dataset file lists, if it lists any.
            is_limited = bool(site.kg.config.relations)
            most = [
                term
                for term in most
                if site.entities.has_entity_values(term.iri)
                and (not is_limited or rank(term.iri) < 500)
            ]
        names = [site.entities.labels.name(term.iri) for term in most]
        marks = qualifiers([(name.iri, name.label) for name in names], site.kg.prefixes)
        entries = []
        for name in names:
            mark = f" ({marks[name.iri]})" if name.iri in marks else ""
            many = plural_of(name) + mark
            entries.append(Choice(shorten(name.iri), name.label + mark, many))
        found.append(sorted(entries, key=lambda item: item.label.casefold()))
    return found[0], found[1]


def _term(prefixes: Prefixes, name: str) -> NamedNode:
    iri = prefixes.expand(name)
    if iri is None:
        abort(400, f"{name!r} is not a prefixed name of a class or property.")
    return NamedNode(iri)


def _query(prefixes: Prefixes, subject: NamedNode, relation: NamedNode, object_: NamedNode) -> str:
    names = {"$subject": subject, "$relation": relation, "$object": object_}
    shown = {place: prefixes.shorten(term.value) for place, term in names.items()}
    used = {"rdfs", *(name.partition(":")[0] for name in shown.values() if name[0] != "<")}
    lines = [f"PREFIX {item}: <{prefixes[item]}>" for item in sorted(used)]
    text = QUERY.replace("$prefixes", "\n".join(lines))
    for place, name in shown.items():
        text = text.replace(place, name)
    return text
