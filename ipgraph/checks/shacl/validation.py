"""The validation of a data graph against shapes (section 3.4), set by set.

A shape is evaluated for all its focus nodes at once, so that a predicate is read once, and values
are compared by one query for all. SHACL leaves recursion undefined: here a node that is being
checked against a shape conforms to it.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipgraph.checks.shacl import components, queries
from ipgraph.checks.shacl.components import Constraint, Violation
from ipgraph.checks.shacl.shapes import Shape, Shapes
from ipgraph.errors import InvalidData
from ipgraph.namespaces import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyoxigraph as ox

    from ipgraph.checks.shacl.graph import Graph, Term

# A chain of nodes, each of which is checked because of the one before: 8 frames for each.
_MAX_DEPTH = 60


@dataclass(frozen=True, slots=True)
class Result:
    """One validation result (section 3.6.2).

    `message` is the one that a query gave; else those of the constraint or the shape hold.
    """

    focus: Term
    shape: Shape
    parameter: str
    argument: Term
    value: Term | None
    path: str
    message: str
    messages: tuple[ox.Literal, ...]

    @property
    def component(self) -> str:
        """The local name of the constraint component, as in ``MinCountConstraintComponent``."""
        name = "SPARQL" if self.parameter == "sparql" else self.parameter
        return f"{name[0].upper()}{name[1:]}ConstraintComponent"


class Validation:
    """One validation. `ran` has the nodes of the shapes that were evaluated for at least one node.

    `idle` are the names of target shapes without a focus node, and `refused` the target shapes
    that were not run, each with the reason.
    """

    def __init__(self, data: Graph, shapes: Graph) -> None:
        self.data = data
        self.shapes = Shapes(shapes)
        self.ran: set[Term] = set()
        self.idle: list[Shape] = []
        self.refused: dict[Term, str] = {}
        self._verdicts: dict[Term, dict[Term, bool]] = {}
        # The nodes whose results have been yielded, by shape; those of the target shape that runs.
        self._reported: dict[Term, set[Term]] = {}
        self._begun: list[tuple[Term, Term]] = []
        self._depth = 0

    def results(self) -> Iterator[Result]:
        """Yield the results of all shapes that have targets. Each shape runs as a whole or not.

        A property shape of several target shapes gives one result for a node.
        """
        for shape in self.shapes.target_shapes():
            if shape.is_deactivated:
                continue
            reason = self.shapes.reason(shape)
            if reason:
                self.refused[shape.node] = reason
                continue
            foci = self.shapes.focus_nodes(shape, self.data)
            if not foci:
                self.idle.append(shape)
                continue
            ran = set(self.ran)
            self._begun.clear()
            try:
                found = list(self._results(shape, sorted(foci, key=str)))
            except InvalidData as error:
                self.ran = ran
                self.refused[shape.node] = str(error)
                for node, focus in self._begun:
                    self._reported[node].discard(focus)
                continue
            yield from dict.fromkeys(found)

    def failing(self, shape: Term, nodes: Iterable[Term]) -> set[Term]:
        """Return the nodes that do not conform to a shape."""
        verdicts = self._verdicts.setdefault(shape, {})
        wanted = list(nodes)
        new = [node for node in wanted if node not in verdicts]
        if new:
            verdicts.update(dict.fromkeys(new, True))
            try:
                with self._level():
                    wrong = self._failing(self.shapes.shape(shape), new)
            except InvalidData:
                for node in new:
                    del verdicts[node]
                raise
            verdicts.update({node: node not in wrong for node in new})
        return {node for node in wanted if not verdicts[node]}

    @contextmanager
    def _level(self) -> Iterator[None]:
        """Count a shape that is evaluated because of another one."""
        self._depth += 1
        try:
            if self._depth > _MAX_DEPTH:
                raise InvalidData(f"a chain of more than {_MAX_DEPTH} shapes or nodes")
            yield
        finally:
            self._depth -= 1

    def _failing(self, shape: Shape, nodes: list[Term]) -> set[Term]:
        if shape.is_deactivated:
            return set()
        self.ran.add(shape.node)
        wrong: set[Term] = set()
        values = self._values(shape, nodes)
        for parameter, argument in shape.constraints:
            constraint = Constraint(self, shape, argument, values)
            if parameter == "property":
                bad = self.failing(argument, constraint.distinct)
                wrong.update(node for node, own in values.items() if not bad.isdisjoint(own))
            else:
                wrong.update(
                    violation.focus for violation in self._violations(parameter, constraint)
                )
        return wrong

    def _results(self, shape: Shape, foci: list[Term]) -> Iterator[Result]:
        reported = self._reported.setdefault(shape.node, set())
        foci = [focus for focus in foci if focus not in reported]
        if shape.is_deactivated or not foci:
            return
        self.ran.add(shape.node)
        reported.update(foci)
        self._begun += ((shape.node, focus) for focus in foci)
        values = self._values(shape, foci)
        for parameter, argument in shape.constraints:
            constraint = Constraint(self, shape, argument, values)
            if parameter == "property":
                inner = sorted(constraint.distinct, key=str)
                with self._level():
                    yield from self._results(self.shapes.shape(argument), inner)
                continue
            messages = shape.messages
            if parameter == "sparql":
                messages = self._query(constraint).messages or messages
            for found in self._violations(parameter, constraint):
                path = found.path if found.path is not None else shape.path
                yield Result(
                    *(found.focus, shape, parameter, argument, found.value),
                    *("" if path is None else str(path), found.message, messages),
                )

    def _values(self, shape: Shape, nodes: Iterable[Term]) -> dict[Term, list[Term]]:
        if shape.path is None:
            return {node: [node] for node in nodes}
        return shape.path.follow(self.data, nodes)

    def _violations(self, parameter: str, constraint: Constraint) -> Iterator[Violation]:
        if parameter != "sparql":
            yield from components.violations(parameter, constraint)
            return
        query = self._query(constraint)
        if query.is_deactivated:
            return
        for row in query.rows(self.data, list(constraint.values)):
            value = row.value
            if value is None and constraint.shape.path is None:
                value = row.focus
            yield Violation(row.focus, value, row.path and shorten(row.path.value), row.message)

    def _query(self, constraint: Constraint) -> queries.Query:
        return self.shapes.query(constraint.shape, constraint.argument)
