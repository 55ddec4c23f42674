"""Text from data never controls a terminal, in any format of any command."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import re
import subprocess
import sys

import pytest

from ipgraph.cli.output import terminal

ESCAPES = "\x1b]0;title\x07\x1b[2J\x9b2J"
BIDI = "\u202egnp.exe\u202c \u2066x\u2069 \u200f\u061c"
EVIL = f"start {ESCAPES} {BIDI} end"
# What rich writes itself: colors, and the cursor for progress.
OWN = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
ALL = "CONSTRUCT WHERE { ?s ?p ?o }"
QUERY = "SELECT ?s ?o { ?s <http://e/p> ?o }"
COMMANDS = (
    *(("query", QUERY, "--format", name) for name in ("csv", "tsv", "json", "xml", "table")),
    ("query", QUERY),
    ("query", ALL),
    *(("query", ALL, "--format", name) for name in ("ttl", "nt", "jsonld")),
    ("query", f"SELECT {EVIL}"),
    ("export", "--format", "ttl"),
    ("export", "--format", "nq"),
    ("search", "start"),
    ("search", "--json", "start"),
    ("describe", "http://e/s"),
    ("describe", "http://e/s", "--format", "ttl"),
    ("describe", EVIL),
    ("explain", "http://e/s", "http://e/p", EVIL),
    ("info", "--json"),
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A graph whose literals hold what a terminal must not see."""
    found = tmp_path_factory.mktemp("evil")
    text = EVIL.encode("unicode_escape").decode().replace("\\x", "\\u00")
    (found / "evil.ttl").write_text(
        f'<http://e/s> <http://e/p> "{text}" ;\n'
        f' <http://www.w3.org/2000/01/rdf-schema#label> "{text}" ; a <http://e/C> .\n',
        encoding="utf-8",
    )
    return found


def run_on_terminal(folder, cache, arguments) -> str:
    """Run the command line with a pseudo-terminal; return all that reaches it."""
    ours, theirs = pty.openpty()
    store = [] if arguments[0] == "check" else ["--store", str(folder)]
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "ipgraph", *arguments, *store],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "IPGRAPH_CACHE": str(cache), "PYTHONIOENCODING": "utf-8"},
    ):
        os.close(theirs)
        received = b""
        with contextlib.suppress(OSError):  # the other end is closed
            while part := os.read(ours, 65536):
                received += part
    os.close(ours)
    return received.decode()


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda parts: " ".join(parts)[:40])
def test_no_control_of_the_data_reaches_a_terminal(folder, tmp_path_factory, arguments):
    cache = tmp_path_factory.getbasetemp() / "evil-cache"
    shown = run_on_terminal(folder, cache, arguments)
    assert shown.strip()
    assert "Traceback" not in shown
    assert FORBIDDEN.search(OWN.sub("", shown)) is None
    assert "\x1b[2J" not in shown


def test_a_literal_is_shown_with_replacements(folder, tmp_path):
    shown = run_on_terminal(folder, tmp_path, ("query", QUERY, "--format", "csv"))
    assert terminal.harmless(EVIL) in shown
    assert "s,o\r\n" in shown


def test_a_pipe_gets_the_exact_bytes(folder, tmp_path):
    found = subprocess.run(
        [
            sys.executable,
            "-m",
            "ipgraph",
            "query",
            QUERY,
            "--format",
            "csv",
            "--store",
            str(folder),
        ],
        env={**os.environ, "IPGRAPH_CACHE": str(tmp_path)},
        capture_output=True,
        check=True,
    )
    assert EVIL.encode() in found.stdout


def test_characters_and_line_ends_cut_anywhere_are_filtered_alike():
    text = f"é {EVIL}\r\nx\ry\r\n\U0001f600\tz\n"
    expected = terminal.harmless(text.replace("\r\n", "\n"))
    for size in range(1, 9):
        shown = io.StringIO()
        shown.isatty = lambda: True
        filtered = terminal._protected(shown)
        data = text.encode()
        for start in range(0, len(data), size):
            filtered.buffer.write(data[start : start + size])
        assert shown.getvalue() == expected


def test_a_stream_that_is_no_terminal_is_left_as_it_is():
    stream = io.StringIO()
    assert terminal._protected(stream) is stream
