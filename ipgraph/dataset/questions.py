"""Competency questions: one file is a question, its documentation, its test and its command.

A file of ``ontology/questions`` is SPARQL that runs anywhere as it stands. Its header comments
give the rest::

    # title: Which units lie directly in an organization?
    # description: One or two sentences for people.
    # topic: organization
    # parameter: organization | thing | the organization that the units lie in
    # infer: false
    # expected: unit
    #   id:iasd
    #   id:iicd

A parameter is a variable that the query binds in a line of its own, ``VALUES ?organization {
id:ip }``: the term there is the default, and a caller's value takes its place. ``expected`` names
the columns that are compared, and each line below it is one row, its cells parted by `` | ``;
``expected (among others)`` allows further rows, and ASK has the single row ``true`` or ``false``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.entities import names
from ipgraph.errors import InvalidData, NotFound, Place, UsageError
from ipgraph.namespaces import PREFIXES, shorten
from ipgraph.resources import folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ipgraph.store import EngineResult, Store

_HEADER = re.compile(r"# (title|description|topic|parameter|infer|expected[^:]*): ?(.*)")
_VALUES = r"VALUES \?{name} \{{ *(.+?) *\}}"
_UNBOUND = "-"


class Kind(StrEnum):
    """What a parameter takes."""

    THING = "thing"  # a name as `resolving.resolve` takes it
    YEAR = "year"  # four digits
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that a question leaves open; `default` is a SPARQL term as the file has it."""

    name: str
    kind: Kind
    description: str
    default: str

    def term(self, value: str, store: Store) -> ox.NamedNode | ox.Literal:
        """Return the RDF term of a value given as text; raises `UsageError` or `NotFound`."""
        if self.kind is Kind.THING:
            return ox.NamedNode(names.resolve(store, value))
        if self.kind is Kind.TEXT:
            return ox.Literal(value)
        if not re.fullmatch(r"\d{4}", value):
            raise UsageError(f"{self.name} takes a year of four digits, not {value!r}.")
        return ox.Literal(int(value))


