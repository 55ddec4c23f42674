"""Rewriting in house style: the same triples and comments, and nothing that the check finds."""

from __future__ import annotations

import os
from pathlib import Path

import pyoxigraph as ox
import pytest

from ipgraph.checks import turtle_style
from ipgraph.checks.fixing import rewriting
from ipgraph.errors import InvalidData
from ipgraph.resources import folder

MESSY = '''\
# A file of the library.

@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix unused: <http://u.test/> . # why?
PREFIX ex: <http://e.test/>
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
# People

ex:zoe rdf:type ex:P ; ex:age 5. # five
# About Ann
ex:ann ex:knows ex:zoe, [ ex:name "X" ; ex:list ( 1 -2 3.0 "a"@en-GB ) ] ; # inside
   rdfs:label "Ann" ; ex:knows ex:bob ; a ex:P .
ex:ann ex:note """two
lines # not a comment""" .
[ ex:p 1 ] ex:q 2 .
( 1 2 ) ex:p ex:long-name-number-one, ex:long-name-number-two, ex:long-name-number-three, ex:x .
_:b ex:p true ; ; .
# The end
'''
STYLED = '''\
# A file of the library.

@prefix ex: <http://e.test/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

# why?

# People

[]
  ex:p 1 ;
  ex:q 2 ;
.

( 1 2 )
  ex:p ex:long-name-number-one, ex:long-name-number-two, ex:long-name-number-three, ex:x ;
.

_:b
  ex:p true ;
.

# About Ann
# inside
ex:ann
  a ex:P ;
  rdfs:label "Ann" ;
  ex:knows ex:zoe, [ ex:name "X" ; ex:list ( 1 -2 3.0 "a"@en-GB ) ], ex:bob ;
  ex:note """two
lines # not a comment""" ;
.

# five
ex:zoe
  a ex:P ;
  ex:age 5 ;
.

# The end
'''


def styled(text: str) -> tuple[str, str]:
    return rewriting.in_style(text.encode(), Path("x.ttl"), 100)


def fixed(path: Path) -> dict[str, object] | None:
    (found, *_) = [
        *rewriting.rewrite_to_json((path,), 100, lambda stage: None, lambda path: None),
        None,
    ]
    return found


def test_a_file_in_any_layout_gets_that_of_house_style() -> None:
    text, note = styled(MESSY)
    assert text == STYLED
    assert note == (
        "Rewritten; 2 comments inside blocks moved above them. Unused prefixes removed: rdf, "
        "unused."
    )


def test_what_was_rewritten_is_in_style_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "messy.ttl"
    path.write_text(MESSY, encoding="utf-8")
    assert list(turtle_style.check(path))
    found = fixed(path)
    assert found is not None
    assert found["is_rewritten"]
    assert path.read_text(encoding="utf-8") == STYLED
    assert list(turtle_style.check(path)) == []
    assert fixed(path) is None


def test_long_nodes_are_opened() -> None:
    nested = " ; ".join(f"ex:property{number} 'a long value'" for number in range(6))
    text, _ = styled(
        "@prefix ex: <http://e.test/> .\n"
        f"ex:a ex:p [ {nested} ] ; ex:q ( [ {nested} ] ex:b ) ; ex:r ex:c, [ {nested} ] .\n"
    )
    opened = "".join(f"X  ex:property{number} 'a long value' ;\n" for number in range(6))
    assert text == (
        "@prefix ex: <http://e.test/> .\n\nex:a\n"
        f"  ex:p [\n{opened.replace('X', '  ')}  ] ;\n"
        f"  ex:q (\n    [\n{opened.replace('X', '    ')}    ]\n    ex:b\n  ) ;\n"
        f"  ex:r\n    ex:c,\n    [\n{opened.replace('X', '    ')}    ] ;\n.\n"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("@prefix a: <http://a/> .\na:b a:c <<( a:d a:e a:f )>> .\n", "not rewritten"),
        ("@prefix a: <http://a/> .\na:b a:c a:d {| a:e a:f |} .\n", "not rewritten"),
        ("@prefix a: <http://a/> .\na:b a:c 1 .\n@prefix a: <http://b/> .\n", "two meanings"),
        ("@base <http://a/> .\n<b> <c> 1 .\n@base <http://b/> .\n", "two base IRIs"),
        ("@prefix a: <http://a/> .\na:b a:c .\n", "does not parse"),
    ],
)
def test_what_a_layout_cannot_keep_is_left_as_it_is(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "x.ttl"
    path.write_text(text, encoding="utf-8")
    found = fixed(path)
    assert found is not None
    assert not found["is_rewritten"]
    assert reason in str(found["note"])
    assert path.read_text(encoding="utf-8") == text


def test_a_layout_that_changes_triples_or_comments_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "<http://a/> <http://b/> 1 . # note\n"
    monkeypatch.setattr(rewriting.layout, "write", lambda document: "<http://a/> <http://b/> 2 .\n")
    with pytest.raises(InvalidData, match="triples would change"):
        styled(text)
    monkeypatch.setattr(rewriting.layout, "write", lambda document: "<http://a/> <http://b/> 1 .\n")
    with pytest.raises(InvalidData, match="comments would change"):
        styled(text)


def test_a_rewritten_file_keeps_its_permissions_and_leaves_no_other_file(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_text("<http://a/> <http://b/> 1 .\n", encoding="utf-8")
    path.chmod(0o640)
    assert fixed(path) is not None
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["x.ttl"]


def test_other_formats_are_left_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "x.nt"
    path.write_text("<http://a/> <http://b/> 'x' .\n", encoding="utf-8")
    found = fixed(path)
    assert found is not None
    assert not found["is_rewritten"]
    assert "not Turtle" in str(found["note"])


def test_the_order_of_directives_and_crlf_change_no_triple() -> None:
    text, _ = styled(
        "PREFIX b: <http://b/>\r\nb:x b:y b:z.\r\nBASE <http://c/>\r\n<d> b:y 1.0 .\r\n"
    )
    found = {str(quad) for quad in ox.parse(text.encode(), format=ox.RdfFormat.TURTLE)}
    assert "\r" not in text
    assert '<http://c/d> <http://b/y> "1.0"^^<http://www.w3.org/2001/XMLSchema#decimal>' in found


def test_the_projects_own_files_are_as_they_would_be_written() -> None:
    paths = [*folder("ontology").glob("*.ttl"), *sorted(folder("data").rglob("*.ttl"))[:40]]
    assert len(paths) > 40
    for path in paths:
        data = path.read_bytes()
        assert rewriting.in_style(data, path, 100)[0].encode() == data, path
