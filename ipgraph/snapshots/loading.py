"""Load RDF files into the named graphs of a store.

Oxigraph's parsers do the work (architecture.md: about ten times as fast as rdflib's own), on bytes
that `screening` has read before. Every file has one named graph, which its `Input` names.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph import resources
from ipgraph.dataset.config.file import NAME, DatasetFile
from ipgraph.errors import InvalidData, NotFound, Place, UsageError
from ipgraph.namespaces import file_iri
from ipgraph.snapshots.screening import DEFAULT_MAX_DEPTH, screen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rdflib import Dataset

    from ipgraph.snapshots.declarations import Declarations

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
    files = dataset.input_files()
    return tuple(Input(path, graph or file_iri(path)) for path, graph in files)


def project_inputs() -> tuple[Input, ...]:
    """Return the files of the dataset that comes with the package."""
    return dataset_inputs(bundled_dataset())


def inputs_of(paths: Iterable[str | Path]) -> tuple[Input, ...]:
    """Return the RDF files in `paths`. A folder stands for all RDF files below it.

    The graph of a file has the file's URI as its name. Raises `NotFound` and `InvalidData`.
    """
    inputs: dict[Path, Input] = {}
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
            inputs[absolute] = Input(absolute, file_iri(absolute))
    return tuple(inputs.values())


def load(
    inputs: Iterable[Input],
    max_depth: int = DEFAULT_MAX_DEPTH,
    reading: Callable[[Path], None] = lambda path: None,
    declarations: Declarations | None = None,
) -> ox.Store:
    """Return a store in memory with every input in its named graph.

    Triples of the default graph of a TriG or N-Quads file go to the graph of the file. Blank nodes
    of different files are different. Raises `InvalidData` with file, line and column for the first
    syntax error, and for what `screening.screen` refuses. `reading` is called with each file, and
    `declarations` collect their prefixes.
    """
    engine = ox.Store()
    for file in inputs:
        rdf_format = _format_of(file.path)
        reading(file.path)
        try:
            data = screen(file.path.read_bytes(), file.path, max_depth)
            if file.path.suffix.lower() in _DATASET_SUFFIXES:
                _load_dataset(engine, file, data, rdf_format)
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


def _load_dataset(engine: ox.Store, file: Input, data: bytes, rdf_format: ox.RdfFormat) -> None:
    graph = ox.NamedNode(file.graph)
    default = ox.DefaultGraph()
    quads = ox.parse(data, format=rdf_format, base_iri=file.graph, rename_blank_nodes=True)
    engine.bulk_extend(
        ox.Quad(quad.subject, quad.predicate, quad.object, graph)
        if quad.graph_name == default
        else quad
        for quad in quads
    )


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
