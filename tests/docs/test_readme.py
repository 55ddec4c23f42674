"""README: short, its two commands in sight, its example and images as promised."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import ipgraph

CHECKOUT = Path(__file__).parents[2]
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
MAX_IMAGE_BYTES = 150_000
IMAGES = re.findall(r'(?:src|srcset)="([^"]+)"', README)


def test_readme_is_short_and_shows_its_first_command_early():
    lines = README.splitlines()
    assert len(lines) <= 120
    assert lines.index("```sh serve") + 1 < 40


def test_readme_has_one_session_of_eight_lines():
    (session,) = re.findall(r"^```console\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert len(session.splitlines()) == 8


@pytest.mark.parametrize("name", ["serve", "tests"])
def test_readme_has_each_command_once(name):
    (command,) = re.findall(rf"^```sh {name}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert command.startswith("python3 -m venv .venv && .venv/bin/pip install")


def test_the_python_example_prints_and_exports(project, tmp_path, monkeypatch, capsys):
    (example,) = re.findall(r"^```python\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    monkeypatch.setattr(ipgraph, "open", lambda: project)
    monkeypatch.chdir(tmp_path)
    exec(example, {})  # noqa: S102  README's own words
    assert "Protective Security Coordination Division" in capsys.readouterr().out
    assert (tmp_path / "ip.trig").stat().st_size > 100_000


def test_screenshots_exist_in_both_themes_and_are_small():
    assert len(IMAGES) == 4
    assert {image.rsplit("-", 1)[1] for image in IMAGES} == {"light.png", "dark.png"}
    for image in IMAGES:
        assert 10_000 < (CHECKOUT / image).stat().st_size < MAX_IMAGE_BYTES, image
