"""What the formats cannot hold is refused, before the first byte, with what can hold it."""

from __future__ import annotations

import io
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest
import rdflib

from ipgraph.errors import NotAcceptable
from ipgraph.namespaces import RDF
from ipgraph.serialization import graphs, limits
from ipgraph.serialization.formats import FORMATS, Content, Feature, by_name
from ipgraph.serialization.results import write_statements
from ipgraph.store.local import LocalStore

GRAPH_FORMATS = [item for item in FORMATS if item.content is not Content.BINDINGS]
WRITABLE = [
    *("http://e.test/a", "http://e.test/123abc", "http://e.test/-abc", "http://e.test/a.b-c_d9"),
    *("urn:x:y", "http://e.test/caf\u00e9", "http://e.test/1\u4e2d", "http://e.test/q?x=1&y"),
    *(
        "http://e.test/%C3%A9",
        RDF + "_1",
        RDF + "type",
        "http://www.w3.org/XML/1998/namespacelang",
        "tag:a'b",
    ),
]
NOT_WRITABLE = [
    *("http://e.test/", "http://e.test/123", "http://e.test/a(b)", "http://e.test/%20", "urn:1"),
    *("http://e.test/1\u0300", "http://e.test/a\u00d7", "http://e.test/a#", "http://e.test/9.-"),
    *(RDF + name for name in ("li", "bagID", "aboutEach", "Description", "about", "RDF")),
    "http://www.w3.org/2000/xmlns/x",
]


def triple(predicate: str = "http://e.test/p", value: object = "v") -> ox.Triple:
    term = ox.Literal(value) if isinstance(value, str) else value
    return ox.Triple(ox.NamedNode("http://e.test/s"), ox.NamedNode(predicate), term)


NESTED = triple(value=triple())


@pytest.mark.parametrize("predicate", WRITABLE)
def test_rdf_xml_of_a_property_with_an_xml_name_reads_the_same(predicate):
    assert limits.can_be_xml_name(predicate)
    out = io.BytesIO()
    write_statements([triple(predicate)], by_name("rdf"), out)
    ET.fromstring(out.getvalue())  # noqa: S314  our own output
    (found,) = rdflib.Graph().parse(data=out.getvalue(), format="xml")
    assert str(found[1]) == predicate


@pytest.mark.parametrize("predicate", NOT_WRITABLE)
def test_a_property_without_an_xml_name_is_refused_by_name_before_the_first_byte(predicate):
    out = io.BytesIO()
    many = [triple()] * 1000 + [triple(predicate)]
    with pytest.raises(NotAcceptable, match="RDF/XML cannot hold properties") as caught:
        write_statements(many, by_name("rdf"), out)
    assert f"<{predicate}>" in str(caught.value)
    assert caught.value.hint == "Use ttl, nt, jsonld, trig, nq."
    assert out.getvalue() == b""


@pytest.mark.parametrize("text", ["a\x01b", "\x00", "\x1f", "\ufffe", "\uffff"])
def test_characters_that_xml_does_not_allow_are_refused_before_the_first_byte(text):
    many = [triple()] * 1000 + [triple(value=text)]
    for form in GRAPH_FORMATS:
        out = io.BytesIO()
        if Feature.XML_CHARACTER in form.lacks:
            with pytest.raises(
                NotAcceptable, match=rf"does not allow: U\+{ord(text.strip('ab')):04X}"
            ):
                write_statements(many, form, out)
            assert out.getvalue() == b""
        else:
            write_statements(many, form, out)
            (found,) = {quad.object for quad in ox.parse(out.getvalue(), format=engine(form))} - {
                ox.Literal("v")
            }
            assert found == ox.Literal(text)


def engine(form) -> ox.RdfFormat:
    found = ox.RdfFormat.from_media_type(form.media_type)
    assert found
    return found


def test_every_format_holds_a_triple_term_or_refuses_it_before_the_first_byte():
    for form in GRAPH_FORMATS:
        out = io.BytesIO()
        if Feature.TRIPLE_TERM in form.lacks:
            with pytest.raises(NotAcceptable, match="triple terms: <<") as caught:
                write_statements([*[triple()] * 1000, NESTED], form, out)
            assert out.getvalue() == b""
            for name in caught.value.hint.removeprefix("Use ").rstrip(".").split(", "):
                write_statements([NESTED], by_name(name), io.BytesIO())
        else:
            write_statements([NESTED], form, out)
            (quad,) = ox.parse(out.getvalue(), format=engine(form))
            assert quad.triple == NESTED


@pytest.mark.parametrize(
    "form", [item for item in GRAPH_FORMATS if item.lacks], ids=lambda f: f.name
)
def test_a_whole_graph_that_a_format_cannot_hold_leaves_no_byte_in_a_stream(form, tmp_path):
    store = LocalStore(ox.Store())
    bad = {Feature.TRIPLE_TERM: NESTED, Feature.XML_NAME: triple("http://e.test/9")}
    statement = next(value for feature, value in bad.items() if feature in form.lacks)
    for number in range(2000):
        store.engine.add(ox.Quad(*triple(value=str(number))))
    store.engine.add(ox.Quad(*statement))
    out = io.BytesIO()
    with pytest.raises(NotAcceptable):
        graphs.export(store, out, form)
    assert out.getvalue() == b""
    with pytest.raises(NotAcceptable):
        graphs.export_file(store, tmp_path / "graph.x", form)
    assert list(tmp_path.iterdir()) == []


class Held(io.BytesIO):
    """A file that holds what is written, as that of a worker does."""

    held = 0

    def hold(self, max_bytes: int) -> None:
        self.held = max_bytes


def test_a_file_that_holds_its_content_itself_is_asked_to_only_if_needed():
    for form in FORMATS:
        out = Held()
        with limits.until_whole(out, form) as whole:
            whole.write(b"x")
        assert out.getvalue() == b"x"
        assert bool(out.held) == bool(form.lacks)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (triple(), set()),
        (triple(value="C:\\users <<( \\b"), set()),
        (NESTED, {Feature.TRIPLE_TERM}),
        (triple(value=triple(value="\x01")), {Feature.TRIPLE_TERM, Feature.XML_CHARACTER}),
        (triple(value="\x0c"), {Feature.XML_CHARACTER}),
        (triple(value="\b"), {Feature.XML_CHARACTER}),
        (triple(value="\uffff"), {Feature.XML_CHARACTER}),
        *((triple(iri), set()) for iri in WRITABLE),
        *((triple(iri), {Feature.XML_NAME}) for iri in NOT_WRITABLE),
    ],
)
def test_features_of_a_file_of_quads_are_those_that_the_writers_refuse(
    tmp_path, statement, expected
):
    graph = ox.NamedNode("http://e.test/g")
    good = [ox.Quad(*triple(f"http://e.test/{n}x", f"\\u <a> {n}"), graph) for n in range(50)]
    path = tmp_path / "graph.nq"
    quads = [*good, ox.Quad(*statement, graph), *good]
    ox.serialize(quads, str(path), format=ox.RdfFormat.N_QUADS)
    assert set(limits.features(path)) == expected
    assert limits.features(path, without=(graph.value,)) == []
    for form in GRAPH_FORMATS:
        try:
            write_statements([statement], form, io.BytesIO())
        except NotAcceptable:
            assert not form.lacks.isdisjoint(expected)
        else:
            assert form.lacks.isdisjoint(expected)


def test_an_empty_file_has_no_features(tmp_path):
    path = tmp_path / "graph.nq"
    path.touch()
    assert limits.features(path) == []
