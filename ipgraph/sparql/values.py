"""RDF terms as Python values, and values of callers as RDF terms.

A Python value has the datatype of its type. A text names a resource if it is an IRI in ``<…>``, an
IRI that starts with a scheme and ``//`` or with ``urn:``, or a prefixed name whose prefix is known;
any other text is a plain literal. On the command line, where everything is text, what SPARQL reads
as a number, a Boolean or a quoted literal is one, and so is a date or a time in full.
"""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias

import pyoxigraph as ox

from ipgraph.errors import BadQuery, UsageError
from ipgraph.namespaces import RDF, XSD
from ipgraph.sparql.lexer import tokenize, unescape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

AnyTerm: TypeAlias = "ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple"

_IRI = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.\-]*://|urn:)\S+")
_INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[+-]?(?:0|[1-9][0-9]*)?\.[0-9]+")
_DOUBLE = re.compile(r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)[eE][+-]?[0-9]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME = re.compile(_DATE.pattern + r"T[0-9:]{8}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_SHAPES = (
    (_INTEGER, "integer"),
    (_DECIMAL, "decimal"),
    (_DOUBLE, "double"),
    (re.compile("true|false"), "boolean"),
    (_DATE, "date"),
    (_DATE_TIME, "dateTime"),
)
_DURATION = re.compile(
    r"(-?)P(?:([0-9]+)D)?(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+(?:\.[0-9]+)?)S)?)?"
)
_INTEGERS = frozenset(
    f"{XSD}{name}"
    for name in (
        *("integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger"),
        *("nonPositiveInteger", "negativeInteger", "unsignedLong", "unsignedInt"),
        *("unsignedShort", "unsignedByte"),
    )
)
_TEXTS = frozenset({XSD + "string", RDF + "langString", RDF + "dirLangString"})


def to_python(term: AnyTerm | None) -> Any:
    """Return the Python value of a term; its text if Python has no such value.

    An IRI is its text, a blank node its label after ``_:``, a triple term a tuple of three values,
    and None stays None.
    """
    if isinstance(term, ox.Literal):
        return _value(term)
    if isinstance(term, ox.NamedNode):
        return term.value
    if isinstance(term, ox.Triple):
        return to_python(term.subject), term.predicate.value, to_python(term.object)
    return None if term is None else str(term)


def to_term(value: object, prefixes: Mapping[str, str]) -> AnyTerm:
    """Return the RDF term of a Python value, by the rule of this module.

    Terms of pyoxigraph and rdflib stay as they are. Raises `UsageError` for a value of another
    type, or one that is not valid.
    """
    if isinstance(value, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple):
        return value
    try:
        found = _of_rdflib(value) or _of_number(value) or _of_time(value)
    except ValueError as error:
        raise UsageError(f"{value!r} is not valid RDF: {error}.") from error
    if found is not None:
        return found
    if isinstance(value, str):
        return resource(value, prefixes) or ox.Literal(value)
    if type(value).__module__ == "numpy" and hasattr(value, "item"):
        return to_term(value.item(), prefixes)
    raise UsageError(
        f"A {type(value).__name__} is no RDF term.",
        hint="Use a text, number, Boolean, date, or a term of pyoxigraph or rdflib.",
    )


def parse(text: str, prefixes: Mapping[str, str]) -> ox.NamedNode | ox.Literal:
    """Return the term of a text on the command line, by the rule of this module.

    Numbers with leading zeros are text. Raises `UsageError` for an IRI that is not valid.
    """
    if text[:1] in ('"', "'"):
        quoted = _quoted(text, prefixes)
        if quoted is not None:
            return quoted
    for shape, name in _SHAPES:
        if shape.fullmatch(text):
            return ox.Literal(text, datatype=ox.NamedNode(XSD + name))
    return resource(text, prefixes) or ox.Literal(text)


def resource(text: str, prefixes: Mapping[str, str]) -> ox.NamedNode | None:
    """Return the resource that a text names, or None if it is no IRI and no prefixed name.

    Raises `UsageError` for an IRI in ``<…>`` that is not valid.
    """
    if text[:1] == "<" and text[-1:] == ">":
        try:
            return ox.NamedNode(text[1:-1])
        except ValueError as error:
            raise UsageError(f"{text} is not a valid IRI: {error}.") from error
    if ":" not in text:
        return None
    iri = text if _IRI.fullmatch(text) else _expand(text, prefixes)
    with suppress(ValueError):
        return ox.NamedNode(iri) if iri else None
    return None


def _expand(text: str, prefixes: Mapping[str, str]) -> str | None:
    """Return the IRI of a prefixed name as SPARQL writes it, or None."""
    prefix = text.partition(":")[0]
    if prefix not in prefixes:
        return None
    try:
        tokens = tokenize(text)
    except BadQuery:
        return None
    if len(tokens) != 1 or tokens[0].kind != "name" or tokens[0].text != text:
        return None
    return prefixes[prefix] + unescape(text[len(prefix) + 1 :])


