from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

import ipgraph
from ipgraph.cli.main import main
from ipgraph.dataset.config import reader
from ipgraph.dataset.config.model import DatasetConfig
from ipgraph.settings import Settings

LIBRARY = Path(__file__).parents[2] / "examples" / "library"


@pytest.fixture
def folder(tmp_path):
    target = tmp_path / "library"
    shutil.copytree(LIBRARY, target, ignore=shutil.ignore_patterns("dataset.toml"))
    return target


def test_the_proposal_is_valid_and_has_its_evidence(folder, tmp_path):
    assert main(["--cache", str(tmp_path / "cache"), "init", str(folder)]) == 0
    text = (folder / "dataset.toml").read_text(encoding="utf-8")
    assert '# things = "https://library.example/thing/"' in text
    assert "labels in es" in text
    assert "#   exclusive: properties that nodes" in text
    config = reader.read(folder / "dataset.toml")
    assert config == DatasetConfig(title=config.title, description=config.description)


def test_the_unedited_file_changes_no_title_and_no_addresses(folder, tmp_path):
    settings = Settings(cache=str(tmp_path / "cache"))
    before = ipgraph.open(folder, settings=settings)
    title, description = before.title, before.description
    assert main(["--cache", str(tmp_path / "cache"), "init", str(folder)]) == 0
    after = ipgraph.open(folder, settings=settings)
    assert (after.title, after.description) == (title, description)
    assert after.config.iris == DatasetConfig().iris
    assert after.built.content_hash == before.built.content_hash


def test_an_existing_file_is_kept(folder, tmp_path, capsys):
    (folder / "dataset.toml").write_text("title = 'Mine'", encoding="utf-8")
    command = ["--cache", str(tmp_path / "cache"), "init", str(folder)]
    assert main(command) == 2
    assert "--force" in capsys.readouterr().err
    assert main([*command, "--output", "-"]) == 0
    assert tomllib.loads(capsys.readouterr().out)["title"]
    assert (folder / "dataset.toml").read_text(encoding="utf-8") == "title = 'Mine'"
    assert main([*command, "--force"]) == 0
    assert "Mine" not in (folder / "dataset.toml").read_text(encoding="utf-8")
