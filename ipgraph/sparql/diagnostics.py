"""Explain Oxigraph's syntax errors: the line, the column, the token and how to fix it.

The engine reports where its last attempt ended, not where the error is: a keyword that it tried
adds its length to the column (`error at 1:10: expected CONSTRUCT` for an error at 1:1), and an
attempt longer than the text is reported at its end. So this module first checks the text for
common mistakes. For the rest it uses the engine's position, corrected.
"""

from __future__ import annotations

import re

import pyoxigraph as ox

from ipgraph.errors import BadQuery, Place
from ipgraph.sparql.lexer import Token, malformed_iri, place, tokenize
from ipgraph.sparql.scope import find_error

# Spaces to append to a text that failed before it is parsed again for its message: as long as the
# longest keyword, so that no attempt fails because the text ends.
_PADDING = " " * 24

_KEYWORDS = frozenset(
    """
    a ABS ADD ALL AS ASC ASK AVG BASE BIND BNODE BOUND BY CEIL CLEAR COALESCE CONCAT CONSTRUCT
    CONTAINS COPY COUNT CREATE DATA DATATYPE DAY DEFAULT DELETE DESC DESCRIBE DISTINCT DROP
    ENCODE_FOR_URI EXISTS FALSE FILTER FLOOR FROM GRAPH GROUP GROUP_CONCAT HAVING HOURS IF IN
    INSERT INTO IRI ISBLANK ISIRI ISLITERAL ISNUMERIC ISURI LANG LANGMATCHES LCASE LIMIT LOAD
    MAX MD5 MIN MINUS MINUTES MONTH MOVE NAMED NOT NOW OFFSET OPTIONAL ORDER PREFIX RAND REDUCED
    REGEX REPLACE ROUND SAMETERM SAMPLE SECONDS SELECT SEPARATOR SERVICE SHA1 SHA256 SHA384
    SHA512 SILENT STR STRAFTER STRBEFORE STRDT STRENDS STRLANG STRLEN STRSTARTS STRUUID SUBSTR
    SUM TIMEZONE TO TRUE TZ UCASE UNDEF UNION URI USING UUID VALUES WHERE WITH YEAR TRIPLE
    SUBJECT PREDICATE OBJECT ISTRIPLE LANGDIR HASLANG HASLANGDIR STRLANGDIR ADJUST LATERAL
    VERSION
    """.split()  # noqa: SIM905  a hundred words read better so
)
_CLOSES = {"}": "{", ")": "(", "]": "["}
_OPENS = {opening: closing for closing, opening in _CLOSES.items()}
_REPORT = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)

# Parts of the engine's messages about semantics, with our message and hint.
_MEANINGS: tuple[tuple[str, str, str], ...] = (
    (
        "SELECT contains a variable that is unbound",
        "SELECT names a variable that the pattern does not bind, or that is not grouped by.",
        "With GROUP BY or an aggregate, every other selected variable must be in GROUP BY.",
    ),
    (
        "SELECT contains an expression with a variable that is unbound",
        "An expression in SELECT uses a variable that is neither grouped nor aggregated.",
        "This engine does not let it use the name of another column either. Repeat the aggregate.",
    ),
    (
        "already bound",
        "AS assigns a variable that is already bound.",
        "Choose a new variable name.",
    ),
    (
        "not authorized with GROUP BY",
        "GROUP BY needs a SELECT that names its variables.",
        "Name them, or group in a SELECT inside braces.",
    ),
    ("IRI parsing failed", "An IRI is not valid.", "Write it in full between < and >."),
    (
        "Prefix not found",
        "A prefixed name uses a prefix that is not declared.",
        "Declare it with PREFIX at the top.",
    ),
    ("custom function", "The function is not part of SPARQL 1.1.", "Use a built-in function."),
)


def explain(
    text: str, message: str, prefixes: dict[str, str] | None = None, base: str | None = None
) -> BadQuery:
    """Return the error to raise for a text that the engine rejected with `message`."""
    try:
        tokens = tokenize(text)
    except BadQuery as error:
        return error
    return (
        malformed_iri(text, tokens)
        or _unbalanced(text, tokens)
        or find_error(text, tokens)
        or _unknown_word(text, tokens)
        or _explain_meaning(message)
        or _unexpected(text, tokens, _padded_message(text, prefixes, base) or message)
    )


