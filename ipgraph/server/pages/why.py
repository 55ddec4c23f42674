"""Why a statement holds: its proof as a sentence per step, down to what sources state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, abort, request

from ipgraph.namespaces import RDF
from ipgraph.server import jobs
from ipgraph.server.html import code_samples, links
from ipgraph.server.pages import developer_section, list_formats

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from ipgraph.server.pages.developer_section import DeveloperSection
    from ipgraph.server.pages.site import Site

_TURTLE = {"ttl": "text/turtle"}  # besides the faces of every list
RULES = "https://www.w3.org/TR/owl2-profiles/#"


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a step: its words, and its page if it is a thing."""

    text: str
    address: str


def register(blueprint: Blueprint, site: Site) -> None:
    """Add the address of proofs."""

    @blueprint.get("/why", endpoint="why")
    def why() -> ResponseReturnValue:
        asked = [request.args.get(name, "").strip() for name in ("s", "p", "o")]
        if not all(asked):
            abort(400, "The address needs ?s=…&p=…&o=…: a subject, a property and an object.")
        proof = jobs.explain(site, *asked)
        face = list_formats.wanted(_TURTLE)
        if face == "ttl":
            return Response(proof.turtle(), content_type="text/turtle; charset=utf-8")
        if face == "json":
            return Response(proof.json(), content_type="application/json")

        def term(text: str) -> Term:
            address = links.page(text[1:-1]) if text.startswith("<") else ""
            if not address:
                return Term(site.kg.explainer.name(text), "")
            words = {RDF + "type": "why.is_a"}
            key = words.get(text[1:-1])
            label = site.words()(key) if key else site.entities.labels.name(text[1:-1]).label
            return Term(label, address)

        steps = [
            (
                step,
                [
                    term(each)
                    for each in (step.triple.subject, step.triple.predicate, step.triple.object)
                ],
                [term(f"<{source}>") for source in step.triple.sources],
            )
            for step in proof.steps
        ]
        return site.render(
            "why.html",
            proof=proof,
            steps=steps,
            conclusion=steps[-1][1],
            rules=RULES,
            developers=_developers(site, asked),
        )


def _developers(site: Site, asked: list[str]) -> DeveloperSection:
    turtle = links.with_parameters(format="ttl")
    terms = ", ".join(code_samples.in_quotes(term) for term in asked)
    return developer_section.of_address(
        site,
        turtle,
        formats=(("JSON", links.with_parameters(format="json")), ("Turtle", turtle)),
        python=f"proof = kg.explain({terms})\nprint(proof.turtle())",
    )
