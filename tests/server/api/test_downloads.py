"""Downloads of the whole graph: the page is quick, and what it says about files is true."""

from __future__ import annotations

import hashlib
import re

import pytest

import ipgraph
from ipgraph.namespaces import RDFS
from ipgraph.server.api import dumps
from ipgraph.server.api.dumps import Dumps
from ipgraph.server.pages import about
from ipgraph.settings import Settings
from support.running import application, browser

BAD = {
    "rdf": '<http://e.test/a> <http://e.test/9> "digits only" .',
    "rdf and its like": '<http://e.test/a> <http://e.test/p> "a\\u0001b" .',
    "jsonld": "<http://e.test/a> <http://e.test/p> <<( <urn:a> <urn:p> <urn:b> )>> .",
}


def opened(folder, **files):
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.ttl").write_text(text, encoding="utf-8")
    return ipgraph.open(folder, settings=Settings(cache=str(folder.parent / "cache")))


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
        r'href="(/downloads/rdf-[^"]+)".*?<td class="sha">\s*<code>([0-9a-f]{64})</code>',
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


def test_the_shapes_of_the_dataset_are_served_unchanged(project):
    with application(project) as app:
        client = browser(app)
        text = client.get("/downloads").text
        for name in ("shapes.ttl",):
            assert hashlib.sha256(download(client, f"/downloads/{name}")).hexdigest() in text
        assert b"sh:NodeShape" in download(client, "/downloads/shapes.ttl")


def test_a_file_that_does_not_exist_is_not_found(client):
    for name in ("rdf-0.ttl", "shapes.ttl", ".."):
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


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_no_writer_can_write_is_not_offered_and_refused_with_the_reason(tmp_path, name):
    kg = opened(tmp_path / "Birds of Zürich", good='<urn:a> <urn:p> "v" .', bad=BAD[name])
    suffix = f".{name.partition(' ')[0]}"
    with application(kg) as app:
        client = browser(app)
        assert client.get("/downloads/SHA256SUMS").text.count("\n") == 7
        page, catalog = client.get("/downloads").text, client.get("/dcat.ttl").text
        offered = re.findall(r'href="/downloads/(birds-of-zurich-[0-9a-f]{12}[^"]+)"', page)
        assert len(offered) == 7
        assert f"{suffix}" not in {file[file.index(".") :] for file in offered}
        assert f"{suffix}>" not in catalog
        assert ".nq>" in catalog
        for file in offered:
            assert download(client, f"/downloads/{file}")
        refused = client.get(f"/downloads/{Dumps(kg).name(suffix)}")
        assert refused.status_code == 406
        assert "cannot hold" in refused.text


def test_downloads_have_what_was_stated_and_those_of_the_project_what_follows(tmp_path, project):
    text = f"<urn:p> <{RDFS}subPropertyOf> <urn:q> . <urn:a> <urn:p> 01 ."
    kg = opened(tmp_path / "own", it=text)
    assert kg.built.manifest["counts"]["inferred"] > 0
    with application(kg) as app:
        client = browser(app)
        lines = download(client, f"/downloads/{Dumps(kg).name('.nq')}").decode()
        assert "without inferred" in client.get("/downloads").text
    assert lines.count("\n") == 2
    assert '"01"^^' in lines
    assert "<urn:ipgraph:file/it.ttl>" in lines
    assert Dumps(project).are_closed
    assert Dumps(project).name(".nt").startswith("ipgraph-")
