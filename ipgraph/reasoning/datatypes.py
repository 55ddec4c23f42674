"""The datatypes of OWL 2 RL: which literals are values of which (rules dt-type1 to dt-not-type).

A literal belongs to every datatype whose value space has its value: `"5"^^xsd:integer` is an
`xsd:byte` as well. What a literal's own datatype cannot read is a value of nothing. The types of
literals are concluded for the datatypes that some rule reads, for nothing else comes of them; only
where a thing and a literal are the same, which OWL DL forbids, the thing lacks the literal's types.
"""

from __future__ import annotations

import re
from decimal import Decimal

from ipgraph.namespaces import RDF, RDFS, XSD
from ipgraph.reasoning.rules import Atom
from ipgraph.reasoning.trivia import TYPE

# datatype: least and greatest value (None: no bound); all are decimals without a fraction.
_INTEGERS: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "nonNegativeInteger": (0, None),
    "nonPositiveInteger": (None, 0),
    "positiveInteger": (1, None),
    "negativeInteger": (None, -1),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-128, 127),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 255),
}
_NAME = r"[A-Za-z_À-￿][-.\w]*"
# datatype: the strings it has.
_STRINGS = {
    "string": r"(?s).*",
    "normalizedString": r"[^\t\n\r]*",
    "token": r"(?:[^\s]+(?: [^\s]+)*)?",
    "language": r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*",
    "Name": f":?{_NAME.replace('-.', ':.-')}",
    "NCName": _NAME,
    "NMTOKEN": r"[-:.\w]+",
}
_DATE = r"-?\d{4,}-\d\d-\d\d"
_TIME = r"\d\d:\d\d:\d\d(?:\.\d+)?"
_ZONE = r"(?:Z|[+-]\d\d:\d\d)"
_FLOAT = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN"
# datatype: how its literals are written, for those that share values with no other datatype.
_OTHERS = {
    "boolean": "true|false|1|0",
    "float": _FLOAT,
    "double": _FLOAT,
    "dateTime": f"{_DATE}T{_TIME}{_ZONE}?",
    "dateTimeStamp": f"{_DATE}T{_TIME}{_ZONE}",
    "date": f"{_DATE}{_ZONE}?",
    "time": f"{_TIME}{_ZONE}?",
    "anyURI": r"[^\s]*",
    "hexBinary": "(?:[0-9A-Fa-f]{2})*",
    "base64Binary": r"[A-Za-z0-9+/=\s]*",
    "gYear": rf"-?\d{{4,}}{_ZONE}?",
    "gYearMonth": rf"-?\d{{4,}}-\d\d{_ZONE}?",
}
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")
_LITERAL = re.compile(r'(?s)"(.*)"(?:@([-\w]+)|\^\^<([^>]*)>)?')
PLAIN, LITERAL, XML = f"<{RDF}PlainLiteral>", f"<{RDFS}Literal>", f"<{RDF}XMLLiteral>"
DATATYPES: tuple[str, ...] = (
    PLAIN,
    LITERAL,
    XML,
    *(f"<{XSD}{each}>" for each in ("decimal", *_INTEGERS, *_STRINGS, *_OTHERS)),
)

# dt-type1
DATATYPE_AXIOMS = tuple(Atom(each, TYPE, f"<{RDFS}Datatype>") for each in DATATYPES)


def belongs(literal: str, datatype: str) -> bool:
    """Tell whether the value of a literal in N-Triples syntax is in the datatype's value space."""
    match = _LITERAL.fullmatch(literal)
    if not match or datatype == LITERAL:
        return bool(match)
    text, language, own = match.groups()
    if language:
        return datatype == PLAIN
    own = (own or XSD + "string").removeprefix(XSD)
    wanted = datatype[1:-1].removeprefix(XSD)
    if own in _STRINGS:
        return _is_string(text, own) and (datatype == PLAIN or _is_string(text, wanted))
    if own == "decimal" or own in _INTEGERS:
        return _is_number(text, own) and _is_number(text, wanted)
    if own in _OTHERS and own.startswith("dateTime") and wanted.startswith("dateTime"):
        return _is_other(text, own) and _is_other(text, wanted)
    return own == wanted and (own not in _OTHERS or _is_other(text, own))


def _is_string(text: str, datatype: str) -> bool:
    if datatype not in _STRINGS:
        return False
    for written, meant in (("\\t", "\t"), ("\\n", "\n"), ("\\r", "\r")):
        text = text.replace(written, meant)
    return re.fullmatch(_STRINGS[datatype], text) is not None


def _is_other(text: str, datatype: str) -> bool:
    return re.fullmatch(_OTHERS[datatype], text) is not None


def _is_number(text: str, datatype: str) -> bool:
    """Tell whether a number written as `text` is a value of a datatype below xsd:decimal."""
    if not _NUMBER.fullmatch(text):
        return False
    if datatype == "decimal":
        return True
    if datatype not in _INTEGERS:
        return False
    value = Decimal(text)
    low, high = _INTEGERS[datatype]
    return (
        value == value.to_integral_value()
        and (low is None or value >= low)
        and (high is None or value <= high)
    )


def same_value(first: str, second: str) -> bool | None:
    """Tell whether two literals have the same value; None where that is not known here."""
    one, other = _LITERAL.fullmatch(first), _LITERAL.fullmatch(second)
    if first == second or not one or not other:
        return True if first == second else None
    kinds = [_kind(each[3], each[2]) for each in (one, other)]
    if "" in kinds:
        return None
    if kinds[0] != kinds[1]:
        return False
    if kinds[0] == "number":
        return _value(one[1]) == _value(other[1])
    return one[1] == other[1] and one[2] == other[2] if kinds[0] == "string" else None


def _kind(datatype: str | None, language: str | None) -> str:
    """Return the family of datatypes whose values no other family has, or nothing."""
    own = (datatype or XSD + "string").removeprefix(XSD)
    if language or own in _STRINGS:
        return "string"
    if own == "decimal" or own in _INTEGERS:
        return "number"
    return own if own in ("boolean", "date", "gYear", "gYearMonth") else ""


def _value(text: str) -> Decimal | str:
    return Decimal(text) if _NUMBER.fullmatch(text) else text
