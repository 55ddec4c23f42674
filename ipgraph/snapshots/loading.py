"""Load RDF files into the named graphs of a store.

Oxigraph's parsers do the work (architecture.md: about ten times as fast as rdflib's own), on bytes
that `screening` has read before. Every file has one named graph, which its `Input` names.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pyoxigraph as ox

from ipgraph import resources
from ipgraph.dataset.config.file import NAME, DatasetFile
from ipgraph.errors import InvalidData, NotFound, Place, UsageError
from ipgraph.namespaces import FILE_GRAPHS, file_graph
from ipgraph.snapshots.literals import may_differ
from ipgraph.snapshots.screening import DEFAULT_MAX_DEPTH, screen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rdflib import Dataset

    from ipgraph.snapshots.declarations import Declarations
    from ipgraph.snapshots.literals import Recorder

_FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
}
_DATASET_SUFFIXES = {".nq", ".trig"}


@dataclass(frozen=True, slots=True, order=True)
class Input:
    """One file and the named graph that its triples go to."""

    path: Path
    graph: str

    @property
    def name(self) -> str:
        """The file as readers may see it: its path below the folder that was opened."""
        relative = self.graph.removeprefix(FILE_GRAPHS)
        return unquote(relative) if relative != self.graph else self.path.name


def bundled_dataset(cache: Path | None = None) -> DatasetFile:
    """Return the description of the dataset that comes with the package."""
    return DatasetFile.at(resources.file(NAME), cache)


def dataset_inputs(dataset: DatasetFile) -> tuple[Input, ...]:
    """Return the files that a dataset file lists, or else all RDF files of its folder.

    Raises `UsageError` for a pattern that matches no file, and `NotFound`.
    """
    if dataset.folder is None:
        raise UsageError("The description of the dataset has no folder, so it names no files.")
    if not dataset.patterns:
        return inputs_of([dataset.folder])
    return tuple(
        Input(path, graph or file_graph(path.relative_to(dataset.folder).as_posix()))
        for path, graph in dataset.input_files()
    )


def project_inputs() -> tuple[Input, ...]:
    """Return the files of the dataset that comes with the package."""
    return dataset_inputs(bundled_dataset())


def inputs_of(paths: Iterable[str | Path]) -> tuple[Input, ...]:
    """Return the RDF files in `paths`. A folder stands for all RDF files below it.

    The graph of a file is named after its path below the folder, or its name (`file_graph`); the
    second file of a name gets a number. Raises `NotFound` and `InvalidData`.
    """
    inputs: dict[Path, Input] = {}
    taken: set[str] = set()
    for path in map(Path, paths):
        if path.is_dir():
            files = [file for file in sorted(path.rglob("*")) if file.suffix.lower() in _FORMATS]
            if not files:
                raise NotFound(f"The folder {path} has no RDF files ({', '.join(_FORMATS)}).")
        elif path.is_file():
            files = [path]
        else:
            raise NotFound(f"There is no file or folder {path}.")
        for file in files:
            _format_of(file)
            absolute = file.resolve()
            if absolute not in inputs:
                name = file.relative_to(path).as_posix() if file != path else file.name
                inputs[absolute] = Input(absolute, _free(file_graph(name), taken))
    return tuple(inputs.values())


def _free(graph: str, taken: set[str]) -> str:
    """Return the name of a graph, with a number before its path if there is one of that name."""
    path = graph.removeprefix(FILE_GRAPHS)
    numbered = (f"{FILE_GRAPHS}{number}/{path}" for number in count(2))
    found = next(name for name in chain([graph], numbered) if name not in taken)
    taken.add(found)
    return found


def load(
    inputs: Iterable[Input],
    max_depth: int = DEFAULT_MAX_DEPTH,
    reading: Callable[[Path], None] = lambda path: None,
    recorder: Recorder | None = None,
    declarations: Declarations | None = None,
) -> ox.Store:
    """Return a store in memory with every input in its named graph.

    Triples of the default graph of a TriG or N-Quads file go to the graph of the file. Blank nodes
    of different files are different. Raises `InvalidData` with file, line and column for the first
    syntax error, and for what `screening.screen` refuses. `reading` is called with each file,
    `recorder` gets the literals that the engine stores in another form, and `declarations` the
    prefixes of the files.
    """
    engine = ox.Store()
    for file in inputs:
        rdf_format = _format_of(file.path)
        reading(file.path)
        try:
            data = screen(file.path.read_bytes(), file.path, max_depth)
            watched = recorder if recorder and may_differ(data, rdf_format) else None
            if watched or file.path.suffix.lower() in _DATASET_SUFFIXES:
                _load_dataset(engine, file, data, rdf_format, watched)
            else:
                graph = ox.NamedNode(file.graph)
                engine.load(data, format=rdf_format, base_iri=file.graph, to_graph=graph)
            if declarations is not None:
                declarations.read(data, rdf_format, file.graph)
        except SyntaxError as error:
            raise _parse_error(file.path, error) from error
        except MemoryError as error:
            if "buffer" not in str(error):  # else "Reached the buffer maximal size of 16777216"
                raise
            message = f"{file.path}: a literal, IRI or other token is longer than 16 MiB."
            raise InvalidData(message, hint="Shorten it.") from error
        except OSError as error:
            raise NotFound(f"Cannot read {file.path}: {error.strerror or error}") from error
    return engine


def rdflib_dataset(engine: ox.Store) -> Dataset:
    """Return an `rdflib.Dataset` over `engine`. Both have the same quads."""
    import rdflib
    from oxrdflib import OxigraphStore

    return rdflib.Dataset(store=OxigraphStore(store=engine))


def _load_dataset(
    engine: ox.Store,
    file: Input,
    data: bytes,
    rdf_format: ox.RdfFormat,
    recorder: Recorder | None,
) -> None:
    graph = ox.NamedNode(file.graph)
    default = ox.DefaultGraph()
    parsed = ox.parse(data, format=rdf_format, base_iri=file.graph, rename_blank_nodes=True)
    quads = (
        ox.Quad(quad.subject, quad.predicate, quad.object, graph)
        if quad.graph_name == default
        else quad
        for quad in parsed
    )
    engine.bulk_extend(recorder.watch(quads, data, rdf_format) if recorder else quads)


def _format_of(path: Path) -> ox.RdfFormat:
    rdf_format = _FORMATS.get(path.suffix.lower())
    if rdf_format is None:
        raise InvalidData(
            f"{path} does not have the suffix of an RDF format. The suffixes are "
            f"{', '.join(_FORMATS)}."
        )
    return rdf_format


def _parse_error(path: Path, error: SyntaxError) -> InvalidData:
    """Return an error of one line with the place, and what the parser expected there."""
    text = str(error.msg)
    _, colon, expected = text.partition(": ")
    place = Place(error.lineno or 1, error.offset or 1, str(path))
    return InvalidData(f"{place}: {expected if colon else text}", place=place)