def _padded_message(text: str, prefixes: dict[str, str] | None, base: str | None) -> str:
    """Return the engine's message for the padded text; empty if the engine accepts it."""
    try:
        ox.Store().query(text + _PADDING, prefixes=prefixes, base_iri=base)
    except (SyntaxError, ValueError) as error:
        return str(error)
    return ""


def _unbalanced(text: str, tokens: list[Token]) -> BadQuery | None:
    open_brackets: list[Token] = []
    for token in tokens:
        if token.kind != "sign":
            continue
        if token.text in _OPENS:
            open_brackets.append(token)
        elif token.text in _CLOSES:
            where = place(text, token.start)
            if not open_brackets:
                return BadQuery(
                    f"The {token.text} at {where} has no opening bracket.",
                    place=where,
                    hint=f"Remove it, or add a {_CLOSES[token.text]} before it.",
                )
            opening = open_brackets.pop()
            if _OPENS[opening.text] != token.text:
                return BadQuery(
                    f"The {token.text} at {where} does not close "
                    f"the {opening.text} opened at {place(text, opening.start)}.",
                    place=where,
                    hint=f"Put a {_OPENS[opening.text]} before it.",
                )
    if open_brackets:
        opening = open_brackets[-1]
        where = place(text, opening.start)
        return BadQuery(
            f"The {opening.text} opened at {where} is not closed.",
            place=where,
            hint=f"Add the missing {_OPENS[opening.text]}.",
        )
    return None


def _unknown_word(text: str, tokens: list[Token]) -> BadQuery | None:
    for token in tokens:
        if token.kind != "word" or token.text == "a":
            continue
        for word in re.split(r"[.\-]", token.text):
            if word.upper() in _KEYWORDS or not word:
                continue
            where = place(text, token.start)
            from difflib import get_close_matches  # late: only errors need it

            near = get_close_matches(word.upper(), sorted(_KEYWORDS), n=1, cutoff=0.7)
            hint = (
                f"Did you mean {near[0]}?"
                if near
                else "Names need a prefix (foaf:Person), strings quotes, variables a question mark."
            )
            return BadQuery(f"{word!r} at {where} is not a SPARQL keyword.", place=where, hint=hint)
    return None


def _explain_meaning(message: str) -> BadQuery | None:
    for sign, meaning, hint in _MEANINGS:
        if sign in message:
            return BadQuery(meaning, hint=hint)
    return None


def _unexpected(text: str, tokens: list[Token], message: str) -> BadQuery:
    report = _REPORT.match(message)
    if report is None:
        return BadQuery("The engine rejected the query.", hint=message[:200])
    offset = _offset(text, int(report[1]), int(report[2]))
    starts = [offset] if re.search(r'"|\[\'|\[_\]|\.\.=', report[3]) else []
    starts += [offset - len(word) for word in re.findall(r"\b[A-Z][A-Z_]+[0-9]*\b", report[3])]
    earliest = max((start for start in starts if start >= 0), default=offset)
    for token in tokens:
        if token.start + len(token.text) > earliest:
            return _misplaced(text, token)
    end = place(text, len(text.rstrip()))
    return BadQuery(
        f"The query ends at {end} before it is complete.",
        place=end,
        hint="Something is missing: a value, a pattern in { }, or a number after LIMIT.",
    )


def _misplaced(text: str, token: Token) -> BadQuery:
    where: Place = place(text, token.start)
    shown = token.text if len(token.text) <= 40 else token.text[:39] + "…"
    hints = {
        "var": "A triple has three terms and ends with . or ; or a closing bracket.",
        "name": "A triple has three terms and ends with . or ; or a closing bracket.",
        "iri": "A triple has three terms; IRIs contain no spaces.",
        "string": "A triple has three terms; a string can only be the third, or a value in FILTER.",
        "word": "Clauses come in this order: SELECT, FROM, WHERE, GROUP BY, HAVING, ORDER BY.",
        "number": "A number can be an object or a value in FILTER and BIND, or follow LIMIT.",
    }
    return BadQuery(
        f"{shown} at {where} was not expected here.",
        place=where,
        hint=hints.get(token.kind, "Check the text before it: something is missing or duplicated."),
    )


def _offset(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        found = text.find("\n", start)
        if found < 0:
            break
        start = found + 1
    return start + column - 1
