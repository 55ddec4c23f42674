"""Check files: syntax, style, vocabularies, rules, shapes, consistency, profile and questions."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph import reasoning
from ipgraph.checks import query_style, rules, shapes, turtle_style, vocabularies
from ipgraph.checks.findings import Finding, Findings, ordered
from ipgraph.checks.locations import Places
from ipgraph.dataset import questions
from ipgraph.errors import InvalidData, IpGraphError, Place
from ipgraph.namespaces import INFERRED_GRAPH, shorten
from ipgraph.resources import folder
from ipgraph.snapshots import loading
from ipgraph.store.local import LocalStore, merge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ipgraph.snapshots.loading import Input


def check(inputs: Iterable[Input] | None = None, *, reasoner: str = "rl") -> Findings:
    """Return everything that is to be mended in the project's files, or in `inputs` instead.

    Other files than the project's own are checked in the company of the ontology and without the
    questions, whose answers are the project's. A file that does not parse ends the check
    after the style, since nothing can be said of the graph without it.
    """
    own = inputs is None
    files = tuple(loading.project_inputs() if inputs is None else inputs)
    if not own:
        return _without(_check(files, reasoner, own=False), _check((), reasoner, own=False))
    return _check(files, reasoner, own=True)


def _without(findings: Findings, others: Findings) -> Findings:
    known = set(others.faults)
    kept = tuple(each for each in findings.faults if each not in known)
    return Findings(kept, findings.checked, findings.timings)


def _check(files: tuple[Input, ...], reasoner: str, *, own: bool) -> Findings:
    """Check the project, or other files in the company of its ontology."""
    run = _Run()
    with run.part("style"):
        run.style(files, own=own)
    with run.part("syntax"):
        context = () if own else _ontology()
        engine = run.load((*context, *files))
    if engine is None:
        return run.findings()
    places = Places(files)
    with run.part("vocabularies"):
        run.add("vocabularies", vocabularies.faults(engine, places), count=1)
    with run.part("rules"):
        for rule in rules.rules():
            run.add("rules", rule.faults(engine, places), count=1)
    with run.part("shapes"):
        for constraint in shapes.Shapes().checks():
            run.add("shapes", constraint.faults(engine, places), count=1)
    with run.part("consistency"):
        closed = run.reason(engine, places, reasoner)
    if own:
        with run.part("questions"):
            run.ask(LocalStore(engine), LocalStore(closed))
    return run.findings()


def _ontology() -> tuple[Input, ...]:
    ontology = folder("ontology")
    return tuple(each for each in loading.project_inputs() if each.path.parent == ontology)


class _Run:
    """One check in progress: findings, counts and clock."""

    def __init__(self) -> None:
        self._faults: list[Finding] = []
        self._checked: dict[str, int] = {}
        self._timings: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Time one part of the check."""
        self._checked.setdefault(name, 0)
        begun = time.perf_counter()
        yield
        self._timings[name] = (time.perf_counter() - begun) * 1000

    def add(self, part: str, faults: Iterable[Finding], *, count: int = 0) -> None:
        """Take up findings, and count the checks that were made for them."""
        self._faults += faults
        self._checked[part] = self._checked.get(part, 0) + count

    def findings(self) -> Findings:
        """Return what was found."""
        return Findings(ordered(self._faults), dict(self._checked), dict(self._timings))

    def style(self, files: tuple[Input, ...], *, own: bool) -> None:
        """Read the Turtle files, and the project's queries, line by line."""
        turtle = [each.path for each in files if each.path.suffix == ".ttl"]
        queries: list[Path] = []
        if own:
            ontology = folder("ontology")
            turtle.append(ontology / "shapes.ttl")
            queries = sorted(ontology.glob("*/*.rq"))
        for path in turtle:
            self.add("style", turtle_style.faults(path), count=1)
        for path in queries:
            self.add("style", query_style.faults(path), count=1)

    def load(self, files: tuple[Input, ...]) -> ox.Store | None:
        """Load the files, merged in the default graph; None where one does not parse."""
        sound = True
        for each in files:
            try:
                loading.load([each])
            except InvalidData as error:
                sound = False
                place = error.place or Place(1, 1, str(each.path))
                self.add("syntax", [Finding("syntax", str(error), place=place)])
        self._checked["syntax"] = len(files)
        if not sound:
            return None
        engine = loading.load(files)
        merge(engine)
        return engine

    def reason(self, engine: ox.Store, places: Places, reasoner: str) -> ox.Store:
        """Close the graph; return a store with what is inferred, merged."""
        stated = ox.Store()
        stated.bulk_extend(
            quad for quad in engine if not isinstance(quad.graph_name, ox.DefaultGraph)
        )
        closure = reasoning.infer(stated, reasoner=reasoner)
        for each in closure.inconsistencies:
            thing = each.premises[0].subject if each.premises else ""
            place = None
            if thing.startswith("<"):
                place = places.of(ox.NamedNode(thing[1:-1]), engine)
                thing = shorten(thing[1:-1])
            finding = Finding(f"consistency/{each.rule}", each.message, thing, place=place)
            self.add("consistency", [finding])
        for construct in closure.unsupported:
            message = "An axiom lies outside OWL 2 RL, so that nothing is inferred from it."
            self.add("consistency", [Finding("consistency/profile", message, construct)])
        self._checked["consistency"] = 1
        closure.store(stated, ox.NamedNode(INFERRED_GRAPH))
        merge(stated)
        return stated

    def ask(self, stated: LocalStore, closed: LocalStore) -> None:
        """Ask every competency question and compare the answers with the expected ones."""
        directory = folder("ontology") / "questions"
        for path in sorted(directory.glob("*.rq")):
            self._checked["questions"] += 1
            place = Place(1, 1, str(path))
            try:
                question = questions.load(path)
                found = question.differences(closed if question.infer else stated)
            except IpGraphError as error:
                found = (str(error),)
            name = f"questions/{path.stem}"
            message = "The answer is not the expected one."
            self.add("questions", [Finding(name, message, detail=d, place=place) for d in found])
