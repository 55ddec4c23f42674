"""Trees of two levels: classes, properties, and concepts, with what a page leaves out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipgraph.search.vocabulary import Entry
    from ipgraph.server.pages.site import Site

# Terms without a term above them, and directly below one of these.
MAX_ROOTS, MAX_BELOW = 40, 12
# Terms of the second level of a tree with many roots; a link with a long IRI takes 250 bytes.
MAX_SECOND = 200
# With fewer left, a limit is exceeded instead.
LEAST_HIDDEN = 3
MAX_COMMENT = 160


def of_terms(site: Site, kind: str) -> list[Entry]:
    """Return the classes or properties of the first level with those of the second."""
    terms = site.index.vocabulary
    return _tree(site, terms.roots(kind, MAX_ROOTS), terms.below)


def of_concepts(site: Site) -> list[Entry]:
    """Return the top concepts with those directly below them; empty without concepts."""
    terms = site.index.vocabulary
    return _tree(site, terms.top_concepts(MAX_ROOTS), terms.narrower)


def _tree(site: Site, roots: list[Entry], below: Callable[[str, int], list[Entry]]) -> list[Entry]:
    limit = min(MAX_BELOW, MAX_SECOND // max(len(roots), 1))
    return [
        replace(
            named(site, root),
            children=tuple(named(site, child) for child in below(root.iri, _shown(root, limit))),
        )
        for root in roots
    ]


def _shown(root: Entry, limit: int) -> int:
    return root.below if root.below < limit + LEAST_HIDDEN else limit


def named(site: Site, term: Entry) -> Entry:
    """Return a term with its label and the beginning of its comment in the page's language."""
    comment = site.entities.vocabulary.comment(term.iri)
    if len(comment) > MAX_COMMENT:
        comment = comment[:MAX_COMMENT].rpartition(" ")[0] + " …"
    return replace(term, label=site.entities.labels.name(term.iri).label, comment=comment)
