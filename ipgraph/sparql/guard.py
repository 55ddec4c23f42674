"""Inspect a query text before a parser reads it.

Oxigraph overflows its stack at a nesting of about a thousand, and connects to endpoints of SERVICE
and LOAD (measured), so untrusted text is inspected first. The guard decides what may be executed;
the engine decides whether the text is valid SPARQL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ipgraph.errors import BadQuery, Place, QueryTooComplex, SizeLimitExceeded
from ipgraph.namespaces import BASE
from ipgraph.namespaces.prefixes import WELL_KNOWN
from ipgraph.sparql.lexer import Token, malformed_iri, place, tokenize, unescape

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits of a text: bytes of UTF-8, nesting of brackets, length of a chain."""

    max_bytes: int = 64 * 1024
    max_depth: int = 100
    max_chain: int = 500


UNBOUNDED = Bounds(1 << 40, 1 << 40, 1 << 40)


@dataclass(frozen=True, slots=True)
class Use:
    """A name used in the text, and its first place."""

    name: str
    place: Place


class Inspection(NamedTuple):
    """What a query text contains.

    `form` is SELECT, ASK, CONSTRUCT, DESCRIBE, the first word of an update, or empty where the
    text starts with none of them. `chain` is the longest chain of operators and group patterns
    on a path through the brackets. IRIs in `default_graphs` and `named_graphs` (FROM) are
    absolute; so are `names`, the IRIs and prefixed names after the prologue. `volatile` is True if
    the result may change although the data does not. `assumed` are the prefixes that the text uses
    and does not declare, with the namespaces that the caller declares for them.
    """

    form: str = ""
    depth: int = 0
    chain: int = 0
    volatile: bool = False
    declared: tuple[tuple[str, str], ...] = ()
    undeclared: tuple[Use, ...] = ()
    services: tuple[Use, ...] = ()
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    names: tuple[Use, ...] = ()
    assumed: tuple[tuple[str, str], ...] = ()

    @property
    def is_update(self) -> bool:
        """True for SPARQL Update."""
        return self.form in UPDATE_FORMS


QUERY_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
UPDATE_FORMS = (
    "INSERT",
    "DELETE",
    "LOAD",
    "CLEAR",
    "DROP",
    "CREATE",
    "ADD",
    "MOVE",
    "COPY",
    "WITH",
)
_VOLATILE = frozenset({"NOW", "RAND", "UUID", "STRUUID", "BNODE", "SERVICE"})
_LINKS = frozenset(
    {"UNION", "OPTIONAL", "MINUS", "FILTER", "BIND", "GRAPH", "EXISTS", "IN", "AS", "VALUES"}
)
_OPERATORS = frozenset(
    {"||", "&&", "!", "=", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "|", "^", "<<"}
)
_COUNTED_SIGNS = _OPERATORS | frozenset("{}()[]")
# Words that the guard ignores after the query form: most words of most queries.
_IDLE_WORDS = frozenset(
    {"WHERE", "LIMIT", "OFFSET", "DISTINCT", "ORDER", "GROUP", "BY", "ASC", "DESC", "A", "NOT"}
)
_PARTS = re.compile(r"[.\-]")
# The engine needs no space before or after FROM.
_FROM = re.compile(r"(?:ASK|CONSTRUCT)?FROM(NAMED)?")


def inspect(
    text: str,
    bounds: Bounds | None = None,
    prefixes: Mapping[str, str] | None = None,
    base: str | None = None,
) -> Inspection:
    """Inspect a query text in one pass, within `bounds`.

    `prefixes` and `base` are in effect before the text declares its own.

    Raises `SizeLimitExceeded` for too many bytes, `QueryTooComplex` for deep nesting or long
    chains, and `BadQuery` for a character that starts no terminal. Costs about 1 µs per character.
    """
    bounds = bounds or Bounds()
    _check_size(text, bounds)
    reader = _Reader(text, bounds, prefixes or {}, base or BASE)
    tokens = tokenize(text)
    for index, token in enumerate(tokens):
        kind, text, _ = token
        if kind == "sign":
            if text in _COUNTED_SIGNS:
                reader.read_sign(token)
        elif kind == "word":
            word = text.upper()
            if not reader.form and word in QUERY_FORMS:
                reader.form = word
            elif not reader.form or word not in _IDLE_WORDS:
                reader.read_word(token, index, tokens)
        elif kind == "name":
            reader.read_name(token, index, tokens)
        elif kind == "iri":
            reader.read_iri(token)
    if reader.form == "CONSTRUCT":
        reader.volatile = reader.volatile or _makes_blank_nodes(tokens)
    return reader.inspection()


