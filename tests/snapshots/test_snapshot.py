from __future__ import annotations

import os
import time
from dataclasses import replace

import pytest

import ipgraph
from ipgraph.errors import InvalidData, StoreUnavailable
from ipgraph.opening import reopen
from ipgraph.settings import Settings
from ipgraph.snapshots import cache

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


@pytest.fixture
def settings(tmp_path):
    return Settings(cache=str(tmp_path / "cache"))


def count(graph):
    (row,) = graph.query(COUNT)
    return int(row["n"].value)


def test_a_triple_from_two_sources_counts_once(rdf_folder, settings):
    assert count(ipgraph.open(rdf_folder, settings=settings)) == 3


def test_the_sources_of_a_triple_are_its_named_graphs(rdf_folder, settings):
    graph = ipgraph.open(rdf_folder, settings=settings)
    rows = graph.query(
        "SELECT ?g { GRAPH ?g { <http://example.org/carol> <http://example.org/knows> ?x } }"
    )
    assert sorted(row["g"].value.rpartition("/")[2] for row in rows) == ["one.ttl", "two.ttl"]


def test_inferred_statements_can_be_excluded(tmp_path, settings):
    file = tmp_path / "a.ttl"
    file.write_text(
        "@prefix : <http://x/> . @prefix owl: <http://www.w3.org/2002/07/owl#> ."
        ":in a owl:TransitiveProperty . :a :in :b . :b :in :c .",
        encoding="utf-8",
    )
    graph = ipgraph.open(file, settings=settings)
    ask = "ASK { <http://x/a> <http://x/in> <http://x/c> }"
    assert graph.query(ask)
    assert not graph.query(ask, infer=False)
    assert not graph.query(ask, infer=False)  # reads the store that the first query wrote


def test_unchanged_files_give_the_same_snapshot_and_are_not_read_again(rdf_folder, settings):
    first = ipgraph.open(rdf_folder, settings=settings)
    stages: list[str] = []
    second = ipgraph.open(rdf_folder, settings=settings, report=stages.append)
    assert second.built.folder == first.built.folder
    assert stages == []


def test_an_edit_makes_a_new_snapshot_and_undoing_it_finds_the_old_one(rdf_folder, settings):
    file = rdf_folder / "one.ttl"
    before = file.read_text(encoding="utf-8")
    first = ipgraph.open(rdf_folder, settings=settings)
    file.write_text(before + ":erin :knows :carol .\n", encoding="utf-8")
    second = reopen(first)
    assert count(second) == 4
    file.write_text(before, encoding="utf-8")
    stages: list[str] = []
    third = reopen(second, stages.append)
    assert third.built.hash == first.built.hash
    assert stages == []


def test_a_new_file_in_a_folder_is_loaded(rdf_folder, settings):
    first = ipgraph.open(rdf_folder, settings=settings)
    assert reopen(first) is first
    (rdf_folder / "three.ttl").write_text("<http://a> <http://b> 1 .", encoding="utf-8")
    assert count(reopen(first)) == 4


def test_a_broken_file_does_not_change_the_old_snapshot(rdf_folder, settings):
    first = ipgraph.open(rdf_folder, settings=settings)
    file = rdf_folder / "one.ttl"
    before = file.read_text(encoding="utf-8")
    file.write_text("oops", encoding="utf-8")
    with pytest.raises(InvalidData, match=r"one\.ttl:1:"):
        reopen(first)
    assert count(first) == 3
    file.write_text(before, encoding="utf-8")
    stages: list[str] = []
    assert count(ipgraph.open(rdf_folder, settings=settings, report=stages.append)) == 3
    assert stages == []


def test_the_content_hash_does_not_depend_on_order_or_blank_node_labels(tmp_path):
    texts = (
        "_:a <http://p> _:b . _:b <http://p> 'x' . <http://s> <http://p> 1 .",
        "<http://s> <http://p> 1 . _:n <http://p> 'x' . _:m <http://p> _:n .",
    )
    file = tmp_path / "same.ttl"
    hashes = set()
    for number, text in enumerate(texts):
        file.write_text(text, encoding="utf-8")
        settings = Settings(cache=str(tmp_path / str(number)))
        hashes.add(ipgraph.open(file, settings=settings).built.content_hash)
    assert len(hashes) == 1


