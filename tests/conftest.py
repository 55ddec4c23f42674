"""Fixtures that several folders of tests share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import ipgraph
from ipgraph.settings import Settings
from support.endpoint import Endpoint
from support.running import Running, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from ipgraph.knowledge_graph import KnowledgeGraph

# A command on a busy machine says on standard error what takes long; a test that reads standard
# error cannot know when. Tests of these lines set their own time.
os.environ.setdefault("IPGRAPH_PROGRESS_AFTER_S", "0")

TWICE = """\
@prefix : <http://example.org/> .
:carol :knows :dave .
"""


@pytest.fixture(scope="session")
def session_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder that the tests of one run share, so that the project is built once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def project(session_cache: Path) -> KnowledgeGraph:
    """The graph of this project, built from the files in the checkout."""
    return ipgraph.open(settings=Settings(cache=str(session_cache)))


@pytest.fixture
def serve() -> Callable[..., AbstractContextManager[Running]]:
    """What serves a graph under changed settings for the length of a block."""
    return serving


@pytest.fixture(scope="session")
def serve_session() -> Callable[..., AbstractContextManager[Running]]:
    """The same, for fixtures that outlive a test."""
    return serving


@pytest.fixture(scope="session")
def running(project: KnowledgeGraph) -> Iterator[Running]:
    """The service over the project's own graph."""
    with serving(project) as found:
        yield found


@pytest.fixture
def rdf_folder(tmp_path: Path) -> Path:
    """Two files that share one triple and have one more each."""
    folder = tmp_path / "rdf"
    folder.mkdir()
    (folder / "one.ttl").write_text(TWICE + ":carol :name 'Carol' .\n", encoding="utf-8")
    (folder / "two.ttl").write_text(TWICE + ":dave :name 'Dave' .\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def listening() -> Iterator[Endpoint]:
    """A SPARQL endpoint on loopback that is not this project's."""
    found = Endpoint()
    yield found
    found.close()


@pytest.fixture
def endpoint(listening: Endpoint) -> Endpoint:
    """The endpoint, which counts who comes from now on."""
    listening.forget()
    return listening
