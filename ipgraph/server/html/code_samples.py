"""Code samples that send a query to the endpoint: curl, Python, R and JavaScript."""

from __future__ import annotations

_PYTHON = """import ipgraph

kg = ipgraph.open("{endpoint}")
{use}"""
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
# By kind of result: the types that curl, R and JavaScript request, and the code that reads them.
_USES = {
    "rows": (
        ("text/csv", "text/csv", _JSON),
        (
            f"for row in {_READ}:\n    print(row)",
            "resp_body_string() |> readr::read_csv()",
            "const { results } = await reply.json();",
        ),
    ),
    "graph": (
        ("text/turtle", "application/n-triples", "text/turtle"),
        (
            f"for triple in {_READ}:\n    print(triple)",
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


def samples(endpoint: str, answer: str) -> list[tuple[str, str]]:
    """Return pairs of language and program; `answer` is ``rows``, ``graph`` or ``truth``."""
    (by_curl, by_r, by_javascript), (python, r, javascript) = _USES[answer]
    return [
        ("curl", _CURL.format(endpoint=endpoint, accept=by_curl)),
        ("Python", _PYTHON.format(endpoint=endpoint, use=python)),
        ("R", _R.format(endpoint=endpoint, accept=by_r, use=r)),
        ("JavaScript", _JAVASCRIPT.format(endpoint=endpoint, accept=by_javascript, use=javascript)),
    ]
