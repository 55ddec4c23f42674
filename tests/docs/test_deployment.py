"""The files in examples/ that deploy the service are ones that their tools accept."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

CHECKOUT = Path(__file__).parents[2]
EXAMPLES = CHECKOUT / "examples"


def test_systemd_finds_no_fault_in_the_unit(tmp_path):
    checker = shutil.which("systemd-analyze")
    if checker is None:
        pytest.skip("systemd-analyze is missing: it comes with systemd")
    unit = (EXAMPLES / "ipgraph.service").read_text(encoding="utf-8")
    program = "/opt/ipgraph/bin/ipgraph"
    assert program in unit
    file = tmp_path / "ipgraph.service"
    file.write_text(unit.replace(program, sys.executable), encoding="utf-8")
    done = subprocess.run([checker, "verify", file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_compose_builds_the_dockerfile_and_writes_nothing():
    compose = yaml.safe_load((EXAMPLES / "compose.yaml").read_text(encoding="utf-8"))
    service = compose["services"]["ipgraph"]
    context = (EXAMPLES / service["build"]["context"]).resolve()
    assert context == CHECKOUT
    assert (context / service["build"]["dockerfile"]).is_file()
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]


@pytest.mark.parametrize(
    ("page", "file"),
    [
        ("deploy-with-systemd", "ipgraph.service"),
        ("nginx", "nginx.conf"),
        ("container", "Dockerfile"),
        ("container", "compose.yaml"),
    ],
)
def test_a_how_to_shows_the_file_itself(page, file):
    text = (CHECKOUT / "docs" / "how-to" / f"{page}.md").read_text(encoding="utf-8")
    assert f'--8<-- "examples/{file}"' in text
    assert (EXAMPLES / file).is_file()
