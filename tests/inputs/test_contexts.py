from __future__ import annotations

import json

import pyoxigraph as ox
import pytest

from ipgraph.errors import Unreadable
from ipgraph.inputs import contexts
from ipgraph.inputs.contexts import Contexts, insert
from ipgraph.namespaces import RDF

MINE = "http://mine.test/context"


def triples(document: object, known: Contexts | None = None) -> set[str]:
    """Return the triples of a document, with labels of blank nodes left out."""
    data = json.dumps(document).encode()
    whole = insert(data, "a.jsonld", "http://base/", known or Contexts())
    quads = ox.parse(whole, format=ox.RdfFormat.JSON_LD, base_iri="http://base/")
    return {
        " ".join("[]" if isinstance(term, ox.BlankNode) else str(term) for term in quad.triple)
        for quad in quads
    }


@pytest.fixture
def mine(tmp_path):
    """Contexts among which is one in a file, which may be changed."""

    def write(context: object, iri: str = MINE) -> Contexts:
        file = tmp_path / "context.jsonld"
        file.write_text(json.dumps({"@context": context}), encoding="utf-8")
        return Contexts({iri: str(file)})

    return write


@pytest.mark.parametrize(
    "iri",
    [
        *("https://schema.org", "http://schema.org/", "https://www.schema.org"),
        "https://schema.org/docs/jsonldcontext.jsonld",
    ],
)
def test_the_context_of_schema_org_is_at_hand_under_its_names(iri):
    document = {
        "@context": iri,
        "@id": "http://e/a",
        "@type": "Organization",
        "name": "A",
        "url": "http://a/",
        "foundingDate": "2003-03-01",
        "dcterms:title": "T",
    }
    assert triples(document) == {
        f"<http://e/a> <{RDF}type> <http://schema.org/Organization>",
        '<http://e/a> <http://schema.org/name> "A"',
        "<http://e/a> <http://schema.org/url> <http://a/>",
        '<http://e/a> <http://schema.org/foundingDate> "2003-03-01"^^<http://schema.org/Date>',
        '<http://e/a> <http://purl.org/dc/terms/title> "T"',
    }


def test_a_context_in_an_array_is_combined_with_the_others():
    document = {"@context": ["https://schema.org", {"name": "http://e/name"}], "name": "A"}
    assert triples(document) == {'[] <http://e/name> "A"'}


def test_objects_of_a_list_have_contexts_of_their_own():
    document = [{"@context": "https://schema.org", "url": f"http://a/{n}"} for n in range(100)]
    assert len(triples(document)) == 100


def test_a_context_is_as_long_as_the_terms_that_its_object_uses(mine):
    known = mine({f"term{n}": f"http://e/{n}" for n in range(5000)})
    documents = [{"@context": MINE, f"term{n}": "x"} for n in range(1000)]
    data = json.dumps(documents).encode()
    assert len(insert(data, "a.jsonld", "http://base/", known)) < 3 * len(data)
    assert len(triples(documents, known)) == 1000


def test_terms_are_found_through_the_definitions_that_use_them(mine):
    known = mine(
        {
            "e": "http://e/",
            "n": "e:",
            "date": {"@id": "n:date", "@type": "e:Date"},
            "inner": {"@id": "e:inner", "@context": {"deep": "e:deep"}},
            "unused": "e:unused",
            "label": "@value",
        }
    )
    document = {"@context": MINE, "date": "2020", "inner": {"deep": {"label": "x"}}, "other": "y"}
    assert triples(document, known) == {
        '[] <http://e/date> "2020"^^<http://e/Date>',
        "[] <http://e/inner> []",
        '[] <http://e/deep> "x"',
    }


def test_a_context_may_name_others(mine):
    known = mine(["https://schema.org", {"mine": "http://e/mine"}])
    document = {"@context": MINE, "mine": "x", "url": "http://a/"}
    assert triples(document, known) == {
        '[] <http://e/mine> "x"',
        "[] <http://schema.org/url> <http://a/>",
    }


def test_a_context_within_a_definition_is_found():
    inner = {"Q": {"@id": "http://e/Q", "@context": "https://schema.org"}}
    document = {"@context": inner, "@type": "Q", "url": "http://a/"}
    assert "[] <http://schema.org/url> <http://a/>" in triples(document)


def test_a_context_that_is_not_at_hand_is_named_with_its_place_and_the_remedy():
    data = b'{\n "@context": "http://127.0.0.1:9/c",\n "name": "x"}'
    with pytest.raises(Unreadable, match=r"a\.jsonld:2:14: .*<http://127\.0\.0\.1:9/c>") as caught:
        insert(data, "a.jsonld", "http://base/", Contexts())
    assert "[contexts]" in caught.value.hint


def test_relative_names_of_contexts_are_resolved(mine):
    known = mine({"a": "http://e/a"}, "http://base/context.jsonld")
    assert triples({"@context": "context.jsonld", "a": "x"}, known) == {'[] <http://e/a> "x"'}


def test_a_file_of_the_user_comes_before_the_bundled_one(mine):
    known = mine({"name": "http://e/name"}, "https://schema.org")
    document = {"@context": "https://schema.org", "name": "x"}
    assert triples(document, known) == {'[] <http://e/name> "x"'}


def test_words_in_values_change_nothing():
    document = {
        "@context": "https://schema.org",
        "name": '"@context": "http://127.0.0.1:9/c"',
        "alternateName": "@context",
    }
    assert len(triples(document)) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "has no @context"),
        ("{", "is not JSON"),
        ('{"@context": "http://127.0.0.1:9/c"}', "not at hand"),
        ("[" * 200 + "]" * 200, "nested deeper"),
    ],
)
def test_a_file_that_is_no_context_is_an_error(tmp_path, content, message):
    file = tmp_path / "context.jsonld"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(Unreadable, match=message):
        triples({"@context": MINE}, Contexts({MINE: str(file)}))


def test_contexts_that_name_each_other_are_an_error(tmp_path):
    files = {}
    for name, other in (("a", "b"), ("b", "a")):
        file = tmp_path / name
        file.write_text(json.dumps({"@context": f"http://e/{other}"}), encoding="utf-8")
        files[f"http://e/{name}"] = str(file)
    with pytest.raises(Unreadable, match="in a circle"):
        triples({"@context": "http://e/a"}, Contexts(files))


def test_a_document_that_contexts_make_too_long_is_refused(mine, monkeypatch):
    monkeypatch.setattr(contexts, "_EXPANSION_ALLOWANCE_BYTES", 0)
    known = mine({"@vocab": "http://e/" + "x" * 10_000})
    with pytest.raises(Unreadable, match="more than 16 times"):
        triples([{"@context": MINE, "a": 1}] * 10, known)
