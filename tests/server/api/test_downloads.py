"""Downloads of the whole graph: the page is quick, and what it says about files is true."""

from __future__ import annotations

import hashlib
import re

import pytest

from ipgraph.server.api import dumps
from ipgraph.server.api.dumps import Dumps
from ipgraph.server.pages import about
from support.running import application, browser


@pytest.fixture
def client(small):
    with application(small) as app:
        yield browser(app)


def download(client, address):
    with client.get(address) as reply:
        return reply.data


def test_the_first_listing_waits_for_no_file_and_later_ones_are_complete(small, monkeypatch):
    files = Dumps(small)
    monkeypatch.setattr(files, "_write_all", lambda: None)
    assert [file.size for file in files.listed()] == [None] * 8
    monkeypatch.undo()
    files._write_all()
    assert all(file.size and len(file.sha256) == 64 and file.statements for file in files.listed())


def test_the_page_reloads_while_files_are_being_written(client, monkeypatch):
    monkeypatch.setattr(Dumps, "is_writing", property(lambda self: True))
    reply = client.get("/downloads")
    assert reply.headers["Refresh"] == str(about.RELOAD_S)
    assert reply.headers["Cache-Control"] == "no-store"
    assert "Calculating sizes" in reply.text


def test_the_page_shows_the_checksum_of_every_file(client):
    client.get("/downloads/SHA256SUMS")  # waits for all files
    reply = client.get("/downloads")
    assert "Refresh" not in reply.headers
    rows = re.findall(
        r'href="(/downloads/ipgraph-[^"]+)".*?<td class="sha">\s*<code>([0-9a-f]{64})</code>',
        reply.text,
        re.DOTALL,
    )
    assert len(rows) == 8
    for address, sha256 in rows:
        assert hashlib.sha256(download(client, address)).hexdigest() == sha256


def test_sha256sums_matches_the_files(client):
    lines = client.get("/downloads/SHA256SUMS").text.splitlines()
    assert len(lines) == 8
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256(download(client, f"/downloads/{name}")).hexdigest() == digest


def test_the_page_shows_the_number_of_statements_of_a_file(client, small):
    client.get("/downloads/SHA256SUMS")
    text = client.get("/downloads").text
    name = Dumps(small).name(".nt")
    row = next(row for row in text.split("<tr>") if f"/downloads/{name}" in row)
    lines = download(client, f"/downloads/{name}").splitlines()
    assert re.search(rf'<td class="num">\s*{len(lines)}\s*</td>', row)


def test_the_files_of_a_large_graph_are_not_written_for_the_listing(small, monkeypatch):
    monkeypatch.setattr(dumps, "MAX_LISTED", 1)
    files = Dumps(small)
    assert [file.size for file in files.listed()] == [None] * 8
    assert not files.is_writing
    assert files.checksums() == ""
    name = files.name(".nq")
    files.file(name)
    assert next(file for file in files.listed() if file.name == name).size


def test_the_shapes_and_alignments_of_the_project_are_served_unchanged(project):
    with application(project) as app:
        client = browser(app)
        text = client.get("/downloads").text
        for name in dumps.CURATED:
            assert hashlib.sha256(download(client, f"/downloads/{name}")).hexdigest() in text
        assert b"sh:NodeShape" in download(client, "/downloads/shapes.ttl")


def test_a_file_that_does_not_exist_is_not_found(client):
    for name in ("ipgraph-0.ttl", "shapes.ttl", ".."):
        assert client.get(f"/downloads/{name}").status_code == 404
    assert client.get("/downloads/..%2Fshapes.ttl").status_code == 404


def test_a_file_is_sent_with_its_length_name_and_etag(serve, small):
    with serve(small) as service:
        name = Dumps(small).name(".nt")
        reply = service.ask(f"/downloads/{name}")
        assert reply.status == 200
        assert int(reply.headers["Content-Length"]) == len(reply.body) > 0
        assert reply.headers["Content-Disposition"] == f"attachment; filename={name}"
        again = service.ask(f"/downloads/{name}", If_None_Match=reply.headers["ETag"])
        assert (again.status, again.body) == (304, b"")
