"""How often the fuzzers of `tests/attack` try: the same few inputs in CI, new ones by hand.

FUZZ_FACTOR=100 tries 100 times as many, random ones.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Callable

FACTOR = int(os.environ.get("FUZZ_FACTOR", "1"))


def fuzzed(examples: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the settings of a fuzzer that tries this many inputs in CI."""
    return settings(
        max_examples=examples * FACTOR,
        deadline=None,
        derandomize=FACTOR == 1,
        database=None,  # nothing is written outside the folders of the tests
        suppress_health_check=[*HealthCheck],
    )
