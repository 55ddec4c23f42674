"""Write RDF as JSON-LD 1.1 with a context that is part of the document.

Readers fetch nothing: terms are the local names of the properties that the graph declares
(``unitOf``), other IRIs are shortened by the prefixes of the graph, and English text needs no
language tag. Parsing a document gives the same triples.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from itertools import chain, groupby, islice
from operator import attrgetter
from typing import IO, TYPE_CHECKING, Any

import pyoxigraph as ox

from ipgraph.errors import NotAcceptable
from ipgraph.namespaces import IP, OWL, RDF, XSD
from ipgraph.serialization.formats import Feature, by_name
from ipgraph.serialization.limits import checked, refusal, until_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ipgraph.store import Store

FORMAT = by_name("jsonld")
LANGUAGE = "en"
# As prefixes they would make IRIs with this scheme ambiguous.
_SCHEMES = frozenset({"data", "file", "ftp", "http", "https", "mailto", "tel", "urn"})
_TYPE = RDF + "type"
_STRING, _BOOLEAN, _INTEGER = XSD + "string", XSD + "boolean", XSD + "integer"
_KINDS = ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")
_TERM = re.compile(r"[A-Za-z][A-Za-z0-9_\-]*")
_SAFE_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")  # canonical, and exact as a double
MAX_CONTEXT_TRIPLES = 50_000
_encode = json.JSONEncoder(ensure_ascii=False).encode  # once: making it costs more than a node

Node = dict[str, Any]  # the JSON object of a subject


@dataclass(frozen=True, slots=True)
class Context:
    """The terms of properties by IRI, and the properties whose values are entities."""

    terms: dict[str, str]
    object_properties: frozenset[str]
    prefixes: Mapping[str, str] = field(default_factory=dict)
    namespaces: Mapping[str, str] = field(default_factory=dict)  # prefixes by namespace

    @classmethod
    def of(cls, store: Store) -> Context:
        """Make the context of a graph from its declared properties.

        If two properties have the same local name, the project's own gets the term, otherwise
        """
        kinds: dict[str, set[str]] = {}
        for kind in _KINDS:
            declared = store.quads(None, ox.NamedNode(_TYPE), ox.NamedNode(OWL + kind), None)
            kinds[kind] = {
                item.subject.value for item in declared if isinstance(item.subject, ox.NamedNode)
            }
        terms: dict[str, str] = {}
        prefixes = usable_prefixes(store.prefixes.declared)
        for iri in sorted(set().union(*kinds.values()), key=lambda item: (IP not in item, item)):
            name = re.split("[/#]", iri)[-1]
            if _TERM.fullmatch(name) and name not in prefixes:
                terms.setdefault(name, iri)
        names = {iri: name for name, iri in terms.items()}
        by_namespace: dict[str, str] = {}
        for name, namespace in prefixes.items():
            by_namespace.setdefault(namespace, name)
        return cls(names, frozenset(kinds["ObjectProperty"]), prefixes, by_namespace)

    def document(self, terms: Iterable[str] | None = None) -> dict[str, Any]:
        """Return the context as JSON: the prefixes, and all terms or those of `terms` (IRIs)."""
        found: dict[str, Any] = {"@version": 1.1, "@language": LANGUAGE, **self.prefixes}
        for iri in sorted(self.terms if terms is None else set(terms), key=self.terms.__getitem__):
            name = self.short(iri)
            about = {"@id": name, "@type": "@id"} if iri in self.object_properties else name
            found[self.terms[iri]] = about
        return found

    def node(self, subject: ox.NamedNode | ox.BlankNode, triples: Iterable[ox.Triple]) -> Node:
        """Return the node object of a subject with its triples."""
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
        """Return an IRI, shortened with a prefix where possible.

        Raises `NotAcceptable` for an IRI such as ``ex:x``, which JSON-LD reads as a prefixed name.
        """
        end = max(iri.rfind("/"), iri.rfind("#")) + 1
        prefix = self.namespaces.get(iri[:end])
        if prefix is not None:
            return f"{prefix}:{iri[end:]}"
        scheme, _, rest = iri.partition(":")
        if (scheme in self.prefixes and not rest.startswith("//")) or scheme == "_":
            raise NotAcceptable(
                f"JSON-LD would read <{iri}> as a prefixed name. Use Turtle instead."
            )
        return iri

    def _name(self, term: object) -> str:
        if isinstance(term, ox.NamedNode):
            return self.short(term.value)
        if isinstance(term, ox.BlankNode):
            return f"_:{term.value}"
        raise refusal(FORMAT, Feature.TRIPLE_TERM)

    def _value(self, iri: str, term: object) -> Any:
        is_object_properties = iri in self.object_properties and iri in self.terms
        if not isinstance(term, ox.Literal):
            return self._name(term) if is_object_properties else {"@id": self._name(term)}
        plain = None if is_object_properties else _plain(term)
        if plain is not None:
            return plain
        if term.direction:
            return {
                "@language": term.language,
                "@direction": str(term.direction),
                "@value": term.value,
            }
        if term.language:
            return {"@language": term.language, "@value": term.value}
        if term.datatype.value == _STRING:
            return {"@value": term.value}
        return {"@type": self.short(term.datatype.value), "@value": term.value}


def usable_prefixes(prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return the prefixes that a context can declare as plain terms (JSON-LD 1.1, 4.1.5)."""
    return {
        name: namespace
        for name, namespace in prefixes.items()
        if _TERM.fullmatch(name) and name not in _SCHEMES and namespace.endswith(("/", "#"))
    }


def _plain(term: ox.Literal) -> str | int | bool | None:
    """Return the plain JSON value that parses as this literal, or None if it needs a type."""
    if term.language:
        return term.value if term.language == LANGUAGE and not term.direction else None
    datatype, text = term.datatype.value, term.value
    if datatype == _INTEGER and _SAFE_INTEGER.fullmatch(text):
        return int(text)
    return text == "true" if datatype == _BOOLEAN and text in ("true", "false") else None


def write(triples: Iterable[ox.Triple], context: Context, out: IO[bytes]) -> None:
    """Write triples as one document, or nothing; see `_write`. Raises `NotAcceptable`."""
    with until_whole(out, FORMAT) as whole:
        _write(checked(triples, FORMAT), context, whole)


def _write(triples: Iterable[ox.Triple], context: Context, out: IO[bytes]) -> None:
    """Write triples as one document: the context, and a node for each run of the same subject.

    Above `MAX_CONTEXT_TRIPLES` triples, the engine writes them in expanded form without a context,
    in a tenth of the time.
    """
    rest = iter(triples)
    buffered = list(islice(rest, MAX_CONTEXT_TRIPLES + 1))
    if len(buffered) > MAX_CONTEXT_TRIPLES:
        ox.serialize(chain(buffered, rest), out, format=ox.RdfFormat.JSON_LD)
        return
    terms = {item.predicate.value for item in buffered} & context.terms.keys()
    head = json.dumps(context.document(terms), ensure_ascii=False, indent=1)
    out.write(f'{{"@context": {head},\n"@graph": ['.encode())
    separator = "\n"
    for node in _nodes(buffered, context):
        out.write(f"{separator}{_encode(node)}".encode())
        separator = ",\n"
    out.write(b"\n]}\n")


def _nodes(triples: Iterable[ox.Triple], context: Context) -> Iterator[Node]:
    for subject, statements in groupby(triples, key=attrgetter("subject")):
        yield context.node(subject, statements)
