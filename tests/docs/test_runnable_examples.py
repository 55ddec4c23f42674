"""Examples in README, the documentation and the notebooks print what the documents show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import _sessions
import pytest

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTS = _sessions.documents()
FENCE = "`" * 3


def test_there_are_examples_in_readme_tutorials_and_notebooks():
    names = {path.relative_to(_sessions.CHECKOUT).as_posix() for path in DOCUMENTS}
    assert "README.md" in names
    assert len([name for name in names if name.startswith("docs/tutorial/")]) == 3
    assert any(name.endswith(".ipynb") for name in names)


@pytest.mark.parametrize(
    "path", DOCUMENTS, ids=lambda path: path.relative_to(_sessions.CHECKOUT).as_posix()
)
def test_examples_print_what_the_document_shows(path, session_cache, project):
    assert project.built
    text, differences = _sessions.checked(path, session_cache)
    assert not differences, "\n\n".join(map(str, differences))
    assert text == path.read_text(encoding="utf-8")


def document(tmp_path: Path, language: str, text: str) -> Path:
    path = tmp_path / "README.md"
    path.write_text(f"{FENCE}{language}\n{text}\n{FENCE}\n", encoding="utf-8")
    return path


def test_a_command_that_prints_something_else_is_a_difference_and_is_updated(tmp_path):
    page = document(tmp_path, "console", "$ echo new\nold")
    text, (difference,) = _sessions.checked(page)
    assert (difference.expected, difference.printed) == ("old", "new")
    assert text == f"{FENCE}console\n$ echo new\nnew\n{FENCE}\n"


def test_an_ellipsis_stands_for_any_lines_but_not_for_others(tmp_path):
    assert _sessions.matches("a\nb\nc", "a\n…\nc")
    assert _sessions.matches("a\nc", "a\n…\nc")
    assert not _sessions.matches("a\nb\nd", "a\n…\nc")


def test_a_failing_doctest_is_a_difference(tmp_path):
    _, differences = _sessions.checked(document(tmp_path, "pycon", ">>> 1 + 1\n3"))
    assert len(differences) == 1


def test_a_python_block_that_raises_fails(tmp_path):
    with pytest.raises(ZeroDivisionError):
        _sessions.checked(document(tmp_path, "python", "1 / 0"))


def test_a_notebook_with_a_stale_output_is_a_difference(tmp_path):
    path = next(path for path in DOCUMENTS if path.suffix == ".ipynb")
    stale = tmp_path / path.name
    text = path.read_text(encoding="utf-8")
    changed = text.replace("Sector Outreach and Programs Division", "Another Division")
    assert changed != text
    stale.write_text(changed, encoding="utf-8")
    fixed, differences = _sessions.checked(stale)
    assert len(differences) == 1
    assert fixed == text
