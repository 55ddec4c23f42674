"""Any dataset file: it is read, or refused in words with the line; nothing else happens."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipgraph.dataset.config import bounds, reader
from ipgraph.dataset.config.lines import Lines
from ipgraph.dataset.config.model import DatasetConfig
from ipgraph.dataset.config.table import keys_of
from ipgraph.dataset.config.tokens import tokens_of
from ipgraph.errors import UsageError
from support.fuzzing import fuzzed

KEYS = [info.name for info in keys_of(DatasetConfig)]
FRAGMENTS = [
    *("[", "]", "[[", "]]", "{", "}", "=", ",", ".", "\n", " ", "#", "'", '"', "'''", '"""', "\\"),
    *("1", "true", "2013-07-01", "12:00:00", "nan", "inf", "'a'", '"rdf:a"', "class", "en", "é"),
    *(f"{key} = " for key in KEYS),
    *(f"[[{key}]]\n" for key in ("nodes", "kinds", "files")),
    *(f"[{key}]\n" for key in ("time", "iris", "roles")),
    *("\r\n", "\0", "\u2028", "\ufeff", "\\u0041", "\\ud800"),
]
TEXTS = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=40).map("".join)
NAMES = st.sampled_from([*KEYS, "class", "ties", "label", "path", "en", "begin", "x.y", ""])
SCALARS = (
    st.booleans()
    | st.integers()
    | st.floats()
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.text(max_size=20)
    | st.sampled_from(["rdf:type", "^rdf:type/<urn:a>", "https://a.example/x#", "../x", "{rdf:a}"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
TABLES = st.dictionaries(NAMES, VALUES, max_size=6)


@fuzzed(300)
@given(TEXTS)
def test_any_text_is_read_or_refused_with_a_line_that_exists(text):
    with TemporaryDirectory() as folder:
        path = Path(folder, "dataset.toml")
        path.write_text(text, encoding="utf-8", errors="surrogatepass", newline="")
        try:
            reader.read(path)
        except UsageError as error:
            for line in str(error).split(f"\n{path}"):
                number = re.match(r":(\d+): ", line.removeprefix(str(path)))
                assert number is None or 1 <= int(number[1]) <= text.count("\n") + 1


@fuzzed(300)
@given(TABLES)
def test_any_table_is_read_or_refused_and_survives_its_own_form(table):
    try:
        config = reader.from_table(table)
    except UsageError:
        return
    assert reader.from_table(reader.to_table(config)) == config


@fuzzed(300)
@given(TEXTS)
def test_the_locator_knows_every_key_that_the_parser_reads(text):
    if bounds.find_excess(text):
        return
    try:
        table = tomllib.loads(text)
    except ValueError:
        return
    lines = Lines(text)
    for path in paths_of(table):
        assert path in lines._lines, path


def paths_of(value, path=()):
    """Yield the path of every key and list item in a table."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        yield (*path, key)
        if isinstance(item, dict | list):
            yield from paths_of(item, (*path, key))


@pytest.mark.parametrize(
    "text", ['"""\\' * 20_000, "'" * 60_001, '"\\' * 60_000, "'''a" * 30_000, '"' * 60_001]
)
def test_unfinished_strings_are_read_once(text):
    assert sum(len(token.text) for token in tokens_of(text)) <= len(text)
