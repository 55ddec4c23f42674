"""Fixtures for the server tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import ipgraph
from ipgraph.settings import Settings
from support import hostile_bank
from support.running import serving
from support.unprotected import Sentinel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ipgraph.knowledge_graph import KnowledgeGraph
    from support.hostile_bank import Attack
    from support.running import Running


@pytest.fixture(scope="session", params=[True, False], ids=["fast path", "plain waitress"])
def running(project: KnowledgeGraph, request: pytest.FixtureRequest) -> Iterator[Running]:
    """The server with the project's graph, once for each of the two transports."""
    with serving(project, fast_path=request.param) as server:
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
