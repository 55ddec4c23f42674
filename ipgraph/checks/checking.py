"""Checking files: syntax, style, vocabularies, rules, shapes, consistency and questions."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph import reasoning
from ipgraph.checks import other_shapes, query_style, rules, shapes, turtle_style, vocabularies
from ipgraph.checks.locations import Locator
from ipgraph.checks.problems import CheckReport, Problem, report_of
from ipgraph.checks.shacl import Graph
from ipgraph.dataset import questions
from ipgraph.errors import InvalidData, IpGraphError, Place
from ipgraph.inputs.options import ReadingOptions
from ipgraph.namespaces import INFERRED_GRAPH, shorten
from ipgraph.snapshots import loading
from ipgraph.snapshots.limits import DEFAULT_LIMITS
from ipgraph.snapshots.literals import Recorder
from ipgraph.store.local import LocalStore, merge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from ipgraph.checks.plan import Plan
    from ipgraph.reasoning import Closure
    from ipgraph.settings import InferenceLimits
    from ipgraph.snapshots.limits import BuildLimits

_MAX_NAMED = 5  # shapes or vocabularies in one note


def _ignore(_: object) -> None:
    """Do nothing: an option that can be pickled."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a check reads (`how`) and infers.

    `reading` is called with each file, `report` with a stage. `languages` are those of messages,
    the best first.
    """

    reasoner: str = "rl"
    inference: InferenceLimits | None = None
    how: ReadingOptions = field(default_factory=ReadingOptions)
    limits: BuildLimits = DEFAULT_LIMITS
    size_bytes: int = 0  # of the files
    languages: tuple[str, ...] = ("en",)
    report: Callable[[str], None] = _ignore
    reading: Callable[[Path], None] = _ignore


def check(plan: Plan, options: Options | None = None) -> CheckReport:
    """Check files as a plan says and return the problems found.

    If a file does not parse, the check ends after style and syntax, because the other parts need
    the whole graph. For files from elsewhere use `isolated.check`.
    """
    run = _Run(plan, options or Options())
    if plan.style and plan.has("style"):
        with run.part("style"):
            run.check_style()
    with run.part("syntax"):
        data = run.check_syntax()
    if data is None:
        return run.report()
    run.options.report("check")
    locator = Locator(plan.inputs)
    steps: tuple[tuple[str, bool, Callable[[Graph, Locator], None]], ...] = (
        ("vocabularies", True, run.check_vocabularies),
        ("rules", plan.rules is not None, run.check_rules),
        ("shapes", True, run.check_shapes),
        ("consistency", True, run.check_consistency),
        ("questions", plan.questions is not None, run.check_questions),
    )
    for part, is_possible, step in steps:
        if is_possible and plan.has(part):
            with run.part(part):
                step(data, locator)
    return run.report()


class _Run:
    """One check in progress: problems, counts, notes and timings."""

    def __init__(self, plan: Plan, options: Options) -> None:
        self.options = options
        self._plan = plan
        self._problems: list[Problem] = []
        self._checked: dict[str, int] = {}
        self._timings: dict[str, float] = {}
        self._notes: list[str] = []
        self._hidden: Counter[str] = Counter()
        self._closure: Closure | None = None

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Time one part of the check."""
        self._checked.setdefault(name, 0)
        start = time.perf_counter()
        yield
        self._timings[name] = (time.perf_counter() - start) * 1000

    def report(self) -> CheckReport:
        """Return the report of the parts that ran."""
        return report_of(self._problems, self._checked, self._timings, self._notes, self._hidden)

    def check_style(self) -> None:
        """Check Turtle files, and the queries of rules and questions, line by line."""
        plan = self._plan
        for file in plan.files:
            if file.path.suffix.lower() == ".ttl":
                self.options.reading(file.path)
                self._add("style", turtle_style.check(file.path), count=1)
        for directory in (plan.questions, plan.rules):
            for path in sorted(directory.glob("*.rq")) if directory else ():
                self._add("style", query_style.check(path), count=1)

    def check_syntax(self) -> Graph | None:
        """Return the merge of the files; None if one does not parse."""
        is_valid = True
        for file in self._plan.files:
            try:
                loading.load([file], reading=self.options.reading, options=self.options.how)
            except InvalidData as error:
                is_valid = False
                place = error.place or Place(1, 1, str(file.path))
                message = str(error).removeprefix(f"{place}: ")
                self._add("syntax", [Problem("syntax", message, place=place)])
        self._checked["syntax"] = len(self._plan.files)
        if not is_valid:
            self._notes.append("Nothing but syntax was checked, because a file does not parse.")
            return None
        return self._merged(self._plan.inputs)

    def check_vocabularies(self, data: Graph, locator: Locator) -> None:
        """Look up the terms in use."""
        found = vocabularies.run(data.store, locator)
        self._add("vocabularies", found.problems, count=found.checked)
        if found.unknown:
            names = _listed([f"<{namespace}>" for namespace in found.unknown])
            self._notes.append(f"Terms of vocabularies that are not among the files: {names}.")

    def check_rules(self, data: Graph, locator: Locator) -> None:
        """Run the queries of the rules."""
        assert self._plan.rules  # noqa: S101  else this part does not run
        for rule in rules.load_rules(self._plan.rules):
            if self._plan.wants(f"rules/{rule.name}"):
                self._add("rules", rule.check(data.store, locator), count=1)

    def check_shapes(self, data: Graph, locator: Locator) -> None:
        """Validate against the shapes of the plan, or against those in the files."""
        given = self._plan.shapes
        graph = data if given is None else self._merged(given)
        if given is None and not shapes.has_shapes(graph):
            return
        found = shapes.run(data, graph, locator, self.options.languages)
        self._add("shapes", found.problems, count=found.ran)
        wanted = {name: count for name, count in found.hidden.items() if self._plan.wants(name)}
        self._hidden.update(wanted)
        if found.idle:
            self._notes.append(f"Shapes without anything to check: {_listed(found.idle)}.")
        if found.refused:
            options = self.options
            others = other_shapes.run(
                data, graph, found.refused, locator, options.languages,
                options.limits, options.size_bytes,
            )  # fmt: skip
            self._add("shapes", others.problems, count=others.ran)

    def check_consistency(self, data: Graph, locator: Locator) -> None:
        """Report contradictions, and axioms that the reasoner leaves out."""
        closure = self._infer(data.store)
        for inconsistency in closure.inconsistencies:
            name, message = f"consistency/{inconsistency.rule}", inconsistency.message
            # Axioms come first in a rule and the entity that violates them last.
            subjects = [premise.subject for premise in inconsistency.premises]
            named = [ox.NamedNode(subject[1:-1]) for subject in subjects if subject[0] == "<"]
            iri = named[-1].value if named else ""
            place = locator.find(named[-1], data.store) if named else None
            problem = Problem(name, message, shorten(iri) if iri else "", place=place, iri=iri)
            self._add("consistency", [problem])
        for construct in closure.unsupported:
            message = "OWL 2 RL has no rule for this axiom, so nothing is inferred from it."
            name = "consistency/profile"
            self._add("consistency", [Problem(name, message, construct, severity="info")])
        if closure.incomplete:
            name, text = "consistency/incomplete", str(closure.incomplete)
            self._add("consistency", [Problem(name, text, severity="warning")])
        self._checked["consistency"] = 1

    def check_questions(self, data: Graph, locator: Locator) -> None:
        """Compare the results of every question with those that its file expects."""
        assert self._plan.questions  # noqa: S101  else this part does not run
        closed_engine = self._stated(data.store)
        self._infer(data.store).store(closed_engine, ox.NamedNode(INFERRED_GRAPH))
        merge(closed_engine)
        stated, closed = LocalStore(data.store), LocalStore(closed_engine)
        for path in sorted(self._plan.questions.glob("*.rq")):
            self._checked["questions"] += 1
            place = Place(1, 1, str(path))
            try:
                question = questions.load(path)
                differences = question.differences(closed if question.infer else stated)
            except IpGraphError as error:
                differences = (str(error),)
            name = f"questions/{path.stem}"
            message = "The results of the question differ from the expected results."
            self._add(
                "questions",
                [Problem(name, message, detail=text, place=place) for text in differences],
            )

    def _add(self, part: str, problems: Iterable[Problem], *, count: int = 0) -> None:
        """Add the problems that are wanted, and the number of checks that looked for them."""
        self._problems += (problem for problem in problems if self._plan.wants(problem.check))
        self._checked[part] = self._checked.get(part, 0) + count

    def _infer(self, engine: ox.Store) -> Closure:
        if self._closure is None:
            options = self.options
            self._closure = reasoning.infer(
                self._stated(engine), reasoner=options.reasoner, limits=options.inference
            )
        return self._closure

    def _merged(self, files: Iterable[loading.Input]) -> Graph:
        recorder = Recorder()
        options = self.options
        engine = loading.load(
            files, reading=options.reading, recorder=recorder, options=options.how
        )
        originals = recorder.originals(engine)
        merge(engine)
        return Graph(engine, originals)

    @staticmethod
    def _stated(engine: ox.Store) -> ox.Store:
        stated = ox.Store()
        stated.bulk_extend(
            quad for quad in engine if not isinstance(quad.graph_name, ox.DefaultGraph)
        )
        return stated


def _listed(names: list[str]) -> str:
    more = len(names) - _MAX_NAMED
    shown = ", ".join(sorted(names)[:_MAX_NAMED])
    return f"{shown} and {more:,} more" if more > 0 else shown