@dataclass(frozen=True, slots=True)
class Expected:
    """The answer written down from the sources: rows of texts under the columns that count."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    complete: bool = True  # False where the answer may hold further rows


@dataclass(frozen=True, slots=True)
class Question:
    """A competency question, read from its file."""

    name: str
    title: str
    description: str
    topic: str
    infer: bool
    text: str
    parameters: tuple[Parameter, ...] = ()
    expected: Expected = field(default_factory=lambda: Expected((), ()))

    def bind(self, values: Mapping[str, str], store: Store) -> str:
        """Return the query text with `values` in place of the defaults of the parameters.

        Values are terms made from text, never pieces of a query. Raises `UsageError` for a
        parameter that the question has not, `NotFound` for a thing that the graph has not.
        """
        known = {each.name: each for each in self.parameters}
        unknown = sorted(set(values) - set(known))
        if unknown:
            has = f"it takes {', '.join(known)}" if known else "it takes none"
            raise UsageError(f"The question {self.name!r} has no parameter {unknown[0]!r}; {has}.")
        text = self.text
        for name, value in values.items():
            text = _replaced(text, name, str(known[name].term(value, store)))
        return text

    def ask(self, store: Store, values: Mapping[str, str] | None = None) -> EngineResult:
        """Return the answer of `store`; choose a store with or without inference by `infer`."""
        return store.evaluate(self.bind(values or {}, store), prefixes=PREFIXES)

    def differences(self, store: Store) -> tuple[str, ...]:
        """Return how the answer differs from what is expected, one line each; none if it fits."""
        found = _rows(self.ask(store), self.expected.columns)
        wanted = set(self.expected.rows)
        lines = [f"missing: {' | '.join(row)}" for row in self.expected.rows if row not in found]
        if self.expected.complete:
            lines += [f"unexpected: {' | '.join(row)}" for row in sorted(found - wanted)]
        return tuple(lines)


def load(path: Path) -> Question:
    """Read one question; raises `InvalidData` that says what its header lacks."""
    text = path.read_text(encoding="utf-8")
    headers: dict[str, list[str]] = {}
    rows: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.startswith("#"):
            break
        match = _HEADER.fullmatch(line.rstrip())
        if match:
            headers.setdefault(match[1], []).append(match[2].strip())
        elif line.startswith("#   "):
            rows.append(line[4:])
        else:
            raise _fault(path, f"{line!r} is no header of a question", number)
    expected = next((key for key in headers if key.startswith("expected")), "")
    for needed in ("title", "description", "topic", "infer"):
        if len(headers.get(needed, ())) != 1:
            raise _fault(path, f"it needs one line {needed!r}")
    if not expected or not rows:
        raise _fault(path, "it says no expected answer")
    columns = tuple(headers[expected][0].split())
    return Question(
        name=path.stem,
        title=headers["title"][0],
        description=headers["description"][0],
        topic=headers["topic"][0],
        infer=headers["infer"][0] == "true",
        text=text,
        parameters=tuple(_parameter(path, text, each) for each in headers.get("parameter", ())),
        expected=Expected(
            columns,
            tuple(tuple(cell.strip() for cell in row.split(" | ")) for row in rows),
            complete="among others" not in expected,
        ),
    )


def all_questions() -> tuple[Question, ...]:
    """Return every question of the project, by topic and title."""
    found = [load(path) for path in sorted((folder("ontology") / "questions").glob("*.rq"))]
    return tuple(sorted(found, key=lambda each: (each.topic, each.title)))


def named(name: str) -> Question:
    """Return the question of a name; raises `NotFound` that names the nearest."""
    path = folder("ontology") / "questions" / f"{name}.rq"
    if "/" not in name and path.is_file():
        return load(path)
    from difflib import get_close_matches

    known = [each.stem for each in sorted(path.parent.glob("*.rq"))]
    near = get_close_matches(name, known, n=3, cutoff=0.4)
    hint = f" Did you mean {' or '.join(near)}?" if near else " `ipgraph ask` lists them."
    raise NotFound(f"There is no question {name!r}.{hint}")


def _replaced(text: str, name: str, term: str) -> str:
    match = re.search(_VALUES.format(name=name), text)
    assert match is not None  # noqa: S101  `_parameter` has counted them
    return text[: match.start(1)] + term + text[match.end(1) :]


def _parameter(path: Path, text: str, line: str) -> Parameter:
    parts = [each.strip() for each in line.split("|")]
    if len(parts) != 3 or parts[1] not in list(Kind):
        raise _fault(path, f"a parameter is written 'name | kind | meaning', not {line!r}")
    bound = re.findall(_VALUES.format(name=parts[0]), text)
    if len(bound) != 1:
        raise _fault(path, f"the query binds ?{parts[0]} in {len(bound)} lines of VALUES, not one")
    return Parameter(parts[0], Kind(parts[1]), parts[2], bound[0].strip('"'))


def _rows(result: EngineResult, columns: tuple[str, ...]) -> set[tuple[str, ...]]:
    if isinstance(result, ox.QueryBoolean):
        return {("true" if result else "false",)}
    if isinstance(result, ox.QueryTriples):
        return {(_cell(each.subject), _cell(each.predicate), _cell(each.object)) for each in result}
    known = [each.value for each in result.variables]
    missing = [each for each in columns if each not in known]
    if missing:
        raise UsageError(f"The query selects no ?{missing[0]}; it selects {', '.join(known)}.")
    return {tuple(_cell(solution[each]) for each in columns) for solution in result}


def _cell(term: object) -> str:
    """Write a term as the expected answers have it: a prefixed name, or a literal's plain text."""
    if term is None:
        return _UNBOUND
    if isinstance(term, ox.NamedNode):
        return shorten(term.value)
    return str(getattr(term, "value", term))


def _fault(path: Path, what: str, line: int = 1) -> InvalidData:
    return InvalidData(
        f"The question {path.name} cannot be used: {what}.", place=Place(line, 1, str(path))
    )
