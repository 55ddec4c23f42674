"""Functions in a forked process: what they return, their errors, and their limits."""

from __future__ import annotations

import os
import time

import pytest

from ipgraph.errors import MemoryLimitExceeded, NotFound, QueryTooComplex, TimeLimitExceeded
from ipgraph.workers import call_once

# The tests run in one process with services of other tests; the command line has one thread.
pytestmark = pytest.mark.filterwarnings(
    "ignore:This process .* is multi-threaded, use of fork:DeprecationWarning"
)


def nothing():
    """Prepare nothing."""


def test_result_comes_from_another_process():
    assert call_once(nothing, os.getpid, time_limit_s=60) != os.getpid()


def test_result_may_be_larger_than_a_pipe():
    assert call_once(nothing, lambda: "x" * 1_000_000, time_limit_s=60) == "x" * 1_000_000


def test_error_keeps_its_class_and_message():
    def fail():
        raise NotFound("no such name", hint="Look again.")

    with pytest.raises(NotFound, match="no such name"):
        call_once(nothing, fail, time_limit_s=60)


def test_call_is_killed_at_its_time_limit():
    with pytest.raises(TimeLimitExceeded):
        call_once(nothing, lambda: time.sleep(600), time_limit_s=0.2)


def test_memory_of_the_call_is_limited_but_not_that_of_its_preparation():
    kept = []

    def prepare():
        kept.append(bytearray(300 << 20))

    assert call_once(prepare, lambda: 1, time_limit_s=60, memory_limit_mib=100) == 1
    with pytest.raises(MemoryLimitExceeded):
        call_once(nothing, lambda: len(bytearray(300 << 20)), time_limit_s=60, memory_limit_mib=100)


def test_crash_is_an_error():
    with pytest.raises(QueryTooComplex):
        call_once(nothing, lambda: os._exit(1), time_limit_s=60)
