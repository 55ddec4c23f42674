"""Tables as a workbook for spreadsheets: the least of ECMA-376 that Excel and LibreOffice open."""

from __future__ import annotations

import io
import re
import zipfile
from html import escape
from itertools import chain, islice
from typing import IO, TYPE_CHECKING

from ipgraph.errors import SizeLimitExceeded
from ipgraph.serialization.formats import TABLE_FORMATS
from ipgraph.serialization.spreadsheets import MAX_CELL_UNITS, fitting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

(MEDIA_TYPE,) = (item.media_type for item in TABLE_FORMATS if item.name == "xlsx")
MAX_ROWS = 1_048_576  # of a sheet, the header included
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# What no XML 1.0 document can hold or keep is escaped (ECMA-376-1, 22.9.2.19), and so is the
# beginning of a text that reads as such an escape.
_NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_ESCAPE_LIKE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
# Spreadsheets keep 15 digits of a number: larger ones are written as text, and so are INF and NaN.
_MAX_EXACT = 10**15
_SHEET = "worksheets/sheet{}.xml"


def workbook(columns: Sequence[str], rows: Iterable[Sequence[str | float]]) -> bytes:
    """Return a workbook of one sheet: a header and rows of texts and numbers."""
    out = io.BytesIO()
    write(out, {"Results": chain([columns], islice(rows, MAX_ROWS - 1))})
    return out.getvalue()


def write(out: IO[bytes], sheets: Mapping[str, Iterable[Sequence[str | float]]]) -> None:
    """Write a workbook of sheets, each of rows of texts and numbers, as the rows come.

    The same rows make the same bytes. Raises `SizeLimitExceeded` for more rows than a sheet holds.
    """
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _frame(list(sheets)).items():
            archive.writestr(zipfile.ZipInfo(name), _HEAD + text, zipfile.ZIP_DEFLATED)
        for number, (title, rows) in enumerate(sheets.items(), 1):
            entry = zipfile.ZipInfo("xl/" + _SHEET.format(number))
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as part:
                part.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
                for count, row in enumerate(rows):
                    if count == MAX_ROWS:
                        raise SizeLimitExceeded(
                            f"A sheet holds {MAX_ROWS:,} rows, and {title} has more; "
                            "take another format.",
                            limit="rows of a sheet",
                        )
                    part.write(_line(row).encode())
                part.write(b"</sheetData></worksheet>")


def _frame(titles: list[str]) -> dict[str, str]:
    """Return the parts of a workbook besides its sheets."""
    types, sheets, links = [], [], []
    for number, title in enumerate(titles, 1):
        path = _SHEET.format(number)
        types.append(
            f'<Override PartName="/xl/{path}" ContentType="application/'
            'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        )
        sheets.append(f'<sheet name="{escape(title)}" sheetId="{number}" r:id="r{number}"/>')
        links.append(
            f'<Relationship Id="r{number}" Type="{_RELATIONS}/worksheet" Target="{path}"/>'
        )
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{MEDIA_TYPE}.main+xml"/>'
            f"{''.join(types)}</Types>"
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
            f"<sheets>{''.join(sheets)}</sheets></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(links)}</Relationships>'
        ),
    }


def _line(cells: Sequence[str | float]) -> str:
    return f"<row>{''.join(_cell(cell) for cell in cells)}</row>"


def _escape(found: re.Match[str]) -> str:
    return f"_x{ord(found[0]):04X}_"


def _cell(value: str | float) -> str:
    if isinstance(value, int | float) and abs(value) <= _MAX_EXACT:
        return f"<c><v>{value}</v></c>"
    text = str(value)
    if len(text) * 2 > MAX_CELL_UNITS:
        text = fitting(text)
    if "_x" in text:
        text = _ESCAPE_LIKE.sub("_x005F_", text)
    text = escape(_NOT_XML.sub(_escape, text), quote=False)
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
