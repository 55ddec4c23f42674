"""What a dataset file must fulfill besides the types of its values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ipgraph.dataset.config.reading import Place, nearest
from ipgraph.namespaces import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ipgraph.dataset.config.model import DatasetConfig
    from ipgraph.dataset.config.sections import NodeClass
    from ipgraph.dataset.config.values import Text

# The pages that a menu can name; a test compares them with the routes of the service.
PAGES = (
    *("browse", "graph", "timeline", "disagreements", "ontology", "sparql", "questions"),
    *("sources", "downloads", "about", "quality"),
)
# First parts of addresses of the service, which no collection can have as its name; the same test.
RESERVED = frozenset(
    (
        *PAGES,
        *("id", "page", "data", "source", "graphs", "resource", "describe", "search", "report"),
        *("static", "api", "mcp", "reconcile", "why", "history", "difference", "facts", "void"),
        *("dumps", "health", "ready", "live", "metrics", "sitemap", "robots", "llms", "docs"),
        *("schema", "export", "explain", "suggest", "autocomplete", "collections", "home"),
    )
)
_NAMED = re.compile(r"\{([^{}]*)\}")


def check(config: DatasetConfig, place: Place) -> None:
    """Record the faults of a file whose values have the right types."""
    _check_iris(config, place / "iris")
    _check_time(config, place)
    for number, node in enumerate(config.nodes):
        _check_node(node, place / "nodes" / number)
    _check_relations(config, place / "relations")
    _check_collections(config, place)
    for number, rule in enumerate(config.disagreements):
        _check_one_of(
            place / "disagreements" / number, "properties", rule.properties, rule.question
        )
    for number, section in enumerate(config.about):
        _check_one_of(place / "about" / number, "text", section.text, section.question)


def _check_iris(config: DatasetConfig, place: Place) -> None:
    given = [
        (name, iri)
        for name in ("things", "terms", "sources")
        if (iri := getattr(config.iris, name))
    ]
    for name, iri in given:
        for other, longer in given:
            if name != other and longer.startswith(iri) and (longer != iri or name < other):
                (place / other).fault(
                    f'{place.as_table()} {other} begins with {name}: "{iri}". An address must '
                    "belong to one of them."
                )


def _check_time(config: DatasetConfig, place: Place) -> None:
    present, horizon = config.time.present, config.time.horizon
    if present and horizon and present > horizon:
        (place / "time" / "present").fault(
            f"[time] present is {present}, after horizon, {horizon}."
        )


def _check_node(node: NodeClass, place: Place) -> None:
    for number, state in enumerate(node.states):
        at = place / "states" / number
        if bool(state.property) == (state.by is not None):
            at.fault(f'{at} needs either "property" or "by".')
        ends = [("subject", state.subject), ("object", state.object)]
        if state.by is not None:
            ends.append(("by", state.by.steps[0].iri))
        for key, tie in ends:
            if tie and tie not in node.ties:
                hint = nearest(shorten(tie), map(shorten, node.ties))
                (at / key).fault(f"{at / key}: {shorten(tie)} is not among the ties. {hint}")
    for position, iri in enumerate(node.exclusive):
        _check_spelling(iri, node, place / "exclusive" / position)
    for text in texts_of(node.sentence):
        for name in _NAMED.findall(text):
            iri = _resolve(name, place)
            if not iri:
                (place / "sentence").fault(
                    f'{place / "sentence"}: "{{{name}}}" is not a property in braces.'
                )
            else:
                _check_spelling(iri, node, place / "sentence")


def _check_spelling(iri: str, node: NodeClass, place: Place) -> None:
    """Record a property that is no tie and looks like one: ties are not the only properties."""
    from difflib import get_close_matches

    close = get_close_matches(iri, node.ties, n=1, cutoff=0.95)
    if iri not in node.ties and close:
        place.fault(
            f'{place}: {shorten(iri)} is not among the ties. Did you mean "{shorten(close[0])}"?'
        )


def _resolve(name: str, place: Place) -> str:
    prefix, colon, local = name.partition(":")
    namespace = place.reading.prefixes.get(prefix, "") if colon else ""
    if namespace and local:
        return namespace + local
    return name if "://" in name else ""


def _check_relations(config: DatasetConfig, place: Place) -> None:
    groups: dict[str, int] = {}
    for number, group in enumerate(config.relations):
        for position, iri in enumerate(group.properties):
            first = groups.setdefault(iri, number)
            if first != number or group.properties.index(iri) != position:
                at = place / number / "properties" / position
                at.fault(f"[[relations]] {number + 1}: {shorten(iri)} is already in {first + 1}.")


def _check_collections(config: DatasetConfig, place: Place) -> None:
    names: list[str] = []
    for number, collection in enumerate(config.collections):
        at = place / "collections" / number / "name"
        if collection.name in RESERVED:
            listed = ", ".join(sorted(RESERVED))
            at.fault(f'{at}: "{collection.name}" is an address of the service, as are {listed}.')
        elif collection.name in names:
            at.fault(f'{at}: there is another collection "{collection.name}".')
        names.append(collection.name)
    known = (*PAGES, *names)
    for position, page in enumerate(config.menu):
        if page not in known:
            at = place / "menu" / position
            at.fault(f'{at}: there is no page "{page}". {nearest(page, known)}')


def _check_one_of(place: Place, key: str, value: object, question: str) -> None:
    if bool(value) == bool(question):
        place.fault(f'{place.as_table()} needs either "{key}" or "question".')


def texts_of(text: Text) -> Iterator[str]:
    """Yield a text in all its languages."""
    yield from (version for _, version in text.versions)


def question_names(config: DatasetConfig) -> Iterable[tuple[tuple[str | int, ...], str]]:
    """Yield every place that names a question, with the name."""
    for number, name in enumerate(config.questions.start):
        yield ("questions", "start", number), name
    for number, rule in enumerate(config.disagreements):
        yield ("disagreements", number, "question"), rule.question
    for number, section in enumerate(config.about):
        yield ("about", number, "question"), section.question
    for number, collection in enumerate(config.collections):
        yield ("collections", number, "notice", "question"), collection.notice.question
