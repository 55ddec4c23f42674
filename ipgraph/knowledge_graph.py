"""A graph that can be asked: the built one of this project, one's own files, or an endpoint."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ipgraph import settings as settings_module
from ipgraph.errors import NotFound, UsageError
from ipgraph.namespaces import PREFIXES
from ipgraph.serialization.formats import by_name
from ipgraph.serialization.results import Answer
from ipgraph.snapshots import cache as catalog
from ipgraph.snapshots import loading
from ipgraph.snapshots.snapshot import Recipe
from ipgraph.store.local import LocalStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rdflib import Dataset

    from ipgraph.checks import Findings
    from ipgraph.dataset.documentation import Documentation
    from ipgraph.dataset.questions import Question
    from ipgraph.dataset.statistics import Statistics
    from ipgraph.entities.documents import Sources
    from ipgraph.entities.entity import Entities, View
    from ipgraph.entities.labels import Name
    from ipgraph.entities.neighborhood import Surveyor
    from ipgraph.entities.timeline import Chronicle
    from ipgraph.reasoning import Explainer, Explanation
    from ipgraph.search.index import Found, SearchIndex
    from ipgraph.settings import Settings
    from ipgraph.snapshots.snapshot import Snapshot
    from ipgraph.store import Store


def open(
    target: str | Path | Iterable[str | Path] | None = None,
    *,
    settings: Settings | None = None,
    report: Callable[[str], None] = lambda stage: None,
) -> KnowledgeGraph:
    """Return the graph that `target` names, built first where it is missing or stale.

    None is the graph of this project; a path or several are RDF files and folders of them (``*``
    is expanded); a folder written by Oxigraph is opened as it is; ``http(s)://…`` is a SPARQL
    endpoint. `report` is told each stage of a build. Raises `NotFound`, `InvalidData`,
    `Inconsistent` and `StoreUnavailable`.
    """
    settings = settings or settings_module.load()
    if isinstance(target, str) and target.startswith(("http://", "https://")):
        from ipgraph.store.remote import RemoteStore

        remote = RemoteStore(target, settings.query_time_limit_s)
        return KnowledgeGraph(settings, outside=remote, origin=target)
    if isinstance(target, str | Path) and (Path(target) / "CURRENT").is_file():
        place = Path(target)
        return KnowledgeGraph(settings, outside=place, origin=str(place.absolute()))
    recipe = _recipe(target, settings)
    return KnowledgeGraph(
        settings,
        snapshot=catalog.current(recipe, settings_module.cache_folder(settings), report),
        recipe=recipe,
    )


class KnowledgeGraph:
    """A graph and what can be asked of it. It is never changed by being asked.

    Made by `ipgraph.open`. A graph that was not built here (an endpoint, a store on disk) lies
    `outside` and has no snapshot.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        snapshot: Snapshot | None = None,
        recipe: Recipe | None = None,
        outside: Store | Path | None = None,
        origin: str = "",
    ) -> None:
        self.settings = settings
        self.snapshot = snapshot
        self.recipe = recipe
        self._outside = outside
        self._origin = recipe.origin if recipe else origin

    @cached_property
    def store(self) -> Store:
        """The store with what is inferred."""
        if isinstance(self._outside, Path):
            return LocalStore.on_disk(self._outside)
        return self._outside or self.built.store()

    @property
    def is_opened(self) -> bool:
        """Tell whether this process has opened the store; one on disk does not survive a fork."""
        return "store" in vars(self) or not (self.snapshot or isinstance(self._outside, Path))

    @cached_property
    def stated_store(self) -> Store:
        """The store without what is inferred; made at its first use."""
        if self._outside:
            raise UsageError(
                "What is inferred is only known of graphs built here; ask this one with infer=True."
            )
        return self.built.store(infer=False)

    @property
    def built(self) -> Snapshot:
        """The snapshot; raises `UsageError` where the graph was not built here."""
        if self.snapshot is None:
            raise UsageError("This graph was not built here; there is no snapshot of it.")
        return self.snapshot

    @property
    def is_own(self) -> bool:
        """Say whether this is the project's own graph, rather than somebody's RDF."""
        return self.recipe is not None and not self.recipe.origin

    @cached_property
    def title(self) -> str:
        """What the graph is called: the project's name, or by its own metadata or its files."""
        return self._titled[0]

    @cached_property
    def description(self) -> str:
        """What the graph says of itself as a dataset; empty where it says nothing."""
        return self._titled[1]

    @cached_property
    def _titled(self) -> tuple[str, str]:
        from ipgraph.dataset import titles

        if self.is_own:
            return titles.OWN, ""
        return titles.titled(self.store, self._origin)

    def query(self, text: str, *, infer: bool | None = None) -> Answer:
        """Return the answer of a SPARQL query; the prefixes of the project are declared.

        `infer` says whether what is inferred counts (default: the setting). The query runs in
        this process and cannot be stopped: for text from strangers use the service or the
        command line. Raises `BadQuery`.
        """
        return Answer(self.chosen_store(infer).evaluate(text, prefixes=PREFIXES))

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The competency questions of the project, by topic and title."""
        from ipgraph.dataset import questions

        return questions.all_questions(self.settings.base)

    def ask(self, name: str, **values: str) -> Answer:
        """Return the answer of a competency question, with `values` for its parameters.

        A value is a name of a thing as `describe` takes it, a year or a text; what is not given
        has its default. The question says itself whether what is inferred counts. Raises
        `NotFound` for an unknown question or thing and `UsageError` for an unknown parameter.
        """
        from ipgraph.dataset import questions

        question = questions.named(name, self.settings.base)
        store = self.store if self._outside else self.chosen_store(question.infer)
        return Answer(question.ask(store, values))

    def validate(self) -> Findings:
        """Return what is to be mended in the files that this graph was built from."""
        from ipgraph import checks

        recipe = self.recipe
        if recipe is None:
            raise UsageError("This graph was not built from files here; there is nothing to check.")
        inputs = recipe.inputs if recipe.origin else None
        return checks.check(inputs, reasoner=self.settings.reasoner)

    @cached_property
    def entities(self) -> Entities:
        """The things of the graph, as a reader wants to be told of them."""
        from ipgraph.entities.entity import Entities

        return Entities(self.chosen_store())

    @cached_property
    def index(self) -> SearchIndex:
        """The index of names and terms. A local store without a snapshot is indexed at first use.

        Raises `UsageError` for an endpoint, whose names nobody has read.
        """
        from ipgraph.search.index import SearchIndex

        if self.snapshot is not None:
            return SearchIndex(self.snapshot.search_path)
        if not isinstance(self.store, LocalStore):
            raise UsageError("The names of an endpoint are not indexed; ask it with SPARQL.")
        from ipgraph import scratch
        from ipgraph.search import builder

        path = scratch.folder(self) / "search.sqlite"
        builder.build(self.store, path)
        return SearchIndex(path)

    @cached_property
    def jsonld_context(self) -> dict[str, Any]:
        """The context under which the graph is written as JSON-LD, as JSON."""
        from ipgraph.serialization.jsonld import Context

        return Context.of(self.store).document()

    @cached_property
    def documentation(self) -> Documentation:
        """What documents the classes and properties of the graph."""
        from ipgraph.dataset.documentation import Documentation

        return Documentation(self.entities, self.index)

    @cached_property
    def surveyor(self) -> Surveyor:
        """What surveys the surroundings of things, for drawings."""
        from ipgraph.entities.neighborhood import Surveyor

        return Surveyor(self.entities)

    @cached_property
    def chronicle(self) -> Chronicle:
        """What tells how things changed over time."""
        from ipgraph.entities.timeline import Chronicle

        return Chronicle(self.entities)

    @cached_property
    def sources(self) -> Sources:
        """What tells of the documents that the graph rests on."""
        from ipgraph.entities.documents import Sources

        counts = self.built.manifest["counts"]["graphs"] if self.snapshot else {}
        return Sources(self.entities, counts)

    def search(self, text: str, *, kind: str = "", limit: int = 20) -> Found:
        """Return the things whose names, or else descriptions, hold all words of `text`.

        Exact short names come first. `kind` is the IRI of a class that says most about a thing.
        """
        return self.index.search(text, kind=kind, limit=limit)

    def describe(self, name: str) -> View:
        """Tell of one thing: names, definitions, relations both ways, history, and the sources.

        `name` is an acronym, a label, a prefixed name or an IRI. Raises `NotFound` that names
        the nearest things.
        """
        return self.entities.describe(self.entities.resolve(name))

    @cached_property
    def _explainer(self) -> Explainer:
        from ipgraph.reasoning import Explainer

        return Explainer(self.store)

    def explain(
        self,
        subject: str,
        predicate: str,
        object: str,
        *,
        work: Callable[[str, str], bytes] | None = None,
    ) -> Explanation:
        """Return why a statement holds: a shortest proof, down to what sources state.

        Each of the three is an IRI, a prefixed name, an acronym or a label; `predicate` may be
        ``a``, and `object` the text of a value. Raises `NotFound` for an unknown name, and
        `NotEntailed` where the statement does not hold, saying what is missing for the nearest
        rule. A proof of a long chain takes long: `work` does a job of `ipgraph.workers.jobs`
        elsewhere, where it can be stopped.
        """
        if work is not None:
            import json

            from ipgraph.reasoning import Explanation

            return Explanation.of(
                json.loads(work("explain", json.dumps((subject, predicate, object))))
            )
        from ipgraph.entities.names import resolve_statement

        return self._explainer.explain(*resolve_statement(self.store, subject, predicate, object))

    def called(self, term: str) -> str:
        """Return what to call a term, written as in N-Triples: its label, or a class in words."""
        return self._explainer.name(term)

    def export(
        self,
        target: str | Path | IO[bytes],
        *,
        format: str | None = None,
        about: str | None = None,
        infer: bool | None = None,
    ) -> int:
        """Write the graph to a file or binary stream; return how many statements that were.

        With `about`, a name as `describe` takes it, only the statements that mention that thing.
        The suffix of a file says the format where `format` does not; a stream gets Turtle. TriG
        and N-Quads hold the named graphs, the other formats the merge of them; ``.csv.zip`` and
        ``.xlsx`` hold a table of things and one of statements with their sources. A file is
        written whole or not at all.
        """
        from ipgraph.serialization import graphs

        store = self.chosen_store(infer)
        form = graphs.form_named(format) if format else None
        thing = self.entities.resolve(about) if about else None
        if isinstance(target, str | Path):
            return graphs.export_file(store, Path(target), form, thing)
        return graphs.export(store, target, form or by_name("ttl"), thing)

    def chosen_store(self, infer: bool | None = None) -> Store:
        """Return the store with or without what is inferred; by default as the setting says."""
        wanted = self.settings.infer if infer is None else infer
        return self.store if wanted else self.stated_store

    def info(self) -> dict[str, Any]:
        """Return what the snapshot's manifest says, and where the snapshot lies."""
        return {**self.built.manifest, "folder": str(self.built.folder)}

    def classes(self) -> list[tuple[Name, int]]:
        """Return the classes that the graph has things of, and how many, most frequent first.

        Those of this project where there are any: the classes of other vocabularies are then
        inferred from them. The classes of OWL and RDF themselves are left out.
        """
        counts: dict[str, int] = self.built.manifest["counts"]["classes"]
        own = {iri for iri in counts if iri.startswith(self.settings.base)}
        known = (PREFIXES["owl"], PREFIXES["rdf"], PREFIXES["rdfs"])
        shown = [iri for iri in counts if (iri in own if own else not iri.startswith(known))]
        return [(self.entities.labels.name(iri), counts[iri]) for iri in shown]

    @cached_property
    def dataset(self) -> Dataset:
        """The graph as an `rdflib.Dataset` of one's own, whose default graph is the merge.

        A copy in memory, about 2 µs a quad: what is done to it changes nothing else.
        """
        copy = LocalStore.memory(self.built.graph_path, infer=self.settings.infer)
        return loading.rdflib_dataset(copy.engine)

    @cached_property
    def statistics(self) -> Statistics:
        """The figures of the graph with what is inferred, counted at their first use."""
        from ipgraph.dataset import statistics

        return statistics.count(self.store, self.settings.base)

    def refreshed(self, report: Callable[[str], None] = lambda stage: None) -> KnowledgeGraph:
        """Return the graph of the same files as they are now; itself if nothing has changed."""
        if self.recipe is None:
            return self
        recipe = _recipe_again(self.recipe, self.settings)
        cache = settings_module.cache_folder(self.settings)
        snapshot = catalog.current(recipe, cache, report)
        if self.snapshot is not None and snapshot.hash == self.snapshot.hash:
            return self
        return KnowledgeGraph(self.settings, snapshot=snapshot, recipe=recipe)


def _recipe(target: str | Path | Iterable[str | Path] | None, settings: Settings) -> Recipe:
    if target is None:
        return Recipe("", loading.project_inputs(), settings.base, settings.reasoner)
    paths = [target] if isinstance(target, str | Path) else list(target)
    if not paths:
        raise UsageError("No file was named.")
    expanded = [each for path in paths for each in _expanded(Path(path))]
    origin = "\n".join(str(each.absolute()) for each in expanded)
    return Recipe(origin, loading.inputs_of(expanded), settings.base, settings.reasoner)


def _recipe_again(recipe: Recipe, settings: Settings) -> Recipe:
    return _recipe(
        [Path(each) for each in recipe.origin.split("\n")] if recipe.origin else None, settings
    )


def _expanded(path: Path) -> list[Path]:
    if "*" not in path.name:
        return [path]
    found = sorted(path.parent.glob(path.name))
    if not found:
        raise NotFound(f"No file matches {path}.")
    return found
