"""The SPARQL test suites of the W3C, read from outside the project, which has no copy of them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import url2pathname

import pyoxigraph as ox
import rdflib

from ipgraph.serialization.basic_encoding import encoded

if TYPE_CHECKING:
    from collections.abc import Iterable

MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
UT = rdflib.Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
QT = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
SITE = "http://w3c.example/"
EngineResult = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples
_FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".n3": ox.RdfFormat.TURTLE,
    ".trig": ox.RdfFormat.TRIG,
    ".nq": ox.RdfFormat.N_QUADS,
}
_RESULTS = {
    ".srx": ox.QueryResultsFormat.XML,
    ".srj": ox.QueryResultsFormat.JSON,
    ".tsv": ox.QueryResultsFormat.TSV,
}


def root() -> Path | None:
    """Return the folder of the suites, or None if this machine lacks them."""
    checkout = Path(__file__).resolve().parents[2]
    places = [checkout / "../shared/w3c", checkout / "../../shared/w3c"]
    if named := os.environ.get("W3C_TESTS"):
        places.insert(0, Path(named))
    for place in places:
        folder = place / "sparql"
        if folder.is_dir():
            return folder.resolve()
    return None


@dataclass(frozen=True)
class Case:
    """One evaluation test: the query, its graphs, and the file of its result."""

    name: str
    query: Path
    data: tuple[Path, ...]
    named: tuple[Path, ...]
    result: Path

    @property
    def files(self) -> tuple[Path, ...]:
        """The graphs of the test; if FROM names them, every graph in the folder of the query."""
        if self.data or "FROM" not in self.text.upper():
            return (*self.data, *self.named)
        paths = sorted(self.query.parent.glob("data*"))
        return tuple(path for path in paths if path.suffix in _FORMATS)

    @property
    def text(self) -> str:
        """The query, with the base IRI that the suite means."""
        return f"BASE <{iri(self.query)}>\n" + self.query.read_text(encoding="utf-8")


def iri(path: Path) -> str:
    """Return the IRI under which a file of the suite is served here."""
    found = root()
    assert found is not None
    return SITE + path.resolve().relative_to(found).as_posix()


def cases(kind: rdflib.URIRef = MF.QueryEvaluationTest, versions: str = "01") -> list[Case]:
    """Return the tests of one type, without those of entailment and SERVICE.

    `versions` are the last digits of the versions of SPARQL. `test_w3c_service` has the tests of
    SERVICE, with their endpoints.
    """
    found: list[Case] = []
    base = root()
    for manifest in sorted(base.glob(f"sparql1[{versions}]/*/manifest.ttl")) if base else []:
        if manifest.parent.name in ("entailment", "service"):
            continue  # other entailment regimes; other endpoints
        graph = rdflib.Graph().parse(manifest)
        for test in sorted(graph.subjects(rdflib.RDF.type, kind), key=str):
            action, result = graph.value(test, MF.action), graph.value(test, MF.result)
            name = f"{manifest.parent.name}/{str(test).rpartition('#')[2] or test}"
            query = graph.value(action, QT.query)
            if query is None or result is None:
                continue
            found.append(
                Case(
                    name,
                    _path(query),
                    tuple(_path(data) for data in graph.objects(action, QT.data)),
                    tuple(_path(data) for data in graph.objects(action, QT.graphData)),
                    _path(result),
                )
            )
    return found


def texts(*kinds: rdflib.URIRef, versions: str = "01") -> dict[str, str]:
    """Return the texts of all tests of some types, by the path of the file in the suite."""
    found: dict[str, str] = {}
    base = root()
    if base is None:
        return found
    for manifest in sorted(base.glob(f"sparql1[{versions}]/**/manifest.ttl")):
        graph = rdflib.Graph().parse(manifest)
        for test in {test for kind in kinds for test in graph.subjects(rdflib.RDF.type, kind)}:
            action = graph.value(test, MF.action)
            nodes = (graph.value(action, QT.query), graph.value(action, UT.request), action)
            text = next(node for node in nodes if isinstance(node, rdflib.URIRef))
            found[_path(text).relative_to(base).as_posix()] = _path(text).read_text("utf-8")
    return dict(sorted(found.items()))


def load(paths: set[Path]) -> ox.Store:
    """Return a store with each file as the graph of its IRI, next to the graphs in the file."""
    store = ox.Store()
    for path in sorted(paths):
        graph = ox.NamedNode(iri(path))
        quads = ox.parse(path=str(path), format=_FORMATS[path.suffix], base_iri=iri(path),
                         rename_blank_nodes=True)  # fmt: skip
        for quad in quads:
            is_default = quad.graph_name == ox.DefaultGraph()
            name = graph if is_default else quad.graph_name
            store.add(ox.Quad(quad.subject, quad.predicate, quad.object, name))
    return store


def graphs_in(path: Path) -> list[str]:
    """Return the names of the graphs that a file of quads contains."""
    quads = ox.parse(path=str(path), format=_FORMATS[path.suffix], base_iri=iri(path))
    return sorted({quad.graph_name.value for quad in quads
                   if isinstance(quad.graph_name, ox.NamedNode)})  # fmt: skip


def canonical(result: EngineResult | list[ox.Triple]) -> object:
    """Return a value that is equal for equal results, whatever their order and blank nodes."""
    if isinstance(result, ox.QueryBoolean):
        return bool(result)
    dataset = ox.Dataset()
    if isinstance(result, ox.QuerySolutions):
        variables = [variable.value for variable in result.variables]
        for row in result:
            node = ox.BlankNode()
            dataset.add(ox.Quad(node, RDF_TYPE, ox.NamedNode("urn:row")))
            for name, value in zip(variables, row, strict=True):
                if value is not None:
                    dataset.add(ox.Quad(node, ox.NamedNode(f"urn:var:{name}"), value))
    else:
        for triple in result:
            dataset.add(ox.Quad(triple.subject, triple.predicate, triple.object))
    return canonical_quads(dataset)


def canonical_quads(quads: Iterable[ox.Quad], *, is_encoded: bool = False) -> frozenset[str]:
    """Return a value that is equal for equal quads, whatever their blank nodes.

    `is_encoded`: the triple terms are in their basic encoding, as canonicalization needs it.
    """
    # The engine stores the values of literals, not their lexical forms ("1.10" is 1.1).
    normal = ox.Store()
    normal.extend(quads if is_encoded else encoded(quads))
    dataset = ox.Dataset(normal)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return frozenset(str(quad) for quad in dataset)


def engine_answer(case: Case) -> object:
    """Return the canonical result of the engine itself; for an error its class."""
    store = ox.Store()
    for path in case.files if not case.data else case.named:
        store.load(path=str(path), format=_FORMATS[path.suffix], base_iri=iri(path),
                   to_graph=ox.NamedNode(iri(path)))  # fmt: skip
    for path in case.data:
        store.load(path=str(path), format=_FORMATS[path.suffix], base_iri=iri(path))
    try:
        return canonical(store.query(case.text))
    except (SyntaxError, RuntimeError, OSError) as error:
        return type(error)


def expected(case: Case) -> object:
    """Return the canonical result that a test expects."""
    if case.result.suffix in _RESULTS:
        return canonical(
            ox.parse_query_results(path=str(case.result), format=_RESULTS[case.result.suffix])
        )
    triples = [
        quad.triple
        for quad in ox.parse(
            path=str(case.result), format=_FORMATS[case.result.suffix], base_iri=iri(case.result)
        )
    ]
    sets = [triple.subject for triple in triples if triple.object == ox.NamedNode(RS + "ResultSet")]
    return canonical(_Rows(triples, sets[0]).result()) if sets else canonical(triples)


class _Rows:
    """A result set in RDF, the form of the oldest tests."""

    def __init__(self, triples: list[ox.Triple], node: object) -> None:
        self._triples = triples
        self._node = node

    def _all(self, node: object, name: str) -> list[Any]:
        return [triple.object for triple in self._triples
                if triple.subject == node and triple.predicate.value == RS + name]  # fmt: skip

    def result(self) -> ox.QuerySolutions | ox.QueryBoolean:
        truth = self._all(self._node, "boolean")
        if truth:
            text = str(truth[0].value).lower()
            document = '{"head":{},"boolean":' + text + "}"
            return ox.parse_query_results(document, format=ox.QueryResultsFormat.JSON)
        names = [name.value for name in self._all(self._node, "resultVariable")]
        lines = ["\t".join("?" + name for name in names)]
        for solution in self._all(self._node, "solution"):
            bound = {
                self._all(binding, "variable")[0].value: self._all(binding, "value")[0]
                for binding in self._all(solution, "binding")
            }
            lines.append("\t".join(str(bound.get(name, "")) for name in names))
        return ox.parse_query_results("\n".join(lines) + "\n", format=ox.QueryResultsFormat.TSV)


def _path(node: object) -> Path:
    return Path(url2pathname(str(node).removeprefix("file://")))
