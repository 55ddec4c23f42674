"""What a program passes is opened like a file: bytes, texts, open files, graphs of rdflib."""

from __future__ import annotations

import io
import subprocess
import sys
import textwrap
import warnings

import pytest
import rdflib

import ipgraph
from ipgraph import opening
from ipgraph.errors import BuildStopped, SizeLimitExceeded, Unreadable, UsageError
from ipgraph.settings import Settings

TURTLE = """@prefix e: <http://example.org/> .
e:a e:b "01"^^<http://www.w3.org/2001/XMLSchema#integer> , "x"@en-GB .
"""
TRIPLES = {
    f"<http://example.org/a> <http://example.org/b> {term} ."
    for term in ('"01"^^<http://www.w3.org/2001/XMLSchema#integer>', '"x"@en-GB')
}


@pytest.fixture
def open_here(session_cache):
    """Open a graph with a cache that the tests share."""

    def open_here(*arguments, changes=None, **options):
        settings = Settings(cache=str(session_cache), **(changes or {}))
        return ipgraph.open(*arguments, settings=settings, **options)

    return open_here


def lines(graph, name="nt"):
    out = io.BytesIO()
    graph.export(out, format=name)
    return {line for line in out.getvalue().decode().split("\n") if line}


def test_bytes_texts_and_open_files_are_one_graph(open_here, tmp_path):
    file = tmp_path / "data.ttl"
    file.write_text(TURTLE, encoding="utf-8")
    graphs = [
        open_here(data=TURTLE.encode()),
        open_here(TURTLE.encode(), format="turtle"),
        open_here(data=TURTLE, format="text/turtle"),
        open_here(io.BytesIO(TURTLE.encode())),
        open_here(data=io.StringIO(TURTLE)),
    ]
    with file.open("rb") as stream:
        graphs.append(open_here(stream))
    assert [lines(graph) for graph in graphs] == [TRIPLES] * 6
    assert len({graph.built.hash for graph in graphs[:5]}) <= 2  # with and without a format
    assert {graph.name for graph in graphs} == {"data"}


def test_a_graph_of_rdflib_is_opened_with_its_literals_and_prefixes(open_here):
    source = rdflib.Graph()
    source.bind("ex", "http://example.org/")
    thing = rdflib.URIRef("http://example.org/a")
    texts = ('a "b"\n\\', "\u2028", "")
    for text in texts:
        source.add((thing, rdflib.RDFS.comment, rdflib.Literal(text, lang="fr-CA")))
    source.add((thing, rdflib.RDFS.seeAlso, rdflib.BNode("any label")))
    source.add((rdflib.BNode("any label"), rdflib.RDFS.label, rdflib.Literal(1.5)))
    graph = open_here(source)
    assert graph.prefixes["ex"] == "http://example.org/"
    comments = graph.query("SELECT ?text { ?s rdfs:comment ?text }")
    assert {row.text for row in comments} == set(texts)
    assert graph.query("ASK { ?s rdfs:seeAlso [ rdfs:label ?label ] }")
    comments = [line for line in lines(graph) if "comment" in line]
    assert len(comments) == len(texts)
    assert all(line.endswith("@fr-CA .") for line in comments)


def test_a_dataset_of_rdflib_keeps_its_graphs(open_here):
    source = rdflib.Dataset()
    name = rdflib.URIRef("http://example.org/graph")
    source.graph(name).parse(data=TURTLE, format="turtle")
    source.default_graph.add((name, rdflib.RDFS.label, rdflib.Literal("a graph")))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        graph = open_here(source)
    found = graph.query("SELECT ?g ?s { GRAPH ?g { ?s ?p ?o } }").to_python()
    thing = {"g": str(name), "s": "http://example.org/a"}
    assert sorted(found, key=str) == [thing, thing, {"g": "urn:ipgraph:data", "s": str(name)}]


def test_a_graph_can_be_opened_from_the_dataset_of_another(open_here):
    graph = open_here(data=TURTLE)
    assert len(open_here(graph.dataset)) == len(graph) == 2


def test_an_invalid_iri_of_rdflib_is_reported_like_one_in_a_file(open_here):
    source = rdflib.Graph()
    bad = rdflib.URIRef("http://example.org/a> <http://example.org/b")
    source.add((bad, rdflib.RDFS.label, rdflib.Literal("x")))
    with pytest.raises(Unreadable, match="Invalid IRI"):
        open_here(source)


