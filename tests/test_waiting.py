"""Waits of the tests: they outlast any clock, and end when what they wait for has died."""

from __future__ import annotations

import queue
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count

import pytest

from support.running import Running
from support.served import Served
from support.waiting import Child, EndedEarly, wait_for_event, wait_until

# It starts late: its first line comes after the waiting process has looked several times.
LATE = "import sys, time; time.sleep(0.3); sys.stderr.write('first\\nServing at x\\n')"


@pytest.fixture
def fast_clock(monkeypatch):
    """Clocks on which an hour passes between two readings, so that any limit is exceeded."""
    hours = count(time.monotonic(), 3600)

    def read() -> float:
        return next(hours)

    for module, name in ((time, "monotonic"), (time, "time"), (time, "perf_counter")):
        monkeypatch.setattr(module, name, read)
    for module, name in ((queue, "time"), (subprocess, "_time"), (threading, "_time")):
        monkeypatch.setattr(module, name, read)


class Reloading(BaseHTTPRequestHandler):
    """A page that reloads by itself three times."""

    visits = 0

    def do_GET(self) -> None:
        Reloading.visits += 1
        self.send_response(200)
        if Reloading.visits <= 3:
            self.send_header("Refresh", "1")
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Print nothing."""


def running_at(port: int, thread: threading.Thread) -> Running:
    return Running(f"http://127.0.0.1:{port}", port, None, None, thread)


def ended_thread() -> threading.Thread:
    thread = threading.Thread(target=lambda: None, name="short")
    thread.start()
    thread.join()
    return thread


def test_a_process_may_start_later_than_any_limit(fast_clock):
    with Child([sys.executable, "-c", LATE]) as child:
        assert child.wait_for("Serving") == "Serving at x\n"
        assert child.seen.startswith("first\n")


def test_a_page_may_be_complete_later_than_any_limit(fast_clock):
    with HTTPServer(("127.0.0.1", 0), Reloading) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        running_at(server.server_port, thread).wait_for("/")
        server.shutdown()
        thread.join()
    assert Reloading.visits == 4


def test_a_condition_may_become_true_later_than_any_limit(fast_clock):
    answers = iter([False, False, True])
    wait_until(lambda: next(answers), lambda: None)
    assert list(answers) == []


def test_a_process_that_dies_is_an_error_with_its_code_and_what_it_printed():
    program = "import sys; sys.exit('no space left')"
    with (
        Child([sys.executable, "-c", program]) as child,
        pytest.raises(EndedEarly, match=r"ended with 1 before 'Serving'.*\nno space left"),
    ):
        child.wait_for("Serving")


def test_a_grandchild_that_holds_the_pipe_does_not_hide_the_death(tmp_path):
    fifo = tmp_path / "fifo"
    subprocess.run(["mkfifo", fifo], check=True)
    with Child(["sh", "-c", f"cat {fifo} & echo gone >&2; exit 3"]) as child:
        with pytest.raises(EndedEarly, match=r"ended with 3 before 'Serving'.*\ngone"):
            child.wait_for("Serving")
        fifo.open("w").close()  # ends the grandchild


def test_a_service_that_cannot_start_is_an_error_with_its_message(tmp_path):
    (tmp_path / "broken.ttl").write_text("this is not Turtle")
    with pytest.raises(EndedEarly, match=r"broken\.ttl"):
        Served(tmp_path / "broken.ttl", tmp_path / "cache")


def test_a_request_to_a_server_that_has_ended_is_an_error():
    with socket.create_server(("127.0.0.1", 0)) as listener:  # connects, and answers nothing
        running = running_at(listener.getsockname()[1], ended_thread())
        with pytest.raises(EndedEarly, match="has ended"):
            running.ask("/")
        with pytest.raises(EndedEarly, match="has ended"):
            running.wait_until(lambda: False)


def test_an_event_of_a_thread_that_has_ended_is_an_error():
    with pytest.raises(EndedEarly, match="'short' ended without the event"):
        wait_for_event(threading.Event(), ended_thread())
