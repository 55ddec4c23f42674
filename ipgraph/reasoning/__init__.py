"""Reasoning: what follows from a graph by the rules of OWL 2 RL, and why.

`rules`, `datatypes`, `trivia` and `vocabulary` say what the rules are; `closure` applies them,
`proofs` explains what they conclude, `wording` writes it as text. `owlrl_reference` and
`sparql_rules` are independent implementations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipgraph.errors import UsageError
from ipgraph.reasoning.inference import Closure, Incompleteness, Inconsistency, Premise
from ipgraph.reasoning.proofs.explainer import Explainer
from ipgraph.reasoning.proofs.explanation import Explanation, Step

if TYPE_CHECKING:
    import pyoxigraph as ox

    from ipgraph.settings import InferenceLimits

__all__ = [
    "REASONERS",
    "Closure",
    "Explainer",
    "Explanation",
    "Incompleteness",
    "Inconsistency",
    "Premise",
    "Step",
    "infer",
]

NOT_INFERRED = "Nothing was inferred: this graph was opened without inference."
REASONERS = ("rl", "owlrl", "none")


def infer(
    engine: ox.Store,
    *,
    reasoner: str = "rl",
    full: bool = False,
    limits: InferenceLimits | None = None,
) -> Closure:
    """Return what follows from the RDF merge of all graphs of `engine`, which does not change.

    `reasoner` is one of `REASONERS`; otherwise raise `UsageError`. ``none`` infers
    nothing. Options of ``rl`` only: `full` keeps the reflexive, axiomatic and `owl:Thing` triples;
    `limits` bound the closure, which is incomplete and says so if it would exceed them.
    """
    if reasoner == "none":
        return Closure("none", (), 0, incomplete=NOT_INFERRED)
    if reasoner == "owlrl":
        from ipgraph.reasoning import owlrl_reference

        return owlrl_reference.infer(engine)
    if reasoner == "rl":
        from ipgraph.reasoning.closure import reasoner as rl

        return rl.infer(engine, full=full, limits=limits)
    raise UsageError(f"Unknown reasoner {reasoner!r}. Choose one of: {', '.join(REASONERS)}.")
