"""The direction of dependencies: a module imports its own level or a lower one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import ipgraph

PACKAGE = Path(ipgraph.__file__).parent
# The levels, lowest first; a package stands for its modules. Every module has a place here.
LEVELS: tuple[tuple[str, ...], ...] = (
    ("errors", "namespaces", "resources", "settings", "formats", "scratch", "workbooks"),
    ("store", "tokens"),
    (
        "loading",
        "reasoning",
        "queries",
        "syntax_errors",
        "labels",
        "resolving",
        "exporting",
        "tabulating",
        "jsonld",
    ),
    ("workers", "federation"),
    (
        *("terms", "statements", "episodes", "groups", "entities"),
        *(
            "search",
            "search_index",
            "documentation",
            "sources",
            "neighbourhoods",
            "timelines",
            "titles",
        ),
        *("snapshot", "building", "catalog"),
        *("questions", "validation", "holdings", "statistics"),
    ),
    ("knowledge_graph", "__init__"),
    ("server",),
    ("terminal", "commands", "cli", "__main__"),
)
LEVEL = {name: level for level, names in enumerate(LEVELS) for name in names}


def room(module: str) -> str:
    """Return the module or package at the top of `ipgraph` that a module belongs to."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def imports(path: Path):
    """Yield the modules of ipgraph that a file imports at run time, by full name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guarded = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in guarded:
            continue
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name.startswith("ipgraph"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ipgraph"):
            for each in node.names:
                inner = f"{node.module}.{each.name}".replace(".", "/")
                known = any((PACKAGE.parent / f"{inner}{end}").exists() for end in (".py", ""))
                yield f"{node.module}.{each.name}" if known else node.module


FILES = sorted(PACKAGE.rglob("*.py"))


def test_every_module_has_a_level():
    names = {
        room(".".join(("ipgraph", *path.relative_to(PACKAGE).with_suffix("").parts)))
        for path in FILES
    }
    assert names == set(LEVEL)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_its_own_level_or_lower(path):
    own = room(".".join(("ipgraph", *path.relative_to(PACKAGE).with_suffix("").parts)))
    higher = {each for each in imports(path) if LEVEL[room(each)] > LEVEL[own]}
    assert not higher


def test_the_server_imports_the_public_surface_and_the_command_line_alone_the_server():
    public = {
        *ipgraph.__all__,
        "errors",
        "settings",
        "namespaces",
        "formats",
        "resources",
        "scratch",
        "workbooks",
    }
    for path in FILES:
        place = path.relative_to(PACKAGE).parts
        for each in imports(path):
            if room(each) == "server":
                assert place[0] in ("server", "commands"), f"{path} imports {each}"
            elif place[0] == "server":
                assert each == "ipgraph" or each.split(".")[1] in public, f"{path} imports {each}"


def test_the_check_sees_a_module_that_reaches_up(tmp_path):
    file = tmp_path / "low.py"
    file.write_text("from ipgraph import snapshot\nimport ipgraph.server\n", encoding="utf-8")
    assert list(imports(file)) == ["ipgraph.snapshots.snapshot", "ipgraph.server"]
