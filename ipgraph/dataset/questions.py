"""Competency questions: one file is a question, its documentation, its test and its command.

A file of the folder of questions is SPARQL that any engine can run unchanged. Its header comments
give the rest::

    # title: Which units belong directly to an organization?
    # description: One or two sentences for people.
    # topic: organization
    # parameter: organization | entity | the organization of the units
    # also: how is {organization} organized
    # answer: The units of {organization}: {rows}.
    # row: {unit}[ ({from} to {through})]
    # period: from through
    # infer: false
    # expected: unit
    #   lib:harbor
    #   lib:reading-room

A parameter is a variable that the query binds on its own line, ``VALUES ?organization {
lib:riverside }``: the term there is the default, and a caller's value replaces it. ``expected``
names the columns to compare, and each line below it is one row, with cells separated by `` | ``;
``expected (among others)`` allows further rows, and ASK has the single row ``true`` or ``false``.

The search box understands a question by its title and by each wording after ``also``, in which
``{organization}`` stands for a name. ``answer`` is the sentence that the reader sees: a place in
braces is a parameter, a column (its distinct values), or ``{rows}``, every row as ``row`` writes
it; ``[…]`` is left out if a value in it is missing. ``period`` names the columns for the first and
last day of a row: a year in the text then leaves out the rows of other years.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ipgraph.dataset.sentences import Template
from ipgraph.entities import names
from ipgraph.errors import InvalidData, NotFound, Place, UsageError
from ipgraph.namespaces import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ipgraph.dataset.config.file import DatasetFile
    from ipgraph.store import EngineResult, Store

_HEADER = re.compile(
    r"# (title|description|topic|parameter|also|answer|row|period|infer|expected[^:]*): ?(.*)"
)
ROWS = "rows"  # the place for all rows in an answer
_VALUES = r"VALUES \?{name} \{{ *(.+?) *\}}"
_UNBOUND = "-"
_PREFIX = re.compile(r"(?im)^\s*PREFIX\s+([\w-]*):\s*<([^<>]*)>")
_LOCAL_NAME = re.compile(r"[A-Za-z0-9_-]+")


class Kind(StrEnum):
    """The kind of value of a parameter."""

    ENTITY = "entity"  # a name as in `names.resolve`
    YEAR = "year"  # four digits
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a question; `default` is a SPARQL term as written in the file."""

    name: str
    kind: Kind
    description: str
    default: str

    def term(self, value: str, store: Store) -> ox.NamedNode | ox.Literal:
        """Return the RDF term of a value given as text; raises `UsageError` or `NotFound`."""
        if self.kind is Kind.ENTITY:
            return ox.NamedNode(names.resolve(store, value))
        if self.kind is Kind.TEXT:
            return ox.Literal(value)
        if not re.fullmatch(r"\d{4}", value):
            raise UsageError(f"{self.name} must be a year with four digits, not {value!r}.")
        return ox.Literal(int(value))


@dataclass(frozen=True, slots=True)
class Expected:
    """The expected result, according to the sources: rows of texts for some columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    complete: bool = True  # False if the result may have further rows


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
    also: tuple[str, ...] = ()  # other wordings, with {parameter} for names
    answer: str = ""
    row: str = ""
    period: tuple[str, ...] = ()  # the columns for the first and the last day of a row

    def bind(self, values: Mapping[str, str], store: Store) -> str:
        """Return the query text with `values` in place of the defaults of the parameters.

        Values become terms, never query text. Raises `UsageError` for an unknown parameter and
        `NotFound` for an unknown entity.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        unknown = sorted(set(values) - set(known))
        if unknown:
            known_names = f"Use {', '.join(known)}." if known else "It has none."
            raise UsageError(
                f"The question {self.name!r} has no parameter {unknown[0]!r}. {known_names}"
            )
        text = self.text
        for name, value in values.items():
            text = _replace_default(text, name, str(known[name].term(value, store)))
        return text

    def ask(self, store: Store, values: Mapping[str, str] | None = None) -> EngineResult:
        """Run the question on `store`, which includes inferred statements if `infer` is true."""
        text = self.bind(values or {}, store)
        return store.evaluate(text, prefixes=dict(store.prefixes.used_in(text)))

    def differences(self, store: Store) -> tuple[str, ...]:
        """Return the differences between the result and the expected one, a line for each."""
        declared = dict(_PREFIX.findall(self.text))
        prefixes = {**PREFIXES, **store.description.prefixes, **declared}
        rows = _rows(self.ask(store), self.expected.columns, prefixes)
        expected = self.expected.rows
        lines = [f"missing: {' | '.join(row)}" for row in expected if row not in rows]
        if self.expected.complete:
            lines += [f"unexpected: {' | '.join(row)}" for row in sorted(rows - set(expected))]
        return tuple(lines)


