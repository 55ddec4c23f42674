from __future__ import annotations

import pyoxigraph as ox
import pytest

from ipgraph.errors import Unreadable
from ipgraph.inputs.options import ReadingOptions, Source
from ipgraph.inputs.parsing import Reader, ReadingReport
from ipgraph.inputs.repairs import valid_iri

RDF_XML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
    '<rdf:Description rdf:about="http://e/a b"><e:p xml:lang="en_US">x</e:p></rdf:Description>'
    "</rdf:RDF>"
)


def read(text: str, name: str, *, lenient: bool = True) -> tuple[ox.Store, ReadingReport]:
    engine, report = ox.Store(), ReadingReport()
    reader = Reader(engine, ReadingOptions(lenient=lenient), report)
    for error in reader.read(text.encode(), Source(name, "http://g/")):
        raise error
    return engine, report


def test_invalid_terms_are_repaired_and_counted():
    engine, report = read(RDF_XML, "a.rdf")
    (quad,) = engine
    assert str(quad.subject) == "<http://e/a%20b>"
    assert quad.object == ox.Literal("x", language="en-us")
    assert report.repairs.count == 2
    assert [(item.file, item.written, item.stored) for item in report.repairs.shown] == [
        ("a.rdf", "<http://e/a b>", "<http://e/a%20b>"),
        ("a.rdf", "@en_us", "@en-us"),
    ]


def test_without_the_flag_they_are_an_error_that_names_it():
    with pytest.raises(Unreadable) as caught:
        read(RDF_XML, "a.rdf", lenient=False)
    assert "--lenient" in caught.value.hint


def test_a_language_tag_beyond_repair_is_removed():
    engine, report = read('<http://e/a> <http://e/p> "x"@en-abcdefghijk .', "a.ttl")
    assert [quad.object for quad in engine] == [ox.Literal("x")]
    assert report.repairs.shown[0].stored == "no language tag"


def test_what_is_valid_stays_as_it_is():
    text = '<http://e/é> <http://e/p> "x"@en-US, "1"^^<http://e/d>, <<( <a:a> <a:b> <a:c> )>> .'
    engine, report = read(text, "a.ttl")
    assert {quad.triple for quad in engine} == {
        quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)
    }
    assert report.repairs.count == 0


def test_terms_within_a_triple_term_are_repaired():
    text = "<http://e/a> <http://e/p> <<( <http://e/a b> <http://e/p> <http://e/b> )>> ."
    engine, report = read(text, "a.ttl")
    assert "a%20b" in str(next(iter(engine)).object)
    assert report.repairs.count == 1


@pytest.mark.parametrize(
    "text", ["http://a b", "http://a|{b}", "http://[::x]/", "a", "http://e/%zz", "http://e/#a#b"]
)
def test_a_repaired_iri_is_valid_and_cannot_end_early(text):
    repaired = valid_iri(text)
    ox.NamedNode(repaired)
    assert not set(repaired) & set('<>" {}|\\^`\n')


def test_a_file_with_another_error_is_still_read_whole_or_not_at_all():
    engine = ox.Store()
    reader = Reader(engine, ReadingOptions(lenient=True))
    errors = list(reader.read(b"<a:a> <a:b> <a:c> . <a:a> x", Source("a.ttl", "http://g/")))
    assert len(errors) == 1
    assert len(engine) == 0
