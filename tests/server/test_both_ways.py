"""Tests of a running service use the fixtures that start it with and without the fast path."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
# They start a service in one way only, with the setting that they are given.
STARTERS = {"serving", "serving_app", "Served"}


def starters_in(source):
    """Return the starters that a module imports or names as attributes."""
    nodes = [*ast.walk(ast.parse(source))]
    imported = {
        alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    return STARTERS & (imported | {node.attr for node in nodes if isinstance(node, ast.Attribute)})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from support.served import Served as Process", {"Served"}),
        ("from support import running\nrunning.serving(kg)", {"serving"}),
        ("from support.running import Running, application", set()),
    ],
)
def test_a_starter_is_found(source, expected):
    assert starters_in(source) == expected


def test_no_test_module_starts_a_service_by_itself():
    modules = [*FOLDER.rglob("test_*.py")]
    assert len(modules) > 25
    for module in modules:
        assert starters_in(module.read_text(encoding="utf-8")) == set(), module.name


def test_every_fixture_that_starts_a_service_has_both_values(request):
    starting = {"running", "serve", "serve_app", "serve_session", "start_process"}
    items = [
        item
        for item in request.session.items
        if FOLDER in item.path.parents and starting & set(item.fixturenames)
    ]
    assert items
    assert [item for item in items if "fast_path" not in item.callspec.params] == []


@pytest.fixture
def is_fast(serve, small):
    with serve(small) as running:
        yield type(running.server).__name__ == "FastServer"


def test_the_setting_chooses_the_server(is_fast, fast_path):
    assert is_fast is fast_path


@pytest.mark.slow_without_fast_path
def test_a_costly_test_is_slow_without_the_fast_path(fast_path, request):
    assert (request.node.get_closest_marker("slow") is None) is fast_path
