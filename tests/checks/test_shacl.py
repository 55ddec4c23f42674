"""SHACL by small graphs: ``shacl/`` has one for each kind of constraint, with its violations."""

from __future__ import annotations

import warnings
from pathlib import Path

import pyoxigraph as ox
import pytest

from ipgraph.checks import shapes
from ipgraph.checks.locations import Locator
from ipgraph.checks.shacl import Graph, Validation
from ipgraph.namespaces import SHACL
from ipgraph.snapshots.literals import Recorder

PREFIXES = """@prefix : <http://e.test/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
# A target class, so that a case is a shape and its data: every node is a :T.
SHAPE = ":S a sh:NodeShape ; sh:targetClass :T ; "
CASES = {path.stem: path for path in sorted((Path(__file__).parent / "shacl").glob("*.ttl"))}


# pySHACL takes a date to be less than the number 9.
BEYOND_PYSHACL = {"d MaxInclusive"}


def graph_of(text: str, prefixes: str = PREFIXES) -> Graph:
    data = (prefixes + text).encode()
    recorder, store = Recorder(), ox.Store()
    quads = ox.parse(data, format=ox.RdfFormat.TURTLE)
    store.extend(recorder.watch(quads, data, ox.RdfFormat.TURTLE))
    return Graph(store, recorder.originals(store))


def expected_of(path: Path) -> set[str]:
    """The first line of a case: nodes, each with the constraint component that it violates."""
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    return set(first.removeprefix("# expected: ").split(", "))


def violations(path: Path) -> set[str]:
    graph = graph_of(path.read_text(encoding="utf-8"), prefixes="")
    validation = Validation(graph, graph)
    found = {
        f"{name(result.focus)} {result.component.removesuffix('ConstraintComponent')}"
        for result in validation.results()
    }
    assert not validation.refused
    return found


def name(node: object) -> str:
    return str(node).strip("<>").removeprefix("http://e.test/") if str(node)[0] == "<" else "_"


@pytest.mark.parametrize("kind", CASES)
def test_the_nodes_that_violate_a_constraint_are_found(kind: str) -> None:
    expected = expected_of(CASES[kind])
    assert expected
    assert violations(CASES[kind]) == expected


def test_pyshacl_finds_the_same() -> None:
    import rdflib

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pyshacl and rdflib use names that the other deprecates
        import pyshacl

        for kind, path in CASES.items():
            if kind in ("recursion", "datatypes"):  # undefined; rdflib knows no ill-formed month
                continue
            graph = rdflib.Graph().parse(path, format="turtle")
            _, report, _ = pyshacl.validate(graph, shacl_graph=graph)
            sh = rdflib.Namespace(SHACL)
            found = set()
            for result in report.objects(None, sh.result):  # not its details
                component = str(report.value(result, sh.sourceConstraintComponent))
                local = component.removeprefix(SHACL).removesuffix("ConstraintComponent")
                focus = report.value(result, sh.focusNode)
                found.add(f"{name(focus.n3())} {local}")
            assert found == expected_of(path) - BEYOND_PYSHACL, kind


def problems(shape: str, data: str, languages: tuple[str, ...] = ("en",)) -> list[shapes.Problem]:
    found = shapes.run(graph_of(data), graph_of(shape), Locator([]), languages)
    return found.problems


MESSAGES = (
    SHAPE + "sh:property [ sh:path :p ; sh:minCount 1 ; sh:severity sh:Warning ;"
    " sh:message 'A name is needed.'@en, 'Hace falta un nombre.'@es, 'Nom, svp.'@fr-CA ],"
    " [ sh:path :q ; sh:minCount 1 ; sh:severity sh:Info ] ."
)


@pytest.mark.parametrize(
    ("languages", "message"),
    [
        (("en",), "A name is needed."),
        (("es", "en"), "Hace falta un nombre."),
        (("fr",), "Nom, svp."),
        (("de",), "A name is needed."),
    ],
)
def test_a_message_is_in_the_language_of_the_reader(
    languages: tuple[str, ...], message: str
) -> None:
    (problem,) = (
        problem for problem in problems(MESSAGES, ":a a :T .", languages)
        if problem.severity == "warning"
    )  # fmt: skip
    assert problem.message == message
    assert problem.check == "shapes/S/p"
    assert problem.message_in(("es",)) == "Hace falta un nombre."
    assert problem.message_in(("tr",)) == message


def test_severities_and_a_message_for_a_shape_that_has_none() -> None:
    found = {problem.severity: problem for problem in problems(MESSAGES, ":a a :T .")}
    assert set(found) == {"warning", "info"}
    assert found["info"].message == "<http://e.test/q>: a value is required."


def test_a_node_without_an_iri_is_named_by_its_owner() -> None:
    shape = ":S sh:targetObjectsOf :p ; sh:property [ sh:path :q ; sh:minCount 1 ] ."
    (problem,) = problems(shape, ":a :r [ :p [ :s 1 ] ] .")
    assert problem.iri == "http://e.test/a"
    assert problem.detail == "in <http://e.test/r> / <http://e.test/p>:"


def test_placeholders_in_messages_have_the_values_of_the_query() -> None:
    shape = SHAPE + (
        "sh:sparql [ sh:message '{$this} has {?value}.' ; sh:select"
        " 'SELECT $this ?value WHERE { $this <http://e.test/p> ?value }' ] ."
    )
    (problem,) = problems(shape, ":a a :T ; :p 7 .")
    assert problem.message == "<http://e.test/a> has 7."


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ("sh:property [ sh:path :p ; sh:minCount 'x' ] .", "a value of sh:minCount that is no"),
        ("sh:property [ sh:path :p, :q ; sh:minCount 1 ] .", "several paths"),
        ("sh:property [ sh:path ( :p ) ; sh:minCount 1 ] .", "a path whose list"),
        ("sh:minCount 1 .", "sh:minCount without a path"),
        ("sh:property [ sh:path :p ; sh:pattern '(' ] .", "a pattern that is not well formed"),
        ("sh:or :p .", "a list of sh:or that is not well formed"),
        ("sh:sparql [ sh:select 'SELECT $this { $this x:p 1 }' ] .", "a query with a fault"),
        ("sh:sparql [ sh:select 'ASK { $this ?p 1 }' ] .", "a sh:select that is no SELECT"),
        (
            "sh:sparql [ sh:select 'SELECT $this { SERVICE <http://e.test/> { $this ?p 1 } }' ] .",
            "a query with SERVICE",
        ),
        (
            "sh:sparql [ sh:select 'SELECT $this FROM <http://e.test/> { $this ?p 1 }' ] .",
            "a query with FROM",
        ),
        ("sh:target [ a sh:SPARQLTarget ] .", "sh:target"),
        ("sh:expression [ ] .", "sh:expression"),
    ],
)
def test_a_shape_that_cannot_be_run_is_refused_with_the_reason(shape: str, reason: str) -> None:
    validation = Validation(graph_of(":a a :T ."), graph_of(SHAPE + shape))
    assert list(validation.results()) == []
    assert next(iter(validation.refused.values())).startswith(reason)
    assert not validation.ran


def test_only_shapes_that_had_something_to_check_are_counted() -> None:
    shape = SHAPE + (
        "sh:property [ sh:path :p ; sh:node :N ] . :N sh:class :K ."
        " :U sh:targetClass :None ; sh:class :K ."
    )
    found = shapes.run(graph_of(":a a :T ; :p 1 ."), graph_of(shape), Locator([]))
    assert found.ran == 3  # :S, its property and :N
    assert found.idle == ["U"]


def test_a_long_chain_of_nodes_is_a_shape_that_is_not_run() -> None:
    shape = SHAPE + "sh:property [ sh:path :p ; sh:node :S ] ."
    chain = " ".join(f":n{number} :p :n{number + 1} ." for number in range(500))
    found = shapes.run(graph_of(f":n0 a :T . {chain}"), graph_of(shape), Locator([]))
    (refused,) = found.refused.values()
    assert refused.reason.startswith("a chain of more than")


def test_a_path_whose_parts_are_shared_is_not_unfolded() -> None:
    levels = " ".join(f"_:n{number} sh:alternativePath ( _:n{number + 1} _:n{number + 1} ) ."
                      for number in range(40))  # fmt: skip
    shape = (
        f"{SHAPE} sh:property [ sh:path _:n0 ; sh:minCount 1 ] . {levels} _:n40 sh:inversePath :p ."
    )
    found = shapes.run(graph_of(":a a :T ."), graph_of(shape), Locator([]))
    (refused,) = found.refused.values()
    assert refused.reason == "a path of more than 500 parts"


def test_shapes_that_share_others_are_evaluated_once_for_a_node() -> None:
    levels = " ".join(
        f":N{number} sh:path :p ; sh:property :N{number + 1}, :M{number + 1} ."
        f" :M{number} sh:path :p ; sh:property :N{number + 1}, :M{number + 1} ."
        for number in range(40)
    )
    shape = f"{SHAPE} sh:property :N0 . {levels} :N40 sh:path :p ; sh:maxCount 0 ."
    found = shapes.run(graph_of(":a a :T ; :p :a ."), graph_of(shape), Locator([]))
    assert [problem.check for problem in found.problems] == ["shapes/N40"]


def test_a_shape_that_fails_in_the_middle_leaves_nothing_behind() -> None:
    chain = " ".join(f":n{number} :p :n{number + 1} ." for number in range(200))
    shape = (
        ":A sh:targetNode :n0 ; sh:property :Q, [ sh:path :p ; sh:node :Chain ] ."
        " :Chain sh:property [ sh:path :p ; sh:node :Chain ] ."
        " :B sh:targetNode :n0, :n200 ; sh:node :Chain ; sh:property :Q ."
        " :Q sh:path :q ; sh:minCount 1 . :C sh:targetNode :n200 ; sh:node :Chain ."
    )
    found = shapes.run(graph_of(chain), graph_of(shape), Locator([]))
    assert {refused.name for refused in found.refused.values()} == {"A", "B"}
    assert found.problems == []
    shape = shape.replace("sh:node :Chain ; sh:property :Q", "sh:property :Q")
    found = shapes.run(graph_of(chain), graph_of(shape), Locator([]))
    assert [problem.entity for problem in found.problems] == [
        "<http://e.test/n0>",
        "<http://e.test/n200>",
    ]


def test_problems_beyond_the_bound_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "MAX_LISTED", 2)
    shape = SHAPE + "sh:property [ sh:path :p ; sh:minCount 1 ] ."
    found = shapes.run(graph_of(":a a :T . :b a :T . :c a :T ."), graph_of(shape), Locator([]))
    assert len(found.problems) == 2
    assert found.hidden == {"shapes/S/p": 1}
