"""Files to a closed store in one go, for graphs of millions of triples.

Oxigraph parses and stores in its own thread what the reasoner reads here at the same time; the
fixpoint itself is a tenth of either. Reading the files twice costs less than asking the store.
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

_NT = ox.RdfFormat.N_TRIPLES


def load_closed(
    engine: ox.Store, files: Iterable[Path], inferred: ox.NamedNode | None = None
) -> Closure:
    """Add the triples of some files to `engine`'s default graph, and what follows from them.

    What is inferred goes to graph `inferred`, or to the default graph as well. Files of N-Triples
    without blank nodes take the fast way; they are trusted to be well-formed, as IRIs are not
    checked. Contradictions are in the closure that is returned; the store is filled all the same.
    """
    reasoner = Reasoner()
    fast = []
    for each in files:
        if each.suffix == ".nt" and not _has_blank_nodes(each):
            fast.append(each)
        else:
            reasoner.add(_loaded(engine, each))
    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(_bulk_load, engine, fast)
        reasoner.add(_lines(fast))
        closure = reasoner.close()
        loading.result()
    closure.store(engine, inferred)
    return closure


def _has_blank_nodes(path: Path) -> bool:
    """Tell whether a file of N-Triples may have blank nodes; a text with ``_:`` counts as one."""
    return any(b"_:" in each for each in chunks_of(str(path)))


def _loaded(engine: ox.Store, path: Path) -> bytes:
    """Load a file and return its triples with the labels that its blank nodes have in `engine`."""
    quads = list(ox.parse(path=str(path), rename_blank_nodes=True))
    engine.bulk_extend(quads)
    return ox.serialize((each.triple for each in quads), format=_NT) or b""


def _bulk_load(engine: ox.Store, files: Iterable[Path]) -> None:
    for each in files:
        engine.bulk_load(path=str(each), format=_NT, lenient=True)


def _lines(files: Iterable[Path]) -> Iterator[bytes]:
    for each in files:
        yield from chunks_of(str(each))
