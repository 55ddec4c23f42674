"""Long results: streamed in constant memory, and clients detect a truncated one."""

from __future__ import annotations

import http.client
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from SPARQLWrapper import JSON, SPARQLWrapper

MIB = 1 << 20
WORDS = "0123456789abcdef" * 62
# About 1 KiB per row, and more rows than any limit allows.
LONG = f'SELECT ?x {{ ?a ?b ?c . ?d ?e ?f BIND(CONCAT("{WORDS}", STR(?a)) AS ?x) }}'
GROWTH_KIB = 32 << 10
DEMOTED = b"ipgraph_queries_demoted 1"
only_on_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


def start_query(service, text=LONG, **parameters):
    """Send a query and return its connection, without reading any of the response."""
    address = "/sparql?" + urlencode({"query": text, "format": "tsv", **parameters})
    connection = socket.create_connection(("127.0.0.1", service.port))
    connection.sendall(f"GET {address} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    return connection


@pytest.fixture(scope="module")
def service(project, start_process, session_cache):
    """A server with a result limit of 1 GiB and time for a slow machine."""
    assert project.built
    flags = ("--result-limit-mib", "1024", "--query-time-limit-s", "3600")
    with start_process(None, session_cache, *flags) as served:
        served.get("/sparql?query=ASK%7B%7D")
        yield served


@only_on_linux
@pytest.mark.slow_without_fast_path
def test_a_result_of_one_gib_starts_at_once_and_streams_in_constant_memory(service):
    before = service.resident_kib
    with start_query(service) as connection:
        first = connection.recv(MIB)
        assert first.startswith(b"HTTP/1.1 200 OK\r\n")
        assert DEMOTED.decode() in service.get("/metrics")  # its worker is still running
        read, sampled, peak, tail = len(first), 0, before, b""
        while part := connection.recv(MIB):
            read += len(part)
            tail = (tail + part)[-5:]
            if read - sampled >= 16 * MIB:
                sampled, peak = read, max(peak, service.resident_kib)
    assert 1000 * MIB < read < 1100 * MIB
    assert peak - before < GROWTH_KIB
    assert tail != b"0\r\n\r\n"  # a result that is cut at the limit has no final chunk


def cpu_ticks(process):
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def descendants(process):
    """Yield the ids of the running descendants of a process."""
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        for child in thread.read_text().split():
            yield child
            yield from descendants(child)


@only_on_linux
@pytest.mark.slow_without_fast_path
def test_a_client_that_stops_reading_pauses_the_worker_in_constant_memory(service):
    before = service.resident_kib
    with start_query(service) as connection:
        connection.recv(4096)
        ticks = None
        while True:  # until no descendant has used CPU time during a hundred requests
            for _ in range(100):
                service.get("/health")
            found = {pid: cpu_ticks(pid) for pid in descendants(service.process.pid)}
            if found == ticks:
                break
            ticks = found
        assert found
        assert DEMOTED.decode() in service.get("/metrics")
        assert service.resident_kib - before < GROWTH_KIB
        more = sum(len(connection.recv(MIB)) for _ in range(100))
        assert more > MIB // 2  # the worker continues when the client reads again


class Http10Connection(http.client.HTTPConnection):
    _http_vsn = 10
    _http_vsn_str = "HTTP/1.0"


def by_curl(version):
    def ask(service, parameters):
        curl = shutil.which("curl")
        assert curl, "curl is missing"
        address = f"{service.address}/sparql?{urlencode(parameters)}"
        done = subprocess.run([curl, "-s", version, "-o", "/dev/null", address], check=False)
        if done.returncode:
            raise OSError(done.returncode)

    return ask


def by_library(kind):
    def ask(service, parameters):
        connection = kind("127.0.0.1", service.port)
        connection.request("GET", f"/sparql?{urlencode(parameters, quote_via=quote)}")
        reply = connection.getresponse()
        assert reply.status == 200  # the limit is reached after the first byte
        reply.read()

    return ask


def by_wrapper(method):
    def ask(service, parameters):
        wrapper = SPARQLWrapper(service.address + "/sparql", returnFormat=JSON)
        wrapper.setQuery(parameters["query"])
        wrapper.setMethod(method)
        if "timeout" in parameters:
            wrapper.addParameter("timeout", parameters["timeout"])
        wrapper.query().convert()

    return ask


CLIENTS = {
    "curl, HTTP/1.1": by_curl("--http1.1"),
    "curl, HTTP/1.0": by_curl("--http1.0"),
    "http.client, HTTP/1.1": by_library(http.client.HTTPConnection),
    "http.client, HTTP/1.0": by_library(Http10Connection),
    "SPARQLWrapper, GET": by_wrapper("GET"),
    "SPARQLWrapper, POST": by_wrapper("POST"),
}
LIMITS = {"time": {"timeout": "500ms"}, "bytes": {}}


@pytest.fixture(scope="module")
def small_limit(project, start_process, session_cache):
    """A server with a low limit on result bytes."""
    assert project.built
    with start_process(None, session_cache, "--result-limit-mib", "3") as served:
        served.get("/sparql?query=ASK%7B%7D")
        yield served


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_detects_a_truncated_result(service, small_limit, client, limit):
    target = small_limit if limit == "bytes" else service
    with pytest.raises((OSError, http.client.IncompleteRead)):
        CLIENTS[client](target, {"query": LONG, **LIMITS[limit]})


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_accepts_a_complete_result(small_limit, client):
    CLIENTS[client](small_limit, {"query": LONG + " LIMIT 2000"})
