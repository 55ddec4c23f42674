"""Shapes that are not built in: given to pySHACL in a process of its own, or reported."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from ipgraph.checks import Plan, check
from ipgraph.checks.shacl import reference
from ipgraph.errors import InvalidData
from ipgraph.snapshots import loading

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """@prefix : <http://e.test/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:Even a sh:ConstraintComponent ;
  sh:parameter [ sh:path :divisor ] ;
  sh:validator [ a sh:SPARQLAskValidator ; sh:message "Not divisible."@en ;
    sh:ask "ASK { BIND(xsd:integer($value / $divisor) AS ?q) FILTER(?q * $divisor = $value) }" ;
    sh:prefixes :Prefixes ] .
:Prefixes sh:declare [ sh:prefix "xsd" ;
  sh:namespace "http://www.w3.org/2001/XMLSchema#"^^xsd:anyURI ] .
:S sh:targetClass :T ; sh:property [ sh:path :p ; :divisor 2 ; sh:severity sh:Warning ] .
:Built sh:targetClass :T ; sh:property [ sh:path :q ; sh:minCount 1 ] .
:a a :T ; :p 4 ; :q 1 . :b a :T ; :p 5 ; :q 1 . :c :has [ a :T ; :p 7 ] .
"""


@pytest.fixture
def shaped(tmp_path: Path) -> Plan:
    path = tmp_path / "shaped.ttl"
    path.write_text(TEXT, encoding="utf-8")
    return Plan(loading.inputs_of([path]), select=("shapes",))


def test_pyshacl_runs_what_is_not_built_in(shaped: Plan) -> None:
    pytest.importorskip("pyshacl")
    report = check(shaped)
    assert sorted(
        (problem.iri, problem.severity, problem.message.rstrip(".")) for problem in report.problems
    ) == [
        ("http://e.test/b", "warning", "Not divisible"),
        ("http://e.test/c", "error", "<http://e.test/q>: a value is required"),
        ("http://e.test/c", "warning", "Not divisible"),
    ]
    assert report.checked["shapes"] == 3


def test_without_pyshacl_such_a_shape_is_reported_and_not_counted(
    shaped: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference, "is_installed", lambda: False)
    report = check(shaped)
    (problem,) = (problem for problem in report.problems if problem.check == "shapes/not-run")
    assert problem.severity == "warning"
    assert problem.entity == "S"
    assert problem.message == (
        "The shape was not run: it has the constraint component <http://e.test/Even>. "
        "Install ipgraph[shacl] to have such shapes run by pySHACL."
    )
    assert report.checked["shapes"] == 2


@pytest.mark.parametrize(
    "statement",
    [
        ":x sh:ask 'ASK { SERVICE <http://e.test/> { ?s ?p ?o } }' .",
        ":x sh:select 'SELECT * FROM <http://e.test/> { ?s ?p ?o }' .",
        ":x sh:construct 'CONSTRUCT { ?s ?p ?o } FROM NAMED <http://e.test/> { ?s ?p ?o }' .",
        ":x sh:update 'DELETE WHERE { ?s ?p ?o }' .",
        ":x sh:ask 'ASK { ?s ?p `' .",
        ":x sh:namespace 'http://e.test/> SELECT * { SERVICE <http://f.test/' .",
    ],
)
def test_texts_that_read_from_elsewhere_are_refused(statement: str) -> None:
    store = ox.Store()
    store.load((TEXT + statement).encode(), format=ox.RdfFormat.TURTLE)
    with pytest.raises(InvalidData):
        reference.inspect(store)


def test_the_process_of_pyshacl_has_no_network_and_starts_no_program() -> None:
    program = """
import socket, subprocess, sys
from ipgraph.checks.shacl import reference
from ipgraph.errors import Refused
sys.addaudithook(reference._deny)
for attempt in (lambda: socket.create_connection(("127.0.0.1", 9)),
                lambda: socket.getaddrinfo("localhost", 80),
                lambda: subprocess.run(["true"])):
    try:
        attempt()
    except Refused:
        continue
    raise SystemExit(1)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
