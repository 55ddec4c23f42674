"""Search, suggestions while typing, completions in the editor, and browsing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, jsonify, redirect
from markupsafe import Markup, escape

from ipgraph.entities.labels import qualifiers
from ipgraph.search.folding import MAX_TEXT_CHARS
from ipgraph.server.context import request
from ipgraph.server.html import code_samples, links
from ipgraph.server.html.filters import sentence_case
from ipgraph.server.html.translations import plural_of
from ipgraph.server.http.negotiation import HTML, JSON, LIST_OFFERS
from ipgraph.server.http.routes import PAGE, SEARCH_TEXT, Parameter, Routes, one_of
from ipgraph.server.pages import developer_section, list_formats, page_queries
from ipgraph.server.pages.site import PALETTE, site_of
from ipgraph.server.pages.vocabulary import trees

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from ipgraph.search.index import Hit
    from ipgraph.server.context import Request
    from ipgraph.server.pages.developer_section import DeveloperSection
    from ipgraph.server.pages.site import Site

PER_PAGE = 20
PER_LIST = 200
# Entities of a class on the first page of browsing.
SHOWN = 12
# Classes on a page of browsing.
PER_BROWSE = 20
# The same below the tree of concepts.
SHOWN_WITH_TREE = 4
KIND_ORDER = PALETTE[:-1]
# The kinds of terms that the editor completes.
_KINDS = ("class", "property", "entity")


@dataclass(frozen=True, slots=True)
class KindGroup:
    """A class on the first page of browsing: its plural, the URL of its list, and some entities."""

    label: str
    address: str
    count: int
    hits: Sequence[Hit]


@dataclass(frozen=True, slots=True)
class Facet:
    """A class that filters the results of a search, with the number of results."""

    iri: str
    label: str
    count: int
    is_chosen: bool


routes = Routes()
_TYPE = Parameter("type", "IRI of a class")


@routes.add(
    "/search",
    summary="Find entities by name",
    offers=(HTML, JSON),
    parameters=(SEARCH_TEXT.required(), _TYPE, PAGE),
)
def search(request: Request) -> ResponseReturnValue:
    """Find entities by name."""
    return _search(site_of(request), request.args.get("q", "").strip()[:MAX_TEXT_CHARS])


@routes.add(
    "/suggest",
    summary="Complete a name",
    offers=(JSON,),
    parameters=(SEARCH_TEXT,),
    disallowed=("/suggest",),
)
def suggest(request: Request) -> Response:
    """Complete a name."""
    site = site_of(request)
    hits = site.index.suggest(request.args.get("q", "")[:MAX_TEXT_CHARS])
    return jsonify([_suggestion(site, hit) for hit in hits])


@routes.add(
    "/complete",
    summary="Complete a term in a query",
    offers=(JSON,),
    parameters=(
        Parameter("kind", "the kind of term to complete", one_of(*_KINDS)),
        SEARCH_TEXT,
        Parameter("class", "only entities of this class: IRI or prefixed name"),
    ),
    disallowed=("/complete",),
)
def complete(request: Request) -> Response:
    """Complete a term in a query."""
    return jsonify(_completions(site_of(request)))


@routes.add(
    "/browse",
    summary="Entities by class",
    offers=LIST_OFFERS,
    parameters=(
        _TYPE,
        Parameter("letter", "the first letter of a name"),
        Parameter("q", "only classes with this text in their name"),
        PAGE,
    ),
    menu=1,
    is_in_sitemap=True,
)
def browse(request: Request) -> ResponseReturnValue:
    """List the classes, or the entities of one class."""
    return _browse(site_of(request))


def _search(site: Site, text: str) -> ResponseReturnValue:
    if not text:
        return redirect(links.address("/browse"))
    kind = request.args.get("type", "")
    page = links.page_number()
    found = site.index.search(text, kind=kind, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    if request.format == "json":
        return jsonify(
            query=text,
            total=found.total,
            complete=found.complete,
            results=[
                {**_suggestion(site, hit), "description": hit.description} for hit in found.hits
            ],
        )
    return site.render(
        "search.html",
        text=text,
        kind=kind,
        found=found,
        results=site.words()(
            "search.results" if found.complete else "search.results_many", n=found.total, text=text
        ),
        facets=_facets(site, found.facets, kind),
        first=(page - 1) * PER_PAGE + 1,
        nearest=() if found.total else site.index.similar(text),
        page_number=page,
        has_next=page * PER_PAGE < found.total,
        marked=lambda name: marked(name, text),
        developers=_developers(site, text),
    )


def _facets(site: Site, counts: Sequence[tuple[str, int]], chosen: str) -> list[Facet]:
    labels = {iri: site.entities.labels.name(iri).label for iri, _ in counts if iri}
    marks = qualifiers(labels.items(), site.kg.prefixes)
    facets = []
    for iri, count in counts:
        mark = f" ({marks[iri]})" if iri in marks else ""
        label = sentence_case(labels[iri]) + mark if iri else site.words()("search.no_kind")
        facets.append(Facet(iri, label, count, bool(iri) and iri == chosen))
    return facets


def _developers(site: Site, text: str) -> DeveloperSection:
    address = links.with_parameters(format="json")
    name = code_samples.in_quotes(text)
    return developer_section.of_address(
        site,
        address,
        formats=((site.words()("developers.json"), address),),
        python=f"for hit in kg.search({name}).hits:\n    print(hit.label, hit.iri)",
    )


def marked(name: str, text: str) -> Markup:
    """Mark the matching beginnings of words in a name."""
    wanted = [word for word in text.casefold().split() if word]
    parts: list[str] = []
    for piece in name.split(" "):
        folded = piece.casefold()
        length = max((len(w) for w in wanted if folded.startswith(w)), default=0)
        shown = f"<mark>{escape(piece[:length])}</mark>" if length else ""
        parts.append(f"{shown}{escape(piece[length:])}")
    return Markup(" ".join(parts))  # noqa: S704  the parts were escaped


def _suggestion(site: Site, hit: Hit) -> dict[str, str]:
    kind = site.entities.labels.name(hit.kind).label if hit.kind else ""
    return {
        "label": hit.label,
        "short": hit.acronym,
        "kind": kind,
        "iri": hit.iri,
        "url": links.page(hit.iri),
    }


def _completions(site: Site) -> list[dict[str, str]]:
    kind = request.args.get("kind", "")
    if kind not in _KINDS:
        return []
    prefixes = site.kg.prefixes
    within = prefixes.expand(request.args.get("class", "")) or ""
    text = request.args.get("q", "")[:MAX_TEXT_CHARS]
    found = []
    for term in site.index.complete(kind, text, within=within):
        name = prefixes.shorten(term.iri)
        prefix = name.partition(":")[0]
        found.append(
            {
                "label": term.label,
                "term": name,
                "ns": prefixes.get(prefix, "") if not name.startswith("<") else "",
                "comment": term.comment,
            }
        )
    return found


def _browse(site: Site) -> ResponseReturnValue:
    kind = request.args.get("type", "")
    if not kind:
        # Grouped by color, in the order of `KIND_ORDER`; the largest class first in each group.
        order = {style: at for at, style in enumerate(KIND_ORDER)}
        kinds = [*site.index.kinds()]
        kinds.sort(key=lambda item: order.get(site.kind_style(item[0]), len(order)))
        if request.format != "html":
            counted = [(site.entities.labels.name(iri).label, count, iri) for iri, count in kinds]
            return list_formats.rows(("kind", "entities", "iri"), counted)
        text, page = request.args.get("q", "").strip()[:MAX_TEXT_CHARS], links.page_number()
        if text:
            kinds = [item for item in kinds if _has_text(site, item[0], text)]
        first = (page - 1) * PER_BROWSE
        concepts = trees.of_concepts(site) if page == 1 and not text else []
        shown = SHOWN_WITH_TREE if concepts else SHOWN
        return site.render(
            "browse.html",
            groups=_groups(site, kinds[first : first + PER_BROWSE], shown),
            concepts=concepts,
            more_concepts=max(site.index.vocabulary.count_top_concepts() - trees.MAX_ROOTS, 0),
            concept_list=links.address("/browse", type="skos:Concept"),
            kinds=len(kinds),
            text=text,
            page_number=page,
            has_next=len(kinds) > first + PER_BROWSE,
            total=sum(count for _, count in kinds),
            developers=developer_section.of_list(site, sparql=page_queries.query("home")),
        )
    iri = site.kg.prefixes.expand(kind) or kind
    letter = request.args.get("letter", "")[:1]
    page = links.page_number()
    hits = site.index.instances(
        iri, initial=letter, limit=PER_LIST + 1, offset=(page - 1) * PER_LIST
    )
    initials = site.index.initials(iri)
    if request.format != "html":
        return list_formats.rows(
            ("label", "short name", "iri"), [(hit.label, hit.acronym, hit.iri) for hit in hits]
        )
    name = site.entities.labels.name(iri)
    return site.render(
        "browse_kind.html",
        name=name,
        heading=sentence_case(plural_of(name)),
        hits=hits[:PER_LIST],
        total=sum(initials.values()),
        initials=initials,
        letter=letter,
        page_number=page,
        has_next=len(hits) > PER_LIST,
        developers=developer_section.of_list(
            site, sparql=page_queries.query("instances", term=iri)
        ),
    )


def _has_text(site: Site, iri: str, text: str) -> bool:
    return text.casefold() in site.entities.labels.name(iri).label.casefold()


def _groups(site: Site, kinds: list[tuple[str, int]], shown: int) -> list[KindGroup]:
    names = [(iri, site.entities.labels.name(iri).label) for iri, _ in kinds]
    marks = qualifiers(names, site.kg.prefixes)
    return [_group(site, iri, count, marks.get(iri, ""), shown) for iri, count in kinds]


def _group(site: Site, iri: str, count: int, mark: str, shown: int) -> KindGroup:
    address = links.address("/browse", type=site.kg.prefixes.shorten(iri).strip("<>"))
    label = plural_of(site.entities.labels.name(iri)) + (f" ({mark})" if mark else "")
    return KindGroup(label, address, count, site.index.of_kind(iri, shown))
