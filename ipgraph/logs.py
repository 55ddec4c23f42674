"""Log output of `ipgraph serve`: where records go, and how they are written.

The library and `create_app()` configure nothing: records go to the loggers below ``ipgraph``, and
an application that embeds ipgraph handles them like any others. Structured fields are attributes
of the records, as `extra` sets them.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import time
from functools import lru_cache
from logging.handlers import WatchedFileHandler
from typing import TYPE_CHECKING, Any

from ipgraph.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipgraph.settings import Settings

ROOT = "ipgraph"
ACCESS = "ipgraph.access"  # a record for each finished request
ERROR = "ipgraph.error"  # failures of the service itself, with the traceback
_STANDARD_ERROR = "-"
_SIMILAR_CHARS = 30
_MAX_KINDS = 1000

# What every record has; all other attributes are fields of the record.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_ENCODER = json.JSONEncoder(default=str)  # kept: `json.dumps` with options makes one each time
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_BARE_VALUE = re.compile(r"[\w./:;@+,*%?&#~-]+", re.ASCII)


class JsonFormatter(logging.Formatter):
    """Write a record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        fields = {
            "time": _timestamp(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        if trace := _trace(self, record):
            fields["exception"] = trace
        return _ENCODER.encode(fields)


class TextFormatter(logging.Formatter):
    """Write a record as one line for people, with its fields after the message.

    Fields that the message names are not repeated. A traceback follows on separate lines.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        template = str(record.msg)
        pairs = (
            f" {name}={_value(value)}"
            for name, value in _fields(record).items()
            if f"%({name})" not in template
        )
        message = _CONTROL.sub(_escape, record.getMessage())
        line = f"{_timestamp(record)} {record.levelname} {record.name}: {message}{''.join(pairs)}"
        trace = _trace(self, record)
        return f"{line}\n{trace}" if trace else line


class RateLimit(logging.Filter):
    """Passes a few similar records in each interval, and says how many it has dropped.

    Records are similar if their level and the beginning of their message template are the same.
    """

    def __init__(self, most: int = 5, interval_s: float = 10.0) -> None:
        super().__init__()
        self._most, self._interval_s = most, interval_s
        self._counts: dict[tuple[int, str], tuple[float, int]] = {}
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to log a record."""
        key = (record.levelno, str(record.msg)[:_SIMILAR_CHARS])
        with self._lock:
            since, count = self._counts.get(key, (record.created, 0))
            dropped = 0
            if not 0 <= record.created - since < self._interval_s:
                since, dropped, count = record.created, max(count - self._most, 0), 0
            if len(self._counts) >= _MAX_KINDS:
                self._counts.clear()
            self._counts[key] = (since, count + 1)
        if dropped:
            record.msg = f"{record.getMessage()} (and {dropped:,} similar before)"
            record.args = None
        return count < self._most


def configure(settings: Settings) -> Callable[[], None]:
    """Send log records where the settings say; return what undoes that.

    For a process of which this is the only application. All records of at least WARNING go to
    standard error, those of ``ipgraph`` from INFO on. Raises `UsageError` if the file of the
    access log cannot be opened.
    """
    access_file = None
    if settings.access_log not in ("", _STANDARD_ERROR):
        access_file = _file_handler(settings.access_log, settings.log_format)
    everything, ours, access = map(logging.getLogger, ("", ROOT, ACCESS))
    before = (ours.level, access.level, access.propagate)
    to_stderr = logging.StreamHandler(sys.stderr)
    to_stderr.setFormatter(_formatter(settings.log_format, is_terminal=sys.stderr.isatty()))
    everything.addHandler(to_stderr)
    ours.setLevel(logging.INFO)
    access.setLevel(logging.INFO if settings.access_log else logging.WARNING)
    if access_file is not None:
        access.addHandler(access_file)
        access.propagate = False

    def undo() -> None:
        everything.removeHandler(to_stderr)
        ours.setLevel(before[0])
        access.setLevel(before[1])
        access.propagate = before[2]
        if access_file is not None:
            access.removeHandler(access_file)
            access_file.close()

    return undo


def _file_handler(path: str, log_format: str) -> logging.Handler:
    """Return a handler that appends to a file, and opens it again after it has been moved."""
    try:
        handler = WatchedFileHandler(path, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(
            f"Cannot open the access log {path}: {error.strerror}.",
            hint="Choose another file with --access-log, or - for standard error.",
        ) from error
    handler.setFormatter(_formatter(log_format, is_terminal=False))
    return handler


def _formatter(log_format: str, *, is_terminal: bool) -> logging.Formatter:
    is_text = is_terminal if log_format == "auto" else log_format == "text"
    return TextFormatter() if is_text else JsonFormatter()


def _timestamp(record: logging.LogRecord) -> str:
    """Return the time of a record in UTC, to the millisecond."""
    return f"{_second(int(record.created))}.{int(record.msecs):03}Z"


@lru_cache(maxsize=2)
def _second(seconds: int) -> str:
    """Return a time in UTC; the same second is written for many records."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    """Return the traceback and the stack of a record, or nothing."""
    parts = []
    if record.exc_info:
        parts.append(formatter.formatException(record.exc_info))
    elif record.exc_text:  # the record came from another process, or was pickled
        parts.append(record.exc_text)
    if record.stack_info:
        parts.append(formatter.formatStack(record.stack_info))
    return "\n".join(parts)


def _value(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if _BARE_VALUE.fullmatch(text) else json.dumps(text)


def _escape(character: re.Match[str]) -> str:
    return character[0].encode("unicode_escape").decode("ascii")
