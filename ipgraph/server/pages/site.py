"""The parts shared by all pages: the graph, the texts, the static files, the layout.

A page module makes `Routes` and registers its handlers with them. `Site.render` makes all
pages.
"""

from __future__ import annotations

import shlex
import threading
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import has_request_context, render_template
from pyoxigraph import BlankNode

from ipgraph.dataset.config.sections import KindGroup
from ipgraph.dataset.config.values import Text
from ipgraph.dataset.documentation import Documentation
from ipgraph.namespaces import ONTOLOGY_LANGUAGES
from ipgraph.search.nameless import MARK
from ipgraph.server.api import sparql
from ipgraph.server.api.protocol import QueryRequest
from ipgraph.server.context import request
from ipgraph.server.html import bundles, filters, links, templates, translations
from ipgraph.server.html.filters import sentence_case
from ipgraph.server.http.languages import DEFAULT
from ipgraph.server.http.response import HttpError
from ipgraph.server.http.routes import Routes

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from ipgraph.dataset.config.sections import Collection
    from ipgraph.entities.bibliography import Source
    from ipgraph.entities.entity import Description, Entities
    from ipgraph.entities.statements import Value
    from ipgraph.entities.timeline import Timeline
    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.search.index import Hit, SearchIndex
    from ipgraph.server.context import Request
    from ipgraph.server.edition import Edition
    from ipgraph.server.http.response import Response
    from ipgraph.server.http.routes import Route
    from ipgraph.settings import Settings
    from ipgraph.store import EngineResult

Part = TypeVar("Part")
# Values of an entity without an IRI in a list.
MAX_CONTENTS = 8

routes = Routes()
MAX_LISTED_LANGUAGES = 200
MAX_LANGUAGES = 24  # parts that are kept of pages in different languages
# The colors of kinds of things, in the order of the dataset file.
_BEFORE_COLLECTIONS = 2  # pages of the menu: things and the explorer
PALETTE = ("k-org", "k-work", "k-sector", "k-hazard", "k-law", "k-person", "k-source")


if TYPE_CHECKING:
    once = cached_property
else:

    class once(cached_property):  # noqa: N801  used as a decorator
        """A property of a `Site` that is computed once, also with concurrent threads."""

        def __get__(self, instance, owner=None):
            if instance is None:
                return self
            with instance.lock:
                return super().__get__(instance, owner)


