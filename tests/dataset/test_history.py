"""What documents say of a date, compared with the graph at that date.

Each row of `history.tsv` was written from a document before the graph was asked: a date, a
statement, whether it held then, the document, and its words. Do not change the data or the rules
to make a row pass: one that fails is a fault of either, or a document that says less than thought.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from ipgraph.knowledge_graph import KnowledgeGraph


class Row(NamedTuple):
    """A statement that held on a date, or did not, and the place that says so."""

    date: str
    subject: str
    property: str
    object: str
    holds: str
    document: str
    place: str

    def __str__(self) -> str:
        return f"{self.date} {self.subject} {self.property} {self.object}: {self.holds}"


with Path(__file__).with_name("history.tsv").open(encoding="utf-8", newline="") as file:
    ROWS = [Row(**row) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


@pytest.mark.parametrize("date", sorted({row.date for row in ROWS}))
def test_the_graph_at_a_date_says_what_documents_say(project: KnowledgeGraph, date: str) -> None:
    then = project.at(date)
    rows = [row for row in ROWS if row.date == date]
    wrong = []
    for row in rows:
        holds = bool(then.query(f"ASK {{ {row.subject} {row.property} {row.object} }}"))
        if holds != (row.holds == "yes"):
            wrong.append(f"{row} ({row.document}: {row.place})")
    assert not wrong


def test_every_row_names_a_document_of_the_graph_and_a_place_in_it(project: KnowledgeGraph) -> None:
    for row in ROWS:
        assert row.holds in {"yes", "no"}, row
        assert row.place, row
        assert project.query(f"ASK {{ {row.document} a ip:SourceDocument }}"), row
        for name in (row.subject, row.object):
            assert project.query(f"ASK {{ {name} a ?class }}"), (row, name)
