from __future__ import annotations

import csv
import io
import re
import zipfile
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest

from ipgraph.errors import SizeLimitExceeded, UsageError
from ipgraph.serialization import graphs, spreadsheets, xlsx
from ipgraph.serialization.formats import TABLE_FORMATS, table_format
from ipgraph.store.local import LocalStore

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def tables(data: bytes) -> dict[str, list[list[str]]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {
            name.removesuffix(".csv"): list(
                csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig")))
            )
            for name in archive.namelist()
        }


def read(text: bytes) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314  our own output


def sheets(data: bytes) -> dict[str, list[list[str]]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        titles = [item.attrib["name"] for item in read(archive.read("xl/workbook.xml"))[0]]
        parts = (f"xl/worksheets/sheet{number + 1}.xml" for number in range(len(titles)))
        rows = (read(archive.read(part)).iter(f"{SHEET}row") for part in parts)
        return {
            title: [["".join(cell.itertext()) for cell in row] for row in item]
            for title, item in zip(titles, rows, strict=True)
        }


def exported(kg, name: str) -> bytes:
    out = io.BytesIO()
    kg.export(out, format=name)
    return out.getvalue()


@pytest.fixture(scope="module")
def found(project) -> dict[str, list[list[str]]]:
    return tables(exported(project, "csv.zip"))


def test_a_statement_has_one_row_per_source(project, found):
    head, *rows = found["statements"]
    quads = sum(quad.graph_name != ox.DefaultGraph() for quad in project.store.quads())
    assert len(rows) == quads
    place = {name: head.index(name) for name in head}
    unit = [
        row for row in rows
        if row[place["subject"]] == "Protective Security Coordination Division"
        and row[place["property IRI"]] == "http://www.w3.org/ns/org#unitOf"
        and row[place["value"]] == "Office of Infrastructure Protection"
    ]  # fmt: skip
    assert len(unit) > 1
    assert len({row[place["source IRI"]] for row in unit}) == len(unit)
    assert all(row[place["source"]] for row in unit)


def test_inferred_statements_are_marked_and_have_no_source(found):
    head, *rows = found["statements"]
    inferred, source = head.index("inferred"), head.index("source")
    marked = [row for row in rows if row[inferred] == "yes"]
    assert marked
    assert {row[source] for row in marked} == {""}
    assert {row[inferred] for row in rows} == {"yes", "no"}


def test_each_entity_has_a_row_with_its_classes_and_definition(found):
    head, *rows = found["entities"]
    entities = {row[head.index("IRI")]: dict(zip(head, row, strict=True)) for row in rows}
    assert len(entities) == len(rows)
    division = entities["https://w3id.org/ipgraph/id/pscd"]
    assert division["short name"] == "PSCD"
    assert "division" in division["classes"].split("; ")
    assert division["definition"].startswith("The Protective Security Coordination Division")


def test_the_workbook_has_the_same_rows_as_the_archive(project, found):
    assert sheets(exported(project, "xlsx")) == found


@pytest.mark.parametrize("form", TABLE_FORMATS, ids=lambda form: form.suffix)
def test_the_same_graph_gives_the_same_bytes(project, form):
    assert exported(project, form.suffix) == exported(project, form.suffix)


def test_hostile_texts_and_a_graph_without_names_are_written_unchanged():
    store = LocalStore(ox.Store())
    nasty = '1+1","\r\n</t><script>é'
    store.engine.add(
        ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode("urn:p"), ox.Literal(nasty, language="fr"))
    )
    out = io.BytesIO()
    assert graphs.export(store, out, TABLE_FORMATS[0]) == 1
    (_, row) = tables(out.getvalue())["statements"]
    assert row[2] == nasty
    assert (row[3], row[4], row[9], row[10]) == ("", "no", "fr", "")


def test_the_suffix_of_the_file_selects_tables(project, tmp_path):
    for name in ("all.csv.zip", "all.XLSX"):
        assert project.export(tmp_path / name) > 20_000
        assert zipfile.is_zipfile(tmp_path / name)
    assert table_format("all.zip") is None


def test_tables_of_a_single_entity_are_an_error(project, tmp_path):
    with pytest.raises(UsageError, match="whole graph"):
        project.export(tmp_path / "one.xlsx", about="PSCD")
    assert list(tmp_path.iterdir()) == []


def test_a_sheet_with_too_many_rows_is_an_error(monkeypatch):
    monkeypatch.setattr(xlsx, "MAX_ROWS", 3)
    xlsx.write(io.BytesIO(), {"few": [["a"], ["b"], ["c"]]})
    with pytest.raises(SizeLimitExceeded, match="more"):
        xlsx.write(io.BytesIO(), {"many": [["a"], ["b"], ["c"], ["d"]]})


FORMULAS = [
    "=1+1",
    "+cmd|x",
    "-x",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1+1",
    "--1",
    "+1-1",
    "-",
]
PLAIN = ["-5", "+1.50", "-1e3", ".5", "a=1", "", "'", "2020-01-01", " =1"]


def test_no_cell_for_people_starts_a_formula_and_numbers_stay():
    out = io.StringIO()
    spreadsheets.write_csv(out, [FORMULAS, PLAIN, [-5, 1.5]])
    first, second, third = csv.reader(io.StringIO(out.getvalue().removeprefix("﻿"), newline=""))
    assert first == [f"'{cell}" for cell in FORMULAS]
    assert second == PLAIN
    assert third == ["-5", "1.5"]


def test_the_archive_has_a_byte_order_mark_and_no_formula():
    store = LocalStore(ox.Store())
    store.engine.add(ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode("urn:p"), ox.Literal("=1+1")))
    out = io.BytesIO()
    graphs.export(store, out, TABLE_FORMATS[0])
    with zipfile.ZipFile(out) as archive:
        assert all(archive.read(name).startswith(b"\xef\xbb\xbf") for name in archive.namelist())
    assert tables(out.getvalue())["statements"][1][2] == "'=1+1"


