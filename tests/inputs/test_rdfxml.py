from __future__ import annotations

from xml.parsers import expat

import pyoxigraph as ox
import pytest

from ipgraph.errors import Unreadable
from ipgraph.inputs.encodings import to_utf8
from ipgraph.inputs.options import ReadingOptions, Source
from ipgraph.inputs.parsing import Reader

HEAD = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/"'
    ' xmlns="http://d/"%s><rdf:Description rdf:about="http://e/a">'
)
TAIL = "</rdf:Description></rdf:RDF>"


def objects(data: str | bytes) -> dict[str, ox.Literal]:
    """Return the objects of a document by the local name of their property."""
    engine = ox.Store()
    data = data.encode() if isinstance(data, str) else data
    errors = list(Reader(engine, ReadingOptions()).read(data, Source("a.rdf", "http://g/")))
    if errors:
        raise errors[0]
    return {quad.predicate.value.removeprefix("http://e/"): quad.object for quad in engine}


def test_an_empty_language_ends_the_scope_of_another():
    head = HEAD % ' xml:lang="fr"'
    text = "<e:a>x</e:a><e:b xml:lang=\"\">y</e:b><e:c xml:lang = ''>z</e:c>"
    note = '<!-- xml:lang="" --><e:d> xml:lang="" </e:d>'
    found = objects(head + text + note + TAIL)
    assert found["a"] == ox.Literal("x", language="fr")
    assert found["b"] == ox.Literal("y")
    assert found["c"] == ox.Literal("z")
    assert found["d"] == ox.Literal(' xml:lang="" ', language="fr")


CONTENTS = {
    "no markup": ("a &lt; b", "a &lt; b"),
    "a default namespace": (
        'a <b xmlns="http://h/">c</b> &amp; d',
        'a <b xmlns="http://h/">c</b> &amp; d',
    ),
    "the namespace of the document": ("<b><c/></b>", '<b xmlns="http://d/"><c></c></b>'),
    "prefixes, in the order of the names": (
        '<e:b xmlns:z="http://z/" z:y="1" a="2" e:x="3"/>',
        '<e:b xmlns:e="http://e/" xmlns:z="http://z/" a="2" e:x="3" z:y="1"></e:b>',
    ),
    "a namespace that ends": (
        '<b xmlns="http://h/"><c xmlns=""/></b>',
        '<b xmlns="http://h/"><c xmlns=""></c></b>',
    ),
    "comments and instructions": ("<!-- c --><?p q?>x", "<!-- c --><?p q?>x"),
    "a section": ("<![CDATA[<a> & b]]>", "&lt;a&gt; &amp; b"),
    "quotes and spaces in an attribute": (
        "<b xmlns='' c='\"&#10;&lt;>'/>",
        '<b c="&quot;&#xA;&lt;>"></b>',
    ),
    "a language": ('<b xmlns="" xml:lang="">x</b>', '<b xml:lang="">x</b>'),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_an_xml_literal_is_canonical_and_declares_what_it_uses(name):
    content, expected = CONTENTS[name]
    found = objects(f'{HEAD % ""}<e:p rdf:parseType="Literal">{content}</e:p><e:q>z</e:q>{TAIL}')
    assert found["p"].value == expected
    assert found["p"].datatype.value.endswith("#XMLLiteral")
    assert found["q"] == ox.Literal("z")
    expat.ParserCreate(namespace_separator=" ").Parse(f"<r>{found['p'].value}</r>", True)


def test_entities_in_an_xml_literal_are_expanded():
    doctype = '<!DOCTYPE rdf:RDF [<!ENTITY h "http://h/">]>'
    text = '<e:p rdf:parseType="Literal"><b xmlns="&h;">&h;</b></e:p>'
    found = objects(doctype + HEAD % "" + text + TAIL)
    assert found["p"].value == '<b xmlns="http://h/">http://h/</b>'


def test_an_empty_xml_literal_is_a_literal():
    found = objects(f'{HEAD % ""}<e:p rdf:parseType="Literal"/><e:q>z</e:q>{TAIL}')
    assert found["p"].value == ""
    assert found["q"].value == "z"


def test_another_attribute_of_the_same_name_is_none():
    with pytest.raises(Unreadable):
        objects(f'{HEAD % ""}<e:p e:parseType="Literal"><b/><c/></e:p>{TAIL}')


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("ISO-8859-1", "latin-1"),
        ("windows-1252", "cp1252"),
        ("UTF-16", "utf-16"),
        ("utf-16", "utf-16-le"),
        ("Shift_JIS", "shift_jis"),
        ("utf-8", "utf-8"),
    ],
)
def test_the_encodings_of_xml_are_read(label, codec):
    text = "表" if label == "Shift_JIS" else "café"
    document = f"<?xml version='1.0' encoding='{label}'?>{HEAD % ''}<e:p>{text}</e:p>{TAIL}"
    assert objects(document.encode(codec))["p"].value == text


@pytest.mark.parametrize("label", ["utf-7", "rot13", "zip", "idna", "unicode_escape", "nonsense"])
def test_an_encoding_that_is_none_of_xml_is_refused(label):
    with pytest.raises(Unreadable, match=f"encoding {label} is not known"):
        to_utf8(f'<?xml version="1.0" encoding="{label}"?><a/>'.encode(), "a.rdf")
