"""View models of an entity page: a row per relation, and the facts at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipgraph.namespaces import ORG
from ipgraph.server.html import code_samples, links
from ipgraph.server.html.filters import sentence_case
from ipgraph.server.html.translations import plural_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ipgraph.entities.entity import Description, Fact
    from ipgraph.entities.relations import Group
    from ipgraph.entities.statements import Value
    from ipgraph.server.html.translations import Texts
    from ipgraph.server.pages.site import Site

# From this number on, a row shows the number of its values.
MIN_COUNTED = 4
MAX_OTHER_NAMES = 8
MAX_ALONGSIDE = 12


@dataclass(frozen=True, slots=True)
class RelationRow:
    """One relation with its values.

    `sources` are shared by all values; `count` and `more` are texts, or empty.
    """

    group: Group
    heading: str
    meaning: str
    sources: tuple[int, ...] | None
    count: str
    more: str

    @property
    def values(self) -> tuple[Value, ...]:
        """The values that the page shows."""
        return self.group.values


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts at a glance. Unknown facts are empty."""

    kinds: str
    other_names: str
    undescribed: str
    place: str


def relation_rows(
    site: Site, groups: list[Group], meanings: Mapping[str, str]
) -> list[RelationRow]:
    """Return the rows for groups; `meanings` has comments by relation."""
    words = site.words()
    return [_relation_row(group, words, meanings) for group in groups]


def _relation_row(group: Group, words: Texts, meanings: Mapping[str, str]) -> RelationRow:
    sources = group.sources
    count = ""
    if not sources and group.total >= MIN_COUNTED:
        count = words.number(group.total) + ("" if group.complete else "+")
    return RelationRow(
        group=group,
        heading=sentence_case(plural_of(group.kind) if group.kind else group.label),
        meaning=meanings.get(group.relation.iri, ""),
        sources=sources,
        count=count,
        more=_more(group, words),
    )


def _more(group: Group, words: Texts) -> str:
    if group.total > len(group.values):
        return words("entity.all", n=group.total) if group.complete else words("entity.more")
    if any(value.more_sources for value in group.values):
        return words("entity.every_source")
    return ""


def facts(site: Site, view: Description) -> Facts:
    """Return the facts at a glance."""
    names = [value.text for value in view.other_names if value.text != view.name.acronym]
    ellipsis = " …" if len(names) > MAX_OTHER_NAMES else ""
    return Facts(
        kinds=", ".join(sentence_case(kind.label) for kind in view.kinds),
        other_names="; ".join(names[:MAX_OTHER_NAMES]) + ellipsis,
        undescribed="" if view.definitions else _undescribed(site, view),
        place=_place(site, view),
    )


@dataclass(frozen=True, slots=True)
class GlanceRow:
    """A fact of the dataset file at a glance; `via` is the thing between entity and values."""

    label: str
    via: Value | None
    values: tuple[Value, ...]


def glance(site: Site, view: Description) -> list[GlanceRow]:
    """Return the facts that the dataset file names for the classes of an entity."""
    found = site.entities.facts(view.iri, view.all_classes)
    return [GlanceRow(_fact_label(site, fact), fact.via, fact.values) for fact in found]


def _fact_label(site: Site, fact: Fact) -> str:
    entities = site.entities
    incoming = entities.vocabulary.incoming_label(fact.relation) if fact.incoming else ""
    own = fact.label.choose((site.language(), *entities.languages.tags))
    return own or sentence_case(incoming or entities.labels.name(fact.relation).label)


def _undescribed(site: Site, view: Description) -> str:
    words = site.words()
    if not site.has_documents:
        return words("entity.undescribed_foreign")
    if view.kind:
        return words("entity.undescribed", kind=view.kind.label)
    return words("entity.undescribed_any")


def _place(site: Site, view: Description) -> str:
    is_organization = ORG + "Organization" in view.all_classes
    return site.words()("entity.place" if is_organization else "entity.place_any")


def python_use(site: Site, view: Description) -> str:
    """Return Python code that prints the relations of an entity of an opened graph."""
    acronym = view.name.acronym
    name = code_samples.in_quotes(acronym or site.kg.prefixes.shorten(view.iri).strip("<>"))
    return (
        f"view = kg.describe({name})\n"
        "for group in view.groups:\n"
        "    print(group.label, [value.text for value in group.values])"
    )


def rest_address(site: Site, view: Description, group: Group) -> str:
    """Return the URL of the page with all values of a group."""
    name = site.kg.prefixes.shorten(group.relation.iri)
    name = group.relation.iri if name.startswith("<") else name
    return links.related(view.iri, name, incoming=group.incoming)


def proof_address(view: Description, group: Group, value: Value) -> str:
    """Return the URL of the proof of an inferred statement."""
    ends = (value.iri, view.iri) if group.incoming else (view.iri, value.iri)
    return links.address("/why", s=ends[0], p=group.relation.iri, o=ends[1])