@pytest.mark.parametrize("text", ["x" * 32_767, "x" * 32_768, "\U0001f600" * 16_384, "é" * 100_000])
def test_a_text_longer_than_a_cell_of_a_workbook_is_cut_with_a_note(text):
    (_, (cell,)) = sheets(xlsx.workbook(["a"], [[text]]))["Results"]
    assert len(cell.encode("utf-16-le")) // 2 <= 32_767
    if len(text) == 32_767:
        assert cell == text
    else:
        assert f"[cut: the text has {len(text):,} characters, and a cell holds 32,767]" in cell
        kept = cell.partition("…")[0]
        assert text.startswith(kept)
        assert len(kept.encode("utf-16-le")) // 2 > 32_500


@pytest.mark.parametrize("text", ["a\x01b", "\x0b", "a\r\nb", "_x0041_", "_x0041", "__x000D_", "￿"])
def test_a_workbook_keeps_every_character(text):
    (_, (cell,)) = sheets(xlsx.workbook(["a"], [[text]]))["Results"]
    escape = re.compile("_x([0-9A-Fa-f]{4})_")
    assert escape.sub(lambda found: chr(int(found[1], 16)), cell) == text


def test_a_workbook_with_too_many_rows_leaves_no_byte_in_a_stream(monkeypatch):
    monkeypatch.setattr(xlsx, "MAX_ROWS", 3)
    store = LocalStore(ox.Store())
    for number in range(3):
        node = ox.NamedNode(f"urn:{number}")
        store.engine.add(ox.Quad(node, node, ox.Literal("x" * 100_000)))
    out = io.BytesIO()
    with pytest.raises(SizeLimitExceeded, match="more"):
        graphs.export(store, out, TABLE_FORMATS[1])
    assert out.getvalue() == b""
