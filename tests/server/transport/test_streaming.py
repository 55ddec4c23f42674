"""Long answers: they leave as they are computed, in flat memory, and a cut one looks cut."""

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

from support.served import Served

MIB = 1 << 20
WORDS = "0123456789abcdef" * 62
# About a KiB a row, and more rows than any limit lets through.
LONG = f'SELECT ?x {{ ?a ?b ?c . ?d ?e ?f BIND(CONCAT("{WORDS}", STR(?a)) AS ?x) }}'
GROWTH_KIB = 32 << 10
HELD = b"ipgraph_queries_demoted 1"
only_on_linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


def begun(service, text=LONG, **parameters):
    """Send a query and return its connection; nothing of the answer has been read."""
    address = "/sparql?" + urlencode({"query": text, "format": "tsv", **parameters})
    connection = socket.create_connection(("127.0.0.1", service.port))
    connection.sendall(f"GET {address} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    return connection


@pytest.fixture(scope="module")
def service(project, session_cache):
    """The service with room for a GiB and time for a slow machine."""
    assert project.built
    flags = ("--result-limit-mib", "1024", "--query-time-limit-s", "3600")
    with Served(None, session_cache, *flags) as found:
        found.get("/sparql?query=ASK%7B%7D")
        yield found


@only_on_linux
def test_a_gib_of_answer_begins_before_it_is_computed_and_leaves_the_memory_flat(service):
    before = service.resident_kib
    with begun(service) as connection:
        first = connection.recv(MIB)
        assert first.startswith(b"HTTP/1.1 200 OK\r\n")
        assert HELD.decode() in service.get("/metrics")  # its worker is still at it
        read, sampled, peak, tail = len(first), 0, before, b""
        while part := connection.recv(MIB):
            read += len(part)
            tail = (tail + part)[-5:]
            if read - sampled >= 16 * MIB:
                sampled, peak = read, max(peak, service.resident_kib)
    assert 1000 * MIB < read < 1100 * MIB
    assert peak - before < GROWTH_KIB
    assert tail != b"0\r\n\r\n"  # the end of the limit is not the end of the answer


def cpu_ticks(process):
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def descendants(process):
    """Yield the processes below one, as far as they still live."""
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        for child in thread.read_text().split():
            yield child
            yield from descendants(child)


@only_on_linux
def test_a_client_that_stops_reading_stops_the_worker_too_and_the_memory_stays_flat(service):
    before = service.resident_kib
    with begun(service) as connection:
        connection.recv(4096)
        ticks = None
        while True:  # until no process below the service has computed for a hundred requests
            for _ in range(100):
                service.get("/health")
            found = {
                descendant: cpu_ticks(descendant) for descendant in descendants(service.process.pid)
            }
            if found == ticks:
                break
            ticks = found
        assert found
        assert HELD.decode() in service.get("/metrics")
        assert service.resident_kib - before < GROWTH_KIB
        more = sum(len(connection.recv(MIB)) for _ in range(100))
        assert more > MIB // 2  # and goes on when it reads again


class OldConnection(http.client.HTTPConnection):
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
        assert reply.status == 200  # the limit was met after the first byte
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
    "http.client, HTTP/1.0": by_library(OldConnection),
    "SPARQLWrapper, GET": by_wrapper("GET"),
    "SPARQLWrapper, POST": by_wrapper("POST"),
}
ENDINGS = {"time": {"timeout": "500ms"}, "bytes": {}}


@pytest.fixture(scope="module")
def narrow(project, session_cache):
    """The service with a limit on bytes that is soon met."""
    assert project.built
    with Served(None, session_cache, "--result-limit-mib", "3") as found:
        found.get("/sparql?query=ASK%7B%7D")
        yield found


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_notices_that_an_answer_was_cut(service, narrow, client, ending):
    target = narrow if ending == "bytes" else service
    with pytest.raises((OSError, http.client.IncompleteRead)):
        CLIENTS[client](target, {"query": LONG, **ENDINGS[ending]})


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_notices_nothing_where_an_answer_is_whole(narrow, client):
    CLIENTS[client](narrow, {"query": LONG + " LIMIT 2000"})
