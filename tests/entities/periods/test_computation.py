"""Each rule of computed periods, on a few nodes with terms of their own."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date

import pyoxigraph as ox
import pytest

import ipgraph
from ipgraph.dataset.config import reader
from ipgraph.dataset.config.file import DatasetFile
from ipgraph.entities.periods import graph
from ipgraph.entities.periods.computation import compute
from ipgraph.store.local import LocalStore, merge

EX = "http://example.org/"
TABLE = {
    "graphs": {"documents": EX + "Document", "editors": [EX + "editors"]},
    "prefixes": {"ex": EX},
    "roles": {
        "begin": ["ex:from"],
        "end": ["ex:to"],
        "seen": ["ex:seen"],
        "on": ["ex:on"],
        "founded": ["ex:founded"],
        "ended": ["ex:ended"],
        "part_of": ["ex:partOf"],
        "issued": ["ex:issued"],
    },
    "nodes": [
        {
            "class": "ex:Place",
            "ties": ["ex:unit", "ex:whole"],
            "states": [{"property": "ex:partOf"}],
            "exclusive": ["ex:unit"],
        },
        {
            "class": "ex:Charge",
            "ties": ["ex:agency", "ex:work", "ex:role"],
            "states": [{"by": "ex:role/ex:plain"}],
            "exclusive": ["ex:work", "ex:role"],
            "shared": ["ex:together"],
        },
        {"class": "ex:Change", "ties": ["ex:unit"]},
    ],
}
HEAD = f"@prefix : <{EX}> .\n:doc a :Document ; :issued '2020-06-30' .\n"
LIFE = ":u :founded '2000' . :a :founded '2000' . :b :founded '2000' .\n"


def periods(doc: str, editors: str = "", table: dict = TABLE, merged: bool = False):
    """Return the periods of what a document and the editors state, by local name."""
    engine = ox.Store()
    for name, text in (("doc", doc), ("editors", editors)):
        engine.load(
            (HEAD * (name == "doc") + f"@prefix : <{EX}> .\n" + text).encode(),
            format=ox.RdfFormat.TURTLE,
            to_graph=ox.NamedNode(EX + name),
        )
    if merged:
        merge(engine)
    description = DatasetFile.of(reader.from_table(table))
    found = compute(replace(LocalStore(engine), description=description))
    return found, {p.node.value.removeprefix(EX): p for p in found}


def place(name: str, whole: str, dates: str = "", unit: str = "u") -> str:
    """Return a placement in Turtle."""
    return f":{name} a :Place ; :unit :{unit} ; :whole :{whole} {dates and '; ' + dates} .\n"


def held(period) -> tuple[str, str, str, str]:
    """Return the held period and its bases."""
    return (
        *(str(period.held_from), str(period.held_through)),
        *(period.from_basis, period.through_basis),
    )


def possible(period) -> tuple[str, str]:
    """Return the possible period."""
    return str(period.possible_from), str(period.possible_through)


def test_stated_dates_hold_from_the_first_day_through_the_last():
    _, found = periods(place("p", "a", ":from '2005' ; :to '2007-02'"))
    assert held(found["p"]) == ("2005-01-01", "2007-02-28", "stated", "stated")
    assert possible(found["p"]) == ("2005-01-01", "2007-02-28")


def test_the_statement_is_that_of_the_node():
    _, found = periods(place("p", "a", ":from '2005'"))
    assert [str(term) for term in found["p"].statement] == [
        f"<{EX}{name}>" for name in ("u", "partOf", "a")
    ]
    assert found["p"].documents == {EX + "doc"}


def test_editors_estimate_only_the_side_that_no_document_gives():
    doc = place("p", "a", ":from '2005'")
    _, found = periods(doc, ":p :from '2001' ; :to '2009' .")
    assert held(found["p"]) == ("2005-01-01", "2009-12-31", "stated", "estimated")
    assert possible(found["p"])[1] == "2009-12-31"


def test_a_document_knows_better_than_the_editors():
    _, found = periods(place("p", "a", ":seen '2011'"), ":p :to '2009' .")
    assert found["p"].through_basis == "attested"
    assert str(found["p"].held_through) == "2011-12-31"
    assert found["p"].faults == ("seen outside the period that the editors give",)


def test_seen_dates_attest_and_lives_bound_what_is_possible():
    _, found = periods(
        place("p", "a", ":seen '2008-03'") + ":u :founded '2004-05-01' ; :ended '2015' .\n"
        ":a :founded '2003' .\n"
    )
    assert held(found["p"]) == ("2008-03-01", "2008-03-31", "attested", "attested")
    assert possible(found["p"]) == ("2004-05-01", "2015-12-31")


def test_without_any_sign_of_a_party_before_nothing_earlier_is_possible():
    _, found = periods(place("p", "a", ":seen '2008-03'"))
    assert possible(found["p"])[0] == "2008-03-01"


def test_a_date_within_a_year_is_the_same_reading():
    _, found = periods(place("p", "a", ":from '2005', '2005-03-01'"))
    assert str(found["p"].held_from) == "2005-03-01"
    assert not found["p"].faults


def test_readings_that_differ_are_united_and_reported():
    _, found = periods(place("p", "a", ":from '2005', '2006-03-01' ; :to '2008', '2009'"))
    assert held(found["p"])[:2] == ("2005-01-01", "2009-12-31")
    assert len(found["p"].faults) == 2


def test_seen_outside_a_stated_period_widens_nothing():
    _, found = periods(place("p", "a", ":from '2005' ; :to '2007' ; :seen '2003', '2009'"))
    assert held(found["p"])[:2] == ("2005-01-01", "2007-12-31")
    assert found["p"].faults == ("seen outside its stated period",)


@pytest.mark.parametrize("year", ["2019", "2020"])
def test_what_is_seen_in_the_last_year_is_open_through_the_horizon(year):
    every, found = periods(place("p", "a", f":seen '{year}'"))
    assert every.horizon == date(2020, 6, 30)
    assert held(found["p"]) == (f"{year}-01-01", "2020-06-30", "attested", "open")


def test_the_dataset_file_can_give_the_horizon():
    table = {**TABLE, "time": {"horizon": date(2012, 1, 1)}}
    every, found = periods(place("p", "a", ":seen '2011-05'"), table=table)
    assert every.horizon == date(2012, 1, 1)
    assert found["p"].through_basis == "open"


def test_a_rival_bounds_what_is_possible_on_both_sides():
    _, found = periods(
        LIFE
        + place("before", "a", ":from '2001' ; :to '2004'")
        + place("p", "b", ":seen '2008'")
        + place("after", "c", ":from '2012-02-01' ; :to '2014'")
    )
    assert possible(found["p"]) == ("2005-01-01", "2012-01-31")


def test_a_whole_that_contains_the_other_is_no_rival():
    nested = LIFE + place("p", "b", ":seen '2008'") + place("q", "a", ":from '2012' ; :to '2014'")
    _, apart = periods(nested)
    _, inside = periods(nested + ":b :partOf :a .\n")
    assert possible(apart["p"])[1] == "2011-12-31"
    assert possible(inside["p"])[1] == "2020-06-30"


def test_nothing_is_nested_by_a_placement_that_has_ended():
    _, found = periods(
        LIFE
        + place("p", "b", ":seen '2008'")
        + place("q", "a", ":from '2012' ; :to '2014'")
        + place("old", "a", ":from '2001' ; :to '2003'", unit="b")
        + ":b :ended '2015' .\n"
    )
    assert possible(found["p"])[1] == "2011-12-31"


def test_on_the_day_of_a_handover_the_later_one_holds():
    _, found = periods(
        place("p", "a", ":from '2005' ; :to '2007-03-31'")
        + place("q", "b", ":from '2007-03-31' ; :to '2009'")
    )
    assert str(found["p"].held_through) == "2007-03-30"
    assert str(found["q"].held_from) == "2007-03-31"


def test_a_year_of_an_end_gives_way_to_the_rival_that_begins_in_it():
    _, found = periods(
        place("p", "a", ":from '2005' ; :to '2007'")
        + place("q", "b", ":from '2007-04-01' ; :to '2009'")
    )
    assert str(found["p"].held_through) == "2007-03-31"


CHARGES = (
    LIFE + ":maintainer :plain :maintains . :together :plain :maintains .\n"
    ":x :founded '2000' . :maintainer :founded '2000' . :together :founded '2000' .\n"
)


@pytest.mark.parametrize(
    ("role", "last"), [("maintainer", "2011-12-31"), ("together", "2020-06-30")]
)
def test_agencies_that_share_a_charge_are_no_rivals(role, last):
    _, found = periods(
        CHARGES + f":p a :Charge ; :agency :a ; :work :x ; :role :{role} ; :seen '2008' .\n"
        f":q a :Charge ; :agency :b ; :work :x ; :role :{role} ; :from '2012' ; :to '2013' .\n"
    )
    assert possible(found["p"])[1] == last
    assert str(found["p"].predicate) == f"<{EX}maintains>"


def test_a_node_without_a_date_is_possible_while_its_parties_exist():
    _, found = periods(
        place("p", "a") + ":u :founded '2003' ; :ended '2005' . :a :founded '2001' ."
    )
    assert found["p"].held_from is None
    assert possible(found["p"]) == ("2003-01-01", "2005-12-31")


def test_a_node_without_dates_and_without_known_parties_has_no_period():
    _, found = periods(place("p", "a"))
    # The document of 2020 shows both parties on its day, and nothing shows them before.
    assert possible(found["p"]) == ("2020-06-30", "2020-06-30")


def test_an_event_is_where_its_date_is_and_is_not_expected_to_go_on():
    _, found = periods(":e a :Change ; :unit :u ; :on '2020' .")
    assert held(found["e"]) == ("2020-01-01", "2020-12-31", "stated", "stated")
    assert possible(found["e"]) == ("2020-01-01", "2020-12-31")
    assert found["e"].statement is None


def test_an_end_before_the_start_is_a_fault():
    _, found = periods(place("p", "a", ":from '2009' ; :to '2007'"))
    assert "ends before it begins" in found["p"].faults
    assert found["p"].held_from == found["p"].held_through


def test_between_two_changes_the_same_nodes_hold():
    every, _ = periods(
        LIFE + place("p", "a", ":from '2005' ; :to '2007'") + place("q", "b", ":seen '2009'")
    )
    changes = every.changes()
    for first, following in itertools.pairwise(changes):
        last = date.fromordinal(following.toordinal() - 1)
        for certainty in ("possible", "held"):
            assert every.holding(first, certainty) == every.holding(last, certainty)
    assert [str(p.node) for p in every.holding(date(2006, 1, 1), "held")] == [f"<{EX}p>"]


def test_the_merged_graph_has_the_same_periods():
    text = LIFE + place("p", "a", ":seen '2008'") + place("q", "b", ":from '2012'")
    assert [*periods(text)[0]] == [*periods(text, merged=True)[0]]


def test_the_terms_have_the_namespace_of_the_dataset_file():
    every, _ = periods(place("p", "a", ":from '2005' ; :to '2007'"))
    for computed, begin in (("", "urn:ipgraph:"), ("http://t.example/", "http://t.example/")):
        table = {**TABLE, "time": {"computed": computed}} if computed else TABLE
        names = {q.predicate.value for q in graph.quads(every, reader.from_table(table))}
        assert begin + "holdsFrom" in names


def test_every_node_of_the_project_with_a_date_has_a_typed_period(project):
    undated = """SELECT ?n { ?n ip:validFrom|ip:validThrough|ip:asOf|ip:onDate ?d ; a ?kind
        FILTER(?kind IN (ip:Placement, ip:Assignment, org:Membership, org:ChangeEvent, ip:Figure))
        FILTER NOT EXISTS { ?n ip:holdsFrom ?from ; ip:holdsThrough ?through } }"""
    assert [*project.query(undated)] == []
    on_a_day = """SELECT DISTINCT ?n { ?n ip:holdsFrom ?f ; ip:holdsThrough ?t
        FILTER(?f <= "2010-07-01"^^xsd:date && "2010-07-01"^^xsd:date <= ?t) }"""
    assert len([*project.query(on_a_day)]) > 50


def test_periods_are_not_stated(project):
    assert [*project.query("SELECT ?n { ?n ip:holdsFrom ?f } LIMIT 1", infer=False)] == []
    counts = project.built.manifest["counts"]
    assert counts["periods"]
    assert not any("periods" in name for name in counts["graphs"])


def test_the_library_has_periods_in_its_own_terms(tmp_path):
    library = ipgraph.open("examples/library", settings=ipgraph.Settings(cache=str(tmp_path)))
    rows = library.query(
        "SELECT ?f ?t { lib:lund-at-harbor <urn:ipgraph:holdsFrom> ?f ;"
        " <urn:ipgraph:holdsThrough> ?t ; rdf:predicate lt:runs }"
    )
    assert [(row["f"].value, row["t"].value) for row in rows] == [("1998-01-01", "2019-01-31")]
