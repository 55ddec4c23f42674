"""Where a description is found, what it changes, and what it does not."""

from __future__ import annotations

import pytest

import ipgraph
from ipgraph import opening
from ipgraph.cli.main import main
from ipgraph.errors import UsageError
from ipgraph.settings import Settings

TURTLE = "@prefix e: <https://library.example/> . e:a e:runs e:b ."


@pytest.fixture
def settings(tmp_path_factory):
    return Settings(cache=str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.ttl").write_text(TURTLE, encoding="utf-8")
    (tmp_path / "other.ttl").write_text(TURTLE, encoding="utf-8")
    describe(tmp_path, 'title = "Library"')
    return tmp_path


def describe(folder, *lines):
    files = '[[files]]\npath = "documents/*.ttl"\ngraph = "https://library.example/{name}"\n'
    (folder / "dataset.toml").write_text("\n".join((*lines, files)), encoding="utf-8")


def test_a_folder_is_described_by_its_file(folder, settings):
    graph = ipgraph.open(folder, settings=settings)
    assert graph.config.title.choose() == "Library"
    assert [*graph.built.manifest["counts"]["graphs"]] == ["https://library.example/a"]
    assert graph.built.manifest["dataset"]["title"] == {"": "Library"}


def test_single_files_and_folders_above_are_not_described(folder, settings):
    assert not ipgraph.open(folder / "other.ttl", settings=settings).config.title
    assert not ipgraph.open(folder / "documents", settings=settings).config.title


def test_no_description_is_read_on_demand(folder, settings):
    graph = ipgraph.open(folder, dataset=False, settings=settings)
    assert not graph.config.title
    assert len(graph.built.manifest["inputs"]) == 2


def test_a_named_file_describes_other_targets(folder, settings):
    graph = ipgraph.open(folder / "other.ttl", dataset=folder / "dataset.toml", settings=settings)
    assert graph.config.title.choose() == "Library"
    assert [item["path"] for item in graph.built.manifest["inputs"]] == [str(folder / "other.ttl")]


def test_a_named_file_alone_names_the_files(folder, settings):
    graph = ipgraph.open(dataset=folder / "dataset.toml", settings=settings)
    assert [*graph.built.manifest["counts"]["graphs"]] == ["https://library.example/a"]


def test_a_dictionary_describes_too(folder, settings):
    graph = ipgraph.open(folder / "other.ttl", dataset={"title": "Mine"}, settings=settings)
    assert graph.config.title.choose() == "Mine"
    with pytest.raises(UsageError, match='no key "titel"'):
        ipgraph.open(folder / "other.ttl", dataset={"titel": "Mine"}, settings=settings)


def test_a_new_sentence_is_served_without_a_build(folder, settings):
    graph = ipgraph.open(folder, settings=settings)
    describe(folder, 'title = "Riverside"', "# a comment")
    fresh = opening.reopen(graph)
    assert fresh.config.title.choose() == "Riverside"
    assert fresh.built.is_same(graph.built)
    assert opening.reopen(fresh) is fresh


def test_a_key_of_the_content_makes_a_new_snapshot(folder, settings):
    graph = ipgraph.open(folder, settings=settings)
    describe(folder, 'title = "Library"', "time = { present = 2013-07-01 }")
    assert opening.reopen(graph).built.hash != graph.built.hash


def test_the_command_line_shows_each_value_with_its_line(folder, settings, capsys):
    command = ["--cache", settings.cache, "info", "--store", str(folder), "--dataset"]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert f"Dataset file  {folder / 'dataset.toml'}" in out
    assert 'title = "Library"  # line 1' in out
    assert 'files[1].path = "documents/*.ttl"  # line 3' in out
    assert "license  (absent: " in out


def test_a_wrong_key_is_a_usage_error_with_its_line(folder, settings, capsys):
    describe(folder, 'titel = "Library"')
    assert main(["--cache", settings.cache, "build", str(folder)]) == 2
    error = capsys.readouterr().err
    assert f'{folder / "dataset.toml"}:1: The file has no key "titel".' in error
    assert 'Did you mean "title"?' in error


def test_the_description_is_given_once(folder, settings, capsys):
    command = ["--cache", settings.cache, "build", str(folder), "--no-dataset", "--dataset", "x"]
    assert main(command) == 2
    assert "not both" in capsys.readouterr().err
