"""SHACL shapes as checks: the results of a validation as problems."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.checks import terms
from ipgraph.checks.problems import MAX_LISTED, Problem, best_message
from ipgraph.checks.shacl import Validation
from ipgraph.checks.shacl.graph import TYPE
from ipgraph.namespaces import SHACL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ipgraph.checks.locations import Locator
    from ipgraph.checks.shacl import Graph, Result, Shape

_SEVERITIES = {"Violation": "error", "Warning": "warning"}
_INFO = ("Info", "Debug", "Trace")
# What a value or a node must be, for shapes without a message; {} stands for the argument.
_TEXTS = {
    "class": "the value must be of the class {}",
    "datatype": "the value must be a well-formed literal of the datatype {}",
    "nodeKind": "the value must be of the kind {}",
    "minCount": "at least {} values are required",
    "maxCount": "more than {} values",
    "minExclusive": "the value must be greater than {}",
    "minInclusive": "the value must be at least {}",
    "maxExclusive": "the value must be less than {}",
    "maxInclusive": "the value must be at most {}",
    "minLength": "the text must have at least {} characters",
    "maxLength": "the text must have at most {} characters",
    "pattern": "the text must match {}",
    "languageIn": "the language must be one of {}",
    "uniqueLang": "there must be one value at most in a language",
    "equals": "the values must be those of {}",
    "disjoint": "the value must not be a value of {}",
    "lessThan": "the value must be less than those of {}",
    "lessThanOrEquals": "the value must be at most those of {}",
    "not": "the value must not conform to the shape {}",
    "and": "the value must conform to all of {}",
    "or": "the value must conform to one of {}",
    "xone": "the value must conform to exactly one of {}",
    "node": "the value must conform to the shape {}",
    "qualifiedMinCount": "at least {} values must conform to the qualified shape",
    "qualifiedMaxCount": "more than {} values conform to the qualified shape",
    "closed": "no such property is allowed here",
    "hasValue": "the value {} is required",
    "in": "the value must be one of {}",
    "sparql": "the constraint {} is violated",
}
_MAX_ITEMS = 10


@dataclass(slots=True)
class ShapesRun:
    """What one run of shapes found: problems, shapes that ran, and what did not.

    `refused` are the shapes that were not run, by their nodes in N-Triples.
    """

    problems: list[Problem] = field(default_factory=list)
    hidden: Counter[str] = field(default_factory=Counter)  # further problems, by check
    ran: int = 0
    idle: list[str] = field(default_factory=list)
    refused: dict[str, RefusedShape] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefusedShape:
    """A shape that was not run, and why, in words that follow "it has"."""

    name: str
    reason: str


def run(
    data: Graph, shapes: Graph, locator: Locator, languages: Sequence[str] = ("en",)
) -> ShapesRun:
    """Validate `data` against `shapes`. Messages are in the first of `languages` that they have."""
    validation = Validation(data, shapes)
    found = ShapesRun()
    listed: Counter[str] = Counter()
    for result in validation.results():
        check = f"shapes/{_name(result)}"
        listed[check] += 1
        if listed[check] > MAX_LISTED:  # a problem takes 20 times the memory of a result
            found.hidden[check] += 1
        else:
            found.problems.append(_problem(result, shapes, data.store, locator, languages))
    found.ran = len(validation.ran)
    found.idle = [shape.name for shape in validation.idle]
    for node, reason in validation.refused.items():
        found.refused[str(node)] = RefusedShape(validation.shapes.shape(node).name, reason)
    return found


def has_shapes(graph: Graph) -> bool:
    """Whether a graph has shapes, by their terms."""
    shape_classes = (ox.NamedNode(SHACL + name) for name in ("NodeShape", "PropertyShape"))
    if any(graph.subjects(TYPE).get(class_) for class_ in shape_classes):
        return True
    targets = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
    return any(graph.subjects_of(SHACL + name) for name in targets)


def name_of(node: str) -> str:
    """Return the last part of an IRI in N-Triples, or nothing for a node without an IRI."""
    if not node.startswith("<"):
        return ""
    return node[1:-1].rstrip("/#").rsplit("/", 1)[-1].rsplit("#", 1)[-1].rsplit(":", 1)[-1]


def text_of_value(value: object, focus: object) -> str:
    """Return the value of a result, unless it is the node itself."""
    return "" if value is None or value == focus else terms.text_of(value)


def problem_of(
    name: str,
    severity: str,
    focus: object,
    detail: str,
    messages: Sequence[ox.Literal],
    default: str,
    data: ox.Store,
    locator: Locator,
    languages: Sequence[str],
) -> Problem:
    """Return a validation result as a problem; `severity` is the local name of its IRI."""
    entity, inside = terms.owner(focus, data)
    by_language = {message.language or "": message.value for message in messages}
    chosen = best_message(by_language, languages) or by_language.get("")
    message = chosen or next(iter(by_language.values()), "") or default
    return Problem(
        f"shapes/{name}",
        message,
        entity=terms.text_of(entity or focus),
        detail=" ".join(part for part in (f"in {inside}:" if inside else "", detail) if part),
        place=locator.find(entity, data) if entity else None,
        severity="info" if severity in _INFO else _SEVERITIES.get(severity, "error"),
        iri=entity.value if entity else "",
        translations=tuple(sorted(by_language.items())) if len(by_language) > 1 else (),
    )


def _problem(
    result: Result, graph: Graph, data: ox.Store, locator: Locator, languages: Sequence[str]
) -> Problem:
    shape = result.shape
    messages = [ox.Literal(result.message)] if result.message else list(result.messages)
    return problem_of(
        _name(result),
        shape.severity.removeprefix(SHACL),
        result.focus,
        text_of_value(result.value, result.focus),
        messages,
        _default_message(result, shape, graph),
        data,
        locator,
        languages,
    )


def _name(result: Result) -> str:
    """Return the name of the shape, or of the SPARQL-based constraint if it has an IRI."""
    if result.parameter == "sparql" and isinstance(result.argument, ox.NamedNode):
        return name_of(str(result.argument)) or result.shape.name
    return result.shape.name


def _default_message(result: Result, shape: Shape, graph: Graph) -> str:
    argument = graph.items(result.argument) if result.parameter in _LISTS else None
    if argument is None:
        text = _argument(result.argument, graph)
    else:
        shown = [_argument(item, graph) for item in argument[:_MAX_ITEMS]]
        text = ", ".join([*shown, *(["…"] if len(argument) > _MAX_ITEMS else [])])
    sentence = _TEXTS[result.parameter].replace("{}", text)
    if result.parameter == "minCount" and text == "1":
        sentence = "a value is required"
    elif result.parameter == "maxCount":
        sentence = sentence.replace("1 values", "1 value")
    where = result.path
    return f"{where}: {sentence}." if where else f"{sentence[0].upper()}{sentence[1:]}."


_LISTS = ("and", "or", "xone", "in", "languageIn")


def _argument(term: object, graph: Graph) -> str:
    if not isinstance(term, ox.BlankNode):
        value = getattr(term, "value", "")
        is_number = isinstance(term, ox.Literal) and value.isdecimal()
        return value if is_number else terms.text_of(term).removeprefix("sh:")
    parts = [
        f"{predicate.value.removeprefix(SHACL)} {terms.text_of(value)}"
        for predicate, value in graph.properties(term)
        if predicate.value.startswith(SHACL) and not isinstance(value, ox.BlankNode)
    ]
    return f"({', '.join(sorted(parts))})" if parts else "(without a name)"
