"""Jobs: look-ups whose cost a visitor can choose. Workers run them in addition to queries.

A job has a name and an input text. It writes its result to a binary file in a format, as a query
does.
"""

from __future__ import annotations

import csv
import io
import json
from typing import IO, TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.entities import names
from ipgraph.reasoning import Explainer
from ipgraph.reasoning import Explanation as Explanation  # noqa: PLC0414  the server's type
from ipgraph.serialization import graphs
from ipgraph.serialization.formats import Content
from ipgraph.serialization.results import write_statements
from ipgraph.store.originals import as_written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ipgraph.serialization.formats import Format
    from ipgraph.store import Store
    from ipgraph.workers.wire import Job

    Function = Callable[[Store, str, Format, IO[bytes]], None]

# By the identity of a store: a process has at most two and never closes them.
_EXPLAINERS: dict[int, Explainer] = {}
_COLUMNS = ("subject", "predicate", "object", "source")


def perform(store: Store, job: Job, output_format: Format, out: IO[bytes]) -> None:
    """Run a job and write its result.

    Raises what the job raises, and `NotAcceptable` if the format cannot hold the result.
    """
    JOBS[job.name](store, job.text, output_format, out)


def statement_text(subject: str, predicate: str, object: str, incomplete: str = "") -> str:
    """Return the input of the job ``explain``."""
    return json.dumps((subject, predicate, object, incomplete))


def read_explanation(result: bytes) -> Explanation:
    """Return the explanation that the job ``explain`` wrote."""
    return Explanation.of(json.loads(result))


def _resolve(store: Store, name: str, output_format: Format, out: IO[bytes]) -> None:
    """Write the IRI of the entity with a name."""
    out.write(names.resolve(store, name).encode())


def _explain(store: Store, text: str, output_format: Format, out: IO[bytes]) -> None:
    """Write the proof of a statement as JSON.

    The input is a JSON array of three names, and a sentence about what was not inferred, if any.
    """
    subject, predicate, object_, *rest = json.loads(text)
    goal = names.resolve_statement(store, subject, predicate, object_)
    if id(store) not in _EXPLAINERS:
        _EXPLAINERS[id(store)] = Explainer(store)
    explanation = _EXPLAINERS[id(store)].explain(*goal, incomplete="".join(rest))
    out.write(explanation.json().encode())


def _describe(store: Store, iri: str, output_format: Format, out: IO[bytes]) -> None:
    """Write the statements about an entity; as CSV only those with it as subject, and sources."""
    if output_format.content is Content.BINDINGS:
        _write_rows(as_written(store).quads(ox.NamedNode(iri)), out)
        return
    graphs.export(store, out, output_format, iri)


def _graph(store: Store, iri: str, output_format: Format, out: IO[bytes]) -> None:
    """Write all statements of a named graph."""
    quads = as_written(store).quads(graph=ox.NamedNode(iri))
    if output_format.content is Content.BINDINGS:
        _write_rows(quads, out)
        return
    if output_format.content is Content.TRIPLES:
        graphs.write_triples(store, (quad.triple for quad in quads), output_format, out)
    else:
        write_statements(quads, output_format, out, store.prefixes.declared)


def _write_rows(quads: Iterable[ox.Quad], out: IO[bytes]) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    default = ox.DefaultGraph()
    for quad in quads:
        if quad.graph_name != default:
            cells = (quad.subject, quad.predicate, quad.object, quad.graph_name)
            writer.writerow([getattr(cell, "value", str(cell)) for cell in cells])
            out.write(text.getvalue().encode())
            text.seek(0)
            text.truncate()
    out.write(text.getvalue().encode())


JOBS: dict[str, Function] = {
    "resolve": _resolve,
    "explain": _explain,
    "describe": _describe,
    "graph": _graph,
}
