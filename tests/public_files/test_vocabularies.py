"""Ten public vocabularies open without a dataset file, and every kind of page of them works.

They are packages of npm (`package.json`), as N-Quads; nothing of them is in the repository.
`benchmarks/public_files.py` does the same with any folder of files, over HTTP.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import ipgraph
from ipgraph.settings import Settings
from support.crawling import MAX_PAGE_BYTES, Visit, crawl, describe_address
from support.running import application, browser

HERE = Path(__file__).parent
PACKAGES = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]
NAMES = sorted(name.rpartition("/")[2] for name in PACKAGES)
STARTS = ("/", "/browse", "/ontology", "/sources", "/graph", "/quality", "/downloads", "/about",
          "/sparql", "/llms.txt", "/openapi.json", "/.well-known/void", "/?lang=es")  # fmt: skip
MOST_LINKED = """SELECT ?entity { ?s ?p ?entity FILTER(isIRI(?entity)) }
GROUP BY ?entity ORDER BY DESC(COUNT(*)) LIMIT 4"""


def file_of(name: str) -> Path:
    """Return the file of a package; skip the test, or fail it in CI, if it is not installed."""
    path = HERE / "node_modules" / "@vocabulary" / name / f"{name}.nq"
    if not path.exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(
            "the vocabularies are missing: npm ci --prefix tests/public_files --ignore-scripts"
        )
    return path


class Reply:
    """A response of Flask's test client."""

    def __init__(self, status: int, type_: str, body: bytes) -> None:
        self.status, self.type, self.body = status, type_, body


def test_there_are_ten_vocabularies():
    assert len(NAMES) == 10


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_public_vocabulary_opens_and_all_kinds_of_pages_work(name, tmp_path):
    graph = ipgraph.open(file_of(name), settings=Settings(cache=str(tmp_path)))
    linked = [describe_address(row["entity"].value) for row in graph.query(MOST_LINKED)]
    assert linked
    with application(graph) as app:
        client = browser(app)

        def get(path: str) -> Reply:
            with client.get(path, follow_redirects=True) as response:
                return Reply(response.status_code, response.mimetype, response.data)

        visits = crawl(get, [*STARTS, *linked])
    assert len(visits) > len(STARTS) + len(linked)
    assert [str(visit) for visit in visits if visit.problem] == []


@pytest.mark.parametrize(
    ("visit", "problem"),
    [
        (Visit("/", "", 500, "text/html", 10, 0, False), "status 500"),
        (Visit("/", "", 200, "text/html", 10, 0, True), "a traceback"),
        (Visit("/", "", 200, "text/html", MAX_PAGE_BYTES + 1, 0, False), "100,001 bytes"),
        (Visit("/", "", 200, "text/turtle", MAX_PAGE_BYTES + 1, 0, False), ""),
        (Visit("/", "", 200, "text/html", MAX_PAGE_BYTES, 0, False), ""),
    ],
)
def test_a_visit_names_its_problem(visit, problem):
    assert visit.problem == problem


def test_a_crawl_finds_a_broken_link_behind_a_page():
    pages = {
        "/": '<a href="/a?x=1">A</a> <a class="k" href="/b">B</a> <a href="https://e.org/">E</a>',
        "/a?x=1": '<a href="gone#part">gone</a>',
        "/b": "",
    }

    def get(path: str) -> Reply:
        body = pages.get(path)
        return Reply(404 if body is None else 200, "text/html", (body or "").encode())

    visits = crawl(get, ["/"])
    assert [visit.path for visit in visits] == ["/", "/a?x=1", "/b", "/gone"]
    assert [str(visit) for visit in visits if visit.problem] == [
        "/gone: status 404 (linked from /a?x=1)"
    ]


def test_a_crawl_visits_few_addresses_of_a_kind():
    links = "".join(f'<a href="/page/{number}">n</a>' for number in range(50))

    def get(path: str) -> Reply:
        return Reply(200, "text/html", links.encode())

    assert len(crawl(get, ["/"], per_kind=3)) == 4
