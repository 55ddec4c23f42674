"""Finding things: search, suggestions while typing, completions in the editor, and browsing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify, redirect, request
from markupsafe import Markup, escape

from ipgraph.namespaces import ONTOLOGY_LANGUAGES, PREFIXES, expand, shorten
from ipgraph.server.html import links
from ipgraph.server.pages import list_formats

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from ipgraph.search.index import Hit
    from ipgraph.server.pages.site import Site

PER_PAGE = 20
PER_LIST = 200
# Things of a kind that the first page of browsing shows.
SHOWN = 12
MAX_QUERY = 200
KIND_ORDER = ("k-org", "k-work", "k-sector", "k-hazard", "k-law", "k-person")
# Kinds of the languages in which ontologies are written: found by search, not by browsing.


def register(blueprint: Blueprint, site: Site) -> None:
    """Add the addresses of finding."""

    @blueprint.get("/search", endpoint="search")
    def search() -> ResponseReturnValue:
        return _search(site, request.args.get("q", "").strip()[:MAX_QUERY])

    @blueprint.get("/suggest", endpoint="suggest")
    def suggest() -> Response:
        hits = site.index.suggest(request.args.get("q", "")[:MAX_QUERY])
        return jsonify([_suggestion(site, hit) for hit in hits])

    @blueprint.get("/complete", endpoint="complete")
    def complete() -> Response:
        return jsonify(_completions(site))

    @blueprint.get("/browse", endpoint="browse")
    def browse() -> ResponseReturnValue:
        return _browse(site)


def _search(site: Site, text: str) -> ResponseReturnValue:
    if not text:
        return redirect(links.address("/browse"))
    kind = request.args.get("type", "")
    page = links.page_number()
    found = site.index.search(text, kind=kind, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    if list_formats.wanted() == "json":
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
        nearest=() if found.total else site.index.similar(text),
        page_number=page,
        has_next=page * PER_PAGE < found.total,
        marked=lambda name: marked(name, text),
    )


def marked(name: str, text: str) -> Markup:
    """Mark in a name the beginnings of words that a search asked for."""
    wanted = [word for word in text.casefold().split() if word]
    parts: list[str] = []
    for piece in name.split(" "):
        folded = piece.casefold()
        length = max((len(w) for w in wanted if folded.startswith(w)), default=0)
        shown = f"<mark>{escape(piece[:length])}</mark>" if length else ""
        parts.append(f"{shown}{escape(piece[length:])}")
    return Markup(" ".join(parts))  # noqa: S704  each piece was escaped


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
    if kind not in ("class", "property", "entity"):
        return []
    within = expand(request.args.get("class", "")) or ""
    text = request.args.get("q", "")[:MAX_QUERY]
    found = []
    for term in site.index.complete(kind, text, within=within):
        name = shorten(term.iri)
        prefix = name.partition(":")[0]
        found.append(
            {
                "label": term.label,
                "term": name,
                "ns": PREFIXES.get(prefix, "") if not name.startswith("<") else "",
                "comment": term.comment,
            }
        )
    return found


def _browse(site: Site) -> ResponseReturnValue:
    kind = request.args.get("type", "")
    if not kind:
        # Each family of kinds together, in the order of its colours; the greatest first in each.
        order = {style: at for at, style in enumerate(KIND_ORDER)}
        kinds = [each for each in site.index.kinds() if not each[0].startswith(ONTOLOGY_LANGUAGES)]
        kinds.sort(key=lambda each: order.get(site.kind_style(each[0]), len(order)))
        if list_formats.wanted() != "html":
            rows = [(site.entities.labels.name(iri).label, count, iri) for iri, count in kinds]
            return list_formats.rows(("label", "things", "iri"), rows)
        groups = [
            (site.entities.labels.name(iri), count, site.index.of_kind(iri, SHOWN))
            for iri, count in kinds
        ]
        if list_formats.wanted() != "html":
            counted = [(name.label, count, name.iri) for name, count, _ in groups]
            return list_formats.rows(("kind", "things", "iri"), counted)
        return site.render("browse.html", groups=groups, total=sum(group[1] for group in groups))
    iri = expand(kind) or kind
    letter = request.args.get("letter", "")[:1]
    page = links.page_number()
    hits = site.index.instances(
        iri, initial=letter, limit=PER_LIST + 1, offset=(page - 1) * PER_LIST
    )
    initials = site.index.initials(iri)
    if list_formats.wanted() != "html":
        return list_formats.rows(
            ("label", "short name", "iri"), [(hit.label, hit.acronym, hit.iri) for hit in hits]
        )
    return site.render(
        "browse_kind.html",
        name=site.entities.labels.name(iri),
        hits=hits[:PER_LIST],
        total=sum(initials.values()),
        initials=initials,
        letter=letter,
        page_number=page,
        has_next=len(hits) > PER_LIST,
    )
