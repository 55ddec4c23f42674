"""A knowledge graph and its operations: query, describe, search, explain, check, export."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

import pyoxigraph as ox

from ipgraph.dataset.config.file import DatasetFile
from ipgraph.errors import BadQuery, UsageError
from ipgraph.namespaces import RDF, SHACL
from ipgraph.namespaces.prefixes import Prefixes
from ipgraph.serialization.formats import by_name
from ipgraph.snapshots import loading
from ipgraph.store.local import LocalStore
from ipgraph.store.originals import as_stated

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rdflib import Dataset

    from ipgraph.checks import CheckReport
    from ipgraph.dataset.config.model import DatasetConfig
    from ipgraph.dataset.disagreements import Disagreement
    from ipgraph.dataset.documentation import Documentation
    from ipgraph.dataset.questions import Question
    from ipgraph.dataset.statistics import Statistics
    from ipgraph.entities.entity import Description, Entities
    from ipgraph.entities.labels import Name
    from ipgraph.entities.languages import Languages
    from ipgraph.entities.neighborhood import Neighborhood, Neighborhoods
    from ipgraph.entities.sources import Sources
    from ipgraph.entities.timeline import Timeline, Timelines
    from ipgraph.reasoning import Explainer, Explanation
    from ipgraph.search.index import SearchIndex, SearchResults
    from ipgraph.serialization.query_result import Result
    from ipgraph.settings import Settings
    from ipgraph.snapshots.findings import Findings
    from ipgraph.snapshots.snapshot import Recipe, Snapshot
    from ipgraph.snapshots.targets import Arrivals
    from ipgraph.sparql.query import Query
    from ipgraph.store import EngineResult, Store, Term

_SHOWN_CLASSES = 10  # in a notebook


class KnowledgeGraph:
    """A graph to query. No operation changes it. It is a context manager, and has a length.

    `ipgraph.open` makes it. An `external` graph (an endpoint, or a store on disk that Oxigraph
    wrote) has no snapshot.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        snapshot: Snapshot | None = None,
        recipe: Recipe | None = None,
        external: Store | Path | None = None,
        origin: str = "",
        arrivals: Arrivals | None = None,
        languages: Iterable[str] = (),
        dataset_file: DatasetFile | None = None,
        given: tuple[Any, Any] = (None, None),
    ) -> None:
        """`given` are the target and the description that the graph was opened with."""
        self.preferred_languages = tuple(languages)
        self.settings = settings
        self.snapshot = snapshot
        self.recipe = recipe
        self.arrivals = arrivals  # holds the files that this graph was fetched from
        self._external = external
        self._origin = recipe.origin if recipe else origin
        self.dataset_file = recipe.dataset if recipe else dataset_file or DatasetFile()
        self.given = given
        self.is_closed = False

    def __enter__(self) -> Self:
        """Return the graph; the end of the block closes it."""
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the store, the indexes and temporary files. Then nothing can be asked any more.

        A graph that nothing refers to is released as well.
        """
        for name in [name for name in vars(self) if hasattr(type(self), name)]:
            del vars(self)[name]  # the cached properties
        self.snapshot = self.arrivals = self._external = None
        self.is_closed = True

    def __len__(self) -> int:
        """Return the number of triples, inferred ones included if the setting `infer` is on.

        A triple of several named graphs counts once.
        """
        if self.snapshot is not None:
            counts = self.snapshot.manifest["counts"]
            return int(counts["triples" if self.settings.infer else "stated"])
        (row,) = self.query("SELECT (COUNT(*) AS ?count) { ?s ?p ?o }")
        return int(row.count)

    def __bool__(self) -> bool:
        """Return True: an empty graph is a graph."""
        return True

    def __repr__(self) -> str:
        if self.is_closed:
            return "<KnowledgeGraph: closed>"
        what = self._size if self.snapshot else self._origin
        return f"<KnowledgeGraph {self.name}: {what}>"

    def _repr_html_(self) -> str:
        """Return the title, the size and the largest classes for a notebook."""
        from ipgraph.serialization import display

        if self.snapshot is None:
            return display.html_text(repr(self))
        classes = [(name.label, count) for name, count in self.classes()[:_SHOWN_CLASSES]]
        return display.html_of_graph(self.title, self._size, classes)

    @property
    def _size(self) -> str:
        counts = self.built.manifest["counts"]
        return f"{counts['stated']:,} triples stated, {counts['inferred']:,} inferred"

    @property
    def config(self) -> DatasetConfig:
        """The values of the dataset file; the defaults if there is none."""
        return self.dataset_file.config

    @cached_property
    def store(self) -> Store:
        """The store that includes inferred statements."""
        if isinstance(self._external, Path):
            return self._described(LocalStore.on_disk(self._external))
        return self._described(self._external or self.built.store())

    @cached_property
    def prefixes(self) -> Prefixes:
        """The prefixes: those of the dataset file, of the data files, and the well-known ones."""
        declared = dict(self.dataset_file.prefixes)
        for name, namespace in (self.snapshot.prefixes if self.snapshot else {}).items():
            declared.setdefault(name, namespace)
        return Prefixes(declared)

    @property
    def has_open_store(self) -> bool:
        """True if this process has opened the store; one on disk does not survive a fork."""
        return "store" in vars(self) or not (self.snapshot or isinstance(self._external, Path))

    @cached_property
    def stated_store(self) -> Store:
        """The store without inferred statements, loaded at first use."""
        if self._external is not None:
            raise UsageError(
                "Only a graph built by ipgraph knows which statements are inferred. "
                "Query this graph with infer=True."
            )
        return self._described(self.built.store(infer=False))

    def _described(self, store: Store) -> Store:
        names: dict[str, Any] = {"description": self.dataset_file, "prefixes": self.prefixes}
        if self.snapshot:
            names["languages"] = tuple(self.snapshot.languages)
        return replace(store, **names)  # type: ignore[type-var]

    @property
    def built(self) -> Snapshot:
        """The snapshot. Raises `UsageError` for an external graph."""
        if self.is_closed:
            raise UsageError("The graph has been closed.", hint="Open it again.")
        if self.snapshot is None:
            raise UsageError("This graph was not built by ipgraph and has no snapshot.")
        return self.snapshot

    @property
    def is_bundled(self) -> bool:
        """True if `ipgraph.open()` without arguments opens this graph."""
        return self.given == (None, None) and self.recipe is not None

    @cached_property
    def name(self) -> str:
        """The name of the graph in names of files: a-z, 0-9 and hyphens."""
        from ipgraph.dataset import titles

        return self.config.name or titles.name_of_origin(self._origin)

    @property
    def exports_inferred(self) -> bool:
        """True if exports and downloads have the inferred statements by default.

        The key ``export`` of the dataset file decides; without it, only stated statements are
        exported. A graph that was not built here is exported whole.
        """
        return bool(self._external) or (self.config.export == "closed" and self.settings.infer)

    @cached_property
    def title(self) -> str:
        """The title of the graph: from its metadata, else from the names of its files."""
        return self._title_and_description[0]

    @cached_property
    def description(self) -> str:
        """The description in the metadata of the graph, or an empty text."""
        return self._title_and_description[1]

    @cached_property
    def _title_and_description(self) -> tuple[str, str]:
        from ipgraph.dataset import titles

        languages = self.config.languages or ("en",)
        title = self.config.title.choose(languages)
        description = self.config.description.choose(languages)
        if title and description:
            return title, description
        found = titles.title_and_description(self.store, self._origin)
        return title or found[0], description or found[1]

    def query(
        self,
        text: str,
        *,
        bindings: Mapping[str, object] | None = None,
        infer: bool | None = None,
    ) -> Result:
        """Run a SPARQL query, in which the `prefixes` of the graph are declared.

        `bindings` are values of its variables: Python values, or terms of pyoxigraph or rdflib. A
        text is an IRI if it is written ``<…>``, starts with a scheme and ``//`` or with ``urn:``,
        or is a prefixed name with a known prefix; else a plain literal. Values are never part of
        the text of the query. `infer` includes inferred statements (default: the setting). The
        query runs in this process and cannot be stopped: for text from untrusted users use the
        service or the command line. Raises `BadQuery`, and `UsageError` for a binding that the
        query has no variable for.
        """
        from ipgraph.sparql import bindings as given
        from ipgraph.sparql.evaluation import evaluate
        from ipgraph.sparql.query import Query

        terms = given.terms(bindings, self.prefixes) if bindings else ()
        query = Query(text, prefixes=self.prefixes.used_in(text), bindings=terms)
        store = self.store_for(infer)
        try:
            return _result(store, evaluate(store, query), query)
        except BadQuery:
            from ipgraph.sparql.guard import admit  # late: it may have a better reason

            admit(text, prefixes=self.prefixes)
            raise

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The competency questions of the dataset, by topic and title."""
        from ipgraph.dataset import questions

        return questions.load_all(questions.folder_of(self.dataset_file))

    def ask(self, name: str, **values: str) -> Result:
        """Answer a competency question, with `values` for its parameters.

        A value is an entity name as in `describe`, a year or a text; a parameter without a value
        has its default. The question decides whether inferred statements are included. Raises
        `NotFound` for an unknown question or entity and `UsageError` for an unknown parameter.
        """
        from ipgraph.dataset import questions

        question = questions.by_name(name, questions.folder_of(self.dataset_file))
        store = self.store if self._external else self.store_for(question.infer)
        return _result(store, question.ask(store, values))

    def check(
        self,
        *,
        shapes: str | Path | Sequence[str | Path] | None = None,
        style: bool | None = None,
        select: Sequence[str] = (),
        ignore: Sequence[str] = (),
        languages: Sequence[str] = ("en",),
    ) -> CheckReport:
        """Check the files that this graph was built from, in a child process; report problems.

        `shapes` are files of SHACL shapes, in place of those in the files. `style` checks the
        layout of Turtle too. `select` and `ignore` name checks or groups of them, as in
        ``["shapes", "consistency"]``. Messages are in the first of `languages` that they have.
        Raises `BuildStopped` if the process reaches a limit of the settings or crashes.
        """
        from ipgraph.checks import isolated, plan

        recipe = self.recipe
        if recipe is None:
            raise UsageError("This graph was not built from files, so there is nothing to check.")
        chosen = plan.adjusted(
            plan.plan_of(recipe.inputs, recipe.dataset),
            shapes=shapes,
            style=style,
            select=select,
            ignore=ignore,
        )
        return isolated.check(chosen, self.settings, tuple(languages))

    @cached_property
    def has_shapes(self) -> bool:
        """True if the dataset file names SHACL shapes, or the graph has some."""
        if self.config.checks.shapes:
            return True
        terms = ((None, SHACL + "targetClass"), (SHACL + "NodeShape", RDF + "type"))
        return any(
            next(iter(self.store.quads(None, ox.NamedNode(predicate), value)), None)
            for class_, predicate in terms
            for value in [ox.NamedNode(class_) if class_ else None]
        )

    def disagreements(self) -> tuple[Disagreement, ...]:
        """Return the facts for which documents give different values, by kind and entity.

        Dates and figures are compared in every graph, other facts as the dataset file says.
        """
        return self._disagreements

    @cached_property
    def _disagreements(self) -> tuple[Disagreement, ...]:
        from ipgraph.dataset import disagreements

        graphs = self.snapshot.manifest["counts"]["graphs"] if self.snapshot else {}
        return disagreements.find(self.store, self.questions) if len(graphs) > 1 else ()

    @cached_property
    def entities(self) -> Entities:
        """Descriptions of entities by IRI."""
        from ipgraph.entities.entity import Entities

        counts = self.snapshot.manifest["counts"]["graphs"] if self.snapshot else {}
        return Entities(self.store_for(), self.languages, counts)

    @cached_property
    def languages(self) -> Languages:
        """The order of languages in which texts are shown: preferred ones, none, most used ones."""
        from ipgraph.entities.languages import Languages

        preferred = (*self.preferred_languages, *self.config.languages)
        return Languages(preferred, self.snapshot.languages if self.snapshot else ("en",))

    @cached_property
    def index(self) -> SearchIndex:
        """The index of names and terms. A local store without a snapshot is indexed at first use.

        Raises `UsageError` for an endpoint, which has no index.
        """
        from ipgraph.search.index import SearchIndex

        if self.snapshot is not None:
            found = SearchIndex(self.snapshot.search_path, self.snapshot.rebuild_search)
            return found.labeled_by(self.entities.labels) if self.preferred_languages else found
        if not isinstance(self.store, LocalStore):
            raise UsageError("The names in a SPARQL endpoint are not indexed. Use a query.")
        from ipgraph import scratch
        from ipgraph.search import builder

        path = scratch.folder(self) / "search.sqlite"
        builder.build(self.store, path)
        return SearchIndex(path)

    @cached_property
    def jsonld_context(self) -> dict[str, Any]:
        """The JSON-LD context of the graph."""
        from ipgraph.serialization.jsonld import Context

        return Context.of(self.store).document()

    @cached_property
    def documentation(self) -> Documentation:
        """The documentation of the classes and properties of the graph."""
        from ipgraph.dataset.documentation import Documentation

        return Documentation(self.entities, self.index)

    @cached_property
    def neighborhoods(self) -> Neighborhoods:
        """Neighborhoods of entities by IRI; `neighbors` takes names."""
        from ipgraph.entities.neighborhood import Neighborhoods

        return Neighborhoods(self.entities)

    @cached_property
    def timelines(self) -> Timelines:
        """Timelines of entities by IRI; `timeline` takes names."""
        from ipgraph.entities.timeline import Timelines

        return Timelines(self.entities)

    @cached_property
    def sources(self) -> Sources:
        """The documents that the statements of the graph come from."""
        from ipgraph.entities.sources import Sources

        return Sources(self.entities)

    def search(self, text: str, *, kind: str = "", limit: int = 20) -> SearchResults:
        """Return the entities whose names, or else descriptions, contain all words of `text`.

        Exact short names come first. `kind` is the IRI of a class: only entities with this most
        specific class.
        """
        return self.index.search(text, kind=kind, limit=limit)

    def describe(self, name: str) -> Description:
        """Describe an entity: names, definitions, relations both ways, history, and sources.

        `name` is an acronym, a label, a prefixed name or an IRI. Raises `NotFound`, which
        suggests similar names.
        """
        return self.entities.describe(self.entities.resolve(name))

    def neighbors(self, name: str, *, levels: int = 0) -> Neighborhood:
        """Return an entity and its neighbors as nodes and edges, at most `MAX_NODES` nodes.

        With `levels`, only its parts, that many levels deep, if it has any. `name` as in
        `describe`.
        """
        iri = self.entities.resolve(name)
        if levels:
            return self.neighborhoods.parts(iri, levels)
        return self.neighborhoods.around(iri)

    def timeline(self, name: str | None = None) -> Timeline:
        """Return the dated events and relations of an entity, or all events of the graph.

        `name` as in `describe`.
        """
        if name is None:
            return self.timelines.whole()
        return self.timelines.of(self.entities.resolve(name))

    @cached_property
    def explainer(self) -> Explainer:
        """Proofs of statements given as terms; `explain` takes names."""
        from ipgraph.reasoning import Explainer

        return Explainer(self.store)

    def explain(self, subject: str, predicate: str, object: str) -> Explanation:
        """Show why a statement holds: a shortest proof from the statements of sources.

        Each argument is an IRI, a prefixed name, an acronym or a label; `predicate` may be ``a``,
        and `object` the text of a literal. Raises `NotFound` for an unknown name, and
        `NotEntailed` if the statement does not hold, with what is missing for the nearest rule,
        and what was not inferred if inference reached a limit. A long chain of steps takes long to
        prove.
        """
        from ipgraph.entities.names import resolve_statement

        goal = resolve_statement(self.store, subject, predicate, object)
        return self.explainer.explain(*goal, incomplete=self.incomplete)

    def label(self, term: str | Term) -> str:
        """Return the label of a term from a result, or of the entity with this name.

        `term` is an RDF term or a name as in `describe`. The label of a literal is its text.
        Raises `NotFound` for an unknown name, but not for an IRI given as a term.
        """
        if isinstance(term, str):
            term = ox.NamedNode(self.entities.resolve(term))
        if isinstance(term, ox.NamedNode):
            return self.entities.labels.name(term.value).label
        return str(getattr(term, "value", term))

    def export(
        self,
        target: str | Path | IO[bytes],
        *,
        format: str | None = None,
        about: str | None = None,
        infer: bool | None = None,
    ) -> int:
        """Write the graph to a file or binary stream; return the number of statements.

        `about`, a name as in `describe`, limits the export to the statements that mention that
        entity. Without `format`, a file has the format of its suffix, and a stream gets Turtle.
        TriG and N-Quads contain the named graphs, the other formats the merge of them;
        ``.csv.zip`` and ``.xlsx`` contain a table of entities and one of statements with their
        sources. `infer` includes inferred statements (default: `exports_inferred`). Literals are
        written as in the files of the graph. A failed export leaves an existing file unchanged and
        writes nothing to a stream. Raises `NotAcceptable` for what the format cannot hold.
        """
        from ipgraph.serialization import graphs

        store = self.store_for(self.exports_inferred if infer is None else infer)
        output_format = graphs.format_by_name(format) if format else None
        entity = self.entities.resolve(about) if about else None
        if isinstance(target, str | Path):
            return graphs.export_file(store, Path(target), output_format, entity)
        return graphs.export(store, target, output_format or by_name("ttl"), entity)

    def store_for(self, infer: bool | None = None) -> Store:
        """Return the store with or without inferred statements (default: the setting).

        Raises `UsageError` if inferred ones are asked for and the graph was opened without any.
        """
        if infer and self.recipe is not None and self.recipe.reasoner == "none":
            raise UsageError(
                "This graph was opened without inference.", hint="Open it without --no-infer."
            )
        wanted = self.settings.infer if infer is None else infer
        return self.store if wanted else self.stated_store

    def info(self) -> dict[str, Any]:
        """Return the manifest of the snapshot, its folder, and the size of the cache."""
        from ipgraph.settings import cache_folder
        from ipgraph.snapshots.cache import usage

        folder = cache_folder(self.settings)
        used = usage(folder)
        cache = {
            "folder": str(folder),
            "snapshots": used.snapshots,
            "bytes": used.size_bytes,
            "limit_bytes": self.settings.cache_limit_mib << 20,
        }
        return {**self.built.manifest, "folder": str(self.built.folder), "cache": cache}

    @property
    def incomplete(self) -> str:
        """A sentence about what was not inferred because of a limit, or nothing."""
        return self.snapshot.incomplete if self.snapshot else ""

    @property
    def warnings(self) -> list[str]:
        """What users of the graph must know, a line each: contradictions, files without effect."""
        return self.snapshot.warnings if self.snapshot else []

    @property
    def findings(self) -> Findings | None:
        """What the build found: contradictions, files that cannot be read, repairs, and more.

        None for a graph that was not built by ipgraph.
        """
        return self.snapshot.findings if self.snapshot else None

    @property
    def notes(self) -> tuple[str, ...]:
        """What the users of the graph must know about its inferred statements, in sentences."""
        return self.snapshot.notes if self.snapshot else ()

    def classes(self) -> list[tuple[Name, int]]:
        """Return the classes that have entities in the graph, with counts, largest first.

        If the dataset file says which classes are its own, only these: the classes of other
        vocabularies are then inferred from them. The classes of OWL and RDF are left out, unless
        the terms of an ontology are all there is.
        """
        from ipgraph.search.vocabulary import content  # late: it opens no index

        counts: dict[str, int] = self.built.manifest["counts"]["classes"]
        terms = self.config.iris.terms
        own = {iri for iri in counts if terms and iri.startswith(terms)}
        shown = own or {iri for iri, _ in content(counts.items())}
        return [
            (self.entities.labels.name(iri), count) for iri, count in counts.items() if iri in shown
        ]

    @cached_property
    def dataset(self) -> Dataset:
        """A copy of the graph as `rdflib.Dataset`, with the merge as its default graph.

        The copy is in memory and takes about 2 µs a quad. Changing it does not change the graph.
        """
        from ipgraph.snapshots.snapshot import load_graph

        copy = load_graph(self.built.graph_path, infer=self.settings.infer)
        return loading.rdflib_dataset(copy.engine)

    @cached_property
    def statistics(self) -> Statistics:
        """The VoID figures of the graph with inferred statements, counted at first use."""
        from ipgraph.dataset import statistics

        return statistics.count(self.store, self.config.iris.things)


def _result(store: Store, result: EngineResult, query: Query | None = None) -> Result:
    """Return a result whose errors, which come while it is read, are those of the command line."""
    from ipgraph.serialization.query_result import Result  # late: the command line writes bytes

    def explained(error: Exception) -> Exception | None:
        damage = store.damage(error) if isinstance(store, LocalStore) else None
        if damage or query is None:
            return damage
        from ipgraph.sparql.evaluation import engine_error

        return engine_error(query, error)

    return Result(as_stated(result, store), explained, store.prefixes)
