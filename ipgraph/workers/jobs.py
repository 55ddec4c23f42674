"""What a worker does beside queries: look-ups whose cost a visitor can choose.

A job has a name and a text, and writes its answer to a binary file in a format, as a query does.
"""

from __future__ import annotations

import csv
import io
import json
from typing import IO, TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.entities import names
from ipgraph.errors import InvalidData, NotAcceptable
from ipgraph.reasoning import Explainer
from ipgraph.reasoning import Explanation as Explanation  # noqa: PLC0414  the server's type
from ipgraph.serialization import graphs
from ipgraph.serialization.formats import Holds
from ipgraph.serialization.results import write_statements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ipgraph.serialization.formats import Format
    from ipgraph.store import Store
    from ipgraph.workers.wire import Job

    Function = Callable[[Store, str, Format, IO[bytes]], None]

# By the identity of a store: a process has two at most, and keeps them.
_EXPLAINERS: dict[int, Explainer] = {}
_COLUMNS = ("subject", "predicate", "object", "source")


def perform(store: Store, job: Job, form: Format, out: IO[bytes]) -> None:
    """Do a job; raises what the job raises, and `NotAcceptable` as a query does."""
    try:
        JOBS[job.name](store, job.text, form, out)
    except InvalidData as error:  # of the format, not of the data: another one holds the answer
        raise NotAcceptable(str(error)) from error


def statement_text(subject: str, predicate: str, object: str) -> str:
    """Return the input of the job ``explain``."""
    return json.dumps((subject, predicate, object))


def read_explanation(answer: bytes) -> Explanation:
    """Return the explanation that the job ``explain`` wrote."""
    return Explanation.of(json.loads(answer))


def _resolve(store: Store, name: str, form: Format, out: IO[bytes]) -> None:
    """Write the IRI of the thing that a name names."""
    out.write(names.resolve(store, name).encode())


def _explain(store: Store, text: str, form: Format, out: IO[bytes]) -> None:
    """Write the proof of a statement, three names as a JSON array, as JSON."""
    subject, predicate, object_ = json.loads(text)
    goal = names.resolve_statement(store, subject, predicate, object_)
    if id(store) not in _EXPLAINERS:
        _EXPLAINERS[id(store)] = Explainer(store)
    out.write(_EXPLAINERS[id(store)].explain(*goal).json().encode())


def _describe(store: Store, iri: str, form: Format, out: IO[bytes]) -> None:
    """Write what is said of a thing; as CSV what it says itself, with the sources."""
    thing = ox.NamedNode(iri)
    if form.holds is Holds.BINDINGS:
        _write_rows(store.quads(thing), out)
        return
    graphs.export(store, out, form, iri)


def _graph(store: Store, iri: str, form: Format, out: IO[bytes]) -> None:
    """Write a whole named graph."""
    quads = store.quads(graph=ox.NamedNode(iri))
    if form.holds is Holds.BINDINGS:
        _write_rows(quads, out)
        return
    if form.holds is Holds.TRIPLES:
        graphs.write_triples(store, (quad.triple for quad in quads), form, out)
    else:
        write_statements(quads, form, out)


def _write_rows(quads: Iterable[ox.Quad], out: IO[bytes]) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    default = ox.DefaultGraph()
    for quad in quads:
        if quad.graph_name != default:
            cells = (quad.subject, quad.predicate, quad.object, quad.graph_name)
            writer.writerow([getattr(each, "value", str(each)) for each in cells])
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
