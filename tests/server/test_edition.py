"""Editions: a served snapshot, shared by all threads."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest

from ipgraph.server.edition import Edition


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Sydney", "UTC"])
@pytest.mark.parametrize("created", ["2024-01-15T12:00:00Z", "2024-07-15T12:00:00Z"])
def test_last_modified_is_the_build_time_in_every_time_zone(small, monkeypatch, zone, created):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        small.snapshot.manifest["created"] = created
        modified = parsedate_to_datetime(Edition(small, small.settings).modified)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert modified == datetime.fromisoformat(created).astimezone(UTC)


def test_concurrent_requests_build_a_part_once(small):
    edition = Edition(small, small.settings)
    barrier = threading.Barrier(8)
    editions = []

    def build(edition):
        editions.append(edition)
        threading.Event().wait(0.05)
        return object()

    def request(_):
        barrier.wait()
        return edition.part(build)

    with ThreadPoolExecutor(8) as executor:
        parts = set(executor.map(request, range(8)))
    assert len(parts) == 1
    assert editions == [edition]


def test_last_modified_is_not_in_the_future_if_the_clock_was_set_back(small, monkeypatch):
    made = datetime.fromisoformat(small.built.manifest["created"])
    now_s = made.timestamp() - 86_400
    monkeypatch.setattr("ipgraph.server.edition.time.time", lambda: now_s)
    modified = parsedate_to_datetime(Edition(small, small.settings).modified)
    assert modified.timestamp() == int(now_s)
