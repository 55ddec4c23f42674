"""Pictures, tables and workbooks: their content, and that no text breaks them."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest

from ipgraph.serialization.xlsx import workbook
from ipgraph.server.html.svg import MAX_BARS, Box, Span, bars, spans, tree
from ipgraph.server.html.tables import labeled_rows, table

HOSTILE = '<b>&"quoted"\' ünïcode</b>'
SVG = "{http://www.w3.org/2000/svg}"


def parse_xml(text):
    return ET.fromstring(text)  # noqa: S314  our own output


def parse_svg(markup):
    return parse_xml(str(markup).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '))


def test_a_tree_has_a_link_for_every_box_and_a_line_for_every_child():
    root = Box("Root", "/root", below=(Box("A", "/a", below=(Box("C", "/c"),)), Box("B", "/b")))
    picture = parse_svg(tree(root, "title"))
    assert [link.get("href") for link in picture.iter(f"{SVG}a")] == ["/c", "/a", "/b", "/root"]
    assert len(list(picture.iter(f"{SVG}path"))) == 3


def test_a_name_on_two_lines_keeps_its_text_for_screen_readers():
    name = "Protective Security Coordination Division"
    (text,) = parse_svg(tree(Box(name, "/pscd"), "title")).iter(f"{SVG}text")
    assert len(list(text)) == 2
    assert "".join(text.itertext()) == name


def test_a_top_aligned_tree_places_a_parent_next_to_its_first_child():
    root = Box("Root", "/", below=tuple(Box(str(n), f"/{n}") for n in range(5)))

    def height(picture, address):
        link = next(found for found in picture.iter(f"{SVG}a") if found.get("href") == address)
        return float(link.find(f"{SVG}rect").get("y"))

    top, middle = parse_svg(tree(root, "", top=True)), parse_svg(tree(root, ""))
    assert height(top, "/") == height(top, "/0")
    assert height(middle, "/") == height(middle, "/2")


@pytest.mark.parametrize(
    "picture",
    [
        tree(Box(HOSTILE, f'/x?"{HOSTILE}', below=(Box(HOSTILE, "/y"),)), HOSTILE),
        bars([(HOSTILE, 1.5), ("b", 2)], HOSTILE),
        spans([Span(HOSTILE, 2001, 2007), Span("b", 2007, 2013, is_open=True)], HOSTILE),
    ],
)
def test_hostile_text_does_not_break_a_picture(picture):
    assert "ünïcode" in "".join(parse_svg(picture).itertext())


def test_bars_are_sorted_and_limited_in_number():
    picture = parse_svg(bars([(f"n{n}", n) for n in range(100)], "t"))
    widths = [float(bar.get("width").rstrip("%")) for bar in picture.iter(f"{SVG}svg")]
    assert len(widths) == MAX_BARS
    assert widths == sorted(widths, reverse=True)


def test_without_spans_there_is_no_picture():
    assert spans([], "t") is None


def rows_of(project, query):
    return table(project.query(query).result, project.entities, 5, 20)


def test_a_table_shows_labels_and_its_first_rows_with_the_total(project):
    found = rows_of(project, "SELECT ?unit WHERE { ?unit org:unitOf id:ip } ORDER BY ?unit")
    assert len(found.rows) == 5
    assert found.total == found.counted > 5
    assert found.rows[0][0].short.startswith("id:")
    assert found.rows[0][0].text != found.rows[0][0].iri


def test_counting_rows_stops_at_the_limit(project):
    found = rows_of(project, "SELECT * WHERE { ?s ?p ?o }")
    assert found.total is None
    assert found.counted == 20


def test_a_table_shows_ask_and_construct_results(project):
    assert rows_of(project, "ASK {}").truth is True
    found = rows_of(project, "CONSTRUCT WHERE { id:ip org:unitOf ?o }")
    assert found.columns == ("subject", "predicate", "object")
    assert "org:unitOf" in found.turtle


def test_a_numeric_column_can_be_charted(project):
    query = "SELECT ?kind (COUNT(?x) AS ?n) WHERE { ?x a ?kind } GROUP BY ?kind"
    found = rows_of(project, query)
    assert found.is_numeric(1)
    assert not found.is_numeric(0)
    assert len(found.pairs()) == 5


def test_labels_follow_entities_and_repeated_columns_are_omitted(project):
    query = "SELECT ?unit ?label WHERE { ?unit org:unitOf id:ip ; rdfs:label ?label }"
    found = rows_of(project, query)
    columns, rows = labeled_rows(found)
    assert columns == ["unit", "unit (label)", "label"]
    assert all(row[1] == row[2] for row in rows)
    assert found.without_repeats().columns == ("unit",)


def test_rows_contain_numbers_as_text_unless_numbers_are_requested(project):
    values = '(1.50 "007"^^xsd:integer) (1e0 "x")'
    found = rows_of(project, f"SELECT ?a ?b WHERE {{ VALUES (?a ?b) {{ {values} }} }}")
    assert labeled_rows(found)[1][0][1] == found.rows[0][1].text
    assert not any(isinstance(value, float) for row in labeled_rows(found)[1] for value in row)
    counted = rows_of(project, "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
    ((text,),) = labeled_rows(counted)[1]
    ((number,),) = labeled_rows(counted, numbers=True)[1]
    assert text == str(number)
    assert isinstance(number, int)


def test_a_workbook_contains_numbers_that_spreadsheets_round_as_text():
    data = workbook(["n"], [[10**15], [10**15 + 1], [float("inf")], [float("nan")], [-1.5]])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = parse_xml(archive.read("xl/worksheets/sheet1.xml"))
    namespace = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    assert [cell.text for cell in sheet.iter(f"{namespace}v")] == ["1000000000000000", "-1.5"]
    assert [cell.text for cell in sheet.iter(f"{namespace}t")] == [
        "n",
        "1000000000000001",
        "inf",
        "nan",
    ]


def test_an_unbound_variable_is_an_empty_cell(project):
    found = rows_of(project, "SELECT ?a ?b WHERE { VALUES (?a ?b) { (1 UNDEF) } }")
    assert [cell.text for cell in found.rows[0]] == ["1", ""]


def test_a_workbook_contains_texts_and_numbers():
    data = workbook(["name", "n"], [[HOSTILE, 4.5], ["a\x00b", 2]])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            parse_xml(archive.read(name))
        sheet = parse_xml(archive.read("xl/worksheets/sheet1.xml"))
    namespace = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    assert [cell.text for cell in sheet.iter(f"{namespace}t")] == [
        "name",
        "n",
        HOSTILE,
        "a_x0000_b",
    ]
    assert [cell.text for cell in sheet.iter(f"{namespace}v")] == ["4.5", "2"]


def test_a_literal_that_is_not_plain_has_a_cue(project):
    from ipgraph.server.html.tables import cell

    entities = project.entities
    assert cell(ox.Literal("x", language="fr"), entities).cue == "fr"
    assert cell(ox.Literal("x", language="en"), entities).cue == ""
    assert cell(ox.Literal("1.5", datatype=ox.NamedNode("http://e.org/t")), entities).cue
    assert cell(ox.Literal(3), entities).number == 3.0