def _quoted(text: str, prefixes: Mapping[str, str]) -> ox.Literal | None:
    """Return the literal that a text writes as SPARQL does, or None."""
    try:
        tokens = tokenize(text)
    except BadQuery:
        return None
    kinds = [token.text if token.kind == "sign" else token.kind for token in tokens]
    if "".join(token.text for token in tokens) != text:
        return None
    if kinds in (["string"], ["string", "lang"]):
        written = text
    elif kinds in (["string", "^^", "iri"], ["string", "^^", "name"]):
        datatype = resource(tokens[2].text, prefixes)
        if datatype is None:
            raise UsageError(f"The prefix of {tokens[2].text} is not known.")
        written = f"{tokens[0].text}^^{datatype}"
    else:
        return None
    line = f"<urn:x:s> <urn:x:p> {written} .".encode()
    try:
        (quad,) = ox.parse(line, format=ox.RdfFormat.TURTLE)
    except SyntaxError as error:
        raise UsageError(f"{text} is not a valid literal.") from error
    return quad.object if isinstance(quad.object, ox.Literal) else None


def _of_rdflib(value: object) -> ox.NamedNode | ox.BlankNode | ox.Literal | None:
    rdflib = sys.modules.get("rdflib")  # who has a term of it has imported it
    if rdflib is None or not isinstance(value, rdflib.term.Identifier):
        return None
    if isinstance(value, rdflib.URIRef):
        return ox.NamedNode(str(value))
    if isinstance(value, rdflib.BNode):
        return ox.BlankNode(str(value))
    if isinstance(value, rdflib.Literal):
        if value.language:
            return ox.Literal(str(value), language=value.language)
        datatype = str(value.datatype or XSD + "string")
        return ox.Literal(str(value), datatype=ox.NamedNode(datatype))
    return None


def _of_number(value: object) -> ox.Literal | None:
    if isinstance(value, bool | int | float):
        return ox.Literal(value)
    from decimal import Decimal  # late: 3 ms

    if not isinstance(value, Decimal):
        return None
    if not value.is_finite():
        raise ValueError("xsd:decimal has no such number")
    return ox.Literal(format(value, "f"), datatype=ox.NamedNode(XSD + "decimal"))


def _of_time(value: object) -> ox.Literal | None:
    import datetime  # late: few queries have a date for a parameter

    if isinstance(value, datetime.datetime):
        text, name = value.isoformat(), "dateTime"
    elif isinstance(value, datetime.date):
        text, name = value.isoformat(), "date"
    elif isinstance(value, datetime.time):
        text, name = value.isoformat(), "time"
    elif isinstance(value, datetime.timedelta):
        seconds = abs(value)
        fraction = f".{seconds.microseconds:06}" if seconds.microseconds else ""
        sign = "-" if value < datetime.timedelta() else ""
        text, name = f"{sign}P{seconds.days}DT{seconds.seconds}{fraction}S", "dayTimeDuration"
    else:
        return None
    return ox.Literal(text, datatype=ox.NamedNode(XSD + name))


def _value(literal: ox.Literal) -> Any:
    datatype = literal.datatype.value
    if datatype in _TEXTS:
        return literal.value
    convert = int if datatype in _INTEGERS else _CONVERSIONS.get(datatype)
    if convert is None:
        return literal.value
    # A text that is not one of the datatype, or a value that Python has not: 10,000 years, infinite
    # decimals, an integer of more digits than Python reads.
    with suppress(ValueError, ArithmeticError):
        return convert(literal.value)
    return literal.value


def _double(text: str) -> float:
    return float(text.replace("INF", "inf"))


def _boolean(text: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[text]


def _decimal(text: str) -> Any:
    from decimal import Decimal

    return Decimal(text)


def _date(text: str) -> Any:
    import datetime

    return datetime.date.fromisoformat(text)


def _date_time(text: str) -> Any:
    import datetime

    return datetime.datetime.fromisoformat(text)


def _time(text: str) -> Any:
    import datetime

    return datetime.time.fromisoformat(text)


def _year(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{4,9}", text):  # one with a time zone stays a text
        raise ValueError(text)
    return int(text)


def _duration(text: str) -> Any:
    import datetime

    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(text)
    sign, days, hours, minutes, seconds = found.groups(default="0")
    span = datetime.timedelta(
        days=int(days), hours=int(hours), minutes=int(minutes), seconds=float(seconds)
    )
    return -span if sign == "-" else span


def _bytes_of_hex(text: str) -> bytes:
    return bytes.fromhex(text)


def _bytes_of_base64(text: str) -> bytes:
    import base64

    return base64.b64decode(text, validate=True)


_CONVERSIONS: dict[str, Callable[[str], Any]] = {
    XSD + "decimal": _decimal,
    XSD + "double": _double,
    XSD + "float": _double,
    XSD + "boolean": _boolean,
    XSD + "date": _date,
    XSD + "dateTime": _date_time,
    XSD + "dateTimeStamp": _date_time,
    XSD + "time": _time,
    XSD + "gYear": _year,
    XSD + "dayTimeDuration": _duration,
    XSD + "hexBinary": _bytes_of_hex,
    XSD + "base64Binary": _bytes_of_base64,
}
