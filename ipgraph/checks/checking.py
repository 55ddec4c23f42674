"""Checking files: syntax, style, vocabularies, rules, shapes, consistency and questions."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph import reasoning
from ipgraph.checks import query_style, rules, shapes, turtle_style, vocabularies
from ipgraph.checks.locations import Locator
from ipgraph.checks.problems import CheckReport, Problem, sort_problems
from ipgraph.dataset import questions
from ipgraph.errors import InvalidData, IpGraphError, Place
from ipgraph.inputs.options import DEFAULT_MAX_DEPTH
from ipgraph.namespaces import INFERRED_GRAPH, shorten
from ipgraph.resources import folder
from ipgraph.snapshots import loading
from ipgraph.store.local import LocalStore, merge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from ipgraph.settings import InferenceLimits
    from ipgraph.snapshots.loading import Input


def check(
    inputs: Iterable[Input] | None = None,
    *,
    reasoner: str = "rl",
    inference: InferenceLimits | None = None,
    max_depth: int = DEFAULT_MAX_DEPTH,
    report: Callable[[str], None] = lambda stage: None,
    reading: Callable[[Path], None] = lambda path: None,
) -> CheckReport:
    """Check the project's files, or `inputs` instead, and return the problems found.

    `inputs` are checked together with the project's ontology and without its questions, whose
    answers are the project's. If a file does not parse, the check ends after style and syntax,
    because the other parts need the whole graph. `reading` is called with each file, and `report`
    with ``check`` when all of them are loaded. For files from elsewhere use `isolated.check`.
    """
    options = _Options(reasoner, inference, max_depth, report, reading)
    if inputs is None:
        return _check(tuple(loading.project_inputs()), options, is_project=True)
    found = _check(tuple(inputs), options, is_project=False)
    return _subtract(found, _check((), options, is_project=False))


def _subtract(report: CheckReport, baseline: CheckReport) -> CheckReport:
    known = set(baseline.problems)
    problems = tuple(problem for problem in report.problems if problem not in known)
    return CheckReport(problems, report.checked, report.timings)


@dataclass(frozen=True, slots=True)
class _Options:
    reasoner: str
    inference: InferenceLimits | None
    max_depth: int
    report: Callable[[str], None]
    reading: Callable[[Path], None]


def _check(files: tuple[Input, ...], options: _Options, *, is_project: bool) -> CheckReport:
    run = _Run(options)
    with run.part("style"):
        run.check_style(files, is_project=is_project)
    with run.part("syntax"):
        context = () if is_project else _ontology()
        engine = run.check_syntax((*context, *files))
    if engine is None:
        return run.report()
    options.report("check")
    locator = Locator(files)
    with run.part("vocabularies"):
        run.add("vocabularies", vocabularies.check(engine, locator), count=1)
    with run.part("rules"):
        for rule in rules.load_rules():
            run.add("rules", rule.check(engine, locator), count=1)
    with run.part("shapes"):
        for constraint in shapes.Shapes().constraints():
            run.add("shapes", constraint.check(engine, locator), count=1)
    with run.part("consistency"):
        closed = run.check_consistency(engine, locator)
    if is_project:
        with run.part("questions"):
            run.check_questions(LocalStore(engine), LocalStore(closed))
    return run.report()


def _ontology() -> tuple[Input, ...]:
    ontology = folder("ontology")
    return tuple(file for file in loading.project_inputs() if file.path.parent == ontology)


class _Run:
    """One check in progress: problems, counts and timings."""

    def __init__(self, options: _Options) -> None:
        self._options = options
        self._problems: list[Problem] = []
        self._checked: dict[str, int] = {}
        self._timings: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Time one part of the check."""
        self._checked.setdefault(name, 0)
        start = time.perf_counter()
        yield
        self._timings[name] = (time.perf_counter() - start) * 1000

    def add(self, part: str, problems: Iterable[Problem], *, count: int = 0) -> None:
        """Add problems and the number of checks that looked for them."""
        self._problems += problems
        self._checked[part] = self._checked.get(part, 0) + count

    def report(self) -> CheckReport:
        """Return the report of the parts that ran."""
        return CheckReport(sort_problems(self._problems), dict(self._checked), dict(self._timings))

    def check_style(self, files: tuple[Input, ...], *, is_project: bool) -> None:
        """Check Turtle files, and the project's queries, line by line."""
        turtle_files = [file.path for file in files if file.path.suffix == ".ttl"]
        query_files: list[Path] = []
        if is_project:
            ontology = folder("ontology")
            turtle_files.append(ontology / "shapes.ttl")
            query_files = sorted(ontology.glob("*/*.rq"))
        for path in turtle_files:
            self._options.reading(path)
            self.add("style", turtle_style.check(path), count=1)
        for path in query_files:
            self.add("style", query_style.check(path), count=1)

    def check_syntax(self, files: tuple[Input, ...]) -> ox.Store | None:
        """Return the files with their merge as default graph; None if one does not parse."""
        is_valid = True
        for file in files:
            try:
                loading.load([file], self._options.max_depth, self._options.reading)
            except InvalidData as error:
                is_valid = False
                place = error.place or Place(1, 1, str(file.path))
                message = str(error).removeprefix(f"{place}: ")
                self.add("syntax", [Problem("syntax", message, place=place)])
        self._checked["syntax"] = len(files)
        if not is_valid:
            return None
        engine = loading.load(files, self._options.max_depth, self._options.reading)
        merge(engine)
        return engine

    def check_consistency(self, engine: ox.Store, locator: Locator) -> ox.Store:
        """Infer from the stated graphs; return a store with what is stated and inferred, merged."""
        stated = ox.Store()
        stated.bulk_extend(
            quad for quad in engine if not isinstance(quad.graph_name, ox.DefaultGraph)
        )
        options = self._options
        closure = reasoning.infer(stated, reasoner=options.reasoner, limits=options.inference)
        for inconsistency in closure.inconsistencies:
            name, message = f"consistency/{inconsistency.rule}", inconsistency.message
            # Axioms come first in a rule and the entity that violates them last.
            subjects = [premise.subject for premise in inconsistency.premises]
            named = [ox.NamedNode(subject[1:-1]) for subject in subjects if subject[0] == "<"]
            entity = shorten(named[-1].value) if named else ""
            place = locator.find(named[-1], engine) if named else None
            self.add("consistency", [Problem(name, message, entity, place=place)])
        for construct in closure.unsupported:
            message = "OWL 2 RL has no rule for this axiom, so nothing is inferred from it."
            self.add("consistency", [Problem("consistency/profile", message, construct)])
        if closure.incomplete:
            problem = Problem("consistency/incomplete", str(closure.incomplete))
            self.add("consistency", [problem])
        self._checked["consistency"] = 1
        closure.store(stated, ox.NamedNode(INFERRED_GRAPH))
        merge(stated)
        return stated

    def check_questions(self, stated: LocalStore, closed: LocalStore) -> None:
        """Compare the results of every question with those that its file expects."""
        directory = folder("ontology") / "questions"
        for path in sorted(directory.glob("*.rq")):
            self._checked["questions"] += 1
            place = Place(1, 1, str(path))
            try:
                question = questions.load(path)
                differences = question.differences(closed if question.infer else stated)
            except IpGraphError as error:
                differences = (str(error),)
            name = f"questions/{path.stem}"
            message = "The results of the question differ from the expected results."
            self.add(
                "questions",
                [Problem(name, message, detail=text, place=place) for text in differences],
            )
