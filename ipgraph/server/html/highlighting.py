"""Turtle and SPARQL in colours: the text as it is, its terminals in spans of the stylesheet.

The two languages share their terminals, so one pattern reads both. It judges nothing: what it does
not know stays plain, and every character comes out once, escaped here and nowhere else.
"""

from __future__ import annotations

import re
from functools import cache

from markupsafe import Markup, escape

# Each kind of terminal and the class of the stylesheet that colours it; the others stay plain.
CLASSES = {
    "comment": "s-c",
    "string": "s-s",
    "iri": "s-i",
    "variable": "s-v",
    "number": "s-n",
    "keyword": "s-k",
}
# Possessive where a hostile text could otherwise be read in many ways.
_TERMINAL = r"""
      (?P<comment>\#[^\n]*+)
    | (?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*+\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*+'''
        | "(?:[^"\\\n]|\\.)*+" | '(?:[^'\\\n]|\\.)*+')
    | (?P<iri><[^<>"{}|^`\x00-\x20]*+>)
    | (?P<variable>[?$]\w++)
    | (?P<name>_:[\w.-]++ | (?:\w[\w.-]*+)?:(?:[\w:.%-]|\\.)*+)
    | (?P<number>(?<![\w.])[+-]?(?:[0-9]++(?:\.[0-9]++)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?
        | (?:true|false)\b)
    | (?P<keyword>@(?:prefix|base)\b | [A-Za-z]\w*+)
    | (?P<other>@[\w-]++ | \w++ | \s++ | .)
    """


@cache
def _terminal() -> re.Pattern[str]:
    return re.compile(_TERMINAL, re.VERBOSE | re.DOTALL)


def highlight(text: str) -> Markup:
    """Return Turtle or SPARQL as HTML: its text unchanged, its terminals in spans."""
    made = Markup("")
    parts: list[Markup] = []
    plain: list[str] = []
    for found in _terminal().finditer(text):
        css = CLASSES.get(found.lastgroup or "")
        if css is None:
            plain.append(found.group())
            continue
        parts += (
            escape("".join(plain)),
            Markup('<span class="{}">{}</span>').format(css, found.group()),
        )
        plain.clear()
    return made.join([*parts, escape("".join(plain))])
