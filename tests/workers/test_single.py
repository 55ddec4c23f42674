from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ipgraph.errors import BadQuery, MemoryLimitExceeded, StoreUnavailable, TimeLimitExceeded
from ipgraph.serialization.formats import by_name
from ipgraph.sparql.query import Query
from ipgraph.store.local import LocalStore
from ipgraph.workers import run_once

# The tests run in one process with services of other tests; the command line has one thread.
pytestmark = pytest.mark.filterwarnings(
    "ignore:This process .* is multi-threaded, use of fork:DeprecationWarning"
)


def run(
    graph_path: Path,
    target: Path,
    text: str,
    time_limit_s: float = 10,
    memory_limit_mib: int = 0,
) -> bytes:
    with target.open("wb") as out:
        run_once(
            lambda: LocalStore.in_memory(graph_path),
            Query(text),
            by_name("csv"),
            out.fileno(),
            time_limit_s=time_limit_s,
            memory_limit_mib=memory_limit_mib,
        )
    return target.read_bytes()


def test_the_result_is_written_to_the_descriptor(graph_path, tmp_path):
    text = "SELECT ?o { <http://e/a> <http://e/p> ?o }"
    assert run(graph_path, tmp_path / "out", text) == b"o\r\nhttp://e/b\r\n"


def test_a_query_over_its_time_limit_is_stopped(graph_path, tmp_path):
    text = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with pytest.raises(TimeLimitExceeded, match="--timeout"):
        run(graph_path, tmp_path / "out", text, 0.3)


@pytest.mark.skipif(sys.platform != "linux", reason="the limit on memory is Linux's")
def test_a_query_over_its_memory_limit_is_stopped_and_the_error_names_the_option(
    graph_path, tmp_path, capfd
):
    text = "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f"
    with pytest.raises(MemoryLimitExceeded, match="--memory"):
        run(graph_path, tmp_path / "out", text, 120, 64)
    assert capfd.readouterr() == ("", "")  # hides the engine's crash message


def test_an_error_in_the_child_is_raised_in_the_parent(graph_path, tmp_path):
    with pytest.raises(BadQuery) as caught:
        run(graph_path, tmp_path / "out", "ASK {?s ?p}")
    assert caught.value.place.line == 1


def test_service_runs_with_the_rights_of_the_user(graph_path, tmp_path, endpoint):
    text = f"SELECT ?x {{ SERVICE <{endpoint.address}/sparql> {{ ?s ?p ?x }} }}"
    assert run(graph_path, tmp_path / "out", text) == b"x\r\nhere\r\n"
    assert len(endpoint.queries) == 1
    endpoint.answers["/sparql"] = (500, {}, b"broken")
    with pytest.raises(StoreUnavailable, match=r"SERVICE endpoint failed: .*\s+broken"):
        run(graph_path, tmp_path / "out", text)


def test_a_query_leaves_no_process_and_no_open_descriptor(graph_path, tmp_path):
    descriptors, threads = Path("/proc/self/fd"), Path("/proc/self/task")
    if not descriptors.is_dir():
        pytest.skip("/proc is missing")

    def open_resources() -> tuple[int, list[str]]:
        children = [(path / "children").read_text() for path in threads.iterdir()]
        return len(os.listdir(descriptors)), sorted(" ".join(children).split())

    before = open_resources()
    run(graph_path, tmp_path / "out", "ASK {}")
    assert open_resources() == before


def test_importing_run_once_loads_neither_rdflib_nor_flask_nor_the_pool():
    code = "from ipgraph.workers import run_once; import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & {"rdflib", "flask", "asyncio", "multiprocessing", "ipgraph.workers.pool"}
