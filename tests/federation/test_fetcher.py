"""What the fetcher process connects to, with name resolution under the test's control."""

from __future__ import annotations

import socket

import pytest

from ipgraph.errors import LimitReached, Refused, StoreUnavailable
from ipgraph.federation.fetcher import FetchRequest, fetch
from support.endpoint import JSON, TABLE

PLACE = "http://data.example/sparql"


class Network:
    """A network that resolves names as given, counts connections, and leads to one endpoint."""

    def __init__(self, endpoint, *answers: list[str]) -> None:
        self.endpoint = endpoint
        self.answers = list(answers)
        self.asked: list[str] = []
        self.connected: list[tuple[str, int]] = []

    def resolve(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def connect(self, where: tuple[str, int], timeout_s: float) -> socket.socket:
        self.connected.append(where)
        return socket.create_connection(("127.0.0.1", self.endpoint.port), timeout_s)


def request(endpoint: str = PLACE, allowed: str = "data.example", **changed) -> FetchRequest:
    fields = {"allow_private": False, "max_bytes": 1000, "time_limit_s": 20.0} | changed
    return FetchRequest(endpoint=endpoint, query="SELECT * WHERE {}", allowed=allowed, **fields)


def test_an_allowed_endpoint_is_queried_at_the_address_that_was_checked(endpoint):
    network = Network(endpoint, ["8.8.8.8"])
    table = fetch(request(), network.resolve, network.connect)
    assert (table.kind, table.text.encode()) == ("json", TABLE)
    assert network.connected == [("8.8.8.8", 80)]
    assert endpoint.queries == ["SELECT * WHERE {}"]


def test_a_name_is_resolved_once_so_that_it_cannot_change_between_check_and_connection(endpoint):
    network = Network(endpoint, ["8.8.8.8"], ["127.0.0.1"])
    fetch(request(), network.resolve, network.connect)
    assert network.asked == ["data.example"]
    assert network.connected == [("8.8.8.8", 80)]


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["169.254.169.254"],
        ["::1"],
        ["fe80::1%eth0"],
        ["100.64.0.1"],
        ["::ffff:8.8.8.8"],
        ["224.0.0.1"],
        ["240.0.0.1"],
        ["8.8.8.8", "127.0.0.1"],
    ],
)
def test_a_name_with_a_non_public_address_is_never_connected_to(endpoint, addresses):
    network = Network(endpoint, addresses)
    with pytest.raises(Refused, match="not on the public Internet"):
        fetch(request(), network.resolve, network.connect)
    assert network.connected == []
    assert endpoint.connections == 0


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "2130706433", "0x7f.1", "localhost", "[::ffff:127.0.0.1]"]
)
def test_the_local_machine_is_never_connected_to_under_any_name(endpoint, host):
    target = f"http://{host}:{endpoint.port}/sparql"
    with pytest.raises(Refused, match="not on the public Internet"):
        fetch(request(target, target))
    assert endpoint.connections == 0


def test_an_endpoint_that_is_not_allowed_is_not_resolved(endpoint):
    network = Network(endpoint, ["8.8.8.8"])
    with pytest.raises(Refused, match="not an allowed endpoint"):
        fetch(request(allowed="other.example"), network.resolve, network.connect)
    assert (network.asked, network.connected) == ([], [])


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("http://127.0.0.1/", "not an allowed endpoint"),
        ("http://169.254.169.254/latest/meta-data/", "not an allowed endpoint"),
        ("file:///etc/passwd", "not an http or https address"),
        ("http://inside.example/", "not on the public Internet"),
        ("http://me:word@data.example/", "a user name or password"),
    ],
)
def test_a_redirect_is_checked_like_the_first_address(endpoint, location, message):
    endpoint.answers["/sparql"] = (307, {"Location": location}, b"")
    network = Network(endpoint, ["8.8.8.8"], ["10.0.0.1"])
    with pytest.raises(Refused, match=message):
        fetch(request(allowed="data.example inside.example"), network.resolve, network.connect)
    assert network.connected == [("8.8.8.8", 80)]
    assert endpoint.connections == 1


def test_a_redirect_to_an_allowed_address_is_followed_with_the_query(endpoint):
    endpoint.answers["/sparql"] = (301, {"Location": "/query"}, b"")
    network = Network(endpoint, ["8.8.8.8"])
    assert fetch(request(), network.resolve, network.connect).text.encode() == TABLE
    assert endpoint.queries == ["SELECT * WHERE {}"] * 2


def test_endless_redirects_are_an_error(endpoint):
    endpoint.answers["/sparql"] = (302, {"Location": "/sparql"}, b"")
    network = Network(endpoint, ["8.8.8.8"])
    with pytest.raises(StoreUnavailable, match="redirects more than"):
        fetch(request(), network.resolve, network.connect)
    assert endpoint.connections == 4


def test_an_https_endpoint_may_not_redirect_to_http(monkeypatch, endpoint):
    monkeypatch.setattr("ssl.SSLContext.wrap_socket", lambda self, line, **names: line)
    endpoint.answers["/sparql"] = (308, {"Location": "http://data.example/"}, b"")
    network = Network(endpoint, ["8.8.8.8"])
    with pytest.raises(Refused, match="not encrypted"):
        fetch(request("https://data.example/sparql"), network.resolve, network.connect)
    assert network.connected == [("8.8.8.8", 443)]


def test_an_https_endpoint_needs_a_valid_certificate(endpoint):
    network = Network(endpoint, ["8.8.8.8"])  # it does not support TLS
    with pytest.raises(StoreUnavailable, match=r"Cannot query|is incomplete"):
        fetch(request("https://data.example/sparql"), network.resolve, network.connect)
    assert endpoint.queries == []


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((500, {}, b"no, \xff"), "status 500: no"),
        ((303, {"Location": "/x"}, b""), "status 303"),
        ((200, {"Content-Type": "text/html"}, b"<p>"), "text/html, not with SPARQL results"),
        ((200, {"Content-Type": JSON}, b"\xff\xfe"), "is not UTF-8 text"),
        (
            (200, {"Content-Type": JSON, "Content-Length": "500"}, b"{"),
            "Cannot query|is incomplete",
        ),
    ],
)  # fmt: skip
def test_the_error_for_a_failed_endpoint_has_its_address(endpoint, answer, message):
    endpoint.answers["/sparql"] = answer
    network = Network(endpoint, ["8.8.8.8"])
    with pytest.raises(StoreUnavailable, match=message):
        fetch(request(time_limit_s=1.0), network.resolve, network.connect)


def test_a_response_is_read_up_to_its_limit(endpoint):
    endpoint.answers["/sparql"] = (200, {"Content-Type": JSON}, b" " * 1001)
    network = Network(endpoint, ["8.8.8.8"])
    with pytest.raises(LimitReached, match="more than 1,000 bytes"):
        fetch(request(), network.resolve, network.connect)
