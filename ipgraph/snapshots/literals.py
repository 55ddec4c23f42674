"""Record the literals that the engine stores in another form than their files (`store.originals`).

Most files have none: `may_differ` looks at the bytes of a file, and only a file that may have such
literals is read through `Recorder.watch`, which takes 2 to 3 µs a statement.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.namespaces import XSD
from ipgraph.snapshots.spelling import Spelling
from ipgraph.store.originals import Originals, key_of, text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

# The datatypes whose values the engine stores; others keep their text.
_STORED = frozenset(
    XSD + name
    for name in (
        *("boolean", "decimal", "double", "float", "integer", "long", "int", "short", "byte"),
        *("nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger"),
        *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
        *("dateTime", "dateTimeStamp", "time", "date", "gYear", "gYearMonth", "gMonth"),
        *("gMonthDay", "gDay", "duration", "dayTimeDuration", "yearMonthDuration"),
    )
)
# What a file has if a literal in it may differ. A match says nothing: it may be inside a text.
_TYPED = re.compile(
    rb"""\^\^(?<!"\d{4}-\d\d-\d\d"\^\^)(?<!"\d{4}-\d\d"\^\^)
    (?:(?<!"\d{4}"\^\^)|(?!xsd:gYear\b|<http://www\.w3\.org/2001/XMLSchema\#gYear>))""",
    re.VERBOSE,
)
_TAG = re.compile(rb"""@(?<=["']@)[a-z0-9-]*[A-Z]""")
_XML = re.compile(rb"""datatype\s*=|xml:lang\s*=\s*["'][^"']*[A-Z]""")
_JSON = re.compile(rb"(?i)[0-9]|language")
_HEADER = re.compile(rb"(?:\s++|\#[^\n\r]*+)*+")  # often with the version of a license
# Numbers that Turtle writes without quotes, and what may have their digits in it.
_NUMBER = re.compile(rb"[\s,([](?:\+\d|-?0\d|[+-]?\d*\.\d|[+-]?\d+\.?[eE])")
_NO_NUMBER = re.compile(
    rb"""
      "{3}(?:[^"\\]++|\\.|"(?!""))*+"{3} | '{3}(?:[^'\\]++|\\.|'(?!''))*+'{3}
    | "(?:[^"\\\n\r]++|\\.)*+" | '(?:[^'\\\n\r]++|\\.)*+'
    | <(?!<)[^<>"{}|^`\x00-\x20]*+> | \#[^\n\r]*+ | \\.
    """,
    re.VERBOSE | re.DOTALL,
)

_MAX_SCRATCH = 10_000
_Place = tuple[object, object, object]  # subject, property, graph


def may_differ(data: bytes, rdf_format: ox.RdfFormat) -> bool:
    """True if a file may have literals that the engine stores in another form."""
    if rdf_format == ox.RdfFormat.RDF_XML:
        return _XML.search(data) is not None
    if rdf_format == ox.RdfFormat.JSON_LD:
        return _JSON.search(data) is not None
    if _TYPED.search(data) or _TAG.search(data):
        return True
    if rdf_format in (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS):
        return False
    return _has_number(data)


def _has_number(data: bytes) -> bool:
    """True if Turtle or TriG has a number without quotes that may differ."""
    header = _HEADER.match(data)
    place = header.end() if header else 0
    if b'"""' in data or b"'''" in data:  # texts of several lines
        found = _NUMBER.search(data, place)
        return found is not None and _NUMBER.search(_NO_NUMBER.sub(b"", data)) is not None
    while found := _NUMBER.search(data, place):
        start = data.rfind(b"\n", 0, found.end() - 1) + 1
        end = data.find(b"\n", found.end())
        place = len(data) if end < 0 else end
        if _NUMBER.search(_NO_NUMBER.sub(b"", b" " + data[start:place])):
            return True
    return False


class Recorder:
    """Collects the original forms while files are loaded; `originals` returns the table."""

    def __init__(self) -> None:
        self._scratch = ox.Store()
        self._canonical: dict[ox.Literal, ox.Literal] = {}
        # By the engine's form: the forms at each place. The engine's own form is not recorded.
        self._forms: dict[ox.Literal | ox.Triple, dict[_Place, list[ox.Literal | ox.Triple]]] = {}
        self._same: set[int] = set()  # hashes of place and literal that the engine keeps as it is
        self._spellings: dict[ox.Literal, str] = {}

    def fresh(self) -> Recorder:
        """Return a recorder for one file; `absorb` takes what it has if the file was read."""
        recorder = Recorder()
        recorder._scratch, recorder._canonical = self._scratch, self._canonical
        return recorder

    def absorb(self, other: Recorder) -> None:
        """Add what another recorder has seen."""
        for stored, places in other._forms.items():
            known = self._forms.setdefault(stored, {})
            for place, forms in places.items():
                here = known.setdefault(place, [])
                here += [form for form in forms if form not in here]
        self._same |= other._same
        for literal, spelled in other._spellings.items():
            self._spellings.setdefault(literal, spelled)

    def watch(
        self, quads: Iterable[ox.Quad], data: bytes, rdf_format: ox.RdfFormat
    ) -> Iterator[ox.Quad]:
        """Yield the quads of a file, and record the forms of their literals."""
        spelling = Spelling(data, rdf_format)
        for quad in quads:
            term = quad.object
            if isinstance(term, ox.Literal):
                if term.language is not None:
                    spelled = spelling.of(term)
                    if spelled != term.language:
                        self._spellings.setdefault(term, spelled)
                elif term.datatype.value in _STORED:
                    self._record(quad, term, self._stored(term))
            elif isinstance(term, ox.Triple):
                self._record(quad, term, self._stored_triple(term))
            yield quad

    def originals(self, engine: ox.Store) -> Originals:
        """Return the table of the forms that differ in `engine`, which has the stated graphs."""
        found = Originals()
        self._find_tags(engine, found)
        for stored, places in self._forms.items():
            first = next(iter(places.values()))
            is_uniform = len(first) == 1 and all(forms == first for forms in places.values())
            if (
                is_uniform
                and isinstance(stored, ox.Literal)
                and isinstance(first[0], ox.Literal)
                and not self._is_elsewhere(engine, stored, places)
            ):
                found.literals[key_of(stored)] = key_of(first[0])
            else:
                for place in places:
                    self._add_statement(engine, stored, place, found)
        return found

    def _record(
        self, quad: ox.Quad, form: ox.Literal | ox.Triple, stored: ox.Literal | ox.Triple
    ) -> None:
        place = (quad.subject, quad.predicate, quad.graph_name)
        if form == stored:
            self._same.add(hash((*place, stored)))
            return
        forms = self._forms.setdefault(stored, {}).setdefault(place, [])
        if form not in forms:
            forms.append(form)

    def _stored(self, literal: ox.Literal) -> ox.Literal:
        """Return the form in which the engine stores a literal."""
        known = self._canonical.get(literal)
        if known is None:
            # A store gets slower with each statement that was removed from it.
            if len(self._canonical) % _MAX_SCRATCH == 0:
                self._scratch = ox.Store()
            node = ox.NamedNode(f"urn:x:{len(self._canonical)}")
            self._scratch.add(ox.Quad(node, node, literal))
            (quad,) = self._scratch.quads_for_pattern(node, None, None, None)
            assert isinstance(quad.object, ox.Literal)  # noqa: S101  it was added
            known = self._canonical[literal] = quad.object
        return known

    def _stored_triple(self, triple: ox.Triple) -> ox.Triple:
        term: object = triple.object
        if isinstance(term, ox.Literal):
            if term.language is None and term.datatype.value in _STORED:
                return ox.Triple(triple.subject, triple.predicate, self._stored(term))
        elif isinstance(term, ox.Triple):
            return ox.Triple(triple.subject, triple.predicate, self._stored_triple(term))
        return triple

    def _is_elsewhere(
        self, engine: ox.Store, stored: ox.Literal, places: Collection[_Place]
    ) -> bool:
        """True if a statement has the engine's form in its file too."""
        quads = engine.quads_for_pattern(None, None, stored, None)
        if sum(1 for _ in islice(quads, len(places) + 1)) > len(places):
            return True
        return any(hash((*place, stored)) in self._same for place in places)

    def _add_statement(
        self, engine: ox.Store, stored: ox.Literal | ox.Triple, place: _Place, found: Originals
    ) -> None:
        """Add the forms of a statement in every graph that has it."""
        subject, predicate, _ = place
        key = (str(subject), str(predicate), str(stored))
        if key in found.statements:
            return
        graphs: dict[str, list[str]] = {}
        for quad in engine.quads_for_pattern(subject, predicate, stored, None):  # type: ignore[arg-type]
            here = (subject, predicate, quad.graph_name)
            forms = [text_of(form) for form in self._forms[stored].get(here, ())]
            if not forms or hash((*here, stored)) in self._same:
                forms.append(text_of(stored))
            graphs[str(quad.graph_name)] = forms
        found.statements[key] = graphs

    def _find_tags(self, engine: ox.Store, found: Originals) -> None:
        by_tag: dict[str, dict[ox.Literal, str]] = {}
        for literal, spelled in self._spellings.items():
            by_tag.setdefault(spelled.lower(), {})[literal] = spelled
        for tag, literals in by_tag.items():
            spellings = set(literals.values())
            if len(spellings) == 1 and _count_tagged(engine, tag) == len(literals):
                found.tags[tag] = spellings.pop()
            else:
                for literal, spelled in literals.items():
                    value, kind = key_of(literal)
                    found.literals[value, kind] = (value, kind.replace(tag, spelled, 1))


def _count_tagged(engine: ox.Store, tag: str) -> int:
    """Return the number of different literals with a language tag."""
    text = (
        "SELECT (COUNT(DISTINCT ?o) AS ?count) "
        f'{{ GRAPH ?g {{ ?s ?p ?o }} FILTER(LANG(?o) = "{tag}") }}'
    )
    (row,) = engine.query(text)  # type: ignore[misc]
    return int(row["count"].value)
