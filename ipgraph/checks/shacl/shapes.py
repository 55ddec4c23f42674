"""The shapes of a shapes graph: read, with the reason why one cannot be run here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.checks.shacl import literals, paths, queries
from ipgraph.checks.shacl.graph import Graph, Term, is_true
from ipgraph.errors import InvalidData
from ipgraph.namespaces import OWL, RDFS, SHACL, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ipgraph.checks.shacl.paths import Path

VIOLATION = SHACL + "Violation"
# The arguments that are shapes, and those that are lists of shapes.
SHAPE_PARAMETERS = ("property", "node", "not", "qualifiedValueShape")
SHAPE_LIST_PARAMETERS = ("and", "or", "xone")
_COUNTS = (
    *("minCount", "maxCount", "minLength", "maxLength"),
    *("qualifiedMinCount", "qualifiedMaxCount"),
)
_COUNT = re.compile(r"\+?[0-9]{1,18}")
_LISTS = (*SHAPE_LIST_PARAMETERS, "in", "languageIn")
# The parameters of SHACL Core (section 4) and of SPARQL constraints (section 5).
PARAMETERS = frozenset(
    {
        *SHAPE_PARAMETERS,
        *_COUNTS,
        *_LISTS,
        *("class", "datatype", "nodeKind", "pattern", "uniqueLang", "closed", "hasValue"),
        *("minExclusive", "minInclusive", "maxExclusive", "maxInclusive"),
        *("equals", "disjoint", "lessThan", "lessThanOrEquals", "sparql"),
    }
)
_PATH_ONLY = ("minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals")
# Their results depend on another parameter, or they say nothing about conformance.
_OTHER_TERMS = frozenset(
    {
        *("path", "severity", "message", "deactivated", "name", "description", "order", "group"),
        *("defaultValue", "flags", "ignoredProperties", "qualifiedValueShapesDisjoint"),
        *("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf"),
        *("declare", "shapesGraph", "suggestedShapesGraph", "entailment", "codeIdentifier"),
        *("intent", "agentInstruction", "prefixes", "select"),
    }
)
_TARGETS = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
_SHAPE_CLASSES = (SHACL + "NodeShape", SHACL + "PropertyShape")
_SEEMS_SHAPE = ("property", "node", "not", "and", "or", "xone", "closed", "sparql")


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape: its constraints are pairs of a parameter (``minCount``) and an argument.

    `reason` says why the shape cannot be run, in words that follow "it has"; empty if it can.
    """

    node: Term
    name: str
    path: Path | None
    severity: str
    messages: tuple[ox.Literal, ...]
    constraints: tuple[tuple[str, Term], ...]
    is_deactivated: bool
    reason: str

    def arguments(self, parameter: str) -> list[Term]:
        """Return the arguments of a parameter."""
        return [argument for name, argument in self.constraints if name == parameter]


