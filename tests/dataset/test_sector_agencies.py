"""Who was responsible for each sector in each year since 1998, or that nobody is known."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from ipgraph.dataset import questions
from ipgraph.snapshots import loading

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    result = store.evaluate(text, prefixes=dict(store.prefixes.used_in(text)))
    assert isinstance(result, ox.QuerySolutions)
    return list(result)


def answers(store: Store, sector: str, year: int) -> list[ox.QuerySolution]:
    """The rows of the question for a sector, by name or IRI, and a year."""
    result = QUESTION.ask(store, {"sector": sector, "year": str(year)})
    assert isinstance(result, ox.QuerySolutions)
    return list(result)


def local_names(rows: list[ox.QuerySolution], column: str) -> set[str]:
    return {row[column].value.rpartition("/")[2] for row in rows if row[column] is not None}


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
        rows = answers(store, sector, year)
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
    rows = answers(project.store_for(QUESTION.infer), "Postal and Shipping Sector", 2005)
    assert {row["label"].value for row in rows} == {"no document read names one"}
    assert local_names(rows, "document") >= {"hspd-7", "dhs-postal-shipping-2008"}


def test_a_typed_question_about_a_gap_is_answered_with_the_documents_read(
    project: KnowledgeGraph,
) -> None:
    found = project.search("who was responsible for the Postal and Shipping Sector in 2005").found
    (answer,) = found.answers
    assert "no document read names one" in answer.text
    assert "https://w3id.org/ipgraph/source/hspd-7" in answer.documents


@pytest.mark.parametrize(
    ("sector", "year", "agency"),
    [
        ("Financial Services Sector", 2000, "department-of-the-treasury"),
        ("Banking and Finance Sector", 2020, "department-of-the-treasury"),
        ("Communications Sector", 2000, "department-of-commerce"),
    ],
)
def test_a_renamed_sector_is_answered_under_its_earlier_and_later_names(
    project: KnowledgeGraph, sector: str, year: int, agency: str
) -> None:
    rows = answers(project.store_for(QUESTION.infer), sector, year)
    assert agency in local_names(rows, "agency")


def test_sectors_that_share_a_predecessor_do_not_answer_for_each_other(
    project: KnowledgeGraph,
) -> None:
    rows = answers(project.store_for(QUESTION.infer), "Information Technology Sector", 2012)
    assert local_names(rows, "named") == {"information-technology-sector"}


@pytest.mark.parametrize(
    ("question", "parameter", "value", "column", "found"),
    [
        (
            "predecessors-of",
            "organization",
            "Water and Wastewater Systems Sector",
            "predecessor",
            "drinking-water-and-water-treatment-systems-sector",
        ),
        (
            "successors-of",
            "organization",
            "Postal and Shipping Sector",
            "successor",
            "postal-and-shipping-subsector",
        ),
        (
            "older-forms-of",
            "entity",
            "Financial Services Sector",
            "older",
            "banking-and-finance-sector",
        ),
    ],
)
def test_questions_about_earlier_and_later_forms_follow_renamed_sectors(
    project: KnowledgeGraph, question: str, parameter: str, value: str, column: str, found: str
) -> None:
    asked = questions.by_name(question, questions.folder_of(loading.bundled_dataset()))
    result = asked.ask(project.store_for(asked.infer), {parameter: value})
    assert isinstance(result, ox.QuerySolutions)
    assert found in local_names(list(result), column)
