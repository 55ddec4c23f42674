"""The layout of the templates that djlint does not check: the length of a line."""

from __future__ import annotations

import tomllib
from pathlib import Path

CHECKOUT = Path(__file__).parents[3]
SETTINGS = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["tool"]["djlint"]


def long_lines(folder):
    """Return `file:line` for every line of a template that is longer than djlint's limit."""
    return [
        f"{path.name}:{number}"
        for path in sorted(folder.rglob("*.html"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > SETTINGS["max_line_length"]
    ]


def test_no_line_of_a_template_is_too_long():
    templates = CHECKOUT / "web" / "templates"
    assert len([*templates.rglob("*.html")]) > 20
    assert long_lines(templates) == []


def test_a_long_line_is_found(tmp_path):
    (tmp_path / "a.html").write_text(f"{'x' * 100}\n{'x' * 101}\n", "utf-8")
    assert long_lines(tmp_path) == ["a.html:2"]