def _makes_blank_nodes(tokens: list[Token]) -> bool:
    """True if a template contains blank nodes, whose labels differ in each result."""
    depth, is_started = 0, False
    for token in tokens:
        if not is_started:
            is_started = token.kind == "word" and token.text.upper().startswith("CONSTRUCT")
        elif token.text == "{":
            depth += 1
        elif token.text == "}":
            depth -= 1
        elif depth and (token.kind == "blank" or token.text in ("[", "(")):
            return True
        if is_started and not depth and not token.text.upper().startswith("CONSTRUCT"):
            return False  # the template ended, or CONSTRUCT WHERE has no separate template
    return False


def admit(
    text: str, bounds: Bounds | None = None, prefixes: Mapping[str, str] | None = None
) -> Inspection:
    """Inspect a query text and reject what cannot be executed, before the engine parses it.

    `prefixes` are declared by the caller. Raises the errors of `inspect`, and `BadQuery` for
    updates, for an unknown form and for undeclared prefixes.
    """
    found = inspect(text, bounds, prefixes)
    if found.is_update:
        raise BadQuery(
            f"{found.form} is an update, but this graph is read-only.",
            hint="Use SELECT, ASK, CONSTRUCT or DESCRIBE.",
        )
    if found.undeclared:
        raise malformed_iri(text, tokenize(text)) or _undeclared(
            found.undeclared[0], found, prefixes or {}
        )
    if not found.form:
        raise BadQuery(
            "The text is not a query: no SELECT, ASK, CONSTRUCT or DESCRIBE follows its prologue.",
            place=Place(1, 1),
            hint="Example of a small query: SELECT * WHERE { ?s ?p ?o } LIMIT 10",
        )
    return found


def _check_size(text: str, bounds: Bounds) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise BadQuery(
            "The query is not UTF-8 text.", place=place(text, error.start), hint="Send UTF-8."
        ) from error
    if size > bounds.max_bytes:
        raise SizeLimitExceeded(
            f"The query has {size:,} bytes, the limit is {bounds.max_bytes:,}; "
            "shorten it, or split long VALUES into several queries.",
            limit="max_query_bytes",
        )


