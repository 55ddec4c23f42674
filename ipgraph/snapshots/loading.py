"""Load RDF files into the named graphs of a store.

rdflib is the API, Oxigraph's parsers and store do the work behind it (architecture.md: about ten
times the speed of rdflib's own). One file is one named graph: `Layout` says which.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.errors import InvalidData, NotFound, Place
from ipgraph.namespaces import EDITORS_GRAPH, ONTOLOGY_GRAPH, SOURCE
from ipgraph.resources import folder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rdflib import Dataset

# Suffix → name of rdflib's plug-in for Oxigraph's parser of that format.
_PARSERS = {
    ".ttl": "ox-turtle",
    ".nt": "ox-ntriples",
    ".nq": "ox-nquads",
    ".trig": "ox-trig",
    ".rdf": "ox-xml",
    ".xml": "ox-xml",
    ".owl": "ox-xml",
    ".jsonld": "ox-json-ld",
}
_DATASETS = {".nq", ".trig"}


@dataclass(frozen=True, slots=True, order=True)
class Input:
    """One file and the named graph that its triples go to."""

    path: Path
    graph: str


def project_inputs() -> tuple[Input, ...]:
    """Return the files of this project's own graph: ontology, page, editors, sources."""
    ontology, data = folder("ontology"), folder("data")
    named = (
        (ontology / "ip.ttl", ONTOLOGY_GRAPH),
        (ontology / "alignments.ttl", ONTOLOGY_GRAPH),
        (data / "ip.ttl", SOURCE + "more-about-ip"),
        (data / "editors.ttl", EDITORS_GRAPH),
    )
    sources = data / "sources"
    # By name, not by glob: 448 files are listed at each start of the command line.
    names = sorted(name for name in os.listdir(sources) if name.endswith(".ttl"))
    return (
        *(Input(path, graph) for path, graph in named),
        *(Input(sources / name, SOURCE + name.removesuffix(".ttl")) for name in names),
    )


def inputs_of(paths: Iterable[str | Path]) -> tuple[Input, ...]:
    """Return the RDF files that `paths` name; a folder stands for the RDF files below it.

    Each file is its own graph, named by its IRI. Raises `NotFound` and `InvalidData`.
    """
    found: dict[Path, Input] = {}
    for given in paths:
        path = Path(given)
        if path.is_dir():
            files = [item for item in sorted(path.rglob("*")) if item.suffix.lower() in _PARSERS]
            if not files:
                raise NotFound(
                    f"There is no RDF file ({', '.join(_PARSERS)}) in the folder {path}."
                )
        elif path.is_file():
            files = [path]
        else:
            raise NotFound(f"There is no file or folder {path}.")
        for file in files:
            _parser_of(file)
            absolute = file.resolve()
            found[absolute] = Input(absolute, absolute.as_uri())
    return tuple(found.values())


def load(inputs: Iterable[Input]) -> ox.Store:
    """Return a store in memory that holds each input in its named graph.

    Triples that a TriG or N-Quads file puts into no graph go to the graph of the file. Blank nodes
    of two files never meet. Raises `InvalidData` with file, line and column at the first fault.
    """
    from rdflib import URIRef

    engine = ox.Store()
    dataset = rdflib_dataset(engine)
    for item in inputs:
        parser = _parser_of(item.path)
        try:
            if item.path.suffix.lower() in _DATASETS:
                _load_dataset(engine, item)
            else:
                dataset.graph(URIRef(item.graph)).parse(
                    item.path, format=parser, publicID=item.graph
                )
        except SyntaxError as error:
            raise _invalid(item.path, error) from error
        except OSError as error:
            raise NotFound(f"{item.path} cannot be read: {error.strerror or error}") from error
    return engine


def rdflib_dataset(engine: ox.Store) -> Dataset:
    """Return an `rdflib.Dataset` over `engine`; both see the same quads."""
    import rdflib
    from oxrdflib import OxigraphStore

    return rdflib.Dataset(store=OxigraphStore(store=engine))


def _load_dataset(engine: ox.Store, item: Input) -> None:
    graph = ox.NamedNode(item.graph)
    default = ox.DefaultGraph()
    engine.bulk_extend(
        ox.Quad(quad.subject, quad.predicate, quad.object, graph)
        if quad.graph_name == default
        else quad
        for quad in ox.parse(path=str(item.path), base_iri=item.graph, rename_blank_nodes=True)
    )


def _parser_of(path: Path) -> str:
    parser = _PARSERS.get(path.suffix.lower())
    if parser is None:
        raise InvalidData(
            f"{path} has no suffix of an RDF format; the suffixes are {', '.join(_PARSERS)}."
        )
    return parser


def _invalid(path: Path, error: SyntaxError) -> InvalidData:
    """Say in one line where a file is broken and what the parser expected there."""
    text = str(error.msg)
    _, colon, expected = text.partition(": ")
    place = Place(error.lineno or 1, error.offset or 1, str(path))
    return InvalidData(f"{place}: {expected if colon else text}", place=place)
