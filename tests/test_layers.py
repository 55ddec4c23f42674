"""The direction of imports: a module imports its own level or a lower one, and nothing circular."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import ipgraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PACKAGE = Path(ipgraph.__file__).parent
# The levels, lowest first. A name stands for a module or a package of `ipgraph`, `server.html` for
# a package inside `server`. Imports for type checkers count like any other.
LEVELS: tuple[tuple[str, ...], ...] = (
    (
        *(
            "errors",
            "namespaces",
            "resources",
            "settings",
            "scratch",
            "logs",
            "http_client",
        ),
        "dataset.config",
    ),
    ("store", "sparql"),
    ("reasoning", "entities", "periods"),
    ("serialization", "search", "dataset"),
    ("inputs", "snapshots", "workers", "federation", "checks"),
    ("knowledge_graph", "opening"),
    ("__init__",),
    ("server", "server.http", "server.api", "server.html", "server.pages"),
    ("server.transport", "server.lifecycle"),
    ("cli", "__main__"),
)
LEVEL = {name: level for level, names in enumerate(LEVELS) for name in names}
# The server sees the library through these; what they hide is free to change.
SEEN_BY_SERVER = {
    *("__init__", "errors", "namespaces", "resources", "settings", "scratch", "logs"),
    *("knowledge_graph", "opening", "store", "sparql", "entities", "periods", "serialization"),
    *("dataset", "search", "workers", "federation", "checks", "server"),
}
MAX_ENTRIES = {"": 27, "server": 12}


def modules(package: Path) -> dict[str, Path]:
    """Return every module below `package` by its full name; packages have theirs."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


def imports(path: Path, known: Mapping[str, Path], name: str = "") -> Iterator[str]:
    """Yield the modules in `known` that a file imports, by full name; `name` is its own."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            outer = absolute(node, package)
            for alias in node.names:
                inner = f"{outer}.{alias.name}"
                if inner in known or outer in known:
                    yield inner if inner in known else outer


def absolute(node: ast.ImportFrom, package: str) -> str:
    """Return the full name of the module that a statement imports from, relative ones included."""
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    outer = parts[: len(parts) - node.level + 1]
    return ".".join([*outer, *([node.module] if node.module else [])])


def graph_of(package: Path) -> dict[str, set[str]]:
    """Return the modules that each module below `package` imports."""
    known = modules(package)
    return {name: set(imports(path, known, name)) - {name} for name, path in known.items()}


def cycles(graph: Mapping[str, Iterable[str]]) -> list[set[str]]:
    """Return the groups of modules that import each other, directly or not."""

    def reachable(start: str) -> set[str]:
        seen: set[str] = set()
        ahead = [*graph[start]]
        while ahead:
            name = ahead.pop()
            if name not in seen:
                seen.add(name)
                ahead += graph[name]
        return seen

    reached = {name: reachable(name) for name in graph}
    groups = {
        frozenset(other for other in reached[name] if name in reached[other])
        for name in graph
        if name in reached[name]
    }
    return [set(group) for group in groups]


def room(module: str) -> str:
    """Return the entry of `LEVEL` that a module belongs to."""
    parts = module.split(".")[1:] or ["__init__"]
    inner = ".".join(parts[:2])
    return inner if inner in LEVEL else parts[0]


GRAPH = graph_of(PACKAGE)


def test_every_module_has_a_level():
    assert {room(name) for name in GRAPH} == set(LEVEL)


@pytest.mark.parametrize("name", GRAPH)
def test_a_module_imports_its_own_level_or_lower(name):
    higher = {other for other in GRAPH[name] if LEVEL[room(other)] > LEVEL[room(name)]}
    assert not higher


def test_no_module_imports_itself_through_others():
    assert cycles(GRAPH) == []


def test_the_server_imports_what_the_library_shows_and_the_command_line_alone_the_server():
    for name, imported in GRAPH.items():
        place = room(name).split(".")[0]
        for other in imported:
            target = room(other).split(".")[0]
            if target == "server":
                assert place in ("server", "cli"), f"{name} imports {other}"
            elif place == "server":
                assert target in SEEN_BY_SERVER, f"{name} imports {other}"


@pytest.mark.parametrize("folder", MAX_ENTRIES)
def test_a_folder_can_be_taken_in_at_a_glance(folder):
    entries = {path.name for path in (PACKAGE / folder).iterdir()} - {"__pycache__"}
    assert 0 < len(entries) <= MAX_ENTRIES[folder]


@pytest.mark.parametrize("guard", ["", "if TYPE_CHECKING:\n    "], ids=["at run time", "for types"])
def test_a_planted_cycle_is_found(tmp_path, guard):
    package = tmp_path / "ipgraph"
    (package / "store").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "store" / "__init__.py").touch()
    (package / "store" / "first.py").write_text("from ipgraph.store import second\n")
    (package / "store" / "second.py").write_text("from ipgraph.store.third import name\n")
    (package / "store" / "third.py").write_text(f"{guard}import ipgraph.store.first\n")
    names = {f"ipgraph.store.{name}" for name in ("first", "second", "third")}
    assert cycles(graph_of(package)) == [names]


@pytest.mark.parametrize(
    ("first", "second", "third"),
    [
        ("from . import second", "from .third import name", "from .first import name"),
        ("from ..store import second", "from . import third", "from ..store.first import name"),
        ("from .. import store", "", ""),
    ],
    ids=["same package", "through the parent", "package itself"],
)
def test_a_planted_cycle_of_relative_imports_is_found(tmp_path, first, second, third):
    package = tmp_path / "ipgraph"
    (package / "store").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "store" / "__init__.py").write_text("" if second else "from . import first\n")
    (package / "store" / "first.py").write_text(first + "\n")
    (package / "store" / "second.py").write_text(second + "\n")
    (package / "store" / "third.py").write_text(third + "\n")
    names = {f"ipgraph.store.{name}" for name in ("first", "second", "third")}
    expected = names if second else {"ipgraph.store", "ipgraph.store.first"}
    assert cycles(graph_of(package)) == [expected]


def test_the_architecture_lists_the_levels_and_their_packages():
    text = (PACKAGE.parent / "docs" / "explanation" / "architecture.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", text, re.MULTILINE)
    listed = {int(number): names_in(cell) for number, cell in rows}
    levels = [
        {name for name in names if not name.startswith("__")}
        for names in LEVELS
        if names != ("__init__",)  # the names that users import
    ]
    assert listed == dict(enumerate(levels, 1))


def names_in(cell: str) -> set[str]:
    """Return the packages of a row; "server with http" is `server` and `server.http`."""
    outer, _, inner = cell.partition(" with ")
    names = set(re.findall(r"`([\w.]+)`", outer))
    return names | {f"{min(names)}.{name}" for name in re.findall(r"`([\w.]+)`", inner)}


def test_a_planted_import_of_a_higher_level_is_found(tmp_path):
    file = tmp_path / "low.py"
    file.write_text("from ipgraph import snapshots\nimport ipgraph.server\n", encoding="utf-8")
    assert [*imports(file, GRAPH)] == ["ipgraph.snapshots", "ipgraph.server"]
