from __future__ import annotations

import subprocess
import sys

import pytest

import ipgraph
from ipgraph.cli.main import COMMANDS

# Commands about the process, the terminal or the snapshot: the library has no operation for them.
ONLY_COMMANDS = {"serve", "build", "init", "completion"}
# Operations that the command line does not have: what they return is for Python.
ONLY_METHODS = {"dataset", "disagreements", "label", "neighbors", "timeline"}
OPERATIONS = {
    *("query", "ask", "search", "describe", "explain", "check", "export", "info"),
    *ONLY_METHODS,
}


def test_public_names_are_what_users_write():
    assert set(ipgraph.__all__) == {
        *("open", "KnowledgeGraph", "Result", "Settings", "IpGraphError", "__version__"),
    }


def test_every_public_name_resolves_and_is_documented():
    assert ipgraph.__all__
    for name in ipgraph.__all__:
        assert getattr(ipgraph, name).__doc__
        assert name in dir(ipgraph)


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = ipgraph.nothing_of_the_kind


def test_internal_names_are_not_attributes_of_the_package():
    assert not hasattr(ipgraph, "Pool")
    assert not hasattr(ipgraph, "Query")


def test_commands_and_methods_have_the_same_names():
    methods = {name for name in dir(ipgraph.KnowledgeGraph) if not name.startswith("_")}
    assert methods >= OPERATIONS
    assert set(COMMANDS) - ONLY_COMMANDS == OPERATIONS - ONLY_METHODS


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_operation_is_documented(name):
    assert getattr(ipgraph.KnowledgeGraph, name).__doc__


def test_importing_the_package_loads_no_library():
    code = "import ipgraph, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "ipgraph" in loaded
    assert not {"pyoxigraph", "rdflib", "flask", "click"} & set(loaded)
