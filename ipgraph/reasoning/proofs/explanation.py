"""Proofs to read: as text, as JSON, as Turtle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ipgraph.namespaces import OWL, PREFIXES, RDF, RDFS
from ipgraph.reasoning.inference import Premise
from ipgraph.reasoning.wording import short

if TYPE_CHECKING:
    from collections.abc import Callable

_VERBS = {
    f"<{RDF}type>": "is a",
    f"<{RDFS}subClassOf>": "is a kind of",
    f"<{RDFS}subPropertyOf>": "is a kind of",
    f"<{RDFS}domain>": "is only said of a",
    f"<{RDFS}range>": "has only values that are a",
    f"<{OWL}inverseOf>": "is the inverse of",
    f"<{OWL}sameAs>": "is the same as",
    f"<{OWL}equivalentClass>": "is the same class as",
    f"<{OWL}equivalentProperty>": "means the same as",
    f"<{OWL}propertyChainAxiom>": "follows from the chain",
    f"<{OWL}intersectionOf>": "is what is each of",
    f"<{OWL}unionOf>": "is what is one of",
    f"<{OWL}onProperty>": "is about",
}
_CELLS = frozenset(f"<{RDF}{each}>" for each in ("first", "rest"))


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a proof: a triple that graphs state, or that a rule concludes from lines before.

    `premises` are numbers of earlier steps, from 1; a stated triple has none, and no `rule`.
    """

    number: int
    triple: Premise
    rule: str = ""
    reason: str = ""
    premises: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a triple holds: its steps, premises first, the triple itself last.

    `cost` is the number of rule applications, counted as often as they are used; 0 where the triple
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

    def text(self, name: Callable[[str], str] = short) -> str:
        """Write the proof for people, one step a line; the cells of lists are not shown.

        `name` says how a term, given in N-Triples syntax, is called.
        """
        shown = [each for each in self.steps if each.triple.predicate not in _CELLS]
        numbers = {each.number: place for place, each in enumerate(shown, 1)}
        lines = []
        for each in shown:
            line = f"{numbers[each.number]}. {_sentence(each.triple, name)}"
            if each.triple.sources:
                line += (
                    f"\n   stated in {', '.join(name(f'<{one}>') for one in each.triple.sources)}"
                )
            else:
                origin = ", ".join(str(numbers[one]) for one in each.premises if one in numbers)
                line += f"\n   {each.reason} ({each.rule}" + (f" from {origin})" if origin else ")")
            lines.append(line)
        return "\n".join(lines)

    def data(self) -> dict[str, Any]:
        """Return the proof as what JSON can hold; terms are in N-Triples syntax."""
        goal = self.conclusion
        return {
            "subject": goal.subject,
            "predicate": goal.predicate,
            "object": goal.object,
            "stated": self.is_stated,
            "cost": self.cost,
            "steps": [
                {
                    "number": each.number,
                    "triple": [each.triple.subject, each.triple.predicate, each.triple.object],
                    **({"sources": list(each.triple.sources)} if each.triple.sources else {}),
                    **(
                        {"rule": each.rule, "reason": each.reason, "premises": list(each.premises)}
                        if each.rule
                        else {}
                    ),
                }
                for each in self.steps
            ],
        }

    @classmethod
    def of(cls, data: dict[str, Any]) -> Explanation:
        """Return the proof that `data` has written."""
        steps = [
            Step(
                each["number"],
                _premise(each),
                each.get("rule", ""),
                each.get("reason", ""),
                tuple(each.get("premises", ())),
            )
            for each in data["steps"]
        ]
        return cls(tuple(steps), data["cost"])

    def json(self) -> str:
        """Write the proof as JSON."""
        return json.dumps(self.data(), ensure_ascii=False, indent=2) + "\n"

    def turtle(self) -> str:
        """Write the proof as Turtle: a reified statement a step, derived from those before it.

        A literal as subject stands where RDF allows one, in the object of `rdf:subject`.
        """
        lines = [
            f"PREFIX {each}: <{PREFIXES[each]}>" for each in ("dcterms", "prov", "rdf", "rdfs")
        ]
        for each in self.steps:
            properties = [
                "a rdf:Statement",
                f"rdf:subject {each.triple.subject}",
                f"rdf:predicate {each.triple.predicate}",
                f"rdf:object {each.triple.object}",
            ]
            properties += [f"prov:hadPrimarySource <{one}>" for one in each.triple.sources]
            properties += [f"prov:wasDerivedFrom _:step{one}" for one in each.premises]
            if each.rule:
                properties.append(f"dcterms:conformsTo {_rule_iri(each.rule)}")
                properties.append(f"rdfs:comment {json.dumps(each.reason, ensure_ascii=False)}@en")
            lines.append(f"\n_:step{each.number}\n  " + " ;\n  ".join(properties) + "\n.")
        return "\n".join(lines) + "\n"


def _premise(step: dict[str, Any]) -> Premise:
    subject, predicate, object_ = step["triple"]
    return Premise(subject, predicate, object_, tuple(step.get("sources", ())))


def _rule_iri(rule: str) -> str:
    """Return the address of a rule in the table of OWL 2 Profiles that defines it."""
    return f"<https://www.w3.org/TR/owl2-profiles/#{rule}>"


def _sentence(triple: Premise, name: Callable[[str], str]) -> str:
    return " ".join(
        _VERBS.get(part) or name(part) for part in (triple.subject, triple.predicate, triple.object)
    )
