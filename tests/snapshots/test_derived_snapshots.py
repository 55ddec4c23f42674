"""Derived snapshots: what a graph states and infers on a day, and where that is kept."""

from __future__ import annotations

import os
import random
import shutil
from datetime import timedelta
from pathlib import Path

import pyoxigraph as ox
import pytest

import ipgraph
from ipgraph.errors import BuildStopped, SizeLimitExceeded, UsageError
from ipgraph.knowledge_graph import KnowledgeGraph
from ipgraph.settings import Settings
from ipgraph.snapshots import cache
from ipgraph.snapshots.snapshot import Snapshot
from support import dated

LIBRARY = Path(__file__).parents[2] / "examples" / "library"
# One document says undated that Silva runs the branch: no date changes that.
WHO_RUNS = "SELECT ?who { ?who lt:runs lib:harbor FILTER(?who != lib:silva) }"
THEN = "SELECT ?node ?then { GRAPH ?g { ?node <urn:ipgraph:then> ?then } }"


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """The example of another dataset, with other property names."""
    return ipgraph.open(LIBRARY, settings=Settings(cache=str(tmp_path_factory.mktemp("cache"))))


def names(rows):
    return {row[rows.variables[0]].value.rpartition("/")[2] for row in rows}


def random_days(kg, count, seed):
    calendar = kg.calendar
    span = (calendar.horizon - calendar.days[0]).days
    chosen = random.Random(seed)  # noqa: S311  days to try
    # Half of them where most changes are, after 1990 in the graph of the project.
    recent = [day for day in calendar.days if day.year >= 1990] or list(calendar.days)
    days = [chosen.choice(recent) for _ in range(count // 2)]
    return days + [
        calendar.days[0] + timedelta(days=chosen.randrange(span)) for _ in range(count - len(days))
    ]


def test_a_statement_holds_while_its_node_does(library):
    assert names(library.at("2000").query(WHO_RUNS)) == {"lund"}
    assert names(library.at("2021").query(WHO_RUNS)) == {"okafor"}


def test_the_day_of_a_handover_is_that_of_the_later_one(library):
    assert names(library.at("2019-01-31").query(WHO_RUNS)) == {"lund"}
    assert names(library.at("2019-02-01").query(WHO_RUNS)) == {"okafor"}


def test_a_node_has_a_mark_of_what_it_is_on_the_day(library):
    marks = {
        row["node"].value.rpartition("/")[2]: row["then"].value
        for row in library.at("2000").query(THEN)
    }
    assert marks["lund-at-harbor"] == "urn:ipgraph:Held"
    assert marks["okafor-at-harbor"] == "urn:ipgraph:NotYet"


def test_what_a_day_infers_follows_from_what_holds_on_it(project):
    wholes = "SELECT ?whole { id:nisac ip:partOf ?whole }"
    assert names(project.at("2006").query(wholes)) == {"preparedness-directorate", "dhs"}
    assert names(project.at("2010").query(wholes)) == {"ip", "nppd", "dhs"}


def test_labels_types_and_definitions_stay(project):
    entity = project.at("1999").describe("CISA")
    assert entity.name.acronym == "CISA"
    assert entity.kind


@pytest.mark.parametrize("count", [4, pytest.param(20, marks=pytest.mark.slow)])
def test_the_incremental_closure_is_that_of_a_full_rebuild(project, count):
    graph = dated.prepared(project)
    days = random_days(project, count, seed=count)
    for day in days:
        quads = dated.quads_on(graph, project, day)
        assert quads == dated.rebuilt(quads), day


def test_the_incremental_closure_of_another_dataset_is_that_of_a_full_rebuild(library):
    graph = dated.prepared(library)
    for day in random_days(library, 4, seed=1):
        quads = dated.quads_on(graph, library, day)
        assert quads == dated.rebuilt(quads), day


def test_a_derived_snapshot_is_what_its_difference_says(project):
    day = project.calendar.find("2010").first
    quads = dated.quads_on(dated.prepared(project), project, day)
    assert {*project.at("2010").built.store().engine} == quads


def test_the_named_graphs_of_the_file_are_those_of_the_store(project):
    kg = project.at("2010")
    with kg.built.graph_path.open("rb") as file:
        in_file = sum(1 for _ in file)
    named = [quad for quad in kg.built.store().engine if quad.graph_name != ox.DefaultGraph()]
    assert in_file == len(named)
    assert kg.built.find_damage(everything=True) == ""


def test_without_inference_only_what_is_stated_on_the_day_is_left(project):
    wholes = "SELECT ?whole { id:nisac ip:partOf ?whole }"
    assert not names(project.at("2010").query(wholes, infer=False)) & {"nppd"}
    units = "SELECT ?whole { id:nisac org:unitOf ?whole }"
    assert "ip" in names(project.at("2010").query(units, infer=False))


def test_two_dates_of_one_interval_share_a_snapshot(library):
    first, second = library.at("2000"), library.at("2005-03-04")
    assert first.built.folder == second.built.folder
    assert first.as_of.day != second.as_of.day
    assert first.built.hash == f"{library.built.hash}-{first.as_of.first}"


def test_only_what_evidence_covers_has_a_snapshot_of_its_own(library):
    held = library.at("2000", certainty="held")
    assert held.built.folder != library.at("2000").built.folder
    assert names(held.query(WHO_RUNS)) == {"lund"}


def test_a_date_of_a_graph_at_a_date_is_one_of_the_whole_graph(library):
    assert names(library.at("2000").at("2021").query(WHO_RUNS)) == {"okafor"}
    assert library.at("2000").whole is library


def test_every_operation_works_on_a_graph_at_a_date(library, tmp_path):
    kg = library.at("2000")
    assert "as of 2000-07-01" in repr(kg)
    assert len(kg) != len(library)
    assert kg.search("Harbor").hits
    assert list(kg.ask("librarians-of", branch="Harbor Branch"))
    assert kg.export(tmp_path / "then.nq") > 0
    assert kg.explain("Per Lund", "lt:runs", "Harbor Branch").steps
    assert len(kg.dataset) > 0
    assert kg.neighbors("Harbor Branch").nodes


def test_tables_of_the_store_are_shared_with_the_whole_graph(library):
    kg = library.at("2000")
    whole = {path.name: path.stat() for path in (library.built.folder / "store").glob("*.sst")}
    same = [path for path in (kg.built.folder / "store").glob("*.sst") if path.name in whole]
    assert same
    assert all(path.stat().st_ino == whole[path.name].st_ino for path in same)


def test_a_damaged_derived_snapshot_is_derived_again(library):
    folder = library.at("2000").built.folder
    (folder / "graph.nq").write_bytes(b"")
    assert names(library.at("2000").query(WHO_RUNS)) == {"lund"}
    assert Snapshot(folder).find_damage(everything=True) == ""


def test_a_derived_snapshot_goes_with_the_one_it_was_derived_from(tmp_path):
    kg = ipgraph.open(LIBRARY, settings=Settings(cache=str(tmp_path)))
    derived = kg.at("2000").built.folder
    assert cache.usage(tmp_path).snapshots == 1
    whole = kg.built.folder
    kg.close()
    del kg
    shutil.rmtree(whole)
    assert derived.is_dir()
    cache.prune(tmp_path, cache.Bounds())
    assert not derived.exists()


def test_the_least_recently_used_dates_go_when_the_cache_is_full(tmp_path):
    kg = ipgraph.open(LIBRARY, settings=Settings(cache=str(tmp_path)))
    folders = [kg.at(year).built.folder for year in ("1956", "2000", "2021")]
    assert len({*folders}) == 3
    for age, folder in enumerate(reversed(folders)):
        os.utime(folder, (1e9 - age, 1e9 - age))
    room = cache.usage(tmp_path).size_bytes - 1000
    cache.prune(tmp_path, cache.Bounds(max_bytes=room))
    assert [folder.is_dir() for folder in folders] == [False, True, True]
    assert kg.built.folder.is_dir()


def test_a_date_in_use_is_not_removed(tmp_path):
    kg = ipgraph.open(LIBRARY, settings=Settings(cache=str(tmp_path)))
    held = kg.at("2000")
    cache.prune(tmp_path, cache.Bounds(max_bytes=0))
    assert names(held.query(WHO_RUNS)) == {"lund"}


def test_a_large_graph_is_refused_with_the_reason(tmp_path):
    settings = Settings(cache=str(tmp_path), as_of_max_statements=10)
    with pytest.raises(SizeLimitExceeded, match=r"at most 10 can be asked") as found:
        ipgraph.open(LIBRARY, settings=settings).at("2000")
    assert found.value.limit == "as_of_max_statements"


def test_a_derivation_that_takes_too_much_memory_leaves_nothing(tmp_path):
    ipgraph.open(LIBRARY, settings=Settings(cache=str(tmp_path)))
    settings = Settings(cache=str(tmp_path), build_memory_limit_mib=1)
    with pytest.raises(BuildStopped):
        ipgraph.open(LIBRARY, settings=settings).at("2000")
    assert len([*(tmp_path / "snapshots").iterdir()]) == 1


def test_a_graph_without_files_has_no_dates(library):
    kg = KnowledgeGraph(library.settings, external=library.store)
    with pytest.raises(UsageError, match="built from files"):
        kg.at("2010")


def test_a_graph_with_nothing_dated_says_so(rdf_folder, tmp_path):
    kg = ipgraph.open(rdf_folder, settings=Settings(cache=str(tmp_path)))
    with pytest.raises(UsageError, match="Nothing in this dataset is dated"):
        kg.at("2010")


def test_blank_nodes_keep_their_periods_and_their_statements(tmp_path):
    data = b"""@prefix s: <https://schema.org/> . @prefix : <urn:x:> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix lt: <urn:lt:> .
    :ann a lt:Person . :hall a lt:Place .
    [ a lt:Tenure ; lt:who :ann ; lt:where :hall ; s:startDate "2001"^^xsd:gYear ;
      s:endDate "2005"^^xsd:gYear ] .
    [ a lt:Tenure ; lt:who [ a lt:Person ] ; lt:where :hall ; s:startDate "2006"^^xsd:gYear ;
      s:endDate "2009"^^xsd:gYear ] ."""
    table = {
        "nodes": [
            {
                "class": "urn:lt:Tenure",
                "ties": ["urn:lt:who", "urn:lt:where"],
                "states": [{"property": "urn:lt:runs"}],
                "exclusive": ["urn:lt:where"],
            }
        ]
    }
    kg = ipgraph.open(
        data=data, format="ttl", dataset=table, settings=Settings(cache=str(tmp_path))
    )
    who = "SELECT ?who { ?who <urn:lt:runs> <urn:x:hall> ; a <urn:lt:Person> }"
    assert [row["who"].value for row in kg.at("2003").query(who)] == ["urn:x:ann"]
    (row,) = kg.at("2008").query(who)
    assert isinstance(row["who"], ox.BlankNode)
