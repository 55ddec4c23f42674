"""Any parameters: read as the standard library reads them, or refused."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipgraph.server.api import protocol
from ipgraph.server.http.response import HttpError
from support.fuzzing import fuzzed
from support.running import application

PIECES = [
    *(b"query", b"infer", b"format", b"timeout", b"default-graph-uri", b"update", b"output"),
    *(b"=", b"&", b"&&", b"+", b"%", b"%2", b"%26", b"%3D", b"%2B", b"%00", b"%C3%A9", b"%C3"),
    *(b"%ED%A0%80", b"%zz", b"%u0041", b";", b"#", b"?", b"\xc3\xa9", b"\xff", b"\x00", b"\r\n"),
    *(b"ASK%20{}", b"true", b"json", b"text/html", b"1s", b"1e999", b"0.0000000001", b"-1"),
    *(b"9" * 400, b"\xef\xbb\xbf", b" "),
]  # fmt: skip
QUERY_STRINGS = st.lists(st.sampled_from(PIECES) | st.binary(max_size=3), max_size=20).map(b"".join)
STATUSES = {200, 400, 403, 406, 413, 414}


@fuzzed(600)
@given(QUERY_STRINGS)
def test_parameters_are_those_of_the_standard_library(text):
    encoded = re.sub(rb"[\x80-\xff]", lambda found: b"%%%02X" % found[0][0], text).decode()
    try:
        expected = parse_qsl(encoded, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        expected = None
    try:
        found = protocol.decode(text)
    except HttpError:
        found = None
    assert found == expected


@fuzzed(20)
@given(st.integers(0, 3000))
def test_the_number_of_parameters_is_bounded(number):
    text = b"&".join([b"a=b"] * number)
    if number <= protocol.MAX_PARAMETERS:
        assert len(protocol.decode(text)) == number
    else:
        with pytest.raises(HttpError, match="at most"):
            protocol.decode(text)


@pytest.fixture(scope="module")
def app(project):
    with application(project) as found:
        yield found


@fuzzed(60)
@given(QUERY_STRINGS)
def test_any_parameters_are_answered(app, text):
    fields = {"QUERY_STRING": text.decode("latin-1"), "PATH_INFO": "/sparql"}
    response = app.test_client().open(environ_overrides=fields)
    assert response.status_code in STATUSES
    assert response.get_data() is not None


@fuzzed(60)
@given(QUERY_STRINGS, st.sampled_from([protocol.FORM, protocol.QUERY, "text/plain", "x; charset="]))
def test_any_body_is_answered(app, body, kind):
    response = app.test_client().post("/sparql", data=body, content_type=kind)
    assert response.status_code in STATUSES | {415}
