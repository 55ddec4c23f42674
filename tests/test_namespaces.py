from __future__ import annotations

import ast
import os
import re
from pathlib import Path

import pytest

import ipgraph
from ipgraph import namespaces
from ipgraph.namespaces import file_iri
from ipgraph.namespaces.prefixes import WELL_KNOWN

PACKAGE = Path(ipgraph.__file__).parent
VOCABULARIES = {
    value
    for name, value in vars(namespaces).items()
    if name.isupper() and isinstance(value, str) and not value.startswith((namespaces.BASE, "urn:"))
} | set(WELL_KNOWN.values())
# Queries that are shown as they are declare their own prefixes.
SPELLED_OUT = re.compile("(?<!: <)(?:" + "|".join(map(re.escape, VOCABULARIES)) + ")")


def spelled_out(source: str) -> list[int]:
    """Return the lines of the texts in `source` that repeat a namespace of the table."""
    tree = ast.parse(source)
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str | bytes)
        and SPELLED_OUT.search(
            node.value if isinstance(node.value, str) else node.value.decode("utf-8", "replace")
        )
    ]


def test_every_namespace_is_written_down_once():
    assert len(set(WELL_KNOWN.values())) == len(WELL_KNOWN)
    modules = sorted(PACKAGE.rglob("*.py"))
    assert len(modules) > 100
    repeated = {
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in modules
        if path.name != "prefixes.py"
        for line in spelled_out(path.read_text(encoding="utf-8"))
    }
    assert not repeated


@pytest.mark.parametrize(
    "text",
    [
        'TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"',
        'TYPE = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"',
        'DATASET = f"{x}http://rdfs.org/ns/void#Dataset"',
    ],
)
def test_a_planted_copy_of_a_namespace_is_found(text):
    assert spelled_out(text) == [1]


def test_the_prefixes_of_a_query_are_not_copies():
    assert not spelled_out('"PREFIX owl: <http://www.w3.org/2002/07/owl#> SELECT * { ?s ?p ?o }"')


def test_the_iri_of_a_file_is_that_of_the_standard_library(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a b", "50%", "é", "x?y#z", "a:b~c", os.fsdecode(b"\xff")):
        path = tmp_path / name
        assert file_iri(path) == path.as_uri()
        assert file_iri(Path(name)) == path.as_uri()
