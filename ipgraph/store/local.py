"""Oxigraph in this process: in memory, or on disk and read-only."""

from __future__ import annotations

import errno
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.dataset.config.file import NO_DESCRIPTION, DatasetFile
from ipgraph.errors import BadQuery, StoreDamaged, StoreUnreadable, Unreadable
from ipgraph.namespaces import COMPUTED_GRAPHS, INFERRED_GRAPH
from ipgraph.namespaces.prefixes import DEFAULT, Prefixes
from ipgraph.store import engine_queries
from ipgraph.store.engine_queries import Dataset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ipgraph.sparql.service_values import Functions
    from ipgraph.store import EngineResult, Subject, Term
    from ipgraph.store.originals import Originals

# Oxigraph needs no space before FROM.
_FROM = re.compile(r"(?i)(?:\b|ask|construct)from")
_PART_BYTES = 16 << 20  # about 100,000 to 200,000 quads
# What RocksDB reports when it reads a damaged file.
_DAMAGE = re.compile("Corruption|IO error")
# Reasons why a store does not open that say nothing about its files.
_NOT_DAMAGE = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EACCES, errno.EPERM}
_MERGE = "INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }"


@dataclass(frozen=True, slots=True)
class LocalStore:
    """An Oxigraph store whose default graph is the merge of its named graphs.

    `engine` is Oxigraph's own store, for operations that this class lacks. Do not write to it.
    A store on disk has a `folder`; `on_damage` is called with the reason when it cannot be read.
    `description` says what the terms of the graph are for.
    `originals` returns the forms of literals in the files, if any differs (`as_written`).
    `prefixes` are written at the head of documents and used for names; `languages` are the tags of
    its labels, in the order in which they are shown.
    """

    engine: ox.Store
    folder: Path | None = None
    on_damage: Callable[[str], object] | None = None
    originals: Callable[[], Originals] | None = None
    description: DatasetFile = field(default=NO_DESCRIPTION, compare=False)
    prefixes: Prefixes = field(default=DEFAULT, compare=False)
    languages: tuple[str, ...] = ("en",)

    @classmethod
    def in_memory(cls, source: Path | IO[bytes], *, infer: bool = True) -> LocalStore:
        """Load an N-Quads file of named graphs into memory and merge them.

        Without `infer`, inferred statements are left out. Takes about 3 µs per quad. Blank nodes
        keep the labels of the file, so that all processes return the same results (`bulk_load`
        takes 2 µs and assigns new labels).
        """
        engine = ox.Store()
        if isinstance(source, Path):
            quads = ox.parse(path=str(source), format=ox.RdfFormat.N_QUADS)
        else:
            quads = ox.parse(source, format=ox.RdfFormat.N_QUADS)
        engine.bulk_extend(quads)
        if not infer:
            for graph in COMPUTED_GRAPHS:
                engine.remove_graph(ox.NamedNode(graph))
        merge(engine)
        return cls(engine)

    @classmethod
    def on_disk(
        cls,
        folder: Path,
        on_damage: Callable[[str], object] | None = None,
        originals: Callable[[], Originals] | None = None,
    ) -> LocalStore:
        """Open a store on disk for reading. Call it after a fork, never before.

        Raises `StoreUnreadable`, or `StoreDamaged` if files are missing or changed.
        """
        try:
            return cls(ox.Store.read_only(str(folder)), folder, on_damage, originals)
        except (RuntimeError, OSError) as error:
            if getattr(error, "errno", None) in _NOT_DAMAGE:
                raise StoreUnreadable(f"Cannot open the store in {folder}: {error}") from error
            if on_damage:
                on_damage(str(error))
            raise StoreDamaged(f"Cannot open the store in {folder}: {error}") from error

    def evaluate(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        prefixes: dict[str, str] | None = None,
        base: str | None = None,
        functions: Functions | None = None,
    ) -> EngineResult:
        """Return the result of query `text`, as `Store.evaluate` does.

        The text may also call `functions`. Raises `Refused` for a query that the engine would
        answer wrongly (`ipgraph.sparql.deviations`).
        """
        upper = text.upper()  # cheaper than patterns that ignore case: 0.1 instead of 10 µs
        if not default_graphs and not named_graphs and "FROM" in upper and _FROM.search(text):
            default_graphs, named_graphs = self._graphs_in(text, prefixes or {}, base)
        engine = self.engine
        default: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] | None = None
        if len(default_graphs) > 1:
            engine = self._merge(default_graphs, named_graphs)
            default = [ox.DefaultGraph()]  # overrides FROM in the text
        elif default_graphs:
            default = [ox.NamedNode(default_graphs[0])]
        elif named_graphs:
            default = []  # a dataset of named graphs alone has an empty default graph
        named: list[ox.NamedNode | ox.BlankNode] | None = None
        if named_graphs or default_graphs:
            named = [ox.NamedNode(graph) for graph in named_graphs]

        def run(text: str) -> EngineResult:
            return engine.query(
                text,
                base_iri=base,
                prefixes=prefixes,
                default_graph=default,
                named_graphs=named,
                custom_functions=functions,
            )

        try:
            return engine_queries.run(
                text, upper, run, Dataset(engine, default, prefixes, base, named)
            )
        except (SyntaxError, ValueError) as error:
            from ipgraph.sparql import diagnostics  # late: only an error pays for it

            raise diagnostics.explain(text, str(error), prefixes, base) from error
        except (RuntimeError, OSError) as error:
            if damage := self.damage(error):
                raise damage from error
            raise

    def damage(self, error: Exception) -> StoreDamaged | None:
        """Return the error to raise if an engine exception means damage, otherwise None.

        The blocks of a store on disk have checksums, so it never returns wrong data instead.
        """
        if self.folder is None or not is_damage(error):
            return None
        if self.on_damage:
            self.on_damage(str(error))
        return StoreDamaged(f"The store in {self.folder} cannot be read: {error}")

    def quads(
        self,
        subject: Term | None = None,
        predicate: Term | None = None,
        object: Term | None = None,
        graph: Subject | ox.DefaultGraph | None = None,
    ) -> Iterator[ox.Quad]:
        """Return the quads that match. None matches any term."""
        quads = self.engine.quads_for_pattern(subject, predicate, object, graph)  # type: ignore[arg-type]
        return quads if self.folder is None else self._read(quads)

    def _read(self, quads: Iterator[ox.Quad]) -> Iterator[ox.Quad]:
        try:
            yield from quads
        except (RuntimeError, OSError) as error:
            if damage := self.damage(error):
                raise damage from error
            raise

    def _graphs_in(
        self, text: str, prefixes: Mapping[str, str], base: str | None
    ) -> tuple[Sequence[str], Sequence[str]]:
        """Return the IRIs in FROM and in FROM NAMED, because the engine does not merge graphs.

        An unknown graph is empty and never fetched.
        """
        from ipgraph.sparql import guard  # late: few queries name graphs

        found = guard.inspect(text, guard.UNBOUNDED, prefixes, base)
        for iri in (*found.default_graphs, *found.named_graphs):
            try:
                ox.NamedNode(iri)
            except ValueError as error:
                raise BadQuery(f"FROM <{iri}> is not a valid IRI: {error}.") from error
        return found.default_graphs, found.named_graphs

    def _merge(self, default_graphs: Iterable[str], named_graphs: Iterable[str]) -> ox.Store:
        """Copy graphs into a new store whose default graph is the merge of `default_graphs`."""
        merged = ox.Store()
        for name in default_graphs:
            quads = self.engine.quads_for_pattern(None, None, None, ox.NamedNode(name))
            merged.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
        for name in named_graphs:
            merged.bulk_extend(self.engine.quads_for_pattern(None, None, None, ox.NamedNode(name)))
        return merged


