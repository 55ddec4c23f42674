"""Pictures, tables and workbooks: what they hold, and that no text breaks them."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest

from ipgraph.serialization.xlsx import workbook
from ipgraph.server.html.svg import MAX_BARS, Box, Span, bars, spans, tree
from ipgraph.server.html.tables import labelled_rows, table

NASTY = '<b>&"quoted"\' ünïcode</b>'
SVG = "{http://www.w3.org/2000/svg}"


def read(text):
    return ET.fromstring(text)  # noqa: S314  it was made here


def parsed(markup):
    return read(str(markup).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '))


def test_a_tree_has_a_link_for_each_box_and_a_line_for_each_child():
    root = Box("Root", "/root", below=(Box("A", "/a", below=(Box("C", "/c"),)), Box("B", "/b")))
    picture = parsed(tree(root, "title"))
    assert [item.get("href") for item in picture.iter(f"{SVG}a")] == ["/c", "/a", "/b", "/root"]
    assert len(list(picture.iter(f"{SVG}path"))) == 3


def test_a_name_of_two_lines_is_heard_as_it_is_written():
    name = "Protective Security Coordination Division"
    (text,) = parsed(tree(Box(name, "/pscd"), "title")).iter(f"{SVG}text")
    assert len(list(text)) == 2
    assert "".join(text.itertext()) == name


def test_a_parent_stands_beside_its_first_child_in_a_picture_read_from_the_top():
    root = Box("Root", "/", below=tuple(Box(str(n), f"/{n}") for n in range(5)))

    def height(picture, address):
        link = next(item for item in picture.iter(f"{SVG}a") if item.get("href") == address)
        return float(link.find(f"{SVG}rect").get("y"))

    top, middle = parsed(tree(root, "", top=True)), parsed(tree(root, ""))
    assert height(top, "/") == height(top, "/0")
    assert height(middle, "/") == height(middle, "/2")


@pytest.mark.parametrize(
    "picture",
    [
        tree(Box(NASTY, f'/x?"{NASTY}', below=(Box(NASTY, "/y"),)), NASTY),
        bars([(NASTY, 1.5), ("b", 2)], NASTY),
        spans([Span(NASTY, 2001, 2007), Span("b", 2007, 2013, is_open=True)], NASTY),
    ],
)
def test_no_text_breaks_a_picture(picture):
    assert "ünïcode" in "".join(parsed(picture).itertext())


def test_bars_are_in_order_and_bounded():
    picture = parsed(bars([(f"n{n}", n) for n in range(100)], "t"))
    widths = [float(item.get("width").rstrip("%")) for item in picture.iter(f"{SVG}svg")]
    assert len(widths) == MAX_BARS
    assert widths == sorted(widths, reverse=True)


def test_no_span_is_no_picture():
    assert spans([], "t") is None


def rows_of(project, query):
    return table(project.query(query).result, project.entities, 5, 20)


def test_a_table_shows_labels_and_says_of_how_many_rows_it_shows_the_first(project):
    found = rows_of(project, "SELECT ?unit WHERE { ?unit org:unitOf id:ip } ORDER BY ?unit")
    assert len(found.rows) == 5
    assert found.total == found.counted > 5
    assert found.rows[0][0].short.startswith("id:")
    assert found.rows[0][0].text != found.rows[0][0].iri


def test_counting_stops_at_its_bound(project):
    found = rows_of(project, "SELECT * WHERE { ?s ?p ?o }")
    assert found.total is None
    assert found.counted == 20


def test_the_truth_of_an_ask_and_the_triples_of_a_construct(project):
    assert rows_of(project, "ASK {}").truth is True
    found = rows_of(project, "CONSTRUCT WHERE { id:ip org:unitOf ?o }")
    assert found.columns == ("subject", "predicate", "object")
    assert "org:unitOf" in found.turtle


def test_a_column_of_numbers_can_be_drawn(project):
    query = "SELECT ?kind (COUNT(?x) AS ?n) WHERE { ?x a ?kind } GROUP BY ?kind"
    found = rows_of(project, query)
    assert found.is_numeric(1)
    assert not found.is_numeric(0)
    assert len(found.pairs()) == 5


def test_labels_stand_beside_things_and_repeated_columns_are_left_out(project):
    query = "SELECT ?unit ?label WHERE { ?unit org:unitOf id:ip ; rdfs:label ?label }"
    found = rows_of(project, query)
    columns, rows = labelled_rows(found)
    assert columns == ["unit", "unit (label)", "label"]
    assert all(row[1] == row[2] for row in rows)
    assert found.without_repeats().columns == ("unit",)


def test_rows_keep_the_text_of_numbers_unless_numbers_are_wanted(project):
    values = '(1.50 "007"^^xsd:integer) (1e0 "x")'
    found = rows_of(project, f"SELECT ?a ?b WHERE {{ VALUES (?a ?b) {{ {values} }} }}")
    assert labelled_rows(found)[1][0][1] == found.rows[0][1].text
    assert not any(isinstance(value, float) for row in labelled_rows(found)[1] for value in row)
    counted = rows_of(project, "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
    ((text,),) = labelled_rows(counted)[1]
    ((number,),) = labelled_rows(counted, numbers=True)[1]
    assert text == str(number)
    assert isinstance(number, int)


def test_a_workbook_writes_what_a_spreadsheet_would_round_as_text():
    data = workbook(["n"], [[10**15], [10**15 + 1], [float("inf")], [float("nan")], [-1.5]])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = read(archive.read("xl/worksheets/sheet1.xml"))
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    assert [v.text for v in sheet.iter(f"{space}v")] == ["1000000000000000", "-1.5"]
    assert [t.text for t in sheet.iter(f"{space}t")] == ["n", "1000000000000001", "inf", "nan"]


def test_an_unbound_variable_is_an_empty_cell(project):
    found = rows_of(project, "SELECT ?a ?b WHERE { VALUES (?a ?b) { (1 UNDEF) } }")
    assert [cell.text for cell in found.rows[0]] == ["1", ""]


def test_a_workbook_holds_texts_and_numbers():
    data = workbook(["name", "n"], [[NASTY, 4.5], ["a\x00b", 2]])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            read(archive.read(name))
        sheet = read(archive.read("xl/worksheets/sheet1.xml"))
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    assert [item.text for item in sheet.iter(f"{space}t")] == ["name", "n", NASTY, "a�b"]
    assert [item.text for item in sheet.iter(f"{space}v")] == ["4.5", "2"]


def test_a_literal_keeps_a_cue_where_it_is_not_plain(project):
    from ipgraph.server.html.tables import cell

    entities = project.entities
    assert cell(ox.Literal("x", language="fr"), entities).cue == "fr"
    assert cell(ox.Literal("x", language="en"), entities).cue == ""
    assert cell(ox.Literal("1.5", datatype=ox.NamedNode("http://e.org/t")), entities).cue
    assert cell(ox.Literal(3), entities).number == 3.0
