"""A knowledge graph and its operations: query, describe, search, explain, check, export."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ipgraph.errors import BadQuery, UsageError
from ipgraph.knowledge_graph.lookups import GraphLookups
from ipgraph.serialization.formats import by_name
from ipgraph.snapshots import loading
from ipgraph.store.local import LocalStore
from ipgraph.store.originals import as_stated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rdflib import Dataset

    from ipgraph.checks import CheckReport
    from ipgraph.serialization.query_result import Result
    from ipgraph.sparql.query import Query
    from ipgraph.store import EngineResult, Store

_SHOWN_CLASSES = 10  # in a notebook


class KnowledgeGraph(GraphLookups):
    """A graph to query. No operation changes it. It is a context manager, and has a length.

    `ipgraph.open` makes it. An `external` graph (an endpoint, or a store on disk that Oxigraph
    wrote) has no snapshot.
    """

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
        when = f" as of {self.as_of.day}" if self.as_of else ""
        return f"<KnowledgeGraph {self.name}{when}: {what}>"

    def _repr_html_(self) -> str:
        """Return the title, the size and the largest classes for a notebook."""
        from ipgraph.serialization import display

        if self.snapshot is None:
            return display.html_text(repr(self))
        classes = [(name.label, count) for name, count in self.classes()[:_SHOWN_CLASSES]]
        size = f"{self._size}, as of {self.as_of.day}" if self.as_of else self._size
        return display.html_of_graph(self.title, size, classes)

    @property
    def _size(self) -> str:
        counts = self.built.manifest["counts"]
        return f"{counts['stated']:,} triples stated, {counts['inferred']:,} inferred"

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

    @cached_property
    def dataset(self) -> Dataset:
        """A copy of the graph as `rdflib.Dataset`, with the merge as its default graph.

        The copy is in memory and takes about 2 µs a quad. Changing it does not change the graph.
        """
        from ipgraph.snapshots.snapshot import load_graph

        copy = load_graph(self.built.graph_path, infer=self.settings.infer)
        return loading.rdflib_dataset(copy.engine)


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