def is_damage(error: Exception) -> bool:
    """True for an exception of the engine that means a damaged file."""
    return bool(_DAMAGE.match(str(error)))


def token_too_long(error: MemoryError, name: str) -> Unreadable:
    """Return the error for a token that exceeds the buffer of the engine's parsers.

    Any other `MemoryError` is raised again.
    """
    if "buffer" not in str(error):  # else "Reached the buffer maximal size of 16777216"
        raise error
    message = f"{name}: a literal, IRI or other token is longer than 16 MiB."
    return Unreadable(message, hint="Shorten it.")


def merge(engine: ox.Store) -> None:
    """Add every triple of the named graphs to the default graph once (RDF 1.1 merge)."""
    engine.update(_MERGE)


def write_store(
    source: ox.Store,
    quads: Path,
    folder: Path,
    inferred: Iterable[bytes] = (),
    *,
    keep_labels: bool = False,
) -> None:
    """Write `source`, whose default graph is empty, to an N-Quads file and to a store on disk.

    `inferred` are chunks of N-Triples that are written to the graph of inferred statements as well;
    their blank nodes are those of `source`. The store on disk also has the merge of the named
    graphs; with `keep_labels`, its blank nodes have the labels of the file (half as fast for small
    graphs). The data streams through files next to `folder`, so that memory use does not grow with
    the graph.
    """
    import shutil
    import tempfile  # late: every command opens a store, but few write one

    source.dump(str(quads), format=ox.RdfFormat.N_QUADS)
    engine = ox.Store(str(folder))
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        triples = Path(scratch, "triples.nt")
        with triples.open("wb") as out:
            for graph in source.named_graphs():
                source.dump(out, format=ox.RdfFormat.N_TRIPLES, from_graph=graph)
            with quads.open("ab") as named:
                for chunk in inferred:
                    out.write(chunk)
                    named.write(chunk.replace(b" .\n", f" <{INFERRED_GRAPH}> .\n".encode()))
        if quads.stat().st_size < _PART_BYTES and not keep_labels:
            # One file: every load assigns new labels, so a blank node stays the same in its graph
            # and in the merge only if both are loaded together.
            everything = Path(scratch, "everything.nq")
            shutil.copyfile(quads, everything)
            with everything.open("ab") as out, triples.open("rb") as lines:
                shutil.copyfileobj(lines, out)
            engine.bulk_load(path=str(everything), format=ox.RdfFormat.N_QUADS)
        else:
            for path in (quads, triples):
                _load_in_parts(engine, path)
    engine.flush()
    engine.optimize()


def _load_in_parts(engine: ox.Store, path: Path) -> None:
    """Load a file of lines in parts, because a load takes memory for all of its quads.

    On LUBM-8, loading takes 63 instead of 56 s, and the build 560 instead of 2,128 MiB.
    """
    with path.open("rb") as file:
        while part := file.readlines(_PART_BYTES):
            with_blank_nodes = [line for line in part if b"_:" in line]
            lines = b"".join(line for line in part if b"_:" not in line)
            engine.bulk_load(lines, format=ox.RdfFormat.N_QUADS)
            if with_blank_nodes:  # only `parse` does not rename them
                lines = b"".join(with_blank_nodes)
                engine.bulk_extend(ox.parse(lines, format=ox.RdfFormat.N_QUADS))
