from __future__ import annotations

import pyoxigraph as ox
import pytest

from ipgraph.errors import InvalidData, NotFound
from ipgraph.namespaces import file_graph
from ipgraph.snapshots import loading


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("@prefix a: <http://a/> .\na:x a:y b:z .\n", 2, 9, "prefix b: has not been declared"),
        ("<http://a> <http://b> 'x'\n<http://c> <http://d> 1 .", 2, 1, "dot is expected"),
    ],
)
def test_a_broken_turtle_file_is_reported_with_file_line_column_and_what_was_expected(
    tmp_path, text, line, column, message
):
    file = tmp_path / "broken.ttl"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidData, match=message) as caught:
        loading.load(loading.inputs_of([file]))
    assert str(caught.value).startswith(f"{file}:{line}:{column}: ")


def test_a_file_that_is_not_utf_8_is_reported_with_its_place(tmp_path):
    file = tmp_path / "latin.ttl"
    file.write_bytes(b"<http://a> <http://b> 'caf\xe9' .")
    with pytest.raises(InvalidData, match=r"latin\.ttl:1:\d+: .*utf-8"):
        loading.load(loading.inputs_of([file]))


def test_blank_nodes_of_two_files_are_different(tmp_path):
    for name in ("one.ttl", "two.nt"):
        (tmp_path / name).write_text('_:same <http://p> "v" .\n', encoding="utf-8")
    engine = loading.load(loading.inputs_of([tmp_path]))
    assert len({quad.subject for quad in engine}) == 2


def test_files_are_loaded_into_their_own_graph_and_datasets_keep_their_named_graphs(tmp_path):
    texts = {
        "a.ttl": "<http://x> <http://p> 1 .",
        "b.nt": "<http://x> <http://p> <http://b> .",
        "c.jsonld": '{"@id": "http://x", "http://p": "c"}',
        "d.rdf": '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:h="http://">'
        '<r:Description r:about="http://x"><h:p>d</h:p></r:Description></r:RDF>',
        "e.trig": "<http://x> <http://p> 'e' . <http://g> { <http://x> <http://p> 'g' }",
        "f.nq": '<http://x> <http://p> "f" <http://g> .',
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    engine = loading.load(loading.inputs_of([tmp_path]))
    graphs = {str(quad.object): quad.graph_name for quad in engine}
    file_graphs = {name: ox.NamedNode(file_graph(name)) for name in texts}
    named_graph = ox.NamedNode("http://g")
    assert len(graphs) == 7
    assert graphs['"c"'] == file_graphs["c.jsonld"]
    assert graphs['"d"'] == file_graphs["d.rdf"]
    assert graphs['"e"'] == file_graphs["e.trig"]
    assert graphs['"g"'] == named_graph
    assert graphs['"f"'] == named_graph


def test_a_missing_path_or_one_without_rdf_is_an_error_that_names_it(tmp_path):
    with pytest.raises(NotFound, match=r"no file or folder .*gone\.ttl"):
        loading.inputs_of([tmp_path / "gone.ttl"])
    with pytest.raises(NotFound, match="has no RDF files"):
        loading.inputs_of([tmp_path])
    (tmp_path / "note.txt").write_text("hello", encoding="utf-8")
    with pytest.raises(InvalidData, match=r"note\.txt holds text in an unknown format, not RDF"):
        loading.load(loading.inputs_of([tmp_path / "note.txt"]))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.ttl", '<http://a> <http://b> "{}" .'),
        ("a.nq", "<http://a> <http://b> <http://c{}> ."),
        ("a.jsonld", '{{"http://b": "{}"}}'),
    ],
)
def test_a_token_that_is_too_long_for_the_parser_is_an_error_that_names_the_file(
    tmp_path, name, text
):
    file = tmp_path / name
    file.write_text(text.format("x" * (17 << 20)), encoding="utf-8")
    with pytest.raises(InvalidData, match=rf"{name}: .* longer than 16 MiB"):
        loading.load(loading.inputs_of([file]))


def test_json_ld_contexts_on_the_network_are_never_fetched(tmp_path):
    file = tmp_path / "a.jsonld"
    file.write_text('{"@context": "http://127.0.0.1:9/context", "name": "x"}', encoding="utf-8")
    with pytest.raises(InvalidData, match=r"a\.jsonld"):
        loading.load(loading.inputs_of([file]))
