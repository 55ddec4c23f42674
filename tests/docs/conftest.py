from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True, scope="session")
def built(session_cache: Path) -> Iterator[None]:
    """Have the documents' code and the generated pages use the snapshot of this test run."""
    before = os.environ.get("IPGRAPH_CACHE")
    os.environ["IPGRAPH_CACHE"] = str(session_cache)
    yield
    if before is None:
        del os.environ["IPGRAPH_CACHE"]
    else:
        os.environ["IPGRAPH_CACHE"] = before
