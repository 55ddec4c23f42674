"""Literals: well-formedness, comparison and matching, as SPARQL defines them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.errors import InvalidData
from ipgraph.namespaces import XSD
from ipgraph.reasoning import datatypes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from ipgraph.checks.shacl.graph import Term

# Terms in one query: its text has about 100 bytes for each.
_BATCH = 5000
_ZONE = r"(?:Z|[+-]\d\d:\d\d)?"
_DAYS = r"(?:\d+Y)?(?:\d+M)?(?:\d+D)?"
_HOURS = r"(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?"
# The lexical forms of datatypes that OWL 2 RL does without.
_FORMS = {
    "gMonth": rf"--(?:0[1-9]|1[0-2]){_ZONE}",
    "gDay": rf"---(?:0[1-9]|[12]\d|3[01]){_ZONE}",
    "gMonthDay": rf"--(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]){_ZONE}",
    "duration": rf"-?P(?=.){_DAYS}{_HOURS}",
    "yearMonthDuration": r"-?P(?=\d)(?:\d+Y)?(?:\d+M)?",
    "dayTimeDuration": rf"-?P(?=.)(?:\d+D)?{_HOURS}",
}
_KNOWN = frozenset(datatypes.DATATYPES)
_EMPTY = ox.Store()


def is_well_formed(literal: ox.Literal) -> bool:
    """True unless the text of a literal is none of its datatype; true for unknown datatypes."""
    name = str(literal.datatype)
    form = _FORMS.get(literal.datatype.value.removeprefix(XSD))
    if form:
        return re.fullmatch(form, literal.value) is not None
    if literal.language is not None or name not in _KNOWN:
        return True
    return datatypes.is_value_of(str(literal), name)


def comparable(pairs: Sequence[tuple[Term, Term]], operator: str) -> set[tuple[Term, Term]]:
    """Return the pairs for which ``first operator second`` is true; an error is not."""
    literals = [pair for pair in pairs if all(isinstance(term, ox.Literal) for term in pair)]
    rows = (f"{first} {second}" for first, second in literals)
    passed = _passing(list(rows), "?a ?b", f"?a {operator} ?b")
    return {literals[index] for index in passed}


def check_pattern(pattern: str, flags: str) -> None:
    """Raise `InvalidData` for a regular expression that the engine does not know."""
    call = f"{ox.Literal(pattern)}, {ox.Literal(flags)}"
    (row,) = _select(f'SELECT (REGEX("", {call}) AS ?ok) {{}}')
    if row["ok"] is None:
        raise InvalidData(f"a pattern that is not well formed: {pattern[:80]}")


def not_matching(values: Collection[Term], pattern: str, flags: str) -> set[Term]:
    """Return the values whose text does not match a pattern; blank nodes never match."""
    call = f"{ox.Literal(pattern)}, {ox.Literal(flags)}"
    texts = [value for value in values if isinstance(value, ox.Literal | ox.NamedNode)]
    matching = _passing([str(ox.Literal(term.value)) for term in texts], "?a", f"REGEX(?a, {call})")
    return set(values) - {texts[index] for index in matching}


def _passing(rows: list[str], names: str, condition: str) -> Iterator[int]:
    """Yield the indexes of the rows of terms that pass a condition on their variables."""
    for start in range(0, len(rows), _BATCH):
        batch = enumerate(rows[start : start + _BATCH], start)
        values = "\n".join(f"({index} {row})" for index, row in batch)
        query = f"SELECT ?i {{ VALUES (?i {names}) {{ {values} }} FILTER({condition}) }}"
        for row in _select(query):
            yield int(row["i"].value)


def _select(query: str) -> ox.QuerySolutions:
    solutions = _EMPTY.query(query)
    assert isinstance(solutions, ox.QuerySolutions)  # noqa: S101  it is a SELECT query
    return solutions
