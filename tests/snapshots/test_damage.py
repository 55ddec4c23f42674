"""A damaged snapshot is noticed and built again, or refused: never a wrong answer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import ipgraph
from ipgraph import opening
from ipgraph.checks import check_snapshot
from ipgraph.errors import NotFound, StoreDamaged, StoreUnavailable
from ipgraph.search.index import SearchIndex
from ipgraph.settings import Settings
from ipgraph.snapshots import inventory, monitor
from ipgraph.snapshots.snapshot import Snapshot, load_graph
from support.damages import Damage, answers, attack, random_damages
from support.running import application, serving
from support.served import Served

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
HEAD = """\
@prefix : <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:Person rdfs:subClassOf :Agent . :Agent rdfs:subClassOf :Thing .
"""


def write_people(path, number):
    """Write a graph of `number` persons."""
    lines = (
        f":p{n} a :Person ; rdfs:label 'Person {n}' ; :knows :p{n * 7 % number}, [ :x {n} ] ."
        for n in range(number)
    )
    path.write_text(HEAD + "\n".join(lines), encoding="utf-8")


@pytest.fixture
def people(tmp_path):
    path = tmp_path / "people.ttl"
    write_people(path, 300)
    return path


@pytest.fixture
def settings(tmp_path):
    return Settings(cache=str(tmp_path / "cache"))


@pytest.fixture
def folder(people, settings):
    """The folder of the snapshot, which nothing has open."""
    return ipgraph.open(people, settings=settings).built.folder


def count(graph):
    (row,) = graph.query(COUNT)
    return int(row["n"].value)


def cut_in_half(path):
    os.truncate(path, path.stat().st_size // 2)


def flip(path, place=0.5):
    """Flip a bit, as a failing disk does: the modification time stays."""
    Damage(path.name, "flip", place, 3, keeps_time=True).apply(path.parent)


def flip_tables(folder):
    """Flip a bit in the middle of every table of the store."""
    tables = [*(folder / "store").glob("*.sst")]
    assert len(tables) > 5
    for table in tables:
        flip(table)


def repair(running, reported=""):
    """Let the monitor of a service look once, as it does every second in `ipgraph serve`."""
    service = running.app.service
    return monitor.repair(service.edition.kg.snapshot, service.reload, reported)


def run(*arguments, cache):
    return subprocess.run(
        [sys.executable, "-m", "ipgraph", "--cache", str(cache), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("file", ["graph.nq", "MANIFEST", "CURRENT", ".sst", "search.sqlite"])
@pytest.mark.parametrize("harm", [cut_in_half, os.unlink])
def test_damaged_files_are_noticed_and_the_snapshot_is_built_again(
    people, settings, folder, caplog, file, harm
):
    path = next(path for path in sorted(folder.rglob("*")) if file in path.name)
    expected = count(ipgraph.open(people, settings=settings))
    harm(path)
    assert count(ipgraph.open(people, settings=settings)) == expected
    (warning,) = [record for record in caplog.records if record.levelname == "WARNING"]
    message = warning.getMessage()
    assert message.startswith(f"Snapshot {folder.name} is damaged: ")
    assert str(path.relative_to(folder)) in message
    assert message.endswith("It is built again.")
    assert "\n" not in message


def test_the_command_line_answers_from_a_new_snapshot(people, settings, folder):
    (table,) = (folder / "store").glob("MANIFEST*")
    cut_in_half(table)
    done = run("query", COUNT, "--store", people, cache=settings.cache)
    assert done.returncode == 0
    assert int(done.stdout.split()[1]) > 300
    assert len(done.stderr.splitlines()) == 1
    assert "is damaged" in done.stderr


@pytest.mark.parametrize("query", ["SELECT * { GRAPH ?g { ?s ?p ?o } }", COUNT])
def test_a_read_error_is_damage_of_the_snapshot(people, settings, folder, query):
    """Not a fault of the query; an aggregate does not fail, but reaches the memory limit."""
    flip_tables(folder)
    arguments = ("query", query, "--store", people, "--memory", "64")
    refused = run(*arguments, cache=settings.cache)
    assert refused.returncode == 4
    assert "Traceback" not in refused.stderr
    assert str(folder.name) in refused.stderr
    again = run(*arguments, cache=settings.cache)
    assert again.returncode == 0
    assert "It is built again." in again.stderr
    assert run(*arguments, cache=settings.cache).stderr == ""


def test_a_store_in_this_process_is_read_before_it_is_used(people, settings, folder):
    graph = ipgraph.open(people, settings=settings)
    flip_tables(folder)
    with pytest.raises(StoreDamaged, match=r"Snapshot \w+ is damaged: the content of store/"):
        count(graph)
    assert count(ipgraph.open(people, settings=settings)) > 300


def test_damage_after_the_store_was_opened_is_damage_of_the_snapshot(people, settings, folder):
    graph = ipgraph.open(people, settings=settings)
    graph.store  # noqa: B018  opens it
    flip_tables(folder)
    with pytest.raises(StoreDamaged, match="cannot be read: Corruption"):
        list(graph.query("SELECT * { GRAPH ?g { ?s ?p ?o } }"))
    with pytest.raises(StoreDamaged, match="cannot be read: Corruption"):
        list(graph.store.quads())
    assert graph.built.find_damage()
    assert count(ipgraph.open(people, settings=settings)) > 300


def test_the_store_without_inferred_statements_is_written_again(people, settings, folder):
    graph = ipgraph.open(people, settings=settings)
    before = sorted(map(str, graph.query(COUNT, infer=False)))
    cut_in_half(next((folder / "stated" / "store").glob("MANIFEST*")))
    again = ipgraph.open(people, settings=settings)
    assert again.built.is_same(graph.built)
    assert sorted(map(str, again.query(COUNT, infer=False))) == before


def test_a_copied_cache_is_read_once_and_not_built_again(people, settings, folder, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(settings.cache, copy, copy_function=shutil.copyfile)  # with new times
    stages: list[str] = []
    moved = replace(settings, cache=str(copy))
    assert count(ipgraph.open(people, settings=moved, report=stages.append)) > 300
    assert stages == []
    copied = copy / "snapshots" / folder.name
    for file in inventory.read(copied).files:
        assert (copied / file.path).stat().st_mtime_ns == file.mtime_ns


def test_reading_at_opening_has_a_bound(people, settings, folder, monkeypatch):
    monkeypatch.setattr(inventory, "MAX_READ_BYTES", 100)
    for path in folder.rglob("*"):
        os.utime(path, (1, 1))
    read: list[str] = []
    describe = inventory._describe
    monkeypatch.setattr(
        inventory, "_describe", lambda folder, path: read.append(path) or describe(folder, path)
    )
    Snapshot(folder)
    assert 0 < sum((folder / path).stat().st_size for path in read) <= 100


def test_loading_a_changed_graph_is_refused(people, settings, folder):
    flip(folder / "graph.nq")
    with pytest.raises(StoreDamaged, match=r"graph\.nq"):
        load_graph(folder / "graph.nq")
    with pytest.raises(StoreDamaged):
        Snapshot(folder)


def test_a_service_builds_a_changed_graph_again_when_it_starts(people, settings, folder):
    graph = ipgraph.open(people, settings=settings)
    expected = count(graph)
    flip(folder / "graph.nq")
    with serving(graph) as running:
        assert running.query(COUNT, "text/csv").body.split() == [b"n", b"%d" % expected]


def test_a_service_whose_graph_is_damaged_and_whose_files_are_gone_does_not_start(
    people, settings, folder
):
    graph = ipgraph.open(people, settings=settings)
    flip(folder / "graph.nq")
    people.unlink()
    with application(graph) as app, pytest.raises(StoreDamaged, match="cannot be built again"):
        app.service.pool  # noqa: B018  starts it


@pytest.mark.parametrize("damage", [shutil.rmtree, lambda cache: cut_by_name(cache, "search")])
def test_a_serving_process_replaces_a_snapshot_that_was_removed_or_damaged(
    people, settings, caplog, damage
):
    graph = ipgraph.open(people, settings=settings)
    with serving(graph) as running:
        assert repair(running) == ""
        assert running.app.service.edition.kg is graph
        damage(settings.cache)
        assert repair(running) == ""
        served = running.app.service.edition.kg
        assert served is not graph
        assert served.built.find_damage() == ""
        assert running.query(COUNT, "text/csv").status == 200
    assert any("and is replaced" in record.getMessage() for record in caplog.records)


def cut_by_name(cache, name):
    (path,) = Path(cache).glob(f"snapshots/*/{name}*")
    cut_in_half(path)


def test_a_serving_process_goes_on_without_files_and_says_so_once(people, settings, caplog):
    graph = ipgraph.open(people, settings=settings)
    with serving(graph) as running:
        running.app.service.pool  # noqa: B018  starts it
        shutil.rmtree(settings.cache)
        people.unlink()
        damage = repair(running)
        assert damage == "its folder was removed"
        assert repair(running, damage) == damage
        assert running.query(COUNT, "text/csv").status == 200
    errors = [record for record in caplog.records if record.levelname == "ERROR"]
    assert len(errors) == 1
    assert "cannot be built again" in errors[0].getMessage()


def test_a_cache_that_is_deleted_while_serving_is_built_again(rdf_folder, tmp_path):
    with Served(rdf_folder, tmp_path / "cache") as served:
        shutil.rmtree(tmp_path / "cache")
        served.wait_for("and is replaced")
        assert served.get("/sparql?query=ASK%7B%7D&format=csv").strip() == "true"
        assert (tmp_path / "cache" / "snapshots").is_dir()


@pytest.mark.parametrize("content", [b"", b"no database" * 1000, None])
def test_an_unreadable_search_index_is_built_again(people, settings, folder, content, caplog):
    graph = ipgraph.open(people, settings=settings)
    path = folder / "search.sqlite"
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    assert graph.search("Person 7").total > 0
    assert "search.sqlite cannot be read and is built again" in caplog.text
    assert Snapshot(folder).find_damage(everything=True) == ""


def test_a_search_index_that_cannot_be_built_is_an_error_of_the_store(tmp_path):
    path = tmp_path / "search.sqlite"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(StoreDamaged, match="file is not a database"):
        SearchIndex(path).search("a")
    with pytest.raises(StoreDamaged, match="file is not a database"):
        SearchIndex(path, lambda: path).search("a")


def test_check_snapshot_reads_everything(people, settings, folder):
    assert check_snapshot(folder).is_clean
    assert check_snapshot(folder).checked["files"] == len(inventory.read(folder).files)
    for file in inventory.read(folder).files:
        if file.size:
            flip(folder / file.path)
    found = [problem.message for problem in check_snapshot(folder).problems]
    damaged = [file.path for file in inventory.read(folder).files if file.size]
    assert sorted(found) == sorted(f"the content of {path} has changed" for path in damaged)


def test_the_command_line_checks_a_snapshot(people, settings, folder):
    clean = run("check", "--snapshot", people, cache=settings.cache)
    assert (clean.returncode, clean.stdout.split(".")[0]) == (0, "No problems found")
    flip(folder / "search.sqlite")
    found = run("check", "--snapshot", people, cache=settings.cache)
    assert found.returncode == 1
    assert f"the content of search.sqlite has changed ({folder.name})" in found.stdout
    assert "It is built again." in run("build", people, cache=settings.cache).stderr
    assert run("check", "--snapshot", people, cache=settings.cache).returncode == 0


def test_there_may_be_no_snapshot_to_check(people, settings):
    with pytest.raises(NotFound, match="has no snapshot of these files"):
        opening.snapshot_folder(people, settings=settings)


def test_an_oxigraph_folder_that_is_damaged_is_an_error_of_the_store(people, settings, folder):
    flip_tables(folder)
    done = run("query", "SELECT * { ?s ?p ?o }", "--store", folder / "store", cache=settings.cache)
    assert done.returncode == 4
    assert "cannot be read: Corruption" in done.stderr or "Cannot open" in done.stderr


def attack_all(people, settings, number, seed):
    """Try damages on copies of a cache; return the outcomes of the first openings."""

    def open_graph(cache):
        return ipgraph.open(people, settings=replace(settings, cache=str(cache)))

    pristine = Path(settings.cache)
    expected = answers(open_graph(pristine))
    (folder,) = (pristine / "snapshots").iterdir()
    damages = random_damages(folder, number, seed)
    assert {damage.kind for damage in damages} == {"truncate", "flip", "delete"}
    return [attack(damage, pristine, open_graph, expected) for damage in damages]


def test_random_damages_are_repaired(people, settings):
    assert len(attack_all(people, settings, 6, seed=11)) == 6


@pytest.mark.slow
def test_a_hundred_random_damages_are_repaired(people, settings):
    assert len(attack_all(people, settings, 100, seed=2)) == 100


def test_without_its_files_a_damaged_graph_is_refused_with_the_reason(people, settings, folder):
    graph = ipgraph.open(people, settings=settings)
    people.unlink()
    cut_in_half(folder / "graph.nq")
    with pytest.raises(StoreUnavailable, match=r"is damaged: graph\.nq has"):
        list(graph.query(COUNT, infer=False))
    with pytest.raises(NotFound, match="There is no file"):
        ipgraph.open(people, settings=settings)


def test_a_flip_in_the_store_without_inferred_statements_is_found_when_it_is_opened(
    people, settings, folder
):
    """An aggregate over the damaged block would collect errors until the memory is full."""
    right = sorted(map(str, ipgraph.open(people, settings=settings).query(COUNT, infer=False)))
    flip_tables(folder / "stated")
    graph = ipgraph.open(people, settings=settings)
    assert graph.stated_store is not None  # this opens it
    assert not list(inventory.find_all(folder / "stated"))
    assert sorted(map(str, graph.query(COUNT, infer=False))) == right
