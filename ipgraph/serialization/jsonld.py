"""Write RDF as JSON-LD 1.1 under this project's own context, which stands in each document.

Nothing has to be fetched to read it: terms are the local names of the properties that the graph
declares (``unitOf``), other IRIs are shortened by the project's prefixes, and text without a
language tag of its own is English. Reading it back gives the same triples.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import chain, groupby, islice
from operator import attrgetter
from typing import IO, TYPE_CHECKING, Any

import pyoxigraph as ox

from ipgraph.errors import InvalidData
from ipgraph.namespaces import IP, OWL, PREFIXES, RDF, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ipgraph.store import Store

LANGUAGE = "en"
_TYPE = RDF + "type"
_STRING, _BOOLEAN, _INTEGER = XSD + "string", XSD + "boolean", XSD + "integer"
_KINDS = ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")
_TERM = re.compile(r"[A-Za-z][A-Za-z0-9_\-]*")
_SAFE_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")  # what a double holds, in its canonical form
MAX_HELD = 50_000
_PREFIX_OF = {namespace: prefix for prefix, namespace in PREFIXES.items()}
_encode = json.JSONEncoder(ensure_ascii=False).encode  # made once: it costs more than a node does

# The two ways to write a node: by its subject, and with its statements.
Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """The terms of properties by their IRIs, and the properties whose values are things."""

    terms: dict[str, str]
    of_things: frozenset[str]

    @classmethod
    def of(cls, store: Store) -> Context:
        """Make the context from what the properties of a graph are declared to be.

        Of two with one local name the project's own has it, else the first by IRI.
        """
        kinds: dict[str, set[str]] = {}
        for kind in _KINDS:
            declared = store.quads(None, ox.NamedNode(_TYPE), ox.NamedNode(OWL + kind), None)
            kinds[kind] = {
                item.subject.value for item in declared if isinstance(item.subject, ox.NamedNode)
            }
        terms: dict[str, str] = {}
        for iri in sorted(set().union(*kinds.values()), key=lambda item: (IP not in item, item)):
            name = re.split("[/#]", iri)[-1]
            if _TERM.fullmatch(name) and name not in PREFIXES:
                terms.setdefault(name, iri)
        names = {iri: name for name, iri in terms.items()}
        return cls(names, frozenset(kinds["ObjectProperty"]))

    def document(self, terms: Iterable[str] | None = None) -> dict[str, Any]:
        """Return the context as JSON: all of it, or the prefixes and those terms."""
        found: dict[str, Any] = {"@version": 1.1, "@language": LANGUAGE, **PREFIXES}
        for iri in sorted(self.terms if terms is None else set(terms), key=self.terms.__getitem__):
            name = self.short(iri)
            about = {"@id": name, "@type": "@id"} if iri in self.of_things else name
            found[self.terms[iri]] = about
        return found

    def node(self, subject: ox.NamedNode | ox.BlankNode, triples: Iterable[ox.Triple]) -> Node:
        """Return one subject and what is said of it."""
        found: Node = {"@id": self._name(subject)}
        for triple in triples:
            iri = triple.predicate.value
            value: Any
            if iri == _TYPE and not isinstance(triple.object, ox.Literal):
                key, value = "@type", self._name(triple.object)
            else:
                key = self.terms.get(iri) or self.short(iri)
                value = self._value(iri, triple.object)
            known = found.get(key)
            if known is None:
                found[key] = value
            elif isinstance(known, list):
                known.append(value)
            else:
                found[key] = [known, value]
        return found

    def short(self, iri: str) -> str:
        """Return an IRI with the prefix that fits; raises `InvalidData` for what would be misread.

        JSON-LD reads ``id:x`` as a prefixed name even where it is an IRI of its own.
        """
        end = max(iri.rfind("/"), iri.rfind("#")) + 1
        prefix = _PREFIX_OF.get(iri[:end])
        if prefix is not None:
            return f"{prefix}:{iri[end:]}"
        scheme = iri[: iri.find(":")]
        if scheme in PREFIXES or scheme == "_":
            raise InvalidData(f"<{iri}> reads as a prefixed name in JSON-LD; ask for Turtle.")
        return iri

    def _name(self, term: object) -> str:
        if isinstance(term, ox.NamedNode):
            return self.short(term.value)
        if isinstance(term, ox.BlankNode):
            return f"_:{term.value}"
        raise InvalidData("JSON-LD cannot hold a triple as a term; ask for Turtle.")

    def _value(self, iri: str, term: object) -> Any:
        is_of_things = iri in self.of_things and iri in self.terms
        if not isinstance(term, ox.Literal):
            return self._name(term) if is_of_things else {"@id": self._name(term)}
        plain = None if is_of_things else _plain(term)
        if plain is not None:
            return plain
        if term.language:
            return {"@language": term.language, "@value": term.value}
        if term.datatype.value == _STRING:
            return {"@value": term.value}
        return {"@type": self.short(term.datatype.value), "@value": term.value}


def _plain(term: ox.Literal) -> str | int | bool | None:
    """Return the JSON value that reads as a literal where no type is expected; None: none does."""
    if term.language:
        return term.value if term.language == LANGUAGE else None
    datatype, text = term.datatype.value, term.value
    if datatype == _INTEGER and _SAFE_INTEGER.fullmatch(text):
        return int(text)
    return text == "true" if datatype == _BOOLEAN and text in ("true", "false") else None


def write(triples: Iterable[ox.Triple], context: Context, out: IO[bytes]) -> None:
    """Write triples as one document: the context, and a node for each run of one subject.

    More than `MAX_HELD` triples are written as they come, expanded and without a context, by the
    engine: it takes a tenth of the time.
    """
    rest = iter(triples)
    held = list(islice(rest, MAX_HELD + 1))
    if len(held) > MAX_HELD:
        ox.serialize(chain(held, rest), out, format=ox.RdfFormat.JSON_LD)
        return
    terms = {item.predicate.value for item in held} & context.terms.keys()
    head = json.dumps(context.document(terms), ensure_ascii=False, indent=1)
    out.write(f'{{"@context": {head},\n"@graph": ['.encode())
    separator = "\n"
    for node in _nodes(held, context):
        out.write(f"{separator}{_encode(node)}".encode())
        separator = ",\n"
    out.write(b"\n]}\n")


def _nodes(triples: Iterable[ox.Triple], context: Context) -> Iterator[Node]:
    for subject, said in groupby(triples, key=attrgetter("subject")):
        if isinstance(subject, ox.Triple):
            raise InvalidData("JSON-LD cannot hold a triple as a term; ask for Turtle.")
        yield context.node(subject, said)
