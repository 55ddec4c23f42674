"""Why a query has no rows: terms that the data write in another way, or lack.

Literals are compared with their language tag and datatype, and IRIs character by character, so a
query that is right but for one of these has an empty result and no error.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from ipgraph.errors import BadQuery
from ipgraph.namespaces import BUILT_IN, OWL, RDF, RDFS, XSD, other_spellings
from ipgraph.sparql.lexer import tokenize
from ipgraph.sparql.query_terms import FORMS, QueryTerms, replaced
from ipgraph.sparql.token_tree import TokenTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ipgraph.store import Store, Term

    Nearest = Callable[[str], str]

GRAPH, TERM, SCHEME, LITERAL, TAG = "graph", "term", "scheme", "literal", "tag"
_MESSAGES = {
    GRAPH: "There is no graph {term}, and graphs are never fetched.",
    TERM: "{term} does not occur in the data.",
    SCHEME: "{term} does not occur in the data, but {found} does.",
    LITERAL: "No statement has {term}, but there is {found}.",
    TAG: "Language tags are in lower case here: LANG never returns {term}, but {found}.",
}
_MAX_TERMS, _MAX_LITERALS, _MAX_HINTS = 50, 5, 5
_MAX_SCANNED = 50_000
_MAX_COMPARED, _MAX_DIFFERENCE = 1000, 10  # names, at 10 µs each; characters
# Tried for a literal without scanning the data: the tags that occur most often in public data.
_TAGS = (
    *("en", "de", "fr", "es", "it", "nl", "pt", "ru", "ja", "zh", "ar", "ko", "pl", "sv", "uk"),
    *("fi", "cs", "ca", "no", "nb", "nn", "da", "hu", "tr", "el", "he", "fa", "hi", "id", "ro"),
    *("vi", "th", "la", "eu", "bg", "sk", "sl", "hr", "sr", "lt", "lv", "et", "ga", "cy", "af"),
    *("en-us", "en-gb", "fr-ca", "pt-br", "de-at", "de-ch", "es-mx", "zh-hans", "zh-hant", "mul"),
)
_DATATYPES = tuple(
    XSD + name
    for name in ("integer", "decimal", "double", "date", "gYear", "dateTime", "boolean", "anyURI")
)
# Parentheses after these words hold values, not the arguments of a function.
_VALUE_WORDS = frozenset({"IN", "FILTER", "HAVING", "VALUES", "BIND", "IF"})
_CLASSES = (OWL + "Class", RDFS + "Class", RDF + "Property", OWL + "ObjectProperty",
            OWL + "DatatypeProperty", OWL + "AnnotationProperty")  # fmt: skip


class Hint(NamedTuple):
    """A term of a query that matches nothing, and the term of the data to write instead, if any.

    `kind` is one of the constants of this module. Both terms are as SPARQL writes them; `iri` is
    the IRI of the first, if it is one.
    """

    kind: str
    term: str
    found: str = ""
    iri: str = ""

    def __str__(self) -> str:
        """Return a sentence, or two."""
        text = _MESSAGES[self.kind].format(term=self.term, found=self.found)
        if self.found and self.kind == TERM:
            text += f" Did you mean {self.found}?"
        return text


class Hints(NamedTuple):
    """The hints for a query, in the order of its text, and the corrected query, if there is one."""

    items: tuple[Hint, ...] = ()
    query: str = ""


def find(
    store: Store,
    text: str,
    prefixes: Mapping[str, str],
    base: str | None = None,
    *,
    nearest: Nearest | None = None,
    scans: bool = False,
) -> Hints:
    """Return hints for a query without rows.

    `nearest` returns the IRI in the data that is most similar to another, or an empty text. With
    `scans`, the literals of the data are searched for one that differs in case, in at most
    `_MAX_SCANNED` statements (0.1 s); without it, a call takes a few milliseconds at most.
    """
    try:
        tree = TokenTree(tokenize(text))
    except BadQuery:
        return Hints()
    finder = _Finder(store, tree, QueryTerms(text, tree, prefixes, base), nearest, scans)
    found = list(islice(finder.hints(), _MAX_HINTS))
    parts = [(start, end, hint.found) for start, end, hint in found if hint.found]
    return Hints(tuple(hint for _, _, hint in found), replaced(text, parts) if parts else "")


def form_of(text: str) -> str:
    """Return SELECT, ASK, CONSTRUCT or DESCRIBE; empty for a text that does not parse."""
    try:
        words = (token.text.upper() for token in tokenize(text) if token.kind == "word")
    except BadQuery:
        return ""
    return next((word for word in words if word in FORMS), "")


def terms_of(store: Store) -> list[str]:
    """Return the IRIs of the classes and properties that a graph declares, sorted."""
    kind = ox.NamedNode(RDF + "type")
    quads = (quad for item in _CLASSES for quad in store.quads(None, kind, ox.NamedNode(item)))
    return sorted({quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode)})


def nearest_in(terms: list[str], iri: str) -> str:
    """Return the most similar of some IRIs with the same namespace or local name, if any."""
    from difflib import get_close_matches  # late: only empty results need it

    end = max(iri.rfind("/"), iri.rfind("#")) + 1
    namespace, local = iri[:end], iri[end:] or iri
    similar = (
        term
        for term in terms
        if (term.startswith(namespace) or term.endswith(local))
        and abs(len(term) - len(iri)) <= _MAX_DIFFERENCE
    )
    near = get_close_matches(iri, [*islice(similar, _MAX_COMPARED)], n=1, cutoff=0.8)
    return near[0] if near else ""


class _Finder:
    """Looks up the terms of one query."""

    def __init__(
        self,
        store: Store,
        tree: TokenTree,
        terms: QueryTerms,
        nearest: Nearest | None,
        scans: bool,
    ) -> None:
        self._store = store
        self._tree = tree
        self._terms = terms
        self._nearest = nearest
        self._scans = scans

    def hints(self) -> Iterator[tuple[int, int, Hint]]:
        """Yield each hint with the offsets of its term in the text."""
        tree = self._tree
        looked_up = literals = 0
        known: set[str] = set()
        index = self._terms.start
        while index < len(tree.tokens):
            kind, end = tree.kind(index), index + 1
            hint = None
            if kind in ("iri", "name") and not self._is_function_or_datatype(index):
                term = self._terms.term(index, end)
                if isinstance(term, ox.NamedNode) and term.value not in known:
                    looked_up += 1
                    known.add(term.value)
                    hint = self._hint_for_iri(index, term) if looked_up <= _MAX_TERMS else None
            elif kind == "string":
                if tree.kind(end) == "lang":
                    end += 1
                elif tree.is_sign(end, "^^"):
                    end += 2
                if literals < _MAX_LITERALS and not self._is_argument(index):
                    literals += 1
                    hint = self._hint_for_literal(index, end)
            if hint is not None:
                yield (*self._terms.span(index, end), hint)
            index = end

    def _is_function_or_datatype(self, index: int) -> bool:
        return self._tree.is_sign(index - 1, "^^") or (
            self._tree.is_sign(index + 1, "(") and index > 0 and self._is_in_expression(index)
        )

    def _is_in_expression(self, index: int) -> bool:
        before = self._tree.tokens[index - 1].text.upper()
        return before in ("FILTER", "(", ",", "=", "<", ">", "!=", "+", "-", "*", "/", "&&", "||")

    def _hint_for_iri(self, index: int, term: ox.NamedNode) -> Hint | None:
        iri = term.value
        if iri.startswith(BUILT_IN) or self._is_mentioned(term):
            return None
        source = self._terms.source(index, index + 1)
        twin = self._twin(iri)
        if twin:
            return Hint(SCHEME, source, f"<{twin}>", iri)
        if self._tree.words[index - 1] in ("FROM", "NAMED", "GRAPH"):
            return Hint(GRAPH, source, iri=iri)
        near = self._nearest(iri) if self._nearest else ""
        return Hint(TERM, source, f"<{near}>" if near else "", iri)

    def _twin(self, iri: str) -> str:
        """Return the IRI in the data that differs in its scheme or in a slash at the end."""
        found = (iri for iri in other_spellings(iri) if self._is_mentioned(ox.NamedNode(iri)))
        return next(found, "")

    def _is_mentioned(self, term: ox.NamedNode) -> bool:
        patterns: tuple[tuple[Term | None, ...], ...] = (
            (term,), (None, term), (None, None, term), (None, None, None, term),
        )  # fmt: skip
        return any(self._exists(*pattern) for pattern in patterns)

    def _exists(self, *pattern: Term | None) -> bool:
        return next(iter(self._store.quads(*pattern)), None) is not None  # type: ignore[arg-type]

    def _is_argument(self, index: int) -> bool:
        """True if a literal is an argument of a function, which compares parts of it."""
        tree, at = self._tree, index - 1
        while at >= 0:
            if at in tree.starts:
                at = tree.starts[at]
            elif tree.is_sign(at, "("):
                before = at - 1
                word = tree.words[before] if before >= 0 else ""
                return (bool(word) and word not in _VALUE_WORDS) or tree.kind(before) in (
                    "name",
                    "iri",
                )
            elif tree.is_sign(at, "{"):
                return False
            at -= 1
        return False

    def _hint_for_literal(self, index: int, end: int) -> Hint | None:
        term = self._terms.term(index, end)
        source = self._terms.source(index, end)
        if not isinstance(term, ox.Literal):
            return None
        compared = self._compared_function(index)
        if compared == "LANG" and term.value != term.value.lower():
            return Hint(TAG, source, str(ox.Literal(term.value.lower())))
        if compared or self._exists(None, None, term):
            return None
        for other in self._alternatives(term):
            if self._exists(None, None, other):
                return Hint(LITERAL, source, str(other))
        if self._scans:
            folded = term.value.casefold()
            for quad in islice(self._store.quads(), _MAX_SCANNED):
                if isinstance(quad.object, ox.Literal) and quad.object.value.casefold() == folded:
                    return Hint(LITERAL, source, str(quad.object))
        return None

    def _compared_function(self, index: int) -> str:
        """Return the word of the function whose result is compared with a literal, if any."""
        tree = self._tree
        for sign, closing in ((index - 1, index - 2), (index + 1, index + 2)):
            if tree.is_sign(sign, "=") or tree.is_sign(sign, "!="):
                opening = tree.starts.get(closing)
                if closing > index and tree.is_sign(closing + 1, "("):
                    opening = closing + 1
                if opening is not None and opening > 0:
                    return tree.words[opening - 1]
        return ""

    @staticmethod
    def _alternatives(term: ox.Literal) -> Iterator[ox.Literal]:
        """Yield literals with the same text."""
        value = term.value
        if term.language or term.datatype.value != XSD + "string":
            yield ox.Literal(value)
        for tag in _TAGS:
            yield ox.Literal(value, language=tag)
        if not term.language:
            for datatype in _DATATYPES:
                yield ox.Literal(value, datatype=ox.NamedNode(datatype))
