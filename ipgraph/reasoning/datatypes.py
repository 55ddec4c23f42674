"""The datatypes of OWL 2 RL: which literals are values of which (rules dt-type1 to dt-not-type).

A literal belongs to every datatype whose value space has its value: `"5"^^xsd:integer` is an
`xsd:byte` as well. An ill-typed literal is a value of no datatype. The types of literals are
concluded only for the datatypes that a rule reads, because no other conclusion needs them; if an
IRI and a literal are the same, which OWL DL forbids, the IRI does not get the literal's types.
"""

from __future__ import annotations

import re
from calendar import monthrange
from decimal import Decimal

from ipgraph.namespaces import RDF, RDFS, XSD
from ipgraph.reasoning.rules import Atom
from ipgraph.reasoning.vocabulary import DATATYPE, TYPE

# Least and greatest value by datatype (None: unbounded); all are decimals without a fraction.
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
# The strings of each datatype.
_STRINGS = {
    "string": r"(?s).*",
    "normalizedString": r"[^\t\n\r]*",
    "token": r"(?:[^\s]+(?: [^\s]+)*)?",
    "language": r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*",
    "Name": f":?{_NAME.replace('-.', ':.-')}",
    "NCName": _NAME,
    "NMTOKEN": r"[-:.\w]+",
}
_MONTH = r"-?\d{4,}-(?:0[1-9]|1[0-2])"
_DATE = rf"{_MONTH}-(?:0[1-9]|[12]\d|3[01])"
_TIME = r"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
_ZONE = r"(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)"
_FLOAT = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN"
# The lexical forms of each datatype that shares values with no other.
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
    "gYearMonth": rf"{_MONTH}{_ZONE}?",
}
_DAY = re.compile(r"(-?\d+)-(\d\d)-(\d\d)")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")
_LITERAL = re.compile(r'(?s)"(.*)"(?:@([-\w]+)|\^\^<([^>]*)>)?')
PLAIN, LITERAL, XML = f"<{RDF}PlainLiteral>", f"<{RDFS}Literal>", f"<{RDF}XMLLiteral>"
DATATYPES: tuple[str, ...] = (
    PLAIN,
    LITERAL,
    XML,
    *(f"<{XSD}{name}>" for name in ("decimal", *_INTEGERS, *_STRINGS, *_OTHERS)),
)

# dt-type1
DATATYPE_AXIOMS = tuple(Atom(datatype, TYPE, DATATYPE) for datatype in DATATYPES)


def is_value_of(literal: str, datatype: str) -> bool:
    """True if the value of a literal is in the datatype's value space, both as N-Triples."""
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
    for escape, character in (("\\t", "\t"), ("\\n", "\n"), ("\\r", "\r")):
        text = text.replace(escape, character)
    return re.fullmatch(_STRINGS[datatype], text) is not None


def _is_other(text: str, datatype: str) -> bool:
    if re.fullmatch(_OTHERS[datatype], text) is None:
        return False
    day = _DAY.match(text) if datatype.startswith("date") else None
    if day is None:
        return True
    year = int(day[1][-4:].lstrip("-"))  # a year may have any number of digits
    return int(day[3]) <= monthrange(year % 400 + 400, int(day[2]))[1]


def _is_number(text: str, datatype: str) -> bool:
    """True if the number `text` is a value of xsd:decimal or of a datatype derived from it."""
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


def have_same_value(first: str, second: str) -> bool | None:
    """True if two literals have the same value; None if their datatypes are not compared here."""
    left, right = _LITERAL.fullmatch(first), _LITERAL.fullmatch(second)
    if first == second or not left or not right:
        return True if first == second else None
    spaces = [_value_space(match[3], match[2]) for match in (left, right)]
    if "" in spaces:
        return None
    if spaces[0] != spaces[1]:
        return False
    if spaces[0] == "number":
        return _value(left[1]) == _value(right[1])
    return left[1] == right[1] and left[2] == right[2] if spaces[0] == "string" else None


def _value_space(datatype: str | None, language: str | None) -> str:
    """Return the family of datatypes that shares values with no other family, or nothing."""
    own = (datatype or XSD + "string").removeprefix(XSD)
    if language or own in _STRINGS:
        return "string"
    if own == "decimal" or own in _INTEGERS:
        return "number"
    return own if own in ("boolean", "date", "gYear", "gYearMonth") else ""


def _value(text: str) -> Decimal | str:
    return Decimal(text) if _NUMBER.fullmatch(text) else text
