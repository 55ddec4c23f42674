"""What every page shares: the graph it tells of, the words, the bundles, the shell.

A page module has one function ``register(blueprint, site)`` that adds its addresses; a page is made
by `Site.render` and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask import current_app, g, render_template, request

from ipgraph.namespaces import EDITORS_GRAPH, FOAF, IP, ORG, SKOS, shorten
from ipgraph.resources import folder
from ipgraph.server.html import filters, links, translations
from ipgraph.server.pages import page_queries

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Blueprint

    from ipgraph.dataset.documentation import Documentation
    from ipgraph.entities.bibliography import Source
    from ipgraph.entities.entity import Description, Entities
    from ipgraph.entities.timeline import Timeline
    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.search.index import SearchIndex
    from ipgraph.server.pages.query import Run
    from ipgraph.server.pages.query_builder import Choice
    from ipgraph.store import EngineResult

# Where the front leaves, for a request, the address under which the site is seen.
ROOT = "ipgraph.root"
# The nav, in order: endpoint, key of its words. An endpoint that no module registered is left out.
NAVIGATION = (
    ("browse", "/browse"),
    ("graph", "/graph"),
    ("sectors", "/sectors"),
    ("timeline", "/timeline"),
    ("ontology", "/ontology"),
    ("sparql", "/sparql"),
    ("questions", "/questions"),
    ("sources", "/sources"),
    ("downloads", "/downloads"),
    ("about", "/about"),
)
# Each class and the colour of its kind; a class takes that of the nearest class above it.
KIND_STYLES = {
    IP + "SourceDocument": "k-source",
    IP + "Figure": "k-source",
    IP + "Sector": "k-sector",
    IP + "Subsector": "k-sector",
    IP + "AssetType": "k-sector",
    IP + "SectorScheme": "k-sector",
    SKOS + "ConceptScheme": "k-sector",
    IP + "Hazard": "k-hazard",
    IP + "Goal": "k-hazard",
    IP + "Instrument": "k-law",
    IP + "Account": "k-law",
    IP + "Undertaking": "k-work",
    FOAF + "Person": "k-person",
    ORG + "Post": "k-person",
    IP + "StakeholderGroup": "k-person",
    IP + "Organization": "k-org",
    ORG + "Organization": "k-org",
}


class Site:
    """The graph as the pages see it. One object serves one graph that does not change."""

    def __init__(self, kg: KnowledgeGraph, run: Run | None = None) -> None:
        self.kg = kg
        self.run = run or self._run_here
        self._styles: dict[str, str] = {}
        self._translated: dict[str, Entities] = {}
        self._menus: dict[str, tuple[list[Choice], list[Choice]]] = {}

    def _run_here(self, text: str, *, infer: bool) -> EngineResult:
        """Answer in this process: for a service of one's own, where nobody has to be stopped."""
        return self.kg.query(text, infer=infer).result

    @property
    def entities(self) -> Entities:
        """The entities of the graph, with labels in the page's language where the data have them.

        English is the fallback of every other language.
        """
        language = self.language()
        if language == translations.DEFAULT:
            return self.kg.entities
        if language not in self._translated:
            languages = (language, translations.DEFAULT)
            self._translated[language] = type(self.kg.entities)(self.kg.entities.store, languages)
        return self._translated[language]

    @staticmethod
    def language() -> str:
        """Return the language of the page, or English outside a request."""
        return str(g.get("language", translations.DEFAULT)) if g else translations.DEFAULT

    @property
    def documentation(self) -> Documentation:
        """The classes and properties of the graph, named in the language of the page."""
        from ipgraph.dataset.documentation import Documentation

        return Documentation(self.entities, self.index)

    @property
    def index(self) -> SearchIndex:
        """The index of names and terms."""
        return self.kg.index

    @staticmethod
    def root() -> str:
        """Return scheme, host and path prefix of this site, as the front believes them."""
        told = request.environ.get(ROOT)
        return str(told) if told else request.host_url.rstrip("/") + request.script_root

    @staticmethod
    def words() -> translations.Texts:
        """Return the words of the language being read."""
        return translations.load(Site.language())

    def describe(self, iri: str, *, episodes: int = 0) -> Description:
        """Describe a thing within the bounds of a page, so that none outgrows its budget."""
        return self.entities.describe(iri, values=8, sources=2, history=episodes)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the snapshot says of itself; empty for a graph that was not built here."""
        return dict(self.kg.snapshot.manifest) if self.kg.snapshot else {}

    @cached_property
    def documents(self) -> tuple[Source, ...]:
        """The documents that the graph rests on, by title; our own statements are none of them."""
        return tuple(each for each in self.kg.sources.all() if each.iri != EDITORS_GRAPH)

    @cached_property
    def editors(self) -> Source | None:
        """What we state on our own account, as if it were a document."""
        found = (each for each in self.kg.sources.all() if each.iri == EDITORS_GRAPH)
        return next(found, None)

    @property
    def title(self) -> str:
        """What the graph is called."""
        return self.words()("site.name") if self.is_own else self.kg.title

    @property
    def opening(self) -> str:
        """How a program in Python opens this graph."""
        return "ipgraph.open()" if self.is_own else f'ipgraph.open("{self.root()}/sparql")'

    @cached_property
    def examples(self) -> list[tuple[str, list[Any]]]:
        """The competency questions as examples of queries, by topic; any other graph has none."""
        from ipgraph.server.pages import questions

        if not self.is_own:
            return []
        return [
            (topic, [(each.title, each.name) for each in some])
            for topic, some in questions.by_topic(self)
        ]

    def example(self, name: str) -> str:
        """Return the query of an example, or an empty text where no name is given."""
        from ipgraph.server.pages import questions

        if not name or not self.is_own:
            return ""
        return questions.shown(questions.find(self, name).text)

    @property
    def menus(self) -> tuple[list[Choice], list[Choice]]:
        """The classes and relations of the query builder, in the language of the page."""
        from ipgraph.server.pages import query_builder

        language = self.language()
        if language not in self._menus:
            self._menus[language] = query_builder.choices(self)
        return self._menus[language]

    @cached_property
    def timeline(self) -> Timeline:
        """Everything that the graph dates."""
        return self.kg.timelines.whole()

    @cached_property
    def class_counts(self) -> dict[str, int]:
        """How many things each class has, what is inferred included."""
        counts: dict[str, int] = self.manifest.get("counts", {}).get("classes", {})
        return counts

    @cached_property
    def is_own(self) -> bool:
        """Say whether this is the project's own graph, rather than any RDF."""
        return IP + "Organization" in self.class_counts

    def kind_style(self, iri: str) -> str:
        """Return the class of the stylesheet that colours a kind of thing."""
        if iri not in self._styles:
            above = {iri, *self.entities.vocabulary.superclasses(iri)}
            found = (style for one, style in KIND_STYLES.items() if one in above)
            self._styles[iri] = next(found, "k-org" if iri.startswith(ORG) else "")
        return self._styles[iri]

    @cached_property
    def bundles(self) -> dict[str, Any]:
        """Map each entry point of the bundles to its file; empty where nothing was bundled."""
        path = _bundles()
        found: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
        return found

    @cached_property
    def stamp(self) -> str:
        """A short hash of the own static files, for addresses that may be kept for good."""
        own = sorted(each for each in (folder("web") / "static").iterdir() if each.is_file())
        return hashlib.sha256(b"".join(each.read_bytes() for each in own)).hexdigest()[:10]

    def render(self, template: str, **values: Any) -> str:
        """Render a page in the shell, in the language being read."""
        language = self.language()
        words = translations.load(language)
        return render_template(
            template,
            t=words,
            lang=language,
            site=self,
            languages=translations.languages(),
            navigation=[
                each for each in NAVIGATION if f"pages.{each[0]}" in current_app.view_functions
            ],
            can_draw="pages.graph" in current_app.view_functions,
            can_check="pages.quality" in current_app.view_functions,
            can_compare="pages.disagreements" in current_app.view_functions,
            can_search="pages.search" in current_app.view_functions,
            can_explain="pages.why" in current_app.view_functions,
            address=links.address,
            page=links.page,
            data=links.data,
            related=links.related,
            here=links.with_parameters,
            static=self._static,
            shorten=shorten,
            plural=translations.plural,
            behind=page_queries.query,
            curl=self._curl,
            **values,
        )

    def _curl(self, address: str, accept: str = "") -> str:
        """Return the command that fetches an address of this site, fit for a shell."""
        header = f" -H 'Accept: {accept}'" if accept else ""
        host = self.root().removesuffix(request.script_root)
        return f"curl -L{header} {shlex.quote(host + address)}"

    def _static(self, name: str) -> str:
        """Return the address of a static file, or of an entry point's bundle if there is one."""
        if name in self.bundles:
            return f"{request.script_root}/static/dist/{self.bundles[name]['file']}"
        return f"{request.script_root}/static/{name}?v={self.stamp}"


def register(blueprint: Blueprint, site: Site) -> None:
    """Read the language of each request, and give templates the filters they use."""

    @blueprint.before_app_request
    def read_language() -> None:
        wanted = request.args.get("lang", translations.DEFAULT)
        g.language = wanted if wanted in translations.languages() else translations.DEFAULT

    for each in filters.ALL:
        blueprint.add_app_template_filter(each, each.__name__)
    blueprint.add_app_template_test(lambda iri: bool(site.kind_style(iri)), "styled")


def _bundles() -> Path:
    return folder("web") / "static" / "dist" / "manifest.json"


def lacking_bundles() -> str:
    """Say what is missing where the browser's libraries were not bundled; else an empty text."""
    if _bundles().is_file():
        return ""
    return (
        "The browser's libraries were not bundled when this was installed: the editor has no "
        "completions and the graph is a picture. Install again where the npm registry is reached."
    )
