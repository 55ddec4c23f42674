"""How Jinja reads the templates: their layout is for editors and does not reach a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jinja2.ext import Extension

if TYPE_CHECKING:
    from jinja2 import Environment

_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)
_BLOCKS = (
    "article|aside|body|caption|dd|details|div|dl|dt|fieldset|figure|footer|form|h[1-6]|head|header"
    "|html|legend|li|link|main|meta|nav|ol|optgroup|option|p|section|summary|table|tbody|td|th"
    "|thead|title|tr|ul"
)
# White space around the tags of block elements is nothing in HTML.
_BEFORE_BLOCK = re.compile(rf"\n+(?=</?(?:{_BLOCKS}|pre)\b)")
_AFTER_BLOCK = re.compile(rf"(</?(?:{_BLOCKS})\b[^<>{{}}]*>)\n+")


class Compact(Extension):
    """Drop the indentation of each line, and line breaks around the tags of block elements.

    Any other line break stays and is a space in HTML. Jinja's own `lstrip_blocks` drops the
    indentation of block tags alone: with it, pages of entities are 24 to 35% larger. No template
    may hold lines whose indentation matters, as in `pre`: such text comes from Python.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the source without what only lays it out."""
        source = _INDENTATION.sub("", source)
        return _AFTER_BLOCK.sub(r"\1", _BEFORE_BLOCK.sub("", source))


def configure(environment: Environment) -> None:
    """Make an environment read the templates; call it before the first of them is loaded."""
    environment.trim_blocks = True
    environment.add_extension(Compact)
