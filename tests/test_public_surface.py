from __future__ import annotations

import subprocess
import sys

import pytest

import ipgraph


def test_every_public_name_resolves_and_is_documented():
    assert ipgraph.__all__
    for name in ipgraph.__all__:
        assert getattr(ipgraph, name).__doc__
        assert name in dir(ipgraph)


def test_an_unknown_name_is_an_attribute_error_that_names_it():
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = ipgraph.nothing_of_the_kind


def test_importing_the_package_loads_no_library():
    code = "import ipgraph, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "ipgraph" in loaded
    assert not {"pyoxigraph", "rdflib", "flask", "click"} & set(loaded)
