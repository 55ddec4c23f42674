"""Explanations: proofs as text, JSON and Turtle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ipgraph.namespaces import PREFIXES
from ipgraph.reasoning.inference import Premise
from ipgraph.reasoning.vocabulary import (
    DOMAIN,
    EQUIVALENT_CLASS,
    EQUIVALENT_PROPERTY,
    FIRST,
    INTERSECTION_OF,
    INVERSE_OF,
    ON_PROPERTY,
    PROPERTY_CHAIN,
    RANGE,
    REST,
    SAME_AS,
    SUBCLASS_OF,
    SUBPROPERTY_OF,
    TYPE,
    UNION_OF,
)
from ipgraph.reasoning.wording import short_name

if TYPE_CHECKING:
    from collections.abc import Callable

_VERBS = {
    TYPE: "is a",
    SUBCLASS_OF: "is a kind of",
    SUBPROPERTY_OF: "implies",
    DOMAIN: "has only subjects of type",
    RANGE: "has only objects of type",
    INVERSE_OF: "is the inverse of",
    SAME_AS: "is the same as",
    EQUIVALENT_CLASS: "is the same class as",
    EQUIVALENT_PROPERTY: "means the same as",
    PROPERTY_CHAIN: "follows from the chain",
    INTERSECTION_OF: "is the intersection of",
    UNION_OF: "is the union of",
    ON_PROPERTY: "restricts",
}
_CELL_PREDICATES = frozenset({FIRST, REST})


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a proof: a triple that graphs state, or that a rule concludes.

    `premises` are the numbers of earlier steps, from 1. A stated triple has no `rule`, `reason` or
    `premises`.
    """

    number: int
    triple: Premise
    rule: str = ""
    reason: str = ""
    premises: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a triple holds: its steps, premises first, the triple itself last.

    `cost` is the number of rule applications, counted as often as they are used; 0 if the triple
    is stated.
    """

    steps: tuple[Step, ...]
    cost: int

    @property
    def conclusion(self) -> Premise:
        """The triple that is explained."""
        return self.steps[-1].triple

    @property
    def is_stated(self) -> bool:
        """Whether the triple is stated, not inferred."""
        return bool(self.conclusion.sources)

    def text(self, name: Callable[[str], str] = short_name) -> str:
        """Return the proof as text, one paragraph for each step; list cells are left out.

        `name` returns the name to show for a term in N-Triples syntax.
        """
        shown = [step for step in self.steps if step.triple.predicate not in _CELL_PREDICATES]
        numbers = {step.number: number for number, step in enumerate(shown, 1)}
        lines = []
        for step in shown:
            lines.append(f"{numbers[step.number]}. {_sentence(step.triple, name)}")
            if step.triple.sources:
                sources = ", ".join(name(f"<{source}>") for source in step.triple.sources)
                lines.append(f"   stated in {sources}")
            else:
                premises = [str(numbers[number]) for number in step.premises if number in numbers]
                origin = f" from {', '.join(premises)}" if premises else ""
                lines.append(f"   {step.reason} ({step.rule}{origin})")
        return "\n".join(lines)

    def data(self) -> dict[str, Any]:
        """Return the proof as values for JSON; terms are in N-Triples syntax."""
        goal = self.conclusion
        return {
            "subject": goal.subject,
            "predicate": goal.predicate,
            "object": goal.object,
            "stated": self.is_stated,
            "cost": self.cost,
            "steps": [_step_data(step) for step in self.steps],
        }

    @classmethod
    def of(cls, data: dict[str, Any]) -> Explanation:
        """Return the proof that `data()` returned."""
        steps = [
            Step(
                step["number"],
                _premise(step),
                step.get("rule", ""),
                step.get("reason", ""),
                tuple(step.get("premises", ())),
            )
            for step in data["steps"]
        ]
        return cls(tuple(steps), data["cost"])

    def json(self) -> str:
        """Return the proof as JSON."""
        return json.dumps(self.data(), ensure_ascii=False, indent=2) + "\n"

    def turtle(self) -> str:
        """Return the proof as Turtle: a reified statement for each step, derived from earlier ones.

        A literal as subject is in the object of `rdf:subject`, where RDF allows it.
        """
        lines = [
            f"PREFIX {prefix}: <{PREFIXES[prefix]}>"
            for prefix in ("dcterms", "prov", "rdf", "rdfs")
        ]
        for step in self.steps:
            properties = [
                "a rdf:Statement",
                f"rdf:subject {step.triple.subject}",
                f"rdf:predicate {step.triple.predicate}",
                f"rdf:object {step.triple.object}",
            ]
            properties += [f"prov:hadPrimarySource <{source}>" for source in step.triple.sources]
            properties += [f"prov:wasDerivedFrom _:step{number}" for number in step.premises]
            if step.rule:
                properties.append(f"dcterms:conformsTo {_rule_iri(step.rule)}")
                properties.append(f"rdfs:comment {json.dumps(step.reason, ensure_ascii=False)}@en")
            lines.append(f"\n_:step{step.number}\n  " + " ;\n  ".join(properties) + "\n.")
        return "\n".join(lines) + "\n"


def _step_data(step: Step) -> dict[str, Any]:
    data: dict[str, Any] = {
        "number": step.number,
        "triple": [step.triple.subject, step.triple.predicate, step.triple.object],
    }
    if step.triple.sources:
        data["sources"] = list(step.triple.sources)
    if step.rule:
        data |= {"rule": step.rule, "reason": step.reason, "premises": list(step.premises)}
    return data


def _premise(step: dict[str, Any]) -> Premise:
    subject, predicate, object_ = step["triple"]
    return Premise(subject, predicate, object_, tuple(step.get("sources", ())))


def _rule_iri(rule: str) -> str:
    """Return the address of a rule in the table of OWL 2 Profiles that defines it."""
    return f"<https://www.w3.org/TR/owl2-profiles/#{rule}>"


def _sentence(triple: Premise, name: Callable[[str], str]) -> str:
    return " ".join(
        _VERBS.get(term) or name(term) for term in (triple.subject, triple.predicate, triple.object)
    )