def test_cleaning_does_not_remove_snapshots_in_use(rdf_folder, settings, tmp_path):
    graph = ipgraph.open(rdf_folder, settings=settings)
    assert cache.clean(tmp_path / "cache") == 0
    assert count(graph) == 3
    del graph
    assert cache.clean(tmp_path / "cache") == 1


def build_numbers(folder, settings, numbers, used_s=lambda number: number):
    """Build one snapshot for each number, last used at a time; return their folders."""
    folders = {}
    for number in numbers:
        (folder / "n.ttl").write_text(f"<http://a> <http://b> {number} .", encoding="utf-8")
        folders[number] = ipgraph.open(folder, settings=settings).built.folder
        os.utime(folders[number], (used_s(number), used_s(number)))
    return folders


def test_a_build_removes_the_oldest_snapshots_of_its_graph(rdf_folder, settings):
    folders = build_numbers(rdf_folder, replace(settings, keep_snapshots=2), range(4))
    assert [number for number, folder in folders.items() if folder.is_dir()] == [2, 3]


def test_snapshots_of_another_graph_do_not_count(rdf_folder, settings, tmp_path):
    settings = replace(settings, keep_snapshots=1)
    other = tmp_path / "other.ttl"
    other.write_text("<http://a> <http://b> 'other' .", encoding="utf-8")
    folder = ipgraph.open(other, settings=settings).built.folder
    build_numbers(rdf_folder, settings, range(3))
    assert folder.is_dir()


def test_the_size_of_all_graphs_has_one_bound(rdf_folder, settings, tmp_path):
    folders = build_numbers(rdf_folder, settings, range(3))
    size = cache.usage(tmp_path / "cache").size_bytes // 3
    assert cache.prune(tmp_path / "cache", cache.Bounds(9, 2 * size + size // 2)) == 1
    assert [number for number, folder in folders.items() if folder.is_dir()] == [1, 2]


def test_a_snapshot_is_used_when_it_is_opened(rdf_folder, settings, tmp_path):
    folders = build_numbers(rdf_folder, settings, range(3))
    (rdf_folder / "n.ttl").write_text("<http://a> <http://b> 0 .", encoding="utf-8")
    ipgraph.open(rdf_folder, settings=settings)
    assert cache.prune(tmp_path / "cache", cache.Bounds(1, 1 << 40)) == 2
    assert folders[0].is_dir()


def test_a_use_in_the_future_is_the_oldest(rdf_folder, settings, tmp_path):
    """The clock was set back by a day after it."""
    day_s, now_s = 86_400, time.time()
    build_numbers(rdf_folder, settings, range(2), lambda number: now_s + day_s + number)
    (newest,) = build_numbers(rdf_folder, settings, [2], lambda number: now_s).values()
    assert cache.prune(tmp_path / "cache", cache.Bounds(1, 1 << 40)) == 2
    assert newest.is_dir()


def test_a_cache_folder_that_cannot_be_created_is_an_error_with_a_hint(rdf_folder, tmp_path):
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    with pytest.raises(StoreUnavailable, match="Cannot write to the cache folder") as caught:
        ipgraph.open(rdf_folder, settings=Settings(cache=str(file / "cache")))
    assert "IPGRAPH_CACHE" in caught.value.hint


def test_an_incomplete_snapshot_is_built_again_with_a_warning(rdf_folder, settings, caplog):
    first = ipgraph.open(rdf_folder, settings=settings)
    folder = first.built.folder
    del first
    (folder / "manifest.json").unlink()
    with caplog.at_level("INFO", "ipgraph.snapshots"):
        assert count(ipgraph.open(rdf_folder, settings=settings)) == 3
    missing = "manifest.json cannot be read (No such file or directory)"
    assert [record.getMessage() for record in caplog.records] == [
        f"Snapshot {folder.name} is damaged: {missing}. It is built again.",
        f"Snapshot {folder.name} was built",
    ]
