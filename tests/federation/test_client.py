from __future__ import annotations

import logging
import subprocess
import sys

import pytest

from ipgraph.errors import LimitReached, StoreUnavailable
from ipgraph.federation import client
from ipgraph.federation.client import Federation, FederationSettings
from ipgraph.federation.fetcher import Table
from ipgraph.sparql.guard import Bounds, inspect
from ipgraph.sparql.query import Query
from ipgraph.workers.run import ClientDisconnected

EMPTY = Table("json", '{"head":{"vars":[]},"results":{"bindings":[]}}')


def resolve_services(federation: Federation, text: str, **more):
    return federation.resolve_services(Query(text), inspect(text), **more)


@pytest.mark.parametrize("program", ["pass", "import sys; sys.stdin.close()", "exit(3)"])
def test_a_fetcher_process_that_dies_is_a_failed_endpoint(monkeypatch, program):
    real = subprocess.Popen
    words = [sys.executable, "-c", program]
    monkeypatch.setattr(client.subprocess, "Popen", lambda _, **how: real(words, **how))
    federation = Federation(FederationSettings(allowed="h"))
    body = "x" * 100_000  # more than a pipe holds
    text = f"ASK {{ SERVICE <http://h/> {{ ?s ?p '{body}' }} }}"
    with pytest.raises(StoreUnavailable, match="The process that queries"):
        federation.resolve_services(Query(text), inspect(text, Bounds(max_bytes=1 << 20)))


def test_a_failure_is_logged_on_one_line_even_if_silent_hides_it(caplog):
    def ask(order, is_connected):
        raise StoreUnavailable("<http://h/> answered 500: first\nsecond")

    federation = Federation(FederationSettings(allowed="h"), ask)
    with caplog.at_level(logging.WARNING, "ipgraph.federation"):
        query, _ = resolve_services(federation, "ASK { SERVICE SILENT <http://h/> {} }")
    assert query.tables[0].kind == ""
    (record,) = caplog.records
    assert record.getMessage().startswith("SERVICE <http://h/> failed: ")
    assert "answered 500: first\\nsecond" in record.getMessage()


def test_the_outermost_services_are_queried_once_each_and_in_order():
    asked = []

    def ask(order, alive):
        asked.append(order.endpoint)
        return EMPTY

    federation = Federation(FederationSettings(allowed="a b c"), ask)
    text = "ASK { SERVICE <http://a/> { SERVICE <http://b/> {} } SERVICE <http://c/> {} }"
    query, left_s = resolve_services(federation, text, time_limit_s=5.0)
    assert asked == ["http://a/", "http://c/"]
    assert [table.endpoint for table in query.tables] == asked
    assert 0 < left_s <= 5.0


def test_a_query_may_use_a_limited_number_of_endpoints():
    federation = Federation(FederationSettings(allowed="h"), lambda order, alive: EMPTY)
    text = "ASK { " + "SERVICE <http://h/> {} " * 9 + "}"
    with pytest.raises(client.Refused, match="at most 8"):
        resolve_services(federation, text)


def test_a_query_is_rejected_with_retry_later_if_all_slots_are_taken():
    inner = []

    def ask(order, alive):
        with pytest.raises(LimitReached):
            resolve_services(federation, "ASK { SERVICE <http://h/> {} }")
        inner.append(order)
        return EMPTY

    settings = FederationSettings(allowed="h", slots=1, max_waiting=1, wait_limit_s=0.05)
    federation = Federation(settings, ask)
    resolve_services(federation, "ASK { SERVICE <http://h/> {} }")
    assert len(inner) == 1


def test_an_endpoint_gets_part_of_the_time_limit_and_no_request_if_the_client_has_left():
    given = []

    def ask(order, alive):
        given.append(order.time_limit_s)
        if not alive():
            raise ClientDisconnected
        return EMPTY

    federation = Federation(FederationSettings(allowed="h", time_limit_s=10.0), ask)
    resolve_services(federation, "ASK { SERVICE <http://h/> {} }", time_limit_s=60.0)
    assert given[0] <= 8.0
    with pytest.raises(ClientDisconnected):
        resolve_services(federation, "ASK { SERVICE <http://h/> {} }", is_connected=lambda: False)