class Shapes:
    """The shapes of a graph, each read when it is asked for."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._shapes: dict[Term, Shape] = {}
        self._custom = _custom_parameters(graph)
        self._queries: dict[tuple[Term, Term], queries.Query] = {}

    def shape(self, node: Term, name: str = "") -> Shape:
        """Return the shape at a node; `name` is for one that has no IRI."""
        shape = self._shapes.get(node)
        if shape is None:
            shape = self._shapes[node] = self._read(node, name)
        return shape

    def query(self, shape: Shape, node: Term) -> queries.Query:
        """Return the SPARQL-based constraint at a node, which is an argument of a shape."""
        key = (shape.node, node)
        if key not in self._queries:
            self._queries[key] = queries.read(self.graph, node, shape.path)
        return self._queries[key]

    def target_shapes(self) -> list[Shape]:
        """Return the shapes that have targets, by the text of their nodes."""
        nodes: set[Term] = set()
        for target in (*_TARGETS, "target"):
            nodes.update(self.graph.subjects_of(SHACL + target))
        classes = {
            term
            for name in (RDFS + "Class", OWL + "Class")
            for term in self.graph.instances(ox.NamedNode(name))
        }
        nodes.update(classes & self._typed_or_constrained())
        return [self.shape(node) for node in sorted(nodes, key=str)]

    def focus_nodes(self, shape: Shape, data: Graph) -> set[Term]:
        """Return the focus nodes of a shape (section 2.1.3)."""
        found: set[Term] = set()
        for class_ in self.graph.values(shape.node, SHACL + "targetClass"):
            found |= data.instances(class_)
        found.update(self.graph.values(shape.node, SHACL + "targetNode"))
        for predicate in self.graph.values(shape.node, SHACL + "targetSubjectsOf"):
            if isinstance(predicate, ox.NamedNode):
                found.update(data.objects(predicate))
        for predicate in self.graph.values(shape.node, SHACL + "targetObjectsOf"):
            if isinstance(predicate, ox.NamedNode):
                found.update(data.subjects(predicate))
        if any(
            shape.node in self.graph.instances(ox.NamedNode(name))
            for name in (RDFS + "Class", OWL + "Class")
        ):
            found |= data.instances(shape.node)
        return found

    def reason(self, shape: Shape) -> str:
        """Return why a shape, or one that it refers to, cannot be run; empty if it can."""
        seen = {shape.node}
        ahead = [shape]
        while ahead:
            shape = ahead.pop()
            if shape.is_deactivated:
                continue
            if shape.reason:
                return shape.reason
            for other in self.referenced(shape):
                if other.node not in seen:
                    seen.add(other.node)
                    ahead.append(other)
        return ""

    def referenced(self, shape: Shape) -> Iterator[Shape]:
        """Yield the shapes that are arguments of a shape."""
        for parameter, argument in shape.constraints:
            if parameter in SHAPE_PARAMETERS:
                yield self.shape(argument, shape.name)
            elif parameter in SHAPE_LIST_PARAMETERS:
                for item in self.graph.items(argument) or ():
                    yield self.shape(item, shape.name)

    def _typed_or_constrained(self) -> set[Term]:
        found: set[Term] = set()
        for name in _SHAPE_CLASSES:
            found |= self.graph.instances(ox.NamedNode(name))
        for name in _SEEMS_SHAPE:
            found.update(self.graph.subjects_of(SHACL + name))
        return found

    def _read(self, node: Term, name: str) -> Shape:
        reasons: list[str] = []
        constraints: list[tuple[str, Term]] = []
        for predicate, argument in sorted(self.graph.properties(node), key=_text_of_pair):
            local = predicate.value.removeprefix(SHACL)
            if local == predicate.value:
                if predicate in self._custom:
                    reasons.append(f"the constraint component {self._custom[predicate]}")
            elif local in PARAMETERS:
                constraints.append((local, argument))
                reasons += self._fault(local, argument)
            elif local not in _OTHER_TERMS:
                reasons.append(f"sh:{local}")
        try:
            path = self._path(node)
        except InvalidData as error:
            path = None
            reasons.append(str(error))
        if path is None:
            reasons += [
                f"sh:{local} without a path" for local, _ in constraints if local in _PATH_ONLY
            ]
        reasons += self._repeated(constraints)
        reasons += self._text_faults(node, path, constraints)
        own = _local(node) if isinstance(node, ox.NamedNode) else _joined(name, path)
        severities = self.graph.values(node, SHACL + "severity")
        return Shape(
            node,
            own,
            path,
            getattr(severities[0], "value", VIOLATION) if severities else VIOLATION,
            tuple(
                message
                for message in self.graph.values(node, SHACL + "message")
                if isinstance(message, ox.Literal)
            ),
            tuple(constraints),
            is_true(self.graph.values(node, SHACL + "deactivated")),
            reasons[0] if reasons else "",
        )

    def _path(self, node: Term) -> Path | None:
        found = self.graph.values(node, SHACL + "path")
        if len(found) > 1:
            raise InvalidData("several paths")
        return paths.read(self.graph, found[0]) if found else None

    def _fault(self, parameter: str, argument: Term) -> Iterator[str]:
        """Yield what is wrong with an argument."""
        if parameter in _COUNTS and not _COUNT.fullmatch(_value(argument)):
            yield f"a value of sh:{parameter} that is no number"
        elif parameter in _LISTS and self.graph.items(argument) is None:
            yield f"a list of sh:{parameter} that is not well formed"
        elif parameter in SHAPE_PARAMETERS and isinstance(argument, ox.Literal):
            yield f"a literal as the value of sh:{parameter}"
        elif parameter == "pattern" and not isinstance(argument, ox.Literal):
            yield "a pattern that is no literal"

    def _text_faults(
        self, node: Term, path: Path | None, constraints: list[tuple[str, Term]]
    ) -> Iterator[str]:
        """Yield what is wrong with patterns and queries."""
        flags = self.graph.values(node, SHACL + "flags")
        for parameter, argument in constraints:
            try:
                if parameter == "pattern":
                    literals.check_pattern(_value(argument), _value(flags[0]) if flags else "")
                elif parameter == "sparql":
                    queries.read(self.graph, argument, path)
            except InvalidData as error:
                yield str(error)

    @staticmethod
    def _repeated(constraints: list[tuple[str, Term]]) -> Iterator[str]:
        """Yield the parameters of which a shape may have one at most (section 4)."""
        single = {*_COUNTS, "in", "languageIn", "datatype", "nodeKind", "uniqueLang", "closed"}
        names = [name for name, _ in constraints]
        yield from (
            f"several values of sh:{name}" for name in sorted(single) if names.count(name) > 1
        )


def _custom_parameters(graph: Graph) -> Mapping[Term, str]:
    """Return the constraint component of each property that the shapes graph makes a parameter."""
    found: dict[Term, str] = {}
    for component in graph.subjects_of(SHACL + "parameter"):
        if isinstance(component, ox.NamedNode) and component.value.startswith(SHACL):
            continue
        for parameter in graph.values(component, SHACL + "parameter"):
            for path in graph.values(parameter, SHACL + "path"):
                named = isinstance(component, ox.NamedNode)
                found[path] = shorten(component.value) if named else "without an IRI"  # type: ignore[union-attr]
    return found


def _value(term: Term) -> str:
    return str(getattr(term, "value", ""))


def _local(node: ox.NamedNode) -> str:
    return node.value.rstrip("/#").rsplit("/", 1)[-1].rsplit("#", 1)[-1].rsplit(":", 1)[-1]


def _joined(name: str, path: Path | None) -> str:
    """Return the name of a shape without an IRI: that of the outer shape and of its property."""
    predicate = path.predicate if path else None
    outer = name.partition("/")[0] or "shape"
    return f"{outer}/{_local(predicate)}" if predicate is not None else outer


def _text_of_pair(pair: tuple[ox.NamedNode, Term]) -> tuple[str, str]:
    return str(pair[0]), str(pair[1])
