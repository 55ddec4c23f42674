"""MkDocs hook: fills the reference pages from the code, the ontology and the question files.

A page asks for generated text with a comment on a line of its own, ``<!-- generate: NAME -->``,
where NAME is a key of `GENERATORS`. A name that does not exist fails the build. Nothing generated
is committed.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import _reference_data
import _reference_program

if TYPE_CHECKING:
    from collections.abc import Callable

MARK = re.compile(r"^<!-- generate: ([a-z-]+) -->$", re.MULTILINE)

GENERATORS: dict[str, Callable[[], str]] = {
    "command-line": _reference_program.command_line,
    "dataset-file": _reference_program.dataset_file,
    "dataset-roles": _reference_program.dataset_roles,
    "errors": _reference_program.errors,
    "formats": _reference_program.formats,
    "coverage": _reference_data.coverage,
    "http": _reference_program.http,
    "ontology": _reference_data.ontology,
    "python": _reference_program.python,
    "questions": _reference_data.questions,
    "rules": _reference_data.rules,
    "settings": _reference_program.settings,
    "shapes": _reference_data.shapes,
    "table-formats": _reference_program.table_formats,
}


@cache
def generated(name: str) -> str:
    """Return the Markdown of one generator."""
    return GENERATORS[name]().strip()


def filled(markdown: str) -> str:
    """Return the text of a page with every mark replaced by what it asks for."""
    return MARK.sub(lambda match: generated(match[1]), markdown)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Fill in one page; MkDocs calls this for each."""
    return filled(markdown)
