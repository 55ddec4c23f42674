"""An edition: one snapshot as it is served, shared by all threads."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest

from ipgraph.server.edition import Edition


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Sydney", "UTC"])
@pytest.mark.parametrize("created", ["2026-01-15T12:00:00Z", "2026-07-15T12:00:00Z"])
def test_last_modified_is_the_time_of_the_build_in_every_time_zone(
    small, monkeypatch, zone, created
):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        small.snapshot.manifest["created"] = created
        modified = parsedate_to_datetime(Edition(small, small.settings).modified)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert modified == datetime.fromisoformat(created).astimezone(UTC)


def test_two_first_visitors_get_one_part(small):
    edition = Edition(small, small.settings)
    together = threading.Barrier(8)
    made = []

    def make(edition):
        made.append(edition)
        threading.Event().wait(0.05)
        return object()

    def visit(_):
        together.wait()
        return edition.part(make)

    with ThreadPoolExecutor(8) as visitors:
        parts = set(visitors.map(visit, range(8)))
    assert len(parts) == 1
    assert made == [edition]
