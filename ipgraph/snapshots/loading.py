"""Load RDF files into the named graphs of a store.

Oxigraph's parsers do the work (architecture.md: about ten times as fast as rdflib's own), on bytes
that `ipgraph.inputs` has unpacked, recognized and screened before. Every file has one named graph,
which its `Input` names.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

import pyoxigraph as ox

from ipgraph import resources
from ipgraph.dataset.config.file import NAME, DatasetFile
from ipgraph.errors import NotFound, Unreadable, UsageError
from ipgraph.inputs.options import DEFAULT_MAX_DEPTH, ReadingOptions, Source
from ipgraph.namespaces import FILE_GRAPHS, file_graph

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rdflib import Dataset

    from ipgraph.inputs.parsing import ReadingReport
    from ipgraph.snapshots.declarations import Declarations
    from ipgraph.snapshots.literals import Recorder


class Input(NamedTuple):
    """One file and the named graph that its triples go to.

    `syntax` and `base` are those of `ipgraph.inputs.parsing.Source`. A file that `is_found` was in
    a folder: if it cannot be read, the others are. `label` is what messages call it, if that is
    not its path.
    """

    path: Path
    graph: str
    syntax: str = ""
    base: str = ""
    is_found: bool = False
    label: str = ""

    @property
    def name(self) -> str:
        """The file as readers may see it: its path below the folder that was opened."""
        relative = self.graph.removeprefix(FILE_GRAPHS)
        return unquote(relative) if relative != self.graph else self.path.name

    @property
    def shown(self) -> str:
        """The file in messages."""
        return self.label or str(self.path)


class Inputs(NamedTuple):
    """The files that paths stand for, and the number of files in folders that are not RDF."""

    files: tuple[Input, ...]
    skipped: Counter[str]


def bundled_dataset(cache: Path | None = None) -> DatasetFile:
    """Return the description of the dataset that comes with the package."""
    return DatasetFile.at(resources.file(NAME), cache)


def dataset_inputs(dataset: DatasetFile) -> tuple[Input, ...]:
    """Return the files of a dataset file, as `dataset_files` does."""
    return dataset_files(dataset).files


def dataset_files(dataset: DatasetFile) -> Inputs:
    """Return the files that a dataset file lists, or else all RDF files of its folder.

    Raises `UsageError` for a pattern that matches no file, and `NotFound`.
    """
    if dataset.folder is None:
        raise UsageError("The description of the dataset has no folder, so it names no files.")
    if not dataset.patterns:
        return find([dataset.folder])
    return Inputs(
        tuple(
            Input(path, graph or file_graph(path.relative_to(dataset.folder).as_posix()))
            for path, graph in dataset.input_files()
        ),
        Counter(),
    )


def contexts_of(dataset: DatasetFile) -> tuple[tuple[str, str], ...]:
    """Return the JSON-LD contexts of a dataset file: IRI and path of each."""
    return tuple((iri, str(dataset.resolve(name))) for iri, name in dataset.contexts.items())


def project_inputs() -> tuple[Input, ...]:
    """Return the files of the dataset that comes with the package."""
    return dataset_inputs(bundled_dataset())


def inputs_of(paths: Iterable[str | Path], syntax: str = "") -> tuple[Input, ...]:
    """Return the RDF files in `paths`, as `find` does."""
    return find(paths, syntax).files


def find(paths: Iterable[str | Path], syntax: str = "", known: Iterable[Input] = ()) -> Inputs:
    """Return the `known` files and those in `paths`. A folder stands for all RDF files below it.

    The graph of a file is named after its path below the folder, or its name (`file_graph`); the
    second file of a name gets a number. `syntax` is the key of the syntax of all files. Raises
    `NotFound`.
    """
    inputs = {file.path: file for file in known}
    taken = {file.graph for file in inputs.values()}
    skipped = Counter[str]()
    for path in map(Path, paths):
        is_folder = path.is_dir()
        if is_folder:
            from ipgraph.inputs import selection  # late: every command imports this module

            selected = selection.select(path)
            skipped += selected.skipped
            if not selected.files:
                raise NotFound(
                    f"The folder {path} has no RDF files.", hint=selection.summary(skipped)
                )
            files: tuple[Path, ...] = selected.files
        elif path.is_file():
            files = (path,)
        else:
            raise NotFound(f"There is no file or folder {path}.")
        for file in files:
            absolute = file.resolve()
            if absolute not in inputs:
                name = file.relative_to(path).as_posix() if file != path else file.name
                graph = _free(file_graph(name), taken)
                inputs[absolute] = Input(absolute, graph, syntax, is_found=is_folder)
            elif not is_folder:  # a file that is named too is not only found
                inputs[absolute] = inputs[absolute]._replace(is_found=False)
    return Inputs(tuple(inputs.values()), skipped)


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
    *,
    options: ReadingOptions | None = None,
    report: ReadingReport | None = None,
    declarations: Declarations | None = None,
) -> ox.Store:
    """Return a store in memory with every input in its named graph.

    Triples of the default graph of a TriG or N-Quads file go to the graph of the file. Blank nodes
    of different files are different. `reading` is called with each file, and `recorder` gets the
    literals that the engine stores in another form, and `declarations` the prefixes. `options`
    include another `max_depth`.

    Raises one `Unreadable` for all files that cannot be read, with file, line and column of the
    first error in each; with a `report`, those that were found in folders are reported there
    instead, unless nothing can be read.
    """
    from ipgraph.inputs.parsing import Reader, combined, with_hint
    from ipgraph.inputs.selection import has_own_suffix

    engine = ox.Store()
    reader = Reader(
        engine,
        options or ReadingOptions(max_depth=max_depth),
        report,
        recorder,
        declarations,
    )
    errors: list[Unreadable] = []
    tolerated: list[Unreadable] = []
    is_empty = True
    for file in inputs:
        reading(file.path)
        try:
            data = file.path.read_bytes()
        except OSError as error:
            raise NotFound(f"Cannot read {file.path}: {error.strerror or error}") from error
        may_be_foreign = file.is_found and not has_own_suffix(file.path)
        source = Source(file.shown, file.graph, file.base, file.syntax, may_be_foreign)
        found = list(reader.read(data, source))
        is_empty = is_empty and bool(found)
        if file.is_found and report is not None:
            tolerated += found
            report.broken += [(file.shown, with_hint(error)) for error in found]
        else:
            errors += found
    if errors or (tolerated and is_empty):
        raise combined(errors or tolerated)
    return engine


def rdflib_dataset(engine: ox.Store) -> Dataset:
    """Return an `rdflib.Dataset` over `engine`. Both have the same quads."""
    import rdflib
    from oxrdflib import OxigraphStore

    return rdflib.Dataset(store=OxigraphStore(store=engine))
