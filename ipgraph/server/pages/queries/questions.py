"""The competency questions: their list, and a page with a form and the answer of each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from ipgraph.errors import NotFound, UsageError
from ipgraph.namespaces import expand
from ipgraph.server import jobs
from ipgraph.server.context import request
from ipgraph.server.edition import has_questions
from ipgraph.server.html import links
from ipgraph.server.html.tables import labeled_rows, table
from ipgraph.server.http.negotiation import LIST_OFFERS
from ipgraph.server.http.routes import NAME, Parameter, Routes
from ipgraph.server.pages import developer_section, list_formats
from ipgraph.server.pages.site import site_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from ipgraph.dataset.questions import Parameter as QuestionParameter
    from ipgraph.dataset.questions import Question
    from ipgraph.server.context import Request
    from ipgraph.server.html.tables import Table
    from ipgraph.server.pages.site import Site

MAX_ROWS = 500


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter in the form: the value entered, or the default as a user would enter it."""

    parameter: QuestionParameter
    value: str


routes = Routes()


@routes.add(
    "/questions",
    summary="Questions with answers",
    offers=LIST_OFFERS,
    needs=has_questions,
    menu=7,
    is_in_sitemap=True,
)
def questions(request: Request) -> ResponseReturnValue:
    """List the questions."""
    site = site_of(request)
    if request.format != "html":
        rows = [(question.name, question.title, question.topic) for question in site.kg.questions]
        return list_formats.rows(("name", "title", "topic"), rows)
    return site.render(
        "questions.html",
        topics=by_topic(site),
        total=len(site.kg.questions),
        developers=developer_section.of_list(
            site,
            python="for question in kg.questions:\n    print(question.name, question.title)",
        ),
    )


@routes.add(
    "/questions/<name>",
    summary="A question, answered with parameters",
    offers=LIST_OFFERS,
    parameters=(
        NAME,
        Parameter(
            "answers",
            "the parameters of the question, by name",
            {"type": "object", "additionalProperties": {"type": "string"}},
        ),
    ),
    needs=has_questions,
)
def question(request: Request, name: str) -> ResponseReturnValue:
    """Answer a question."""
    return _question(site_of(request), name)


def examples(site: Site) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the questions as example queries, by topic."""
    return [
        (topic, [(question.title, question.name) for question in group])
        for topic, group in by_topic(site)
    ]


def example(site: Site, name: str) -> str:
    """Return the query of an example, or an empty text without a name."""
    return shown(find(site, name).text) if name and site.kg.questions else ""


def by_topic(site: Site) -> list[tuple[str, list[Question]]]:
    """Group the questions by topic, in alphabetical order."""
    ordered = sorted(site.kg.questions, key=lambda item: (item.topic, item.title))
    return [(topic, list(group)) for topic, group in groupby(ordered, key=lambda item: item.topic)]


def find(site: Site, name: str) -> Question:
    """Return a question by its name; raises `NotFound`."""
    for item in site.kg.questions:
        if item.name == name:
            return item
    raise NotFound(f"There is no question {name!r}; /questions lists them.")


def _question(site: Site, name: str) -> ResponseReturnValue:
    asked = find(site, name)
    given = {
        parameter.name: request.args.get(parameter.name, "").strip()
        for parameter in asked.parameters
        if request.args.get(parameter.name, "").strip()
    }
    error: UsageError | None = None
    text, found = asked.text, None
    try:
        text = asked.bind(_named(site, asked, given), site.kg.store)
        found = answer(site, asked, text)
    except UsageError as refused:  # an unknown name, a year of five digits
        error = refused
    if request.format != "html":
        if error:
            raise error
        columns, rows = labeled_rows(found, numbers=request.format == "json")  # type: ignore[arg-type]
        return list_formats.rows(columns, rows)
    body = site.render(
        "question.html",
        question=asked,
        fields=[Field(parameter, _typed(site, parameter, given)) for parameter in asked.parameters],
        text=shown(text),
        answer=found.without_repeats() if found else None,
        error=error,
        query_address=links.address(
            "/sparql", query=shown(text), infer=None if asked.infer else "false"
        ),
        developers_card=developer_section.of_address(
            site,
            links.with_parameters(format="csv"),
            python=f'for row in kg.ask("{asked.name}"):\n    print(row)',
        ),
    )
    return body, 400 if error else 200


def _named(site: Site, question: Question, given: Mapping[str, str]) -> dict[str, str]:
    """Return the values with names replaced by IRIs, which may be costly to look up."""
    entities = {parameter.name for parameter in question.parameters if parameter.kind == "entity"}
    return {
        name: f"<{jobs.resolve(request, value)}>" if name in entities else value
        for name, value in given.items()
    }


def answer(site: Site, question: Question, text: str) -> Table:
    """Run a question whose parameters are bound, within the limits of the service."""
    return table(site.run(text, infer=question.infer), site.entities, MAX_ROWS, MAX_ROWS * 20)


def shown(text: str) -> str:
    """Return the query of a question without its header of comments."""
    lines = text.splitlines()
    while lines and lines[0].startswith("#"):
        lines.pop(0)
    return "\n".join(lines).strip() + "\n"


def _typed(site: Site, parameter: QuestionParameter, given: Mapping[str, str]) -> str:
    """Return the value that the form shows; a default entity by its short name or label."""
    if parameter.name in given:
        return given[parameter.name]
    iri = parameter.default.strip("<>")
    iri = expand(iri) or iri
    if parameter.kind == "entity" and "://" in iri:
        name = site.entities.labels.name(iri)
        return name.acronym or name.label
    return parameter.default
