"""README is true: its console sessions print what it shows, and its names exist."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import ipgraph
from ipgraph import settings
from ipgraph.cli.main import COMMANDS

CHECKOUT = Path(__file__).parent.parent
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
SESSIONS = re.findall(r"^```console\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def steps():
    for session in SESSIONS:
        for step in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
            command, _, output = step.partition("\n")
            yield pytest.param(command, output.rstrip("\n"), id=command[:60])


@pytest.mark.parametrize(("command", "expected"), list(steps()))
def test_a_console_session_prints_what_readme_shows(command, expected, session_cache):
    words = shlex.split(command)
    assert words[0] == "ipgraph"
    environment = {**os.environ, "IPGRAPH_CACHE": str(session_cache), "COLUMNS": "100"}
    done = subprocess.run(
        [sys.executable, "-m", *words],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        cwd=CHECKOUT,
    )
    assert done.stdout.replace("\r", "").rstrip("\n") == expected


def test_readme_has_sessions_and_its_two_commands():
    assert SESSIONS
    for name in ("serve", "tests"):
        (command,) = re.findall(rf"^```sh {name}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install")


def settings_table():
    rows = ["| flag of `ipgraph serve` | variable | default | meaning |", "|---|---|---|---|"]
    for each in settings.documented():
        default = f"`{each.default}`" if each.default != "" else ""
        unit = f" ({each.unit})" if each.unit else ""
        rows.append(f"| `{each.flag}` | `{each.variable}` | {default} | {each.meaning}{unit} |")
    return "\n".join(rows)


def test_the_table_of_settings_is_that_of_the_code():
    (table,) = re.findall(r"<!-- settings:.*?-->\n(.*?)\n<!-- end", README, re.DOTALL)
    assert table == settings_table()


def test_the_python_example_runs(project, tmp_path, monkeypatch, capsys):
    (example,) = re.findall(r"^```python\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    monkeypatch.setattr(ipgraph, "open", lambda: project)
    monkeypatch.chdir(tmp_path)
    exec(example, {})  # noqa: S102  README's own words
    assert "Protective Security Coordination Division" in capsys.readouterr().out
    assert (tmp_path / "ip.trig").stat().st_size > 100_000


def test_every_setting_that_readme_names_exists():
    known = {each.variable for each in settings.documented()} | {settings.FILE_VARIABLE}
    named = set(re.findall(r"\bIPGRAPH_[A-Z_]+", README))
    assert len(named) > 10
    assert named <= known


def test_systemd_finds_no_fault_in_the_unit(tmp_path):
    checker = shutil.which("systemd-analyze")
    if checker is None:
        pytest.skip("systemd-analyze is missing: it comes with systemd")
    (unit,) = re.findall(r"^```ini\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    program = "/opt/ipgraph/bin/ipgraph"
    assert program in unit
    file = tmp_path / "ipgraph.service"
    file.write_text(unit.replace(program, sys.executable), encoding="utf-8")
    done = subprocess.run([checker, "verify", file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_command_is_in_the_table_of_commands():
    assert re.findall(r"^\| `ipgraph (\w+)`", README, re.MULTILINE)
    named = set(re.findall(r"^\| `ipgraph (\w+)`", README, re.MULTILINE))
    assert named == set(COMMANDS)


def test_every_file_that_readme_links_to_exists():
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", README)
    assert [link for link in links if not (CHECKOUT / link).exists()] == []
