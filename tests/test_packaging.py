"""The three ways to install, each tried from outside the checkout, as a new user would."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import ipgraph

pytestmark = pytest.mark.slow

CHECKOUT = Path(ipgraph.__file__).parent.parent
QUERY = "SELECT ?n { id:pscd rdfs:label ?n }"


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A copy of the files that git knows, so that nothing else of the checkout is packed."""
    copy = tmp_path_factory.mktemp("sources") / "ipgraph"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (CHECKOUT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, copy / name)
    bundles = CHECKOUT / "web" / "static" / "dist"
    if bundles.is_dir():
        shutil.copytree(bundles, copy / "web" / "static" / "dist")
    return copy


@pytest.fixture(scope="module")
def packages(sources, tmp_path_factory):
    """The sdist, and the wheel made from the sdist."""
    out = tmp_path_factory.mktemp("dist")
    run([sys.executable, "-m", "build", "--outdir", out, sources])
    return out


def run(command, **options):
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def asked_after_installing(what, tmp_path, *options):
    """Install into an empty environment and ask the command line a query from elsewhere."""
    venv.create(tmp_path / "venv", with_pip=True)
    tools = tmp_path / "venv" / "bin"
    run([tools / "pip", "install", "-q", *options, what])
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = {**os.environ, "IPGRAPH_CACHE": str(tmp_path / "cache"), "PYTHONPATH": ""}
    return run([tools / "ipgraph", "query", QUERY], cwd=elsewhere, env=environment)


def test_the_wheel_carries_code_and_resources_and_nothing_else(packages):
    (wheel,) = packages.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "ipgraph/data/ip.ttl" in names
    assert "ipgraph/ontology/ip.ttl" in names
    assert "ipgraph/dataset.toml" in names
    assert "ipgraph/web/static/site.css" in names
    assert "ipgraph/py.typed" in names
    tops = {name.split("/")[0] for name in names}
    assert {top.removesuffix(f"-{ipgraph.__version__}.dist-info") for top in tops} == {"ipgraph"}
    assert not [name for name in names if "node_modules" in name or "frontend" in name]


def test_a_wheel_answers_from_outside_the_checkout(packages, tmp_path):
    (wheel,) = packages.glob("*.whl")
    assert "Protective Security Coordination Division" in asked_after_installing(wheel, tmp_path)


def test_an_sdist_answers_from_outside_the_checkout(packages, tmp_path):
    (sdist,) = packages.glob("*.tar.gz")
    assert "Protective Security Coordination Division" in asked_after_installing(sdist, tmp_path)


def test_an_editable_install_answers_and_sees_an_edit(sources, tmp_path):
    assert "Protective" in asked_after_installing(sources, tmp_path, "-e")
    page = sources / "data" / "ip.ttl"
    text = page.read_text(encoding="utf-8")
    changed = text.replace('"Protective Security Coordination Division"', '"Edited Division"')
    assert changed != text
    page.write_text(changed, encoding="utf-8")
    environment = {**os.environ, "IPGRAPH_CACHE": str(tmp_path / "cache"), "PYTHONPATH": ""}
    command = [tmp_path / "venv" / "bin" / "ipgraph", "query", QUERY]
    assert "Edited Division" in run(command, cwd=tmp_path, env=environment)
