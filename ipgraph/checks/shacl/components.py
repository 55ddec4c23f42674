"""The constraint components of SHACL Core (section 4): which values of which nodes violate one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pyoxigraph as ox

from ipgraph.checks.shacl import literals
from ipgraph.namespaces import SHACL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ipgraph.checks.shacl.graph import Graph, Term
    from ipgraph.checks.shacl.paths import Path
    from ipgraph.checks.shacl.shapes import Shape, Shapes


class Violation(NamedTuple):
    """A focus node that violates a constraint, with the value at fault if there is one."""

    focus: Term
    value: Term | None = None
    path: Path | str | None = None  # in place of the path of the shape
    message: str = ""  # in place of the messages of the shape


class Context(Protocol):
    """What a component needs of the validation that it is a part of."""

    @property
    def data(self) -> Graph:
        """The data graph."""
        ...

    @property
    def shapes(self) -> Shapes:
        """The shapes."""
        ...

    def failing(self, shape: Term, nodes: Iterable[Term]) -> set[Term]:
        """Return the nodes that do not conform to a shape."""
        ...


Values = dict["Term", list["Term"]]
"""The value nodes of each focus node."""


class Constraint(NamedTuple):
    """One constraint of a shape, and where it is evaluated."""

    context: Context
    shape: Shape
    argument: Term
    values: Values

    @property
    def distinct(self) -> set[Term]:
        """The value nodes of all focus nodes."""
        return {value for values in self.values.values() for value in values}

    def others(self, focus: Term) -> list[Term]:
        """Return the values of the property that is the argument."""
        assert isinstance(self.argument, ox.NamedNode)  # noqa: S101
        return list(self.context.data.objects(self.argument).get(focus, ()))


def violations(parameter: str, constraint: Constraint) -> Iterator[Violation]:
    """Yield the violations of a constraint of SHACL Core."""
    test = _TESTS_OF_VALUES.get(parameter)
    if test is None:
        yield from _TESTS_OF_NODES[parameter](constraint)
        return
    wrong = test(constraint, constraint.distinct)
    if wrong:
        for focus, values in constraint.values.items():
            yield from (Violation(focus, value) for value in values if value in wrong)


# Tests of value nodes: which of them violate the constraint?


def _class(constraint: Constraint, values: set[Term]) -> set[Term]:
    return values - constraint.context.data.instances(constraint.argument)


def _datatype(constraint: Constraint, values: set[Term]) -> set[Term]:
    return {
        value
        for value in values
        if not isinstance(value, ox.Literal)
        or value.datatype != constraint.argument
        or not literals.is_well_formed(value)
    }


_KINDS: Mapping[str, tuple[type, ...]] = {
    "IRI": (ox.NamedNode,),
    "BlankNode": (ox.BlankNode,),
    "Literal": (ox.Literal,),
    "BlankNodeOrIRI": (ox.BlankNode, ox.NamedNode),
    "BlankNodeOrLiteral": (ox.BlankNode, ox.Literal),
    "IRIOrLiteral": (ox.NamedNode, ox.Literal),
    "TripleTerm": (ox.Triple,),
}


def _node_kind(constraint: Constraint, values: set[Term]) -> set[Term]:
    kinds = _KINDS.get(_text(constraint.argument).removeprefix(SHACL), ())
    return {value for value in values if not isinstance(value, kinds)}


def _comparison(operator: str) -> Callable[[Constraint, set[Term]], set[Term]]:
    def test(constraint: Constraint, values: set[Term]) -> set[Term]:
        pairs = [(constraint.argument, value) for value in values]
        return values - {value for _, value in literals.comparable(pairs, operator)}

    return test


def _length(constraint: Constraint, values: set[Term], *, is_least: bool) -> set[Term]:
    limit = int(_text(constraint.argument))

    def is_wrong(value: Term) -> bool:
        if not isinstance(value, ox.Literal | ox.NamedNode):
            return True
        length = len(value.value)
        return length < limit if is_least else length > limit

    return {value for value in values if is_wrong(value)}


def _pattern(constraint: Constraint, values: set[Term]) -> set[Term]:
    flags = constraint.context.shapes.graph.values(constraint.shape.node, SHACL + "flags")
    text = _text(flags[0]) if flags else ""
    return literals.not_matching(values, _text(constraint.argument), text)


def _language_in(constraint: Constraint, values: set[Term]) -> set[Term]:
    ranges = [_text(item).lower() for item in _items(constraint)]

    def is_wrong(value: Term) -> bool:
        language = (value.language or "").lower() if isinstance(value, ox.Literal) else ""
        return not language or not any(
            wanted in ("*", language) or language.startswith(f"{wanted}-") for wanted in ranges
        )

    return {value for value in values if is_wrong(value)}


def _in(constraint: Constraint, values: set[Term]) -> set[Term]:
    return values.difference(_items(constraint))


def _node(constraint: Constraint, values: set[Term]) -> set[Term]:
    return constraint.context.failing(constraint.argument, values)


def _not(constraint: Constraint, values: set[Term]) -> set[Term]:
    return values - constraint.context.failing(constraint.argument, values)


def _and(constraint: Constraint, values: set[Term]) -> set[Term]:
    return {
        value for item in _items(constraint) for value in constraint.context.failing(item, values)
    }


def _or(constraint: Constraint, values: set[Term]) -> set[Term]:
    left = values
    for item in _items(constraint):
        left = constraint.context.failing(item, left)
    return left


def _xone(constraint: Constraint, values: set[Term]) -> set[Term]:
    conforming = dict.fromkeys(values, 0)
    for item in _items(constraint):
        for value in values - constraint.context.failing(item, values):
            conforming[value] += 1
    return {value for value, count in conforming.items() if count != 1}


# Tests of focus nodes with their values.


def _min_count(constraint: Constraint) -> Iterator[Violation]:
    least = int(_text(constraint.argument))
    yield from (
        Violation(focus) for focus, found in constraint.values.items() if len(found) < least
    )


def _max_count(constraint: Constraint) -> Iterator[Violation]:
    most = int(_text(constraint.argument))
    for focus, values in constraint.values.items():
        if len(values) > most:
            yield Violation(focus)


def _unique_lang(constraint: Constraint) -> Iterator[Violation]:
    if _text(constraint.argument) != "true":
        return
    for focus, values in constraint.values.items():
        languages = Counter(
            value.language.lower()
            for value in values
            if isinstance(value, ox.Literal) and value.language
        )
        if any(count > 1 for count in languages.values()):
            yield Violation(focus)


def _has_value(constraint: Constraint) -> Iterator[Violation]:
    for focus, values in constraint.values.items():
        if constraint.argument not in values:
            yield Violation(focus)


def _equals(constraint: Constraint) -> Iterator[Violation]:
    for focus, values in constraint.values.items():
        others, own = constraint.others(focus), set(values)
        yield from (Violation(focus, value) for value in own.difference(others))
        yield from (Violation(focus, other) for other in others if other not in own)


def _disjoint(constraint: Constraint) -> Iterator[Violation]:
    for focus, values in constraint.values.items():
        others = set(constraint.others(focus))
        yield from (Violation(focus, value) for value in values if value in others)


def _less_than(constraint: Constraint, operator: str) -> Iterator[Violation]:
    pairs = [
        (focus, value, other)
        for focus, values in constraint.values.items()
        for value in values
        for other in constraint.others(focus)
    ]
    right = literals.comparable([(value, other) for _, value, other in pairs], operator)
    for focus, value, other in pairs:
        if (value, other) not in right:
            yield Violation(focus, value)


def _closed(constraint: Constraint) -> Iterator[Violation]:
    from ipgraph.checks.shacl.paths import Path

    if _text(constraint.argument) != "true":
        return
    shape, shapes = constraint.shape, constraint.context.shapes
    allowed: set[Term] = set()
    for head in shapes.graph.values(shape.node, SHACL + "ignoredProperties"):
        allowed.update(shapes.graph.items(head) or ())
    for argument in shape.arguments("property"):
        path = shapes.shape(argument).path
        if path is not None and path.predicate is not None:
            allowed.add(path.predicate)
    for focus, values in constraint.values.items():
        for value in values:
            for predicate, object_ in constraint.context.data.properties(value):
                if predicate not in allowed:
                    yield Violation(focus, object_, path=Path(predicate=predicate))


def _qualified_count(constraint: Constraint, *, is_least: bool) -> Iterator[Violation]:
    context, shape = constraint.context, constraint.shape
    limit = int(_text(constraint.argument))
    values = constraint.distinct
    for qualified in shape.arguments("qualifiedValueShape"):
        failing = set(context.failing(qualified, values))
        for sibling in _siblings(shape, qualified, context.shapes):
            failing |= values - context.failing(sibling, values)
        for focus, found in constraint.values.items():
            number = sum(value not in failing for value in found)
            if number < limit if is_least else number > limit:
                yield Violation(focus)


def _siblings(shape: Shape, qualified: Term, shapes: Shapes) -> set[Term]:
    """Return the sibling shapes (section 4.7.3) if the shape asks for disjoint ones."""
    graph = shapes.graph
    disjoint = graph.values(shape.node, SHACL + "qualifiedValueShapesDisjoint")
    if not any(_text(value) == "true" for value in disjoint):
        return set()
    property_ = ox.NamedNode(SHACL + "property")
    found = {
        sibling
        for parent in graph.subjects(property_).get(shape.node, ())
        for other in graph.values(parent, SHACL + "property")
        for sibling in graph.values(other, SHACL + "qualifiedValueShape")
    }
    return found - {qualified}


def _items(constraint: Constraint) -> list[Term]:
    return constraint.context.shapes.graph.items(constraint.argument) or []


def _text(term: Term) -> str:
    return str(getattr(term, "value", ""))


_TESTS_OF_VALUES: Mapping[str, Callable[[Constraint, set[Term]], set[Term]]] = {
    "class": _class,
    "datatype": _datatype,
    "nodeKind": _node_kind,
    "minExclusive": _comparison("<"),
    "minInclusive": _comparison("<="),
    "maxExclusive": _comparison(">"),
    "maxInclusive": _comparison(">="),
    "minLength": lambda constraint, values: _length(constraint, values, is_least=True),
    "maxLength": lambda constraint, values: _length(constraint, values, is_least=False),
    "pattern": _pattern,
    "languageIn": _language_in,
    "in": _in,
    "node": _node,
    "not": _not,
    "and": _and,
    "or": _or,
    "xone": _xone,
}
_TESTS_OF_NODES: Mapping[str, Callable[[Constraint], Iterator[Violation]]] = {
    "minCount": _min_count,
    "maxCount": _max_count,
    "uniqueLang": _unique_lang,
    "hasValue": _has_value,
    "equals": _equals,
    "disjoint": _disjoint,
    "lessThan": lambda constraint: _less_than(constraint, "<"),
    "lessThanOrEquals": lambda constraint: _less_than(constraint, "<="),
    "closed": _closed,
    "qualifiedMinCount": lambda constraint: _qualified_count(constraint, is_least=True),
    "qualifiedMaxCount": lambda constraint: _qualified_count(constraint, is_least=False),
    "qualifiedValueShape": lambda constraint: iter(()),
}
