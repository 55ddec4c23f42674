"""Statements of the page of the Office of Infrastructure Protection, in its own graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import owlrl
import pyoxigraph
import pytest
import rdflib

from ipgraph.namespaces import ENTITY, IP, PREFIXES
from ipgraph.resources import folder

if TYPE_CHECKING:
    from pathlib import Path

FILES = (
    folder("data") / "ip.ttl",
    folder("ontology") / "ip.ttl",
    folder("ontology") / "alignments.ttl",
)
DIVISIONS = {"iasd", "iicd", "iscd", "pscd", "sopd"}


@pytest.fixture(scope="module")
def page() -> pyoxigraph.Store:
    """The graph of the page, closed under OWL 2 RL by the reference reasoner."""
    graph = rdflib.Graph()
    for file in FILES:
        graph.parse(file, format="turtle")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    assert not list(graph.subjects(rdflib.RDF.type, rdflib.URIRef(owlrl.Namespaces.ERRNS.Error)))
    store = pyoxigraph.Store()
    lines = (
        line for line in graph.serialize(format="nt").splitlines() if line.startswith(("<", "_"))
    )
    store.load("\n".join(lines).encode(), format=pyoxigraph.RdfFormat.N_TRIPLES)
    return store


def _ask(store: pyoxigraph.Store, where: str) -> set[str]:
    """Return the local names, or the texts, of `?x` in the solutions of a pattern."""
    names: set[str] = set()
    for solution in store.query(f"SELECT ?x WHERE {{ {where} }}", prefixes=PREFIXES):
        found = solution["x"].value
        names.add(found.removeprefix(ENTITY).removeprefix(IP))
    return names


def test_the_office_is_divided_into_five_divisions_and_a_center(page: pyoxigraph.Store) -> None:
    assert _ask(page, "?x org:unitOf id:ip") == DIVISIONS | {"nicc"}
    assert _ask(page, "?x org:unitOf id:ip . ?x a ip:Division") == DIVISIONS


def test_every_unit_has_an_acronym_a_label_a_definition_and_an_activity(
    page: pyoxigraph.Store,
) -> None:
    named = """?x org:unitOf id:ip ; ip:acronym ?acronym ; rdfs:label ?label ;
      skos:definition ?definition ."""
    does = "{ ?x ip:performs|ip:provides|ip:leads|ip:runs|ip:maintains ?work }"
    assert _ask(page, named + does) == DIVISIONS | {"nicc"}


def test_the_analysis_division_maintains_both_centers(page: pyoxigraph.Store) -> None:
    assert _ask(page, "?x ip:maintains id:nisac") == {"iasd"}
    assert _ask(page, "?x ip:maintains id:hitrac") == {"iasd"}


def test_the_analytic_framework_integrates_eight_kinds_of_work(page: pyoxigraph.Store) -> None:
    assert len(_ask(page, "id:iasd-analytic-framework ip:integrates ?x")) == 8


def test_the_field_division_works_through_four_means(page: pyoxigraph.Store) -> None:
    means = {"obp", "psa-program", "rrap", "site-vulnerability-assessments"}
    assert _ask(page, "id:pscd ip:worksThrough ?x") == means


def test_the_compliance_division_enforces_the_standards_and_regulates_facilities(
    page: pyoxigraph.Store,
) -> None:
    assert _ask(page, "?x ip:enforces id:cfats") == {"iscd"}
    regulated = "?division ip:enforces id:cfats ; ip:regulates ?x"
    assert _ask(page, regulated) == {"high-risk-chemical-facilities"}


def test_the_page_claims_six_sectors_and_names_four(page: pyoxigraph.Store) -> None:
    named = {
        "commercial-facilities-sector",
        "critical-manufacturing-sector",
        "emergency-services-sector",
        "nuclear-sector",
    }
    assert _ask(page, "id:sopd ip:sectorSpecificAgencyOf ?x") == named
    charged = "[] ip:agency id:sopd ; ip:inRole id:sector-specific-agency ; ip:charge ?x"
    assert _ask(page, charged) == named
    claim = "ip:measure id:number-of-sectors-as-sector-specific-agency ; ip:value ?x"
    assert _ask(page, f"[] ip:about id:sopd ; {claim}") == {"6"}


def test_the_page_counts_as_many_divisions_as_it_lists(page: pyoxigraph.Store) -> None:
    claim = "[] ip:about id:ip ; ip:measure id:number-of-divisions ; ip:value ?x"
    assert _ask(page, claim) == {str(len(DIVISIONS))}


def test_one_unit_and_the_national_program_address_natural_disasters(
    page: pyoxigraph.Store,
) -> None:
    assert _ask(page, "?x org:unitOf id:ip ; ip:addresses id:natural-disasters") == {"pscd"}
    led = "id:ip ip:leads ?x . ?x ip:addresses id:natural-disasters, id:terrorism"
    assert _ask(page, led) == {"national-risk-reduction-program"}


def test_the_information_division_serves_homeland_security_partners(page: pyoxigraph.Store) -> None:
    assert _ask(page, "?x ip:serves id:homeland-security-partners") == {"iicd"}


def test_the_coordinating_center_is_a_hub_around_the_clock(page: pyoxigraph.Store) -> None:
    hub = {"infrastructure-coordination-hub", "infrastructure-information-hub"}
    assert _ask(page, "id:nicc ip:performs ?x") == hub
    assert _ask(page, "[] ip:about id:nicc ; ip:value ?x") == {"24"}


def test_parts_of_the_office_at_any_depth_are_inferred_from_units(page: pyoxigraph.Store) -> None:
    assert _ask(page, "?x ip:partOf id:ip") == DIVISIONS | {"nicc"}


def test_the_office_is_responsible_for_what_its_divisions_are_responsible_for(
    page: pyoxigraph.Store,
) -> None:
    responsibilities = _ask(page, "id:ip ip:responsibleFor ?x")
    assert {
        "nisac",
        "hitrac",
        "cfats",
        "risk-informed-programs",
        "nuclear-sector",
    } <= responsibilities


def test_headers_contain_the_license() -> None:
    license_ = "https://creativecommons.org/licenses/by/4.0/"
    for file in FILES:
        assert license_ in "\n".join(_header(file)), file


def _header(file: Path) -> list[str]:
    """Return the lines of a file up to the end of its first block."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return lines[: lines.index(".") + 1]
