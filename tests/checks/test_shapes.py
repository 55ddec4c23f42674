from __future__ import annotations

import re
import warnings

import pyoxigraph as ox
import pytest

from ipgraph.checks import shapes
from ipgraph.checks.locations import Locator
from ipgraph.checks.shacl import Graph
from ipgraph.namespaces import SHACL
from ipgraph.resources import folder
from ipgraph.store.local import merge

from .conftest import FAULT_GRAPH, FAULTS, project_shapes, with_fault

# What pyshacl may miss: rdflib alone knows the lexical form of days, not of years and months.
BEYOND_PYSHACL = {("from-date", "id:made-up-from-date"), ("seen-date", "id:iasd-in-ip")}


def all_faults() -> ox.Store:
    """All faults of the shapes in one graph, with different subjects."""
    engine = with_fault(None)
    for path in sorted((FAULTS / "shapes").glob("*.ttl")):
        text = re.sub(r"id:(made-up|someone)\b", rf"id:\1-{path.stem}", path.read_text("utf-8"))
        text = text.replace("src:another", f"src:another-{path.stem}")
        engine.load(text.encode(), ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(FAULT_GRAPH))
    merge(engine)
    return engine


def by_our_validation(engine: ox.Store) -> set[tuple[str, str]]:
    problems = shapes.run(Graph(engine), Graph(project_shapes()), Locator([])).problems
    return {(problem.check.removeprefix("shapes/"), problem.entity) for problem in problems}


def by_pyshacl(engine: ox.Store) -> set[tuple[str, str]]:
    import rdflib

    from ipgraph.namespaces import shorten

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pyshacl and rdflib use names that the other deprecates
        import pyshacl

        data = rdflib.Graph()
        dumped = engine.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
        data.parse(data=dumped, format="nt")
        rules = rdflib.Graph().parse(folder("ontology") / "shapes.ttl", format="turtle")
        _, report, _ = pyshacl.validate(data, shacl_graph=rules, inference="none")
    sh = rdflib.Namespace(SHACL)
    found = set()
    for result in report.subjects(rdflib.RDF.type, sh.ValidationResult):
        source = report.value(result, sh.sourceConstraint) or report.value(result, sh.sourceShape)
        focus = report.value(result, sh.focusNode)
        found.add((str(source).rsplit("/", 1)[-1], shorten(str(focus))))
    return found


def test_our_validation_finds_what_pyshacl_finds_in_all_faults() -> None:
    engine = all_faults()
    found = by_our_validation(engine)
    assert len({name for name, _ in found}) > 80
    reference = by_pyshacl(engine)
    assert reference <= found
    # Empty if owlrl was imported, which adds the forms to rdflib.
    assert found - reference <= BEYOND_PYSHACL


@pytest.mark.parametrize(
    ("first", "last", "wrong"),
    [
        ("2007", "2008", False),
        ("2007", "2006", True),
        ("2007", "2007-03", False),
        ("2007", "2006-12", True),
        ("2007", "2007-03-31", False),
        ("2007", "2006-12-31", True),
        ("2007-03", "2007", False),
        ("2007-03", "2006", True),
        ("2007-03", "2007-02", True),
        ("2007-03", "2007-03-01", False),
        ("2007-03", "2007-02-28", True),
        ("2007-03-31", "2007", False),
        ("2007-03-31", "2007-03", False),
        ("2007-03-31", "2007-02", True),
        ("2007-03-31", "2007-03-30", True),
    ],
)
def test_dates_are_compared_at_the_coarser_precision(first: str, last: str, wrong: bool) -> None:
    datatypes = {4: "gYear", 7: "gYearMonth", 10: "date"}
    engine = with_fault(None)
    engine.load(
        f"""@prefix ip: <https://w3id.org/ipgraph/ontology/> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        <https://example.org/x> a ip:Program ;
          ip:validFrom "{first}"^^xsd:{datatypes[len(first)]} ;
          ip:validThrough "{last}"^^xsd:{datatypes[len(last)]} .""".encode(),
        ox.RdfFormat.TURTLE,
        to_graph=ox.NamedNode(FAULT_GRAPH),
    )
    merge(engine)
    broken = {name for name, entity in by_our_validation(engine) if "example.org" in entity}
    assert ("order-of-period" in broken) is wrong