def test_several_sources_are_opened_together(open_here, tmp_path):
    file = tmp_path / "one.nt"
    file.write_text("<urn:a> <urn:b> <urn:c> .\n", encoding="utf-8")
    graph = open_here([b"<urn:d> <urn:e> <urn:f> .", file, io.BytesIO(TURTLE.encode())])
    graphs = graph.query("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")
    expected = {"urn:ipgraph:data", "urn:ipgraph:data/2", "urn:ipgraph:file/one.nt"}
    assert {row.g for row in graphs} == expected


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ([3], {}, "A int cannot be opened"),
        (["a.ttl"], {"data": b""}, "Both a target and data"),
        ([TURTLE], {}, "not a path"),
        ([], {"data": b"", "format": "zz"}, "no input format 'zz'"),
    ],
)
def test_what_cannot_be_opened_is_a_usage_error(open_here, arguments, options, message):
    with pytest.raises(UsageError, match=message):
        open_here(*arguments, **options)


@pytest.mark.parametrize("data", ["<urn:a> <urn:b", b"\xff\xfe\x00", "not RDF at all"])
def test_data_that_are_not_rdf_are_named_as_such(open_here, data):
    with pytest.raises(Unreadable, match=r"^The data"):
        open_here(data=data, format="ttl")


def test_data_are_read_in_the_child_within_its_bounds(open_here):
    nested = "<urn:a> <urn:b> " + "[ <urn:b> " * 5000 + "1" + " ]" * 5000 + " ."
    with pytest.raises(Unreadable, match="deep"):
        open_here(data=nested, format="ttl")
    with pytest.raises(BuildStopped):
        open_here(data=TURTLE + "# a", changes={"build_time_limit_s": 0.001})


def test_the_size_of_data_is_bounded(open_here):
    class Endless:
        def read(self, size):
            return b"#" * size

    with pytest.raises(SizeLimitExceeded, match="The data has more than"):
        open_here(Endless(), changes={"input_limit_mib": 1})


def test_infer_overrides_the_setting(open_here):
    data = "<urn:x> a <urn:C> . <urn:C> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <urn:D> ."
    question = "ASK { <urn:x> a <urn:D> }"
    inferring, stated = open_here(data=data), open_here(data=data, infer=False)
    assert inferring.query(question)
    assert not stated.query(question)
    assert len(stated) == 2 < len(inferring)


def test_data_stay_the_same_when_a_graph_is_opened_again(open_here):
    graph = open_here(data=TURTLE)
    assert opening.reopen(graph) is graph


def test_the_prefixes_of_data_shorten_names_in_results(open_here):
    graph = open_here(data=TURTLE)
    assert "e:a" in str(graph.query("SELECT ?s { ?s ?p ?o }"))
    turtle = graph.query("CONSTRUCT WHERE { ?s ?p ?o }").serialize("ttl").decode()
    assert "e:a e:b" in turtle
    assert turtle.count("@prefix") < 10


def test_a_graph_has_a_length_and_shows_itself(open_here):
    graph = open_here(data=TURTLE + "e:x a e:Kind ; <http://schema.org/name> '<b>' .", infer=False)
    assert len(graph) == len(graph.query("SELECT * { ?s ?p ?o }")) == 4
    assert repr(graph) == "<KnowledgeGraph data: 4 triples stated, 0 inferred>"
    html = graph._repr_html_()
    assert "4 triples stated" in html
    assert "<td>1</td>" in html
    assert "<b>" not in html
    empty = open_here(data=b"", format="ttl", infer=False)
    assert (len(empty), bool(empty)) == (0, True)


def test_a_block_closes_its_graph(open_here):
    with open_here(data=TURTLE) as graph:
        assert graph.search("a") is not None
        assert len(graph) == 2
    assert repr(graph) == "<KnowledgeGraph: closed>"
    for use in (len, lambda graph: graph.query("ASK {}"), lambda graph: graph.describe("a")):
        with pytest.raises(UsageError, match="has been closed"):
            use(graph)
    graph.close()


def test_a_program_ends_without_a_word(session_cache):
    code = f"""
        import io, threading, ipgraph
        from ipgraph.settings import Settings
        graph = ipgraph.open(data={TURTLE!r}, settings=Settings(cache={str(session_cache)!r}))
        rows = iter(graph.query("SELECT * {{ ?s ?p ?o }}"))
        next(rows)
        found = []
        ask = lambda: found.append(graph.query("SELECT * {{ ?s ?p ?o }}"))
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
        quads = iter(graph.store.quads())
        next(quads)
        graph.search("a")
        graph.dataset
    """
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
