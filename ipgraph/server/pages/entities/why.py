"""The proof of a statement: a sentence per step, down to statements of sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort

from ipgraph.server import jobs
from ipgraph.server.html import code_samples, links
from ipgraph.server.http.negotiation import HTML, JSON, RDF_OFFERS
from ipgraph.server.http.response import Response
from ipgraph.server.http.routes import Parameter, Routes
from ipgraph.server.pages import developer_section
from ipgraph.server.pages.checks.findings import RULES, term_of
from ipgraph.server.pages.site import site_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from ipgraph.server.context import Request
    from ipgraph.server.pages.developer_section import DeveloperSection
    from ipgraph.server.pages.site import Site

_TURTLE = RDF_OFFERS[0]

routes = Routes()


@routes.add(
    "/why",
    summary="The proof of a statement",
    offers=(HTML, JSON, _TURTLE),
    parameters=(
        Parameter("s", "subject: an IRI, a name or an acronym", is_required=True),
        Parameter("p", "predicate: an IRI or a name", is_required=True),
        Parameter("o", "object: an IRI, a literal, a name or an acronym", is_required=True),
    ),
)
def why(request: Request) -> ResponseReturnValue:
    """Show the proof of a statement."""
    site = site_of(request)
    terms = [request.args.get(name, "").strip() for name in ("s", "p", "o")]
    if not all(terms):
        abort(400, "The parameters s, p and o are required: a subject, a property and an object.")
    proof = jobs.explain(request, *terms)
    if request.format == _TURTLE.name:
        headers = (("Content-Type", "text/turtle; charset=utf-8"),)
        return Response.of(headers, proof.turtle().encode())
    if request.format == JSON.name:
        return Response.of((("Content-Type", JSON.content_type),), proof.json().encode())

    steps = [
        (
            step,
            [
                term_of(site, item)
                for item in (step.triple.subject, step.triple.predicate, step.triple.object)
            ],
            [term_of(site, f"<{source}>") for source in step.triple.sources],
        )
        for step in proof.steps
    ]
    return site.render(
        "why.html",
        proof=proof,
        steps=steps,
        conclusion=steps[-1][1],
        rules=RULES,
        developers=_developers(site, terms),
    )


def _developers(site: Site, terms: list[str]) -> DeveloperSection:
    turtle = links.with_parameters(format="ttl")
    arguments = ", ".join(code_samples.in_quotes(term) for term in terms)
    return developer_section.of_address(
        site,
        turtle,
        formats=(("JSON", links.with_parameters(format="json")), ("Turtle", turtle)),
        python=f"proof = kg.explain({arguments})\nprint(proof.turtle())",
    )
