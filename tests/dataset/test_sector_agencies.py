"""Who was responsible for each sector in each year since 1998, or that nobody is known."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.dataset import questions
from ipgraph.snapshots import loading

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.store import Store

QUESTION = questions.by_name(
    "agency-of-sector-in-a-year", questions.folder_of(loading.bundled_dataset())
)
FIRST_YEAR = 1998
LARGEST_SHARE_OF_GAPS = 0.10
EDITORS = ox.NamedNode("https://w3id.org/ipgraph/source/editors")
SCHEMES_IN_FORCE = """
SELECT ?sector ?from ?through WHERE {
  ?sector skos:inScheme ?scheme .
  ?scheme ip:validFrom ?from .
  OPTIONAL { ?scheme ip:validThrough ?through }
}
"""
NEWEST_DOCUMENT = "SELECT (MAX(STR(?date)) AS ?newest) { ?document dcterms:issued ?date }"


def select(store: Store, text: str) -> list[ox.QuerySolution]:
    return list(store.evaluate(text, prefixes=dict(store.prefixes.used_in(text))))


def sector_years(store: Store) -> Iterator[tuple[str, int]]:
    """A sector and a year, once for each scheme that was in force then and lists the sector."""
    last = int(select(store, NEWEST_DOCUMENT)[0]["newest"].value[:4])
    for row in select(store, SCHEMES_IN_FORCE):
        end = last if row["through"] is None else int(row["through"].value[:4])
        for year in range(max(FIRST_YEAR, int(row["from"].value[:4])), end + 1):
            yield row["sector"].value, year


def test_every_sector_has_an_agency_or_a_recorded_gap_in_every_year_since_1998(
    project: KnowledgeGraph, capsys: pytest.CaptureFixture[str]
) -> None:
    store = project.store_for(QUESTION.infer)
    unanswered: list[tuple[str, int]] = []
    gaps: list[tuple[str, int]] = []
    years = list(sector_years(store))
    for sector, year in years:
        rows = list(QUESTION.ask(store, {"sector": sector, "year": str(year)}))
        named = {row["document"] for row in rows if row["agency"] is not None} - {EDITORS}
        consulted = {row["document"] for row in rows if row["agency"] is None} - {EDITORS}
        if not named:
            (gaps if consulted else unanswered).append((sector, year))
    share = len(gaps) / len(years)
    with capsys.disabled():
        sys.stdout.write(f"\n{len(gaps)} of {len(years)} sector-years are gaps ({share:.1%}).\n")
    assert unanswered == []
    assert gaps
    assert share <= LARGEST_SHARE_OF_GAPS


def test_a_recorded_gap_says_so_and_lists_the_documents_read(project: KnowledgeGraph) -> None:
    store = project.store_for(QUESTION.infer)
    rows = list(QUESTION.ask(store, {"sector": "Postal and Shipping Sector", "year": "2005"}))
    assert {row["label"].value for row in rows} == {"no document read names one"}
    read = {row["document"].value.rpartition("/")[2] for row in rows}
    assert read >= {"hspd-7", "dhs-postal-shipping-2008"}


def test_a_renamed_sector_is_answered_under_its_earlier_and_later_names(
    project: KnowledgeGraph,
) -> None:
    store = project.store_for(QUESTION.infer)
    agencies = {}
    for sector, year in (
        ("Financial Services Sector", "2000"),
        ("Banking and Finance Sector", "2020"),
        ("Communications Sector", "2000"),
    ):
        rows = QUESTION.ask(store, {"sector": sector, "year": year})
        agencies[sector, year] = {row["agency"].value.rpartition("/")[2] for row in rows}
    assert "department-of-the-treasury" in agencies["Financial Services Sector", "2000"]
    assert "department-of-the-treasury" in agencies["Banking and Finance Sector", "2020"]
    assert "department-of-commerce" in agencies["Communications Sector", "2000"]


def test_sectors_that_share_a_predecessor_do_not_answer_for_each_other(
    project: KnowledgeGraph,
) -> None:
    store = project.store_for(QUESTION.infer)
    rows = QUESTION.ask(store, {"sector": "Information Technology Sector", "year": "2012"})
    named = {row["named"].value.rpartition("/")[2] for row in rows}
    assert named == {"information-technology-sector"}
