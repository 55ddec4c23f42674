"""The code knows RDF, a dataset its subject: no term of the bundled ontology stands in the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("ipgraph", "web/templates", "web/texts", "web/frontend/src")
TERM = re.compile(r"\b(?:ip|id|src):\w|\b(?:ip|org)_[a-z]+[A-Z]\w*|w3id\.org/ipgraph")
NAMESPACE = re.compile(
    r"\bIP \+|\b(?:EDITORS|ONTOLOGY)_GRAPH\b|\bkg\.is_own\b"
    r"|ipgraph\.namespaces import .*\b(?:BASE|ENTITY|IP|ONTOLOGY|SOURCE)\b"
)
# These name the namespaces of the bundled dataset still: as defaults of prefixed names in queries,
# labels and files, and for the house style of the bundled files.
REMAINING = {
    "ipgraph/checks/turtle_style.py",
    "ipgraph/entities/labels.py",
    "ipgraph/namespaces/__init__.py",
    "ipgraph/serialization/jsonld.py",
    "ipgraph/sparql/guard.py",
    "ipgraph/sparql/query.py",
}


def naming(path: Path) -> list[str]:
    """Return the lines of a file that name a term or a namespace of the bundled dataset."""
    lines = path.read_text(encoding="utf-8").splitlines()
    python = path.suffix == ".py"
    return [line for line in lines if TERM.search(line) or (python and NAMESPACE.search(line))]


def sources() -> dict[str, Path]:
    """Return the files of the code and of the pages, by their path."""
    suffixes = {".py", ".html", ".toml", ".js"}
    paths = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))
    return {
        path.relative_to(ROOT).as_posix(): path
        for path in paths
        if path.suffix in suffixes and "node_modules" not in path.parts
    }


@pytest.mark.parametrize("name", sorted(sources().keys() - REMAINING))
def test_no_module_and_no_page_names_a_term_of_the_bundled_ontology(name):
    assert naming(sources()[name]) == []


@pytest.mark.parametrize("name", sorted(REMAINING))
def test_the_list_of_remaining_modules_is_not_too_long(name):
    assert naming(sources()[name])


def test_a_planted_term_is_found(tmp_path):
    (tmp_path / "a.py").write_text('X = IP + "Sector"\ny = "ip:Sector"\nfine = 1\n', "utf-8")
    assert len(naming(tmp_path / "a.py")) == 2
