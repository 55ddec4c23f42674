"""Find the SERVICE clauses of a query text, and the query to send to each endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipgraph.errors import BadQuery, Place, Refused
from ipgraph.sparql.guard import QUERY_FORMS, Inspection
from ipgraph.sparql.lexer import Token, place, tokenize

if TYPE_CHECKING:
    from ipgraph.sparql.query import Query


@dataclass(frozen=True, slots=True)
class Clause:
    """One SERVICE clause: its offsets in the text, its endpoint and the query to send there.

    A `nested` clause is inside another one, whose endpoint evaluates it.
    """

    start: int
    end: int
    place: Place
    endpoint: str
    silent: bool
    nested: bool
    request: str


def find(query: Query, found: Inspection) -> tuple[Clause, ...]:
    """Return the SERVICE clauses of a query, in the order of the text.

    Raises `Refused` for an endpoint that is a variable, and `BadQuery` if the tokens and the
    inspection `found` disagree on what a SERVICE clause is.
    """
    tokens = tokenize(query.text)
    prologue = _prologue(query, tokens)
    clauses: list[Clause] = []
    open_until = 0
    for index, token in enumerate(tokens):
        if token.kind != "word" or token.text.upper() != "SERVICE":
            continue
        if len(clauses) == len(found.services):
            raise _unclear(query.text, token)
        use = found.services[len(clauses)]
        clause = _read(query.text, tokens, index, use.name, prologue, token.start < open_until)
        open_until = max(open_until, clause.end)
        clauses.append(clause)
    if len(clauses) != len(found.services):
        raise _unclear(query.text, None, found.services[0].place)
    return tuple(clauses)


def _read(
    text: str, tokens: list[Token], index: int, endpoint: str, prologue: str, nested: bool
) -> Clause:
    service = tokens[index]
    where = place(text, service.start)
    rest = tokens[index + 1 : index + 4]
    silent = bool(rest) and rest[0].text.upper() == "SILENT"
    rest = rest[1:] if silent else rest[:2]
    if rest and rest[0].kind == "var":
        raise Refused(
            f"The endpoint of SERVICE {rest[0].text} at {where} is a variable. "
            "Only an endpoint named in the query can be checked.",
            place=where,
            hint="Write the IRI of the endpoint.",
        )
    if len(rest) < 2 or rest[0].kind not in ("iri", "name") or rest[1].text != "{":
        raise _unclear(text, service)
    opening = index + (3 if silent else 2)
    closing = _closing(tokens, opening)
    if closing is None:
        raise BadQuery(f"The braces of SERVICE at {where} are not closed.", place=where)
    after = tokens[closing + 1] if closing + 1 < len(tokens) else None
    if after is not None and after.text.upper() == "UNION":
        there = place(text, after.start)
        raise BadQuery(
            f"UNION at {there} follows SERVICE, but it can only follow a group.",
            place=there,
            hint="Write { SERVICE <…> { … } } UNION { … }.",
        )
    end = tokens[closing].start + 1
    body = text[tokens[opening].start : end]
    return Clause(
        start=service.start,
        end=end,
        place=where,
        endpoint=endpoint,
        silent=silent,
        nested=nested,
        request=f"{prologue}SELECT * WHERE {body}",
    )


def _prologue(query: Query, tokens: list[Token]) -> str:
    """Return the declarations that apply to the text, one per line."""
    begin = next(
        (token.start for token in tokens if token.kind == "word" and _begins_a_form(token.text)), 0
    )
    lines = [f"BASE <{query.base}>"]
    lines += [f"PREFIX {name}: <{iri}>" for name, iri in query.prefixes]
    return "\n".join((*lines, query.text[:begin], ""))


def _begins_a_form(word: str) -> bool:
    return word.upper().startswith(QUERY_FORMS)


def _closing(tokens: list[Token], opening: int) -> int | None:
    depth = 0
    for index in range(opening, len(tokens)):
        if tokens[index].text == "{":
            depth += 1
        elif tokens[index].text == "}":
            depth -= 1
            if depth == 0:
                return index
    return None


def _unclear(text: str, token: Token | None, where: Place | None = None) -> BadQuery:
    where = where or (place(text, token.start) if token else Place(1, 1))
    return BadQuery(
        f"Cannot determine the endpoint of SERVICE at {where}.",
        place=where,
        hint="Write SERVICE <IRI of the endpoint> { … }, with spaces between the words.",
    )
