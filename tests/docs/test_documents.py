"""Documents, links and settings that code, configuration and documents name exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import _generate
import pytest
from markdown.extensions.toc import slugify

import hatch_build
from ipgraph import settings

CHECKOUT = Path(__file__).parents[2]
DOCS = CHECKOUT / "docs"
TEXTS = {"", ".py", ".toml", ".yml", ".yaml", ".html", ".js", ".mjs", ".css", ".ttl", ".rq", ".cff"}
NAME = re.compile(r"(?<![\w/.:-])(?:[\w-]+/)*[\w-]+\.md\b")
LINK = re.compile(r"(?:\]\(|(?:src|srcset)=\")([^)\s\"]+)")
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def tracked() -> list[Path]:
    """Return the files of the project, new ones included."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    paths = [CHECKOUT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file()]


FILES = tracked()
MARKDOWN = [path for path in FILES if path.suffix == ".md"]


def is_document(name: str) -> bool:
    """True if a name is a path from the top or from docs/, or the only document of that name."""
    if (CHECKOUT / name).is_file() or (DOCS / name).is_file():
        return True
    return "/" not in name and len(list(DOCS.rglob(name))) == 1


def missing_documents(text: str) -> list[str]:
    return sorted({name for name in NAME.findall(text) if not is_document(name)})


# Tests that invent names of documents to plant faults.
INVENTING = ("tests/docs/test_documents.py", "tests/test_word_list.py")


def test_every_document_that_code_or_configuration_names_exists():
    sources = [
        path
        for path in FILES
        if path.suffix in TEXTS
        and "data/sources" not in path.as_posix()
        and not path.as_posix().endswith(INVENTING)
    ]
    named = 0
    missing = {}
    for path in sources:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a binary file without a suffix
        named += len(NAME.findall(text))
        if found := missing_documents(text):
            missing[path.relative_to(CHECKOUT).as_posix()] = found
    assert named > 50
    assert missing == {}


def test_a_document_that_does_not_exist_is_found():
    assert missing_documents("see README.md and no-such.md (or docs/no-such.md, 3)") == [
        "docs/no-such.md",
        "no-such.md",
    ]
    assert missing_documents("see https://example.org/other.md") == []


CONFIGURATION = {".json", ".toml", ".yml", ".yaml"}
FOLDERS = {path.relative_to(CHECKOUT).parts[0] for path in FILES if path.parent != CHECKOUT}
FOLDER = "|".join(map(re.escape, sorted(FOLDERS)))
FILE_NAME = re.compile(rf"(?<![\w/.:*-])(?:{FOLDER})/(?:[\w.-]+/)*[\w-]+\.[a-z]+\b(?![/*])")


def missing_files(text: str) -> list[str]:
    return sorted({name for name in FILE_NAME.findall(text) if not (CHECKOUT / name).is_file()})


def test_every_file_that_configuration_names_exists():
    sources = [path for path in FILES if path.suffix in CONFIGURATION]
    texts = {
        path.relative_to(CHECKOUT).as_posix(): path.read_text(encoding="utf-8") for path in sources
    }
    assert sum(len(FILE_NAME.findall(text)) for text in texts.values()) > 10
    found = {name: missing for name, text in texts.items() if (missing := missing_files(text))}
    assert found == {}


def test_a_file_that_does_not_exist_is_found():
    text = 'see tests/gone.py, "ipgraph/errors.py", https://a.example/tests/x.py and tests/*.py'
    assert missing_files(text) == ["tests/gone.py"]


def links(path: Path) -> list[str]:
    text = FENCED.sub("", path.read_text(encoding="utf-8"))
    text = re.sub(r"`[^`\n]*`", "", text)
    return [link for link in LINK.findall(text) if not re.match(r"[a-z]+:", link)]


def anchors(path: Path) -> set[str]:
    """Return the ids of a page's headings, as MkDocs makes them."""
    text = FENCED.sub("", _generate.filled(path.read_text(encoding="utf-8")))
    return {slugify(re.sub(r"[`*]", "", title), "-") for title in HEADING.findall(text)}


def broken(path: Path) -> list[str]:
    found = []
    for link in links(path):
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda path: path.relative_to(CHECKOUT).as_posix())
def test_every_internal_link_of_a_document_resolves(path):
    assert broken(path) == []


def test_readme_and_the_documentation_have_links(tmp_path):
    assert len(links(CHECKOUT / "README.md")) > 20
    page = tmp_path / "README.md"
    page.write_text("# One\n[a](#one) [b](#two) [c](none.md) `[d](no-link.md)`\n", "utf-8")
    assert broken(page) == ["#two", "none.md"]


def test_every_setting_that_a_document_or_an_example_names_exists():
    known = {setting.variable for setting in settings.all_settings()}
    known |= {settings.FILE_VARIABLE, hatch_build.MODE_VARIABLE}
    examples = [path for path in FILES if path.parent == CHECKOUT / "examples"]
    named = set()
    for path in MARKDOWN + examples:
        if path.name != "CHANGELOG.md":  # it also names settings that were removed
            named |= set(re.findall(r"\bIPGRAPH_[A-Z_]+", path.read_text(encoding="utf-8")))
    assert len(named) > 6
    assert named <= known


def test_every_setting_that_a_page_names_in_lower_case_exists():
    text = (DOCS / "how-to" / "limits.md").read_text(encoding="utf-8")
    table = re.findall(r"^\|[^|]+\|([^|]*)\|", text, re.MULTILINE)
    named = {name for row in table for name in re.findall(r"`([a-z_]+)`", row)}
    assert len(named) > 8
    assert named <= {setting.name for setting in settings.all_settings()}