class Site:
    """The graph for the pages of one edition."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.kg: KnowledgeGraph = edition.kg
        self.settings: Settings = edition.settings
        self.lock = threading.RLock()
        self._styles: dict[str, str] = {}
        self._by_language: dict[object, Any] = {}  # the least recently used first

    @staticmethod
    def run(text: str, *, infer: bool) -> EngineResult:
        """Run a query of the current request in a worker, within the limits of the service.

        Raises `BadQuery` and `LimitReached`.
        """
        return sparql.rows(request, QueryRequest(text, infer))

    @property
    def entities(self) -> Entities:
        """The entities of the graph, with texts in the client's languages where they exist."""
        if not self.content_languages():
            return self.kg.entities
        return self.once_per_language(_translated_entities)

    def once_per_language(self, make: Callable[[Site], Part]) -> Part:
        """Return the result of `make` for the page's languages, which is computed once.

        The results for the `MAX_LANGUAGES` languages used last are kept.
        """
        key = (make, self.language(), self.content_languages())
        with self.lock:
            made = self._by_language.pop(key, None)
            self._by_language[key] = made = make(self) if made is None else made
            while len(self._by_language) > MAX_LANGUAGES:
                del self._by_language[next(iter(self._by_language))]
            return cast("Part", made)

    @staticmethod
    def language() -> str:
        """Return the language of the interface, or English outside a request."""
        return translations.current_language() if has_request_context() else DEFAULT

    @staticmethod
    def content_languages() -> tuple[str, ...]:
        """Return the languages of content that the client prefers; none outside a request."""
        return request.languages.content if has_request_context() else ()

    @property
    def documentation(self) -> Documentation:
        """The classes and properties of the graph, with labels in the page's language."""
        return Documentation(self.entities, self.index)

    @property
    def index(self) -> SearchIndex:
        """The index of names and terms, with labels in the client's languages."""
        if not self.content_languages():
            return self.kg.index
        return self.once_per_language(_translated_index)

    @staticmethod
    def root() -> str:
        """Return the scheme, host and path prefix of this site as the client sees them."""
        return request.public_root

    @staticmethod
    def words() -> translations.Texts:
        """Return the texts in the language of the current request."""
        return translations.current()

    def describe(self, iri: str, *, episodes: int = 0) -> Description:
        """Describe an entity within the size limits of a page."""
        return self.entities.describe(iri, values=8, sources=2, history=episodes)

    @once
    def manifest(self) -> dict[str, Any]:
        """The manifest of the snapshot; empty without a snapshot."""
        return dict(self.kg.snapshot.manifest) if self.kg.snapshot else {}

    @once
    def version(self) -> str:
        """The short version of the graph; empty without a snapshot."""
        return str(self.manifest.get("content_hash", ""))[:12]

    @once
    def created(self) -> str:
        """The date on which the graph was built; empty without a snapshot."""
        return str(self.manifest.get("created", ""))[:10]

    @once
    def contradictions(self) -> int:
        """The number of contradictions in the graph."""
        return self.kg.findings.contradiction_count if self.kg.findings else 0

    @once
    def documents(self) -> tuple[Source, ...]:
        """The source documents of the graph by title, without the statements of the editors."""
        editors = self.kg.config.graphs.editors
        return tuple(item for item in self.kg.sources.all() if item.iri not in editors)

    @once
    def editors(self) -> Source | None:
        """The statements of the editors, as a source."""
        editors = self.kg.config.graphs.editors
        found = (item for item in self.kg.sources.all() if item.iri in editors)
        return next(found, None)

    @property
    def title(self) -> str:
        """The title of the graph."""
        return self.choose(self.kg.config.title) or self.kg.title

    def choose(self, text: Text) -> str:
        """Return a text of the dataset file in the language of the page, or the next best one."""
        return text.choose((self.language(), *self.kg.config.languages, DEFAULT))

    @property
    def summary(self) -> str:
        """A sentence about the graph, for pages without their own description."""
        return self.notice or self.description or self.words()("site.about_any")

    @property
    def notice(self) -> str:
        """The sentence of the dataset file below every page."""
        return self.choose(self.kg.config.notice)

    @property
    def description(self) -> str:
        """The description of the dataset, or an empty text."""
        return self.choose(self.kg.config.description) or self.kg.description

    @property
    def opening(self) -> str:
        """The Python expression that opens this graph."""
        return "ipgraph.open()" if self.kg.is_bundled else f'ipgraph.open("{self.root()}/sparql")'

    @property
    def has_documents(self) -> bool:
        """True if the dataset file says which named graphs are documents."""
        return bool(self.kg.config.graphs.documents)

    @once
    def start(self) -> str:
        """The thing to begin with: that of the dataset file, else one with most links."""
        if self.kg.config.start:
            return self.kg.config.start
        found = self.index.first()
        return found.iri if found else ""

    @once
    def timeline(self) -> Timeline:
        """All dated events of the graph."""
        return self.kg.timelines.whole()

    @once
    def class_counts(self) -> dict[str, int]:
        """The number of instances of each class, including inferred ones."""
        counts: dict[str, int] = self.manifest.get("counts", {}).get("classes", {})
        return counts

    @once
    def kinds(self) -> tuple[tuple[str, Text, tuple[str, ...]], ...]:
        """The kinds of things: the color, the label and the classes of each.

        Without a dataset file, the largest classes without superclasses are the kinds.
        """
        groups = self.kg.config.kinds or self._largest_kinds()
        return tuple(
            (style, group.label, group.classes)
            for style, group in zip(PALETTE, groups, strict=False)
        )

    def _largest_kinds(self) -> tuple[KindGroup, ...]:
        counts = self.class_counts
        vocabulary = self.kg.entities.vocabulary
        tops = [
            iri
            for iri in counts
            if not iri.startswith(ONTOLOGY_LANGUAGES)
            and not any(
                above in counts and not above.startswith(ONTOLOGY_LANGUAGES)
                for above in vocabulary.superclasses(iri)
            )
        ]
        largest = sorted(tops, key=lambda iri: (-counts[iri], iri))[: len(PALETTE)]
        names = map(self.kg.entities.labels.name, largest)
        return tuple(
            KindGroup(Text((("", sentence_case(translations.plural_of(name))),)), (name.iri,))
            for name in names
        )

    def kind_style(self, iri: str) -> str:
        """Return the CSS class for the color of a class: that of its nearest superclass."""
        if iri not in self._styles:
            superclasses = self.entities.vocabulary.superclasses
            above = {iri, *superclasses(iri)}
            styled = {class_: style for style, _, classes in self.kinds for class_ in classes}
            found = [class_ for class_ in styled if class_ in above]
            nearest = [
                class_
                for class_ in found
                if not any(class_ in superclasses(other) for other in found if other != class_)
            ]
            self._styles[iri] = styled[(nearest or found)[0]] if found else ""
        return self._styles[iri]

    @once
    def bundles(self) -> dict[str, Any]:
        """Map entry points of the bundles to files; empty if there is no bundle."""
        return bundles.read()

    def render(self, template: str, **values: Any) -> str:
        """Render a page in the layout, in the language of the request."""
        table = request.service.routes
        names = {route.name for route in table.available(self.edition)}
        return render_template(
            template,
            t=self.words(),
            lang=translations.current_language(),
            site=self,
            languages=translations.languages(),
            content=self.entities.languages.first,
            data_languages=self.kg.languages.common[:MAX_LISTED_LANGUAGES],
            chosen_languages=links.language_parameters(),
            navigation=self._navigation(table.menu(self.edition)),
            can_draw="graph" in names,
            can_check="quality" in names,
            can_compare="disagreements" in names,
            can_search="search" in names,
            can_explain="why" in names,
            can_date="timeline" in names,
            search_label=self.words()("search.label"),
            search_placeholder=self._search_placeholder(),
            nameless=self._nameless,
            address=links.address,
            page=links.page,
            data=links.data,
            here=links.with_parameters,
            static=self._static,
            shorten=self.kg.prefixes.shorten,
            plural=translations.plural,
            **values,
        )

    def _navigation(self, menu: list[Route]) -> list[tuple[str, str]]:
        """Return label and path of the entries of the menu, in the order of the dataset file."""
        config, words = self.kg.config, self.words()
        pages = {route.path.removeprefix("/"): words(f"nav.{route.name}") for route in menu}
        collections = {item.name: self._collection_name(item) for item in config.collections}
        names = config.menu
        if not names:
            first, rest = [*pages][:_BEFORE_COLLECTIONS], [*pages][_BEFORE_COLLECTIONS:]
            names = (*first, *collections, *rest)
        labels = pages | collections
        return [(labels[name], f"/{name}") for name in names if name in labels]

    def _collection_name(self, collection: Collection) -> str:
        """Return the plural of its class, or its title if that has no label in this language."""
        name = self.entities.labels.name(collection.class_)
        if name.language and name.language != translations.current_language():
            return self.choose(collection.title)
        return sentence_case(translations.plural_of(name))

    def _search_placeholder(self) -> str:
        words, examples = self.words(), self.kg.config.search.examples
        if not examples:
            return words("search.placeholder")
        return words("search.examples", examples=words("search.or").join(examples[:2]))

    def _nameless(self, hit: Hit) -> Value:
        """Return an entity of a list that has no IRI, with what is said about it."""
        value = self.entities.reader.value(
            BlankNode(hit.iri.removeprefix(MARK)), nested=MAX_CONTENTS
        )
        return replace(value, text=value.text or hit.label, kind=None)

    def curl(self, address: str, accept: str = "") -> str:
        """Return a shell command that fetches a URL of this site."""
        header = f" -H 'Accept: {accept}'" if accept else ""
        host = self.root().removesuffix(request.script_root)
        return f"curl -L{header} {shlex.quote(host + address)}"

    def _static(self, name: str) -> str:
        """Return the URL of a static file, or of an entry point's bundle if there is one."""
        if name in self.bundles:
            name = f"dist/{self.bundles[name]['file']}"
        return request.script_root + request.service.static_files.address(name)


def _translated_entities(site: Site) -> Entities:
    return site.kg.entities.in_languages(*site.content_languages())


def _translated_index(site: Site) -> SearchIndex:
    return site.kg.index.labeled_by(site.entities.labels)


def site_of(request: Request) -> Site:
    """Return the site of the edition that answers a request."""
    return request.edition.part(Site)


@routes.add("/static/<path:name>", summary="")
def static(request: Request, name: str) -> Response:
    """Send a static file."""
    response = request.service.static_files.respond(request, name)
    if response is None:
        raise HttpError(404, "File not found.")
    return response


def prepare_templates(app: Flask) -> None:
    """Give templates their layout options, filters and tests."""
    templates.configure(app.jinja_env)
    for template_filter in filters.ALL:
        app.add_template_filter(template_filter, template_filter.__name__)
    app.add_template_test(lambda iri: bool(site_of(request).kind_style(iri)), "styled")
