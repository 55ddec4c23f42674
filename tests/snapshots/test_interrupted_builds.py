"""Builds that are killed or find the disk full leave the last good snapshot, and no rubbish."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import subprocess
import sys

import pytest

import ipgraph
from ipgraph.errors import StoreUnavailable
from ipgraph.opening import reopen
from ipgraph.server.service import Service
from ipgraph.settings import Settings
from ipgraph.snapshots import cache, construction
from support.builds import (
    COUNT,
    NUMBER,
    build,
    fill_disk,
    interrupt,
    is_last_good_served,
    leftovers,
    random_interruptions,
    write_graph,
)

PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def graph(tmp_path, folder):
    """A file whose snapshot is good."""
    path = tmp_path / "graph.ttl"
    write_graph(path, "good", NUMBER)
    assert build(path, folder) == (0, "")
    return path


@pytest.mark.parametrize("delay_s", [0.5, 0.7])
def test_a_killed_build_leaves_the_last_good_snapshot(graph, folder, delay_s):
    interrupt(graph, folder, 0, lambda: build(graph, folder, kill_after_s=delay_s))


@pytest.mark.parametrize("max_file_bytes", [1000, 60_000, 150_000])
def test_a_full_disk_leaves_the_last_good_snapshot(graph, folder, max_file_bytes):
    interrupt(graph, folder, 0, lambda: fill_disk(graph, folder, max_file_bytes))


@pytest.mark.slow
def test_a_hundred_interrupted_builds(tmp_path, folder):
    killed, failed = random_interruptions(tmp_path / "graph.ttl", folder, 50, seed=5)
    assert killed > 0
    assert failed > 0


@contextlib.contextmanager
def full_disk(max_file_bytes):
    """Let this process and those that it starts write no larger files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max_file_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("max_file_bytes", [1000, 60_000, 150_000])
def test_a_service_goes_on_after_a_reload_that_finds_the_disk_full(graph, folder, max_file_bytes):
    settings = Settings(cache=str(folder))
    service = Service(ipgraph.open(graph, settings=settings), settings)
    served = service.edition
    write_graph(graph, "other", 2 * NUMBER)
    with (
        full_disk(max_file_bytes),
        pytest.raises(StoreUnavailable, match="Cannot write to the cache folder") as caught,
    ):
        service.reload()
    assert "Free some space" in caught.value.hint
    assert service.edition is served
    assert leftovers(folder) == []
    assert service.reload()
    service.close()


def test_the_next_build_removes_what_killed_builds_left(graph, folder):
    plant(folder)
    write_graph(graph, "other", NUMBER)
    ipgraph.open(graph, settings=Settings(cache=str(folder)))
    assert leftovers(folder) == []


def test_cleaning_removes_what_killed_builds_left(graph, folder):
    plant(folder)
    cache.clean(folder)
    assert leftovers(folder) == []


def test_cleaning_leaves_the_folder_of_a_running_build(graph, folder):
    plant(folder)
    with construction.lock(folder):
        cache.clean(folder)
        assert ".building-1-killed" in leftovers(folder)


def plant(folder):
    left = folder / "snapshots" / ".building-1-killed"
    left.mkdir()
    (left / "graph.nq").write_text("half", encoding="utf-8")
    (folder / "inputs" / "0.4711").write_text("half", encoding="utf-8")
    assert len(leftovers(folder)) == 2


def test_a_file_that_disappears_during_a_build_is_no_fault_of_the_cache(graph, folder, monkeypatch):
    monkeypatch.setattr(cache, "_name", lambda recipe: graph.with_name("gone").read_bytes())
    graph.write_text("", encoding="utf-8")
    with pytest.raises(ipgraph.errors.NotFound, match=r"Cannot read .*gone"):
        ipgraph.open(graph, settings=Settings(cache=str(folder)))


def test_files_from_the_future_are_noticed_when_they_change(graph, folder):
    """The clock was set back by a day."""
    day_ns = 86_400 * 10**9
    stat = graph.stat()
    future_ns = stat.st_mtime_ns + day_ns
    for path in [graph, *folder.rglob("*")]:
        os.utime(path, ns=(future_ns, future_ns))
    settings = Settings(cache=str(folder))
    first = ipgraph.open(graph, settings=settings)
    assert is_last_good_served(graph, folder, NUMBER)
    write_graph(graph, "else", NUMBER)  # as large as before, and older
    second = reopen(first)
    assert second.built.hash != first.built.hash
    assert is_last_good_served(graph, folder, NUMBER)


def without_override(*command):
    """Run ipgraph as a user that permissions apply to; also root, without its privilege."""

    def drop() -> None:
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE)

    return subprocess.run(
        [sys.executable, "-m", "ipgraph", *map(str, command)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=drop,
    )


@pytest.fixture
def read_only(folder, graph):
    """The cache folder, which cannot be written."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755)


@pytest.mark.skipif(sys.platform != "linux", reason="privileges are Linux's")
def test_a_read_only_cache_is_used(graph, read_only):
    before = sorted(read_only.rglob("*"))
    os.utime(graph, (1, 1))  # the record does not apply any more
    for flags in [(), ("--no-infer",)]:
        done = without_override("--cache", read_only, "query", COUNT, "--store", graph, *flags)
        assert (done.stdout.split(), done.stderr, done.returncode) == (["?n", "800"], "", 0)
    assert sorted(read_only.rglob("*")) == before


@pytest.mark.skipif(sys.platform != "linux", reason="privileges are Linux's")
def test_a_read_only_cache_without_the_snapshot_is_an_error_with_a_hint(graph, read_only):
    write_graph(graph, "other", NUMBER)
    done = without_override("--cache", read_only, "query", COUNT, "--store", graph)
    assert done.returncode == 4
    assert "Cannot write to the cache folder" in done.stderr
    assert "Traceback" not in done.stderr
