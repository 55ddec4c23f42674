"""Cells of tables for people, who open them in a spreadsheet: nothing runs, nothing is lost.

Results for programs (SPARQL CSV, lists as CSV) stay as the standard has them.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Cell = str | int | float

# Excel takes a file without it for one in the encoding of the country.
BYTE_ORDER_MARK = "\ufeff"
# Excel refuses a workbook with a longer cell; counted in UTF-16 code units.
MAX_CELL_UNITS = 32_767
# A cell that starts so is a formula in Excel, LibreOffice or Google Sheets, unless it is a number.
_FORMULA_STARTS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def write_csv(out: TextIO, rows: Iterable[Sequence[Cell]]) -> None:
    """Write rows as CSV (RFC 4180) with a byte order mark.

    A text that a spreadsheet would run as a formula has an apostrophe before it.
    """
    out.write(BYTE_ORDER_MARK)
    csv.writer(out).writerows(map(_without_formulas, rows))


def _without_formulas(row: Sequence[Cell]) -> Sequence[Cell]:
    for cell in row:
        if isinstance(cell, str) and cell[:1] in _FORMULA_STARTS:
            return [_as_text(cell) for cell in row]
    return row


def _as_text(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet takes for a formula."""
    if isinstance(cell, str) and cell[:1] in _FORMULA_STARTS and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def fitting(text: str) -> str:
    """Return a text that fits into a cell of a workbook: cut, with a note, if it is too long."""
    if _units(text) <= MAX_CELL_UNITS:
        return text
    note = f"… [cut: the text has {len(text):,} characters, and a cell holds {MAX_CELL_UNITS:,}]"
    encoded = text.encode("utf-16-le", "surrogatepass")[: (MAX_CELL_UNITS - len(note)) * 2]
    return encoded.decode("utf-16-le", "ignore") + note


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
