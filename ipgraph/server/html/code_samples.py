"""Code samples that send a query to the endpoint: curl, Python, R and JavaScript."""

from __future__ import annotations

import json

_CURL = "curl -G -H 'Accept: {accept}' {endpoint} --data-urlencode query@query.rq"
_R = """library(httr2)
request("{endpoint}") |>
  req_url_query(query = readr::read_file("query.rq")) |>
  req_headers(Accept = "{accept}") |>
  req_perform() |> {use}"""
_JAVASCRIPT = """const url = new URL("{endpoint}");
url.searchParams.set("query", query);
const reply = await fetch(url, {{ headers: {{ Accept: "{accept}" }} }});
{use}"""

_JSON = "application/sparql-results+json"
_READ = 'kg.query(open("query.rq").read())'
PRINT_ROWS = f"for row in {_READ}:\n    print(row)"
PRINT_TRIPLES = f"for triple in {_READ}:\n    print(triple)"
# By kind of result: the types that curl, R and JavaScript request, and the code that reads them.
_USES = {
    "rows": (
        ("text/csv", "text/csv", _JSON),
        (
            PRINT_ROWS,
            "resp_body_string() |> readr::read_csv()",
            "const { results } = await reply.json();",
        ),
    ),
    "graph": (
        ("text/turtle", "application/n-triples", "text/turtle"),
        (
            PRINT_TRIPLES,
            'resp_body_string() |> rdflib::rdf_parse(format = "ntriples")',
            "const turtle = await reply.text();",
        ),
    ),
    "truth": (
        (_JSON, _JSON, _JSON),
        (
            f"print(bool({_READ}))",
            'resp_body_json() |> purrr::pluck("boolean")',
            "const { boolean } = await reply.json();",
        ),
    ),
}


def python(opening: str, use: str) -> str:
    """Return a Python program that opens a graph by an expression and uses it."""
    return f"import ipgraph\n\nkg = {opening}\n{use}"


def in_quotes(text: str) -> str:
    """Return text as a Python string literal."""
    return json.dumps(text, ensure_ascii=False)


def samples(endpoint: str, answer: str) -> list[tuple[str, str]]:
    """Return pairs of language and program; `answer` is ``rows``, ``graph`` or ``truth``."""
    (by_curl, by_r, by_javascript), (use, r, javascript) = _USES[answer]
    return [
        ("curl", _CURL.format(endpoint=endpoint, accept=by_curl)),
        ("Python", python(f'ipgraph.open("{endpoint}")', use)),
        ("R", _R.format(endpoint=endpoint, accept=by_r, use=r)),
        ("JavaScript", _JAVASCRIPT.format(endpoint=endpoint, accept=by_javascript, use=javascript)),
    ]