@dataclass(slots=True)
class _Reader:
    """The state of `inspect`."""

    text: str
    bounds: Bounds
    prefixes: Mapping[str, str]  # in effect before the text declares its own
    base: str
    chains: list[int] = field(default_factory=lambda: [0])  # one count for each open bracket
    data_from: int = 0  # depth of the open data block of VALUES; 0 if there is none
    values_pending: bool = False
    chain: int = 0
    depth: int = 0
    total: int = 0
    form: str = ""
    volatile: bool = False
    declared: dict[str, str] = field(default_factory=dict)
    undeclared: list[Use] = field(default_factory=list)
    services: list[Use] = field(default_factory=list)
    graphs: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    names: list[Use] = field(default_factory=list)
    assumed: dict[str, str] = field(default_factory=dict)

    def read_iri(self, token: Token) -> None:
        if self.form:
            iri = self._absolute(token)
            self.names.append(Use(iri or "", place(self.text, token.start)))

    def inspection(self) -> Inspection:
        return Inspection(
            form=self.form,
            depth=self.depth,
            chain=self.chain,
            volatile=self.volatile,
            declared=tuple(self.declared.items()),
            undeclared=tuple(self.undeclared),
            services=tuple(self.services),
            default_graphs=tuple(self.graphs),
            named_graphs=tuple(self.named),
            names=tuple(self.names),
            assumed=tuple(self.assumed.items()),
        )

    def read_sign(self, token: Token) -> None:
        text = token.text
        if text in ("{", "(", "["):
            self._open(token)
        elif text in ("}", ")", "]"):
            if len(self.chains) > 1:
                self.total -= self.chains.pop()
            if self.data_from > len(self.chains) - 1:
                self.data_from = 0
        elif text in _OPERATORS and not self.data_from:
            self._link(token)

    def _open(self, token: Token) -> None:
        if token.text == "{":
            self._link(token)
        self.chains.append(0)
        depth = len(self.chains) - 1
        if depth > self.bounds.max_depth:
            raise QueryTooComplex(
                f"The query nests brackets deeper than {self.bounds.max_depth} "
                f"(at {place(self.text, token.start)}); flatten it.",
                limit="max_query_depth",
            )
        self.depth = max(self.depth, depth)
        if token.text == "{" and self.values_pending:
            self.data_from, self.values_pending = depth, False

    def _link(self, token: Token) -> None:
        """Count another link of the chain across the open brackets."""
        self.chains[-1] += 1
        self.total += 1
        self.chain = max(self.chain, self.total)
        if self.total > self.bounds.max_chain:
            raise QueryTooComplex(
                f"The query chains more than {self.bounds.max_chain} operators or patterns "
                f"(at {place(self.text, token.start)}); put the data into VALUES or split it.",
                limit="max_query_chain",
            )

    def read_word(self, token: Token, index: int, tokens: list[Token]) -> None:
        parts = _PARTS.split(token.text.upper())
        if not self.data_from:
            for _ in range(token.text.count("-")):
                self._link(token)
        for word in parts:
            if not self.form:
                self._read_prologue_word(word, index, tokens)
            if word in _LINKS:
                self._link(token)
                self.values_pending = word == "VALUES"
            elif "FROM" in word and len(self.chains) == 1:
                self._from(word, index, tokens)
            elif "SERVICE" in word:  # the engine needs no space after it
                self._service(token, index, tokens)
            self.volatile = self.volatile or word in _VOLATILE

    def _read_prologue_word(self, word: str, index: int, tokens: list[Token]) -> None:
        if word == "BASE" and index + 1 < len(tokens) and tokens[index + 1].kind == "iri":
            self.base = _resolve(self.base, tokens[index + 1].text[1:-1])
            return
        for form in (*QUERY_FORMS, *UPDATE_FORMS):
            if word.startswith(form):
                self.form = form
                return

    def read_name(self, token: Token, index: int, tokens: list[Token]) -> None:
        prefix, _, local = token.text.partition(":")
        before = tokens[index - 1].text.upper() if index else ""
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        if not self.form and not local and (before == "PREFIX" or prefix.upper() == "PREFIX"):
            if after is not None and after.kind == "iri":
                declares = "" if prefix.upper() == "PREFIX" and before != "PREFIX" else prefix
                self.declared[declares] = _resolve(self.base, after.text[1:-1])
            return
        if prefix.upper().endswith(("SERVICE", "SILENT")) and after and after.text == "{":
            self._service(token, index, tokens)
        where = place(self.text, token.start)
        namespace = self._namespace(prefix)
        if namespace is not None:
            self.names.append(Use(namespace + local, where))
        elif prefix not in {use.name for use in self.undeclared}:
            self.undeclared.append(Use(prefix, where))

    def _service(self, token: Token, index: int, tokens: list[Token]) -> None:
        self.volatile = True
        target = ""
        for following in tokens[index + 1 : index + 3]:
            if following.kind in ("iri", "var", "name"):
                target = self._absolute(following) or following.text
                break
        self.services.append(Use(target, place(self.text, token.start)))

    def _from(self, word: str, index: int, tokens: list[Token]) -> None:
        found = _FROM.fullmatch(word)
        if found is None:
            return
        rest = tokens[index + 1 : index + 3]
        is_named = bool(found[1])
        if not is_named and rest and rest[0].text.upper() == "NAMED":
            is_named, rest = True, rest[1:]
        graph = self._absolute(rest[0]) if rest else None
        if graph is not None:
            (self.named if is_named else self.graphs).append(graph)

    def _namespace(self, prefix: str) -> str | None:
        namespace = self.declared.get(prefix)
        if namespace is None:
            namespace = self.prefixes.get(prefix)
            if namespace is not None:
                self.assumed[prefix] = namespace
        return namespace

    def _absolute(self, token: Token) -> str | None:
        if token.kind == "iri":
            return _resolve(self.base, token.text[1:-1])
        prefix, colon, local = token.text.partition(":")
        namespace = self._namespace(prefix)
        if token.kind == "name" and colon and namespace is not None:
            return namespace + unescape(local)
        return None


def _resolve(base: str, iri: str) -> str:
    iri = re.sub(
        r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})",
        lambda found: chr(min(int(found[1] or found[2], 16), 0x10FFFF)),
        iri,
    )
    if re.match(r"[A-Za-z][A-Za-z0-9+.\-]*:", iri):
        return iri
    from urllib.parse import urljoin  # late: most queries name absolute IRIs only

    return urljoin(base, iri)


def _undeclared(use: Use, found: Inspection, prefixes: Mapping[str, str]) -> BadQuery:
    known = WELL_KNOWN.get(use.name)
    if known:
        hint = f"Add this line at the top: PREFIX {use.name}: <{known}>"
    else:
        from difflib import get_close_matches  # late: only errors need it

        candidates = dict.fromkeys((*dict(found.declared), *prefixes, *WELL_KNOWN))
        near = get_close_matches(use.name, candidates, n=1, cutoff=0.5)
        hint = f"Declare it at the top: PREFIX {use.name}: <…>"
        if near:
            hint += f" (did you mean {near[0]}:?)"
    return BadQuery(
        f"The prefix {use.name}: at {use.place} is not declared.", place=use.place, hint=hint
    )
