"""A change to any module that a build imports makes snapshots stale."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import ipgraph
from ipgraph.snapshots import cache

PACKAGE = Path(ipgraph.__file__).parent
# Modules that a build imports, but that cannot affect what it writes, with the reason.
EXEMPT = {
    "__init__.py": "exports names",
    "errors.py": "messages",
    "resources.py": "finds the files, whose content is part of the hash",
    "settings/__init__.py": "the reasoner is part of the hash",
    "settings/loading.py": "the reasoner is part of the hash",
    "settings/table.py": "the reasoner is part of the hash",
    "sparql/__init__.py": "a build runs no query with FROM or SERVICE",
    "sparql/service_values.py": "a build runs no query with FROM or SERVICE",
}
BUILD = """
import sys
from pathlib import Path
from ipgraph.snapshots import builder, cache
from ipgraph.snapshots.loading import Input
from ipgraph.snapshots.snapshot import Recipe

inputs = (Input(Path(sys.argv[1]), "http://example.org/g"),)
builder.build(Recipe("", inputs, "rl"), "0", Path(sys.argv[2]), 100)
names = sorted(name for name in sys.modules if name.split(".")[0] == "ipgraph")
print(*(sys.modules[name].__file__ for name in names), sep="\\n")
"""


def missing_modules(modules: set[str]) -> set[str]:
    """Return the modules, relative to the package, that are not part of the hash."""
    hashed = {str(Path(path).relative_to(PACKAGE)) for path in cache._build_modules()}
    return modules - hashed - EXEMPT.keys()


def test_every_module_that_a_build_imports_makes_snapshots_stale(tmp_path, monkeypatch):
    data = tmp_path / "data.ttl"
    data.write_text(
        "<http://e/a> a <http://e/B> ; <http://www.w3.org/2000/01/rdf-schema#label> 'A' .\n"
        "<http://e/B> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <http://e/C> .\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(data), str(tmp_path / "cache")],
        capture_output=True,
        text=True,
        check=True,
    )
    modules = {str(Path(line).relative_to(PACKAGE)) for line in done.stdout.splitlines()}
    assert len(modules) > 15
    assert missing_modules(modules) == set()
    monkeypatch.setattr(cache, "_BUILD_PACKAGES", ("snapshots", "reasoning", "store", "entities"))
    assert "search/builder.py" in missing_modules(modules)
