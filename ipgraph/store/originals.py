"""Literals as their files write them, where the engine stores another form of the same value.

Oxigraph stores the value of a number, date or duration, and language tags in lower case:
``"01"^^xsd:int`` becomes ``"1"^^xsd:integer``, ``"x"@en-GB`` becomes ``"x"@en-gb``. SPARQL sees the
engine's form. What is exported or shown goes through `as_written`, which gives back the form of the
file. `ipgraph.snapshots.literals` writes the table of these forms when it builds a snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ipgraph.dataset.config.file import DatasetFile
    from ipgraph.namespaces.prefixes import Prefixes
    from ipgraph.store import EngineResult, Store, Subject, Term

# A value and its datatype, or its language tag (and base direction) after an "@".
Key: TypeAlias = tuple[str, str]
_DEFAULT = ox.DefaultGraph()
_FORMED = (ox.Literal, ox.Triple)  # a tuple: a union would be made for each statement


@dataclass(slots=True)
class Originals:
    """The original forms of literals, by the engine's form.

    `tags` has the spelling of each language tag that is spelled in one way only, `literals` the
    form of each literal that has one form only, and `statements` those of other statements, as
    N-Triples text: subject, predicate and object, and the forms in each graph.
    """

    tags: dict[str, str] = field(default_factory=dict)
    literals: dict[Key, Key] = field(default_factory=dict)
    statements: dict[tuple[str, str, str], dict[str, list[str]]] = field(default_factory=dict)
    _by_term: dict[ox.Literal, Key | None] | None = field(default=None, compare=False, repr=False)

    def __bool__(self) -> bool:
        """Return True if any form differs."""
        return bool(self.tags or self.literals or self.statements)

    def dump(self) -> bytes:
        """Return the table as JSON; `load` reads it."""
        import json  # late: few graphs have originals

        table = {
            "tags": self.tags,
            "literals": [[*key, *form] for key, form in self.literals.items()],
            "statements": [[*key, forms] for key, forms in self.statements.items()],
        }
        return json.dumps(table, ensure_ascii=False, sort_keys=True).encode()

    @classmethod
    def load(cls, text: bytes) -> Originals:
        """Return the table that `dump` wrote."""
        import json

        table: dict[str, Any] = json.loads(text)
        return cls(
            tags=table["tags"],
            literals={(a, b): (c, d) for a, b, c, d in table["literals"]},
            statements={(s, p, o): forms for s, p, o, forms in table["statements"]},
        )

    def restore(self, quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
        """Yield quads of the store as their files write them.

        A quad of the engine can stand for several of a file: ``01`` and ``1`` are one number.
        """
        terms, tags = self._terms(), self.tags
        for quad in quads:
            term = quad.object
            if not isinstance(term, _FORMED):
                yield quad
            elif (
                isinstance(term, ox.Literal) and term not in terms and term.language not in tags
            ):  # most literals
                yield quad
            else:
                for form in self._forms(quad, term):
                    yield ox.Quad(quad.subject, quad.predicate, form, quad.graph_name)

    def _terms(self) -> Mapping[ox.Literal, Key | None]:
        """Return the literals with other forms: the form, or None if it depends on the statement.

        Made at first use: 1.5 µs a literal.
        """
        if self._by_term is None:
            found: dict[ox.Literal, Key | None] = {
                _stored(key): form for key, form in self.literals.items()
            }
            texts = {key[2] for key in self.statements if key[2].startswith('"')}
            found.update(dict.fromkeys(cast("list[ox.Literal]", [*map(_term, texts)])))
            self._by_term = found
        return self._by_term

    def triples(self, triples: Iterable[ox.Triple], store: Store) -> Iterator[ox.Triple]:
        """Yield the triples of a result; those that `store` has as their files write them.

        What a query computes is no statement of a file and stays as it is.
        """
        for triple in triples:
            term = triple.object
            if isinstance(term, _FORMED) and self._is_stated(triple, term, store):
                for form in self._forms(ox.Quad(*triple), term):
                    yield ox.Triple(triple.subject, triple.predicate, form)
            else:
                yield triple

    def _is_stated(self, triple: ox.Triple, term: ox.Literal | ox.Triple, store: Store) -> bool:
        """Return True if a triple has another form, and the merge of the graphs has it."""
        form = self._form(term)
        if form is None or isinstance(term, ox.Triple):
            return _statement(triple, term) in self.statements
        return form is not term and any(
            True for _ in store.quads(triple.subject, triple.predicate, term, _DEFAULT)
        )

    def _forms(
        self, quad: ox.Quad, term: ox.Literal | ox.Triple
    ) -> Sequence[ox.Literal | ox.Triple]:
        form = self._form(term)
        if form is None or isinstance(term, ox.Triple):
            graphs = self.statements.get(_statement(quad, term))
            if graphs is not None:
                return _in_graph(graphs, quad.graph_name) or (term,)
        return (form or term,)

    def _form(self, term: ox.Literal | ox.Triple) -> ox.Literal | ox.Triple | None:
        """Return the form of a term wherever it occurs; None if it depends on the statement."""
        if isinstance(term, ox.Triple):
            inner = term.object
            if not isinstance(inner, _FORMED):
                return term
            form = self._form(inner)
            if form is None or form is inner:
                return term
            return ox.Triple(term.subject, term.predicate, form)
        tag = term.language
        if tag is not None and tag in self.tags:
            return _tagged(term.value, self.tags[tag], _direction(term))
        known = self._terms().get(term, ())
        if known is None:
            return None
        return literal_of(known) if known else term


def key_of(literal: ox.Literal) -> Key:
    """Return the value of a literal with its datatype or its language tag."""
    if literal.language is None:
        return literal.value, literal.datatype.value
    direction = _direction(literal)
    return literal.value, f"@{literal.language}{'--' if direction else ''}{direction}"


def text_of(term: ox.Literal | ox.Triple) -> str:
    """Return a term as N-Triples."""
    return f"<<( {term} )>>" if isinstance(term, ox.Triple) else str(term)


def literal_of(key: Key) -> ox.Literal:
    """Return the literal of a key, with the language tag as it is spelled there."""
    value, kind = key
    if not kind.startswith("@"):
        return ox.Literal(value, datatype=ox.NamedNode(kind))
    tag, _, direction = kind[1:].partition("--")
    return _tagged(value, tag, direction)


def _stored(key: Key) -> ox.Literal:
    """Return the literal of a key in the form of the engine."""
    value, kind = key
    if not kind.startswith("@"):
        return ox.Literal(value, datatype=ox.NamedNode(kind))
    tag, _, direction = kind[1:].partition("--")
    if not direction:
        return ox.Literal(value, language=tag)
    base = ox.BaseDirection.RTL if direction == "rtl" else ox.BaseDirection.LTR
    return ox.Literal(value, language=tag, direction=base)


def _statement(
    statement: ox.Quad | ox.Triple, term: ox.Literal | ox.Triple
) -> tuple[str, str, str]:
    return str(statement.subject), str(statement.predicate), str(term)


def _direction(literal: ox.Literal) -> str:
    return str(literal.direction.value) if literal.direction else ""


@lru_cache(maxsize=4096)
def _tagged(value: str, tag: str, direction: str) -> ox.Literal:
    """Return a literal whose language tag keeps its spelling.

    The constructor and the parsers of the engine write tags in lower case. Its parser of JSON-LD
    does not, if it is lenient (pyoxigraph 0.5.13), and its writers keep what they get.
    """
    import json

    content = {"@value": value, "@language": tag} | ({"@direction": direction} if direction else {})
    document = json.dumps({"@id": "urn:x:s", "urn:x:p": content}).encode()
    (quad,) = ox.parse(document, format=ox.RdfFormat.JSON_LD, lenient=True)
    return cast("ox.Literal", quad.object)


def _in_graph(
    graphs: Mapping[str, Sequence[str]], graph: Subject | ox.DefaultGraph
) -> list[ox.Literal | ox.Triple]:
    """Return the forms that a graph states; the merge states those of all graphs."""
    if graph == _DEFAULT:
        texts = list(dict.fromkeys(text for forms in graphs.values() for text in forms))
    else:
        texts = list(graphs.get(str(graph), ()))
    return [_term(text) for text in texts]


@lru_cache(maxsize=4096)
def _term(text: str) -> ox.Literal | ox.Triple:
    line = f"<urn:x:s> <urn:x:p> {text} .".encode()
    (quad,) = ox.parse(line, format=ox.RdfFormat.N_TRIPLES, lenient=True)
    return cast("ox.Literal | ox.Triple", quad.object)


@dataclass(frozen=True, slots=True)
class _AsWritten:
    """A store whose look-ups return the literals as their files write them."""

    store: Store
    originals: Originals

    @property
    def description(self) -> DatasetFile:
        """The description of the dataset."""
        return self.store.description

    @property
    def prefixes(self) -> Prefixes:
        """The prefixes of the store."""
        return self.store.prefixes

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the store."""
        return self.store.languages

    def evaluate(self, text: str, **options: Any) -> EngineResult:
        """Return the result of a query, which has the engine's forms."""
        return self.store.evaluate(text, **options)

    def quads(
        self,
        subject: Term | None = None,
        predicate: Term | None = None,
        object: Term | None = None,
        graph: Subject | ox.DefaultGraph | None = None,
    ) -> Iterator[ox.Quad]:
        """Return the quads that match, as their files write them."""
        return self.originals.restore(self.store.quads(subject, predicate, object, graph))


def as_written(store: Store) -> Store:
    """Return a store for exports and pages: its look-ups return the literals of the files."""
    originals = originals_of(store)
    return _AsWritten(store, originals) if originals else store


def as_stated(result: EngineResult, store: Store) -> EngineResult:
    """Return a result of `store`; the triples that the graph has are as their files write them."""
    if not isinstance(result, ox.QueryTriples):
        return result
    originals = originals_of(store)
    return cast("EngineResult", originals.triples(result, store)) if originals else result


def originals_of(store: Store) -> Originals | None:
    """Return the original forms of the literals of a store; None if no literal differs."""
    read: Callable[[], Originals] | None = getattr(store, "originals", None)
    return (read() or None) if read else None
