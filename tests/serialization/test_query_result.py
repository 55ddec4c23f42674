"""Results in Python: they can be read again, as terms, values, bytes and tables."""

from __future__ import annotations

import gc
import pickle
import subprocess
import sys
import threading
from decimal import Decimal

import pyoxigraph as ox
import pytest

from ipgraph.errors import UsageError
from ipgraph.namespaces.prefixes import Prefixes
from ipgraph.serialization.query_result import Result

ROWS = """SELECT * { VALUES (?a ?b) {
  (<http://e/a> "x"@en) (<http://e/b> 7) (<http://e/c> UNDEF) (<http://e/d> 1.50)
} }"""
TRIPLES = "CONSTRUCT { <http://e/s> <http://e/p> ?o } { VALUES ?o { 1 2 } }"
SUBJECT, PREDICATE = ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p")


def result(text, **options):
    return Result(ox.Store().query(text), **options)


def test_rows_can_be_read_twice_and_in_turns():
    found = result(ROWS)
    first, second = iter(found), iter(found)
    assert next(first) == next(second) == next(iter(found))
    assert [*first] == [*second]
    assert len(found) == len([*found]) == 4


def test_a_row_has_terms_by_name_and_values_by_attribute():
    rows = [*result(ROWS)]
    assert rows[0]["b"] == ox.Literal("x", language="en")
    assert [row.b for row in rows] == ["x", 7, None, Decimal("1.50")]
    assert rows[0].a == "http://e/a"
    assert dict(rows[2]) == {"a": ox.NamedNode("http://e/c")} == rows[2]
    assert "b" not in rows[2]
    assert rows[2].get("b") is None
    assert rows[2].to_python() == {"a": "http://e/c", "b": None}
    assert {"a", "b"} <= set(dir(rows[0]))


def test_an_unknown_variable_of_a_row_suggests_the_nearest():
    (row,) = result("SELECT ?label { VALUES ?label { 1 } }")
    with pytest.raises(AttributeError, match=r"\?lable\. Did you mean \?label"):
        _ = row.lable
    with pytest.raises(KeyError):
        _ = row["lable"]


def test_a_row_can_be_pickled():
    rows = [*result(ROWS)]
    assert pickle.loads(pickle.dumps(rows)) == rows  # noqa: S301  our own


def test_results_become_python_values():
    assert result(ROWS).to_python()[1] == {"a": "http://e/b", "b": 7}
    triples = [("http://e/s", "http://e/p", number) for number in (1, 2)]
    assert result(TRIPLES).to_python() == triples
    assert result("ASK {}").to_python() is True


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
def test_a_result_is_the_same_before_and_after_it_is_read(name):
    formats = {
        "json": ox.QueryResultsFormat.JSON,
        "xml": ox.QueryResultsFormat.XML,
        "tsv": ox.QueryResultsFormat.TSV,
    }
    unread, read = result(ROWS), result(ROWS)
    rows = [*read]
    before, after = unread.serialize(name), read.serialize(name)
    assert [*unread] == rows
    assert unread.serialize(name) == after
    if name == "csv":
        assert before == after
    else:
        first, second = (
            [tuple(row) for row in ox.parse_query_results(text, format=formats[name])]
            for text in (before, after)
        )
        assert first == second != []


def test_triples_can_be_written_and_read_in_any_order():
    found = result(TRIPLES, prefixes=Prefixes())
    text = found.serialize("nt")
    assert text.count(b" .\n") == len(found) == 2
    assert found.serialize("nt") == text
    assert [triple.object.value for triple in found] == ["1", "2"]


def test_an_ask_has_no_length():
    with pytest.raises(TypeError, match="no length"):
        len(result("ASK {}"))


def test_the_engines_result_is_given_only_before_reading():
    found = result(ROWS)
    assert isinstance(found.result, ox.QuerySolutions)
    next(iter(found))
    with pytest.raises(UsageError, match="has been read"):
        _ = found.result


def test_representations_do_not_compute_the_result():
    found = result(ROWS)
    assert repr(found) == "<Result: rows of ?a, ?b, not all read yet>"
    assert len(found) == 4
    assert repr(found) == "<Result: 4 rows of ?a, ?b>"
    assert repr(result("ASK {}")) == "<Result: true>"


def test_a_result_is_shown_as_text_with_its_first_rows():
    text = str(result(ROWS, prefixes=Prefixes({"e": "http://e/"}))).splitlines()
    assert text[0].split() == ["a", "b"]
    assert text[2].split() == ["e:a", "x", "@en"]
    assert text[-1] == "4 rows"
    many = " ".join(map(str, range(50)))
    assert str(result(f"SELECT ?n {{ VALUES ?n {{ {many} }} }}")).endswith("\nfirst 20 rows")
    assert str(result("ASK {}")) == "true"


@pytest.mark.parametrize(
    "value", ['"<script>alert(1)</script>"', '"\\u001B[31m&\\u009B"', "<javascript:alert(1)>"]
)
def test_data_control_neither_a_notebook_nor_a_terminal(value):
    found = result(f"SELECT ?x {{ VALUES ?x {{ {value} }} }}")
    html, text = found._repr_html_(), str(found)
    assert "<table>" in html
    assert not {"<script>", "href"} & {part for part in ("<script>", "href") if part in html}
    assert all(char == "\n" or char.isprintable() for char in text)


def test_a_link_of_a_notebook_is_escaped():
    html = result("SELECT (IRI('http://e/?a=1&b=%27%22') AS ?x) {}")._repr_html_()
    assert '<a href="http://e/?a=1&amp;b=%27%22">' in html


def test_a_result_of_a_thread_can_be_used_by_another():
    found = []
    thread = threading.Thread(target=lambda: found.append(result(ROWS)))
    thread.start()
    thread.join()
    assert len(found[0]) == 4
    found.clear()
    gc.collect()


def test_a_result_that_another_thread_cannot_read_says_so():
    found, raised = result(ROWS), []

    def read():
        try:
            len(found)
        except UsageError as error:
            raised.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    assert len(raised) == 1
    assert len(found) == 4


def test_nothing_is_printed_at_exit_with_results_that_were_not_read():
    code = """
import threading
import pyoxigraph as ox
from ipgraph.namespaces.prefixes import Prefixes
from ipgraph.serialization.query_result import Result
text = "SELECT * { VALUES ?x { 1 2 3 } }"
unread, half, kept = Result(ox.Store().query(text)), Result(ox.Store().query(text)), []
rows = iter(half); next(rows)
thread = threading.Thread(target=lambda: kept.append(Result(ox.Store().query(text))))
thread.start(); thread.join()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
