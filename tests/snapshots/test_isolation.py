from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import ipgraph
from ipgraph.errors import BuildStopped, InvalidData, Place
from ipgraph.settings import Settings
from ipgraph.snapshots import isolation
from ipgraph.snapshots.limits import STAGES, BuildLimits
from support.waiting import wait_until

NO_LIMITS = BuildLimits(time_limit_s=0, memory_limit_mib=0)


def run(name: str, *arguments: object, **options: Any) -> Any:
    """Call a function of this module in a child process."""
    options = {"limits": NO_LIMITS, "size_bytes": 0, **options}
    return isolation.run(f"support.isolated_functions:{name}", *arguments, **options)


@pytest.fixture(autouse=True)
def import_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1]))


def test_a_function_returns_its_result_and_reports_its_stages():
    stages: list[str] = []
    assert run("echo", {"a": [1, "é"]}, report=stages.append) == {"a": [1, "é"]}
    assert stages == ["load", "infer"]


def test_an_error_arrives_with_its_place_and_hint():
    with pytest.raises(InvalidData, match="wrong") as caught:
        run("fail")
    assert caught.value.place == Place(3, 4, "a.ttl")
    assert caught.value.hint == "right"


def test_an_error_of_the_operating_system_arrives_as_one():
    with pytest.raises(FileNotFoundError, match="No such file") as caught:
        run("open_missing")
    assert caught.value.filename == "/missing"


def test_records_are_logged_in_the_parent(caplog):
    with caplog.at_level("INFO", "ipgraph"):
        run("log")
    assert [(record.name, record.levelno, record.getMessage()) for record in caplog.records] == [
        ("ipgraph.test", logging.WARNING, "careful")
    ]


def test_what_the_function_prints_is_not_part_of_the_protocol(capfd):
    assert run("print_text") == 1
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("name", "limits", "message"),
    [
        ("loop", BuildLimits(time_limit_s=0.5), "Loading .* was stopped: .* longer than"),
        ("fill", BuildLimits(memory_limit_mib=100), "Loading .*a.ttl was stopped: .* 100 MiB"),
        ("fill_engine", BuildLimits(memory_limit_mib=200), "was stopped: .* more than 200 MiB"),
        ("crash", NO_LIMITS, r"Inferring statements crashed \(signal 11"),
        ("raise_other", NO_LIMITS, r"crashed \(exit code 1: ValueError: odd"),
        ("be_killed", NO_LIMITS, "Loading the files was stopped: the process was killed"),
    ],
)
def test_a_child_that_dies_is_an_error_that_says_what_it_was_doing(name, limits, message):
    with pytest.raises(BuildStopped, match=message) as caught:
        run(name, limits=limits)
    assert caught.value.hint


def test_limits_grow_with_the_size_of_the_files():
    limits = BuildLimits(time_limit_s=10, memory_limit_mib=100)
    assert (limits.time_s(0), limits.memory_mib(0)) == (10, 100)
    assert limits.time_s(10 << 20) == 60
    assert limits.memory_mib(10 << 20) == 100 + 10 * 64
    assert (NO_LIMITS.time_s(1 << 30), NO_LIMITS.memory_mib(1 << 30)) == (None, 0)
    assert BuildLimits.of(Settings()) == BuildLimits()


def test_every_stage_has_words(rdf_folder, tmp_path):
    stages: list[str] = []
    ipgraph.open(rdf_folder, settings=Settings(cache=str(tmp_path)), report=stages.append)
    assert stages == ["load", "infer", "date", "write", "index"]
    assert set(stages) < set(STAGES)


def test_a_built_snapshot_is_opened_without_a_child(rdf_folder, tmp_path, monkeypatch):
    settings = Settings(cache=str(tmp_path))
    built = ipgraph.open(rdf_folder, settings=settings).built
    monkeypatch.setattr(subprocess, "Popen", None)
    assert ipgraph.open(rdf_folder, settings=settings).built.hash == built.hash


def test_modules_in_the_working_folder_are_not_imported(rdf_folder, tmp_path, monkeypatch):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "sqlite3.py").write_text("raise SystemExit('imported')\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    ipgraph.open(rdf_folder, settings=Settings(cache=str(tmp_path / "cache")))


def test_a_build_that_was_killed_leaves_nothing_behind(tmp_path):
    file, cache = tmp_path / "a.nt", tmp_path / "cache"
    file.write_text("<http://e/s> <http://e/p> <http://e/o> .", encoding="utf-8")
    settings = Settings(cache=str(cache), build_time_limit_s=0.01)  # less than any build takes
    with pytest.raises(BuildStopped, match="was stopped: the build took longer"):
        ipgraph.open(file, settings=settings)
    assert [*(cache / "snapshots").iterdir()] == []


PARENT = """
import sys
from ipgraph.snapshots import isolation
from ipgraph.snapshots.limits import BuildLimits
limits = BuildLimits(time_limit_s=0, memory_limit_mib=0)
print_pid = lambda stage: print(stage, flush=True)
isolation.run("support.isolated_functions:report_pid_and_loop", limits=limits, size_bytes=0,
              report=print_pid)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_the_child_ends_with_its_parent():
    path = os.pathsep.join([*filter(None, sys.path), str(Path(__file__).parents[1])])
    command = [sys.executable, "-c", PARENT]
    environment = {**os.environ, "PYTHONPATH": path}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as parent:
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.send_signal(signal.SIGKILL)
    wait_until(lambda: not is_running(pid), lambda: None)


def is_running(pid: int) -> bool:
    """True if a process exists and is not a zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def test_threads_build_at_the_same_time(tmp_path):
    results: list[int] = []

    def build(number: int) -> None:
        file = tmp_path / f"{number}.ttl"
        file.write_text(f"<http://e/s> <http://e/p> {number} .", encoding="utf-8")
        settings = Settings(cache=str(tmp_path / str(number)))
        results.append(len([*ipgraph.open(file, settings=settings).query("SELECT * {?s ?p ?o}")]))

    threads = [threading.Thread(target=build, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [1, 1, 1]
