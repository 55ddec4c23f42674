"""Bulk loading: files into a closed store in one step, for graphs of millions of triples.

Oxigraph parses and stores the files in its own thread while the reasoner reads them here; the
fixpoint itself takes a tenth of either. Reading the files twice costs less than reading the store.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.reasoning.closure.encoding import chunks_of
from ipgraph.reasoning.closure.reasoner import Reasoner

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ipgraph.reasoning.inference import Closure
    from ipgraph.settings import InferenceLimits

_NT = ox.RdfFormat.N_TRIPLES


def load_closed(
    engine: ox.Store,
    files: Iterable[Path],
    inferred: ox.NamedNode | None = None,
    limits: InferenceLimits | None = None,
) -> Closure:
    """Add the triples of `files` to the default graph of `engine`, and what follows from them.

    Inferred triples go to graph `inferred`, or to the default graph if None. Files of N-Triples
    without blank nodes take the fast path; they must be well-formed, because IRIs are not checked.
    Inconsistencies are in the closure that is returned; the store is filled all the same. `limits`
    bound the closure.
    """
    reasoner = Reasoner(limits=limits)
    fast_files = []
    for file in files:
        if file.suffix == ".nt" and not _has_blank_nodes(file):
            fast_files.append(file)
        else:
            reasoner.add(_load(engine, file))
    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(_bulk_load, engine, fast_files)
        reasoner.add(_chunks(fast_files))
        closure = reasoner.close()
        loading.result()
    closure.store(engine, inferred)
    return closure


def _has_blank_nodes(path: Path) -> bool:
    """True if a file of N-Triples may have blank nodes; a text with ``_:`` counts as one."""
    return any(b"_:" in chunk for chunk in chunks_of(str(path)))


def _load(engine: ox.Store, path: Path) -> bytes:
    """Load a file; return its triples with the labels that its blank nodes have in `engine`."""
    quads = list(ox.parse(path=str(path), rename_blank_nodes=True))
    engine.bulk_extend(quads)
    return ox.serialize((quad.triple for quad in quads), format=_NT) or b""


def _bulk_load(engine: ox.Store, files: Iterable[Path]) -> None:
    for file in files:
        engine.bulk_load(path=str(file), format=_NT, lenient=True)


def _chunks(files: Iterable[Path]) -> Iterator[bytes]:
    for file in files:
        yield from chunks_of(str(file))
