"""Fixtures of the tests of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import ipgraph
from ipgraph.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from ipgraph.knowledge_graph import KnowledgeGraph


@pytest.fixture
def small(rdf_folder: Path, tmp_path: Path) -> KnowledgeGraph:
    """A graph of two files; `rdf_folder` says what they state."""
    return ipgraph.open(rdf_folder, settings=Settings(cache=str(tmp_path / "cache")))