def load(path: Path) -> Question:
    """Read one question. Raises `InvalidData` for an incomplete header."""
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
            raise _invalid(path, f"{line!r} is not a header of a question", number)
    expected = next((key for key in headers if key.startswith("expected")), "")
    for needed in ("title", "description", "topic", "infer"):
        if len(headers.get(needed, ())) != 1:
            raise _invalid(path, f"it needs exactly one line {needed!r}")
    if not expected or not rows:
        raise _invalid(path, "it has no expected result")
    columns = tuple(headers[expected][0].split())
    parameters = tuple(_parameter(path, text, line) for line in headers.get("parameter", ()))
    wordings = _wordings(path, text, headers, {parameter.name for parameter in parameters})
    return Question(
        name=path.stem,
        title=headers["title"][0],
        description=headers["description"][0],
        topic=headers["topic"][0],
        infer=headers["infer"][0] == "true",
        text=text,
        parameters=parameters,
        expected=Expected(
            columns,
            tuple(tuple(cell.strip() for cell in row.split(" | ")) for row in rows),
            complete="among others" not in expected,
        ),
        **wordings,
    )


def folder_of(dataset: DatasetFile) -> Path | None:
    """Return the folder of the questions of a dataset; None if it has none."""
    if dataset.folder is None:
        return None
    path = dataset.resolve(dataset.config.questions.folder or "questions")
    return path if path.is_dir() else None


def load_all(folder: Path | None) -> tuple[Question, ...]:
    """Return every question in a folder, by topic and title."""
    questions = map(load, folder.glob("*.rq") if folder else ())
    return tuple(sorted(questions, key=lambda question: (question.topic, question.title)))


def by_name(name: str, folder: Path | None) -> Question:
    """Return the question with a name. Raises `NotFound`, which suggests similar names."""
    if folder is None:
        raise NotFound("This dataset has no questions.")
    path = folder / f"{name}.rq"
    if "/" not in name and path.is_file():
        return load(path)
    from difflib import get_close_matches

    known = sorted(path.stem for path in path.parent.glob("*.rq"))
    similar = get_close_matches(name, known, n=3, cutoff=0.4)
    hint = f" Did you mean {' or '.join(similar)}?" if similar else " `ipgraph ask` lists them."
    raise NotFound(f"There is no question {name!r}.{hint}")


def _replace_default(text: str, name: str, term: str) -> str:
    match = re.search(_VALUES.format(name=name), text)
    assert match is not None  # noqa: S101  `_parameter` requires one
    return text[: match.start(1)] + term + text[match.end(1) :]


def _parameter(path: Path, text: str, line: str) -> Parameter:
    parts = [part.strip() for part in line.split("|")]
    if len(parts) != 3 or parts[1] not in list(Kind):
        raise _invalid(path, f"a parameter has the form 'name | kind | meaning', not {line!r}")
    bound = re.findall(_VALUES.format(name=parts[0]), text)
    if len(bound) != 1:
        raise _invalid(path, f"?{parts[0]} must be bound in one line of VALUES, not {len(bound)}")
    return Parameter(parts[0], Kind(parts[1]), parts[2], bound[0].strip('"'))


def _wordings(
    path: Path, text: str, headers: Mapping[str, list[str]], parameters: set[str]
) -> dict[str, Any]:
    """Return the headers for the search box. Raises `InvalidData` for a place without a value."""
    for name in ("answer", "row", "period"):
        if len(headers.get(name, ())) > 1:
            raise _invalid(path, f"it has more than one line {name!r}")
    answer, row = (headers.get(name, [""])[0] for name in ("answer", "row"))
    period = tuple(headers.get("period", [""])[0].split())
    if len(period) not in (0, 2):
        raise _invalid(path, "'period' names two columns, for the first and the last day")
    columns = set(re.findall(r"[?$](\w+)", _PREFIX.sub("", text)))
    also = headers.get("also", [])
    allowed = [(wording, parameters) for wording in also]
    allowed += [(answer, parameters | columns | {ROWS}), (row, parameters | columns)]
    allowed += [(f"{{{column}}}", columns) for column in period]
    for template, known in allowed:
        try:
            unknown = sorted(set(Template.parse(template).names()) - known)
        except ValueError as error:
            raise _invalid(path, f"in {template!r}, {error}") from error
        if unknown:
            raise _invalid(path, f"it has no parameter or column {unknown[0]!r} for {template!r}")
    return {"also": tuple(also), "answer": answer, "row": row, "period": period}


def _rows(
    result: EngineResult, columns: tuple[str, ...], prefixes: Mapping[str, str]
) -> set[tuple[str, ...]]:
    if isinstance(result, ox.QueryBoolean):
        return {("true" if result else "false",)}
    if isinstance(result, ox.QueryTriples):
        return {
            tuple(_cell(term, prefixes) for term in (row.subject, row.predicate, row.object))
            for row in result
        }
    known = [variable.value for variable in result.variables]
    missing = [column for column in columns if column not in known]
    if missing:
        raise UsageError(f"The query selects no ?{missing[0]}; it selects {', '.join(known)}.")
    return {tuple(_cell(solution[column], prefixes) for column in columns) for solution in result}


def _cell(term: object, prefixes: Mapping[str, str]) -> str:
    """Write a term as in expected results: a prefixed name, or the text of a literal."""
    if term is None:
        return _UNBOUND
    if isinstance(term, ox.NamedNode):
        for prefix, namespace in prefixes.items():
            local = term.value.removeprefix(namespace)
            if local != term.value and _LOCAL_NAME.fullmatch(local):
                return f"{prefix}:{local}"
        return f"<{term.value}>"
    return str(getattr(term, "value", term))


def _invalid(path: Path, what: str, line: int = 1) -> InvalidData:
    return InvalidData(
        f"The question {path.name} is not valid: {what}.", place=Place(line, 1, str(path))
    )
