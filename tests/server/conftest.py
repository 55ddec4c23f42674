"""Fixtures for the server tests.

The fixtures that start a service depend on `fast_path`, so a test of a running service runs twice:
with the fast path, and without it. `test_both_ways.py` checks that tests use these fixtures.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

import ipgraph
from ipgraph.settings import Settings
from support import hostile_bank
from support.running import serving, serving_app
from support.served import Served
from support.unprotected import Sentinel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from ipgraph.knowledge_graph import KnowledgeGraph
    from support.hostile_bank import Attack
    from support.running import Running


@pytest.hookimpl(tryfirst=True)  # before pytest selects tests by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the costly tests that run without the fast path as slow."""
    for item in items:
        found = getattr(item, "callspec", None)
        is_fast = found is None or found.params.get("fast_path", True)
        if not is_fast and item.get_closest_marker("slow_without_fast_path"):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session", params=[True, False], ids=["fast path", "plain waitress"])
def fast_path(request: pytest.FixtureRequest) -> bool:
    """The setting of the same name: both values, one after the other."""
    return bool(request.param)


@pytest.fixture
def serve(fast_path: bool) -> Callable[..., AbstractContextManager[Running]]:
    """What serves a graph under changed settings for the length of a block."""
    return partial(serving, fast_path=fast_path)


@pytest.fixture(scope="session")
def serve_session(fast_path: bool) -> Callable[..., AbstractContextManager[Running]]:
    """The same, for fixtures that outlive a test."""
    return partial(serving, fast_path=fast_path)


@pytest.fixture
def serve_app(fast_path: bool) -> Callable[..., AbstractContextManager[Running]]:
    """What serves an application for the length of a block."""
    return partial(serving_app, fast_path=fast_path)


@pytest.fixture(scope="session")
def start_process(fast_path: bool) -> Callable[..., Served]:
    """What starts `ipgraph serve` in its own process; takes the arguments of `Served`."""
    flag = "--fast-path" if fast_path else "--no-fast-path"
    return partial(_start_process, flag)


def _start_process(
    flag: str, target: Path | None, cache: Path, *flags: str, **environment: str
) -> Served:
    return Served(target, cache, flag, *flags, **environment)


@pytest.fixture(scope="session")
def running(project: KnowledgeGraph, fast_path: bool) -> Iterator[Running]:
    """The server with the project's graph."""
    with serving(project, fast_path=fast_path) as server:
        yield server


@pytest.fixture
def small(rdf_folder: Path, tmp_path: Path) -> KnowledgeGraph:
    """A graph of two files; see `rdf_folder` for their statements."""
    return ipgraph.open(rdf_folder, settings=Settings(cache=str(tmp_path / "cache")))


@pytest.fixture(scope="module")
def sentinel() -> Iterator[Sentinel]:
    """A listener that counts connections; a server that fetches nothing makes none."""
    listener = Sentinel()
    yield listener
    listener.close()


@pytest.fixture(scope="module")
def bank(sentinel: Sentinel, tmp_path_factory: pytest.TempPathFactory) -> list[Attack]:
    """The hostile requests, aimed at the listener and at a file that contains a secret."""
    canary = tmp_path_factory.mktemp("canary") / "secret.ttl"
    canary.write_text(f'<a:a> <a:b> "{hostile_bank.CANARY}" .', encoding="utf-8")
    return hostile_bank.bank(sentinel.address, str(canary))
