"""A dataset is its files: a copy anywhere is the same, and the names of its terms mean nothing."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import ipgraph
from ipgraph.server import create_app
from ipgraph.settings import Settings

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "examples" / "library"
RENAMED = {
    "https://library.example/thing/": "https://qx.example/zz/",
    "https://library.example/terms": "https://wv.example/kk",
    "https://library.example/doc/": "https://yj.example/vv/",
    "https://library.example/": "https://uu.example/",
    **{f"lt:{name}": f"lt:x{number}x" for number, name in enumerate(("openedOn", "runs", "from"))},
    "lt:branchOf": "lt:x7x",
    "lt:Appointment": "lt:X8x",
}
PAGES = (
    *("/", "/branches", "/page/harbor", "/page/okafor", "/timeline", "/disagreements", "/about"),
    *("/graph", "/sources", "/source/courier", "/browse"),
)


def test_a_copy_of_the_bundled_dataset_is_the_bundled_dataset(project, session_cache, tmp_path):
    for name in ("ontology", "data"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "dataset.toml", tmp_path)
    copy = ipgraph.open(tmp_path, settings=Settings(cache=str(session_cache)))
    assert copy.built.hash == project.built.hash
    assert copy.config == project.config
    assert copy.title == project.title
    assert [item.name for item in copy.questions] == [item.name for item in project.questions]


def texts(folder, cache):
    """Return the pages of a dataset, without hashes and times."""
    app = create_app(ipgraph.open(folder, settings=Settings(cache=str(cache))))
    client = app.test_client()
    found = {}
    for address in PAGES:
        response = client.get(address, headers={"Accept": "text/html"})
        assert response.status_code == 200, address
        text = re.sub(r"\b[0-9a-f]{12,64}\b|\d{4}-\d\d-\d\dT[\d:]+Z", "", response.text)
        found[address] = text
    app.close()
    return found


@pytest.fixture
def renamed(tmp_path):
    """The library with other namespaces and other names of its terms."""
    target = tmp_path / "library"
    shutil.copytree(LIBRARY, target)
    for path in target.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            for old, new in RENAMED.items():
                text = re.sub(re.escape(old) + (r"\b" if old[-1].isalpha() else ""), new, text)
            path.write_text(text, encoding="utf-8")
    return target


def test_the_pages_of_a_renamed_dataset_differ_in_the_names_alone(renamed, session_cache):
    def neutral(text):
        """Return a text without IRIs, addresses and anchors, which have the names."""
        text = re.sub(r'(?:href|id|aria-labelledby|value|data-[\w-]+|action)="[^"]*"', "", text)
        text = re.sub(r"<(script|pre|code)\b.*?</\1>", "", text, flags=re.DOTALL)
        return re.sub(r"https?://[^\s<\"']+", "", text)

    before, after = texts(LIBRARY, session_cache), texts(renamed, session_cache)
    for address in PAGES:
        assert neutral(after[address]) == neutral(before[address]), address
