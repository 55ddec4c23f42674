"""Serve RDF files, follow their pages, and report what fails, what is large, and what is slow.

``python benchmarks/public_files.py FOLDER [NAME…]`` serves the files of a folder one after the
other with `ipgraph serve`, or those whose names contain a NAME. For each it follows the links from
the home page, a few of each kind, and the pages of entities that are likely to make trouble: the
most linked ones, classes, properties, those with blank nodes, lists or long literals; it downloads
every format; and runs `info`, `check` and `describe`. It prints a line for each file and one for
each problem: a status of 400 or more, a page over 100,000 bytes, a traceback. The exit code is 1 if
there is one.

`docs/explanation/public-files.md` lists the public files that this was run with.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.crawling import Visit, crawl, describe_address
from support.served import Served

SAMPLE = 3
FIXED = ["/", "/browse", "/ontology", "/sources", "/graph", "/quality", "/downloads", "/about",
         "/timeline", "/questions", "/disagreements", "/sparql", "/llms.txt", "/sitemap.xml",
         "/openapi.json", "/.well-known/void", "/?lang=es", "/?lang=ar",
         "/ontology?lang=es"]  # fmt: skip
MOST = " GROUP BY ?e ORDER BY DESC(COUNT(*))"
QUERIES = {
    "most linked": "SELECT ?e { ?s ?p ?e FILTER(isIRI(?e)) }" + MOST,
    "most statements": "SELECT ?e { ?e ?p ?o FILTER(isIRI(?e)) }" + MOST,
    "classes": "SELECT DISTINCT ?e { ?s a ?e FILTER(isIRI(?e)) }",
    "properties": "SELECT DISTINCT ?e { ?s ?e ?o }",
    "blank nodes": "SELECT ?e { ?e ?p ?o FILTER(isIRI(?e) && isBlank(?o)) }" + MOST,
    "lists": "SELECT DISTINCT ?e { ?e ?p ?l . ?l rdf:rest ?r FILTER(isIRI(?e)) }",
    "long literals": "SELECT ?e { ?e ?p ?o FILTER(isIRI(?e) && isLiteral(?o)) }"
                     " ORDER BY DESC(STRLEN(STR(?o)))",
    "referring blank nodes": "SELECT DISTINCT ?e { ?b ?p ?e . ?b ?q ?o"
                             " FILTER(isIRI(?e) && isBlank(?b)) }",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Response:
    """A response, its body read."""

    status: int
    type: str
    body: bytes


class Client:
    """Requests to a service, over one connection, redirects followed."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def get(self, path: str, accept: str = "text/html,*/*;q=0.8") -> Response:
        """Return what a path and its redirects lead to."""
        for _ in range(5):
            self._connection.request("GET", path, headers={"Accept": accept})
            response = self._connection.getresponse()
            found = Response(response.status, response.headers.get_content_type(), response.read())
            if response.status not in (301, 302, 303, 307, 308):
                break
            path = (response.headers["Location"] or "").partition(f":{self._connection.port}")
            path = path[2] or path[0]
        return found

    def entities(self, query: str) -> list[str]:
        """Return a few IRIs that a query finds; none if it takes too long."""
        path = "/sparql?" + urlencode({"query": f"{query} LIMIT {SAMPLE}", "format": "json"})
        found = self.get(path, "application/sparql-results+json")
        if found.status != 200:
            print(f"  query gave {found.status}: {query}")
            return []
        rows = json.loads(found.body)["results"]["bindings"]
        return [row["e"]["value"] for row in rows if "e" in row]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one file."""

    file: str
    statements: int
    opening_s: float
    visits: list[Visit]
    problems: list[str]

    def __str__(self) -> str:
        pages = [visit for visit in self.visits if visit.type == "text/html"]
        largest = max(pages, key=lambda visit: visit.size, default=None)
        slowest = max(self.visits, key=lambda visit: visit.seconds, default=None)
        return (
            f"{self.file}: {self.statements:,} statements, open in {self.opening_s:.1f} s,"
            f" {len(self.visits)} addresses, {len(self.problems)} problems;"
            + (f" largest {largest.size:,} bytes ({largest.path});" if largest else "")
            + (f" slowest {slowest.seconds:.2f} s ({slowest.path})" if slowest else "")
        )


def run(cache: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of ipgraph."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "ipgraph", *arguments],
        capture_output=True, text=True, check=False, env={**os.environ, "IPGRAPH_CACHE": cache},
    )  # fmt: skip


def try_commands(file: Path, cache: str, linked: list[str]) -> tuple[int, list[str]]:
    """Return the number of statements, and the problems of `info`, `check` and `describe`."""
    commands = [["info", "--store", str(file), "--format", "json"], ["check", str(file)]]
    commands += [["describe", "--store", str(file), iri] for iri in linked[:1]]
    problems, statements = [], 0
    for command in commands:
        done = run(cache, *command)
        if "Traceback" in done.stderr or done.returncode not in (0, 1):
            problems.append(f"{command[0]}: exit code {done.returncode}: {done.stderr[-400:]}")
        if command[0] == "info" and done.returncode == 0:
            statements = json.loads(done.stdout)["counts"]["triples"]
        if command[0] == "check" and done.stdout:
            print("  check:", done.stdout.strip().splitlines()[-1])
    return statements, problems


def try_file(file: Path) -> Outcome:
    """Serve a file and visit its pages."""
    with tempfile.TemporaryDirectory() as cache:
        begun = time.perf_counter()
        with Served(file, Path(cache), "--workers", "2", "--query-time-limit-s", "30") as served:
            opening_s = time.perf_counter() - begun
            client = Client(served.port)
            samples = {name: client.entities(query) for name, query in QUERIES.items()}
            starts = [describe_address(iri) for found in samples.values() for iri in found]
            visits = crawl(client.get, [*FIXED, *starts], SAMPLE)
            failed = [str(visit) for visit in visits if visit.problem]
            failed = [text for text in failed if not text.startswith(tuple(OPTIONAL))]
            problems = list(dict.fromkeys(failed))
            said = served.end()
            if said not in (0, -15):
                problems.append(f"the service ended with {said}")
        statements, more = try_commands(file, cache, samples["most linked"])
    return Outcome(file.name, statements, opening_s, visits, problems + more)


# Addresses that only some graphs have: without the data for them they are not found.
OPTIONAL = [f"{path}: status 404 (linked from nothing)"
            for path in ("/timeline", "/questions", "/disagreements", "/sources")]  # fmt: skip


def main(folder: str, *names: str) -> int:
    """Try the files and print what happened."""
    files = [
        file
        for file in sorted(Path(folder).iterdir(), key=lambda file: file.stat().st_size)
        if not names or any(name in file.name for name in names)
    ]
    failures = 0
    for file in files:
        try:
            outcome = try_file(file)
        except Exception as error:  # the next file is tried all the same
            print(f"{file.name}: does not open: {error}", flush=True)
            failures += 1
            continue
        print(outcome, flush=True)
        for problem in outcome.problems:
            print("  PROBLEM", problem, flush=True)
        failures += len(outcome.problems)
    return 1 if failures or not files else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
