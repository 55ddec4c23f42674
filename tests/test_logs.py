"""Log output: what a record looks like as JSON and as text, and where it goes."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from dataclasses import replace

import pytest

from ipgraph import logs
from ipgraph.errors import UsageError
from ipgraph.settings import Settings


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


LOGGER = logging.getLogger("ipgraph.example")
ACCESS = logging.getLogger(logs.ACCESS)


@pytest.fixture
def configured(monkeypatch):
    """A function that configures logging, and returns what stands in for standard error."""
    undoing = []

    def configure(stderr: io.StringIO | None = None, **changed) -> io.StringIO:
        stderr = stderr or io.StringIO()
        monkeypatch.setattr(sys, "stderr", stderr)
        undoing.append(logs.configure(replace(Settings(), **changed)))
        return stderr

    yield configure
    for undo in reversed(undoing):
        undo()


def test_a_record_is_one_json_object_on_one_line(configured):
    stderr = configured(log_format="json")
    LOGGER.warning("two\nlines of %s", "é", extra={"id": "a1", "size": 3})
    (line,) = stderr.getvalue().splitlines()
    record = json.loads(line)
    assert record.pop("time").endswith("Z")
    assert record == {
        "level": "warning",
        "logger": "ipgraph.example",
        "message": "two\nlines of é",
        "id": "a1",
        "size": 3,
    }
    assert line.isascii()


def test_a_json_line_holds_the_traceback(configured):
    stderr = configured(log_format="json")
    try:
        raise RuntimeError("inner detail")
    except RuntimeError:
        LOGGER.exception("It failed")
    (line,) = stderr.getvalue().splitlines()
    assert json.loads(line)["exception"].endswith("RuntimeError: inner detail")


def test_a_field_that_json_cannot_hold_is_written_as_text(configured):
    stderr = configured(log_format="json")
    LOGGER.warning("odd", extra={"path": {1}})
    assert json.loads(stderr.getvalue())["path"] == "{1}"


def test_text_is_a_readable_line_with_the_fields_that_the_message_lacks(configured):
    stderr = configured(log_format="text")
    fields = {"method": "GET", "status": 200, "id": "a1", "query": 'ASK { ?s ?p "o" }'}
    LOGGER.warning("%(method)s %(status)s", fields, extra=fields)
    time, _, rest = stderr.getvalue().partition(" ")
    assert len(time) == len("2026-01-31T12:00:00.000Z")
    assert rest == 'WARNING ipgraph.example: GET 200 id=a1 query="ASK { ?s ?p \\"o\\" }"\n'


def test_text_cannot_be_made_to_show_a_line_of_a_client(configured):
    stderr = configured(log_format="text")
    LOGGER.warning(
        "GET /%s", "a\r\n2026 ERROR forged \x1b[31m", extra={"client": "b\nforged\u2028forged"}
    )
    assert len(stderr.getvalue().splitlines()) == 1
    assert "\x1b" not in stderr.getvalue()


def test_text_has_the_traceback_on_lines_of_its_own(configured):
    stderr = configured(log_format="text")
    try:
        raise RuntimeError("inner detail")
    except RuntimeError as error:
        LOGGER.error("It failed", exc_info=error, extra={"id": "a1"})
    lines = stderr.getvalue().splitlines()
    assert lines[0].endswith("ERROR ipgraph.example: It failed id=a1")
    assert lines[1] == "Traceback (most recent call last):"
    assert lines[-1] == "RuntimeError: inner detail"


def test_auto_is_text_on_a_terminal_and_json_elsewhere(configured):
    pipe = configured()
    LOGGER.warning("piped")
    assert json.loads(pipe.getvalue())["message"] == "piped"
    terminal = configured(Terminal())
    LOGGER.warning("seen")
    assert terminal.getvalue().endswith("WARNING ipgraph.example: seen\n")


def test_our_records_are_written_from_info_on_and_those_of_others_from_warning_on(configured):
    stderr = configured(log_format="text")
    LOGGER.debug("ours, debug")
    LOGGER.info("ours, info")
    logging.getLogger("waitress").info("theirs, info")
    logging.getLogger("waitress").warning("theirs, warning")
    assert [line.rpartition(": ")[2] for line in stderr.getvalue().splitlines()] == [
        "ours, info",
        "theirs, warning",
    ]


@pytest.mark.parametrize(("access_log", "is_written"), [("", False), ("-", True)])
def test_the_access_log_is_off_by_default_and_goes_to_standard_error_for_a_dash(
    configured, access_log, is_written
):
    stderr = configured(access_log=access_log)
    ACCESS.info("a request")
    assert ("a request" in stderr.getvalue()) is is_written
    assert ACCESS.isEnabledFor(logging.INFO) is is_written


def test_the_file_of_the_access_log_holds_requests_and_nothing_else(configured, tmp_path):
    path = tmp_path / "access.log"
    stderr = configured(access_log=str(path))
    ACCESS.info("a request")
    LOGGER.info("a reload")
    assert json.loads(path.read_text())["message"] == "a request"
    assert json.loads(stderr.getvalue())["message"] == "a reload"


def test_after_the_file_is_moved_away_requests_go_to_a_new_one(configured, tmp_path):
    path = tmp_path / "access.log"
    configured(access_log=str(path))
    ACCESS.info("before")
    path.rename(tmp_path / "access.log.1")
    ACCESS.info("after")
    assert json.loads((tmp_path / "access.log.1").read_text())["message"] == "before"
    assert json.loads(path.read_text())["message"] == "after"


def test_a_file_that_cannot_be_opened_is_an_error_with_advice_and_changes_nothing(tmp_path):
    handlers = [*logging.getLogger().handlers]
    settings = replace(Settings(), access_log=str(tmp_path / "none" / "access.log"))
    with pytest.raises(UsageError, match="Cannot open the access log") as caught:
        logs.configure(settings)
    assert "--access-log" in caught.value.hint
    assert logging.getLogger().handlers == handlers


def test_what_was_configured_can_be_undone(tmp_path):
    loggers = [logging.getLogger(name) for name in ("", logs.ROOT, logs.ACCESS)]

    def state():
        return [([*found.handlers], found.level, found.propagate) for found in loggers]

    before = state()
    undo = logs.configure(replace(Settings(), access_log=str(tmp_path / "access.log")))
    assert state() != before
    undo()
    assert state() == before


def test_importing_ipgraph_configures_no_logging():
    program = (
        "import logging, ipgraph, ipgraph.server.application as _; "
        "loggers = [logging.getLogger(), *map(logging.getLogger, logging.root.manager.loggerDict)];"
        "print([found.name for found in loggers if found.handlers and 'ipgraph' in found.name],"
        " logging.root.handlers, logging.getLogger('ipgraph').level)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["[]", "[]", "0"]


def test_similar_records_are_limited_and_counted():
    limit = logs.RateLimit(most=2, interval_s=10)

    def record(text, seconds, *args):
        found = logging.makeLogRecord({"msg": text, "args": args, "levelno": logging.WARNING})
        found.created = seconds
        return found

    template = "Malformed request of the client %s"
    passed = [limit.filter(record(template, 100 + n / 100, n)) for n in range(500)]
    assert passed == [True, True] + [False] * 498
    assert limit.filter(record("Something else", 101))
    later = record(template, 111, 7)
    assert limit.filter(later)
    assert later.getMessage() == "Malformed request of the client 7 (and 498 similar before)"
    assert limit.filter(record(template, 50))  # the clock was set back
