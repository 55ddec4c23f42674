"""The search index: hits, their order, and suggestions."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from ipgraph.namespaces import ENTITY, IP
from ipgraph.search.builder import build
from ipgraph.search.folding import MAX_TEXT_CHARS, fold, index_words, query_words
from ipgraph.search.index import SearchIndex
from ipgraph.snapshots import loading
from ipgraph.store.local import LocalStore, merge

DATA = """
@prefix id: <https://w3id.org/ipgraph/id/> .
@prefix ip: <https://w3id.org/ipgraph/ontology/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
id:obp a ip:Office ; rdfs:label "Office for Bombing Prevention"@en ; ip:acronym "OBP" ;
  skos:altLabel "Bomb Squad of the Office"@en ; ip:partOf id:pscd .
id:pscd a ip:Division ; rdfs:label "Protective Security Coordination Division"@en ;
  ip:acronym "PSCD" ; skos:definition "It lowers the danger of explosives."@en .
id:psa a ip:Program ; rdfs:label "Protective Security Advisor Program"@en .
id:cafe a ip:Company ; rdfs:label "Café Ätna"@en .
id:dams a ip:Sector ; rdfs:label "Dams Sector"@en .
id:obp-in-pscd a ip:Placement ; rdfs:label "Place of the bombing office"@en ; ip:placedUnit id:obp .
ip:partOf a <http://www.w3.org/2002/07/owl#ObjectProperty> ; rdfs:label "part of"@en .
ip:performs a <http://www.w3.org/2002/07/owl#ObjectProperty> ; rdfs:label "performs"@en .
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    engine = ox.Store()
    engine.load(DATA, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://example.org/g"))
    merge(engine)
    path = tmp_path_factory.mktemp("index") / "search.sqlite"
    build(LocalStore(engine, description=loading.bundled_dataset()), path)
    return SearchIndex(path)


def labels(hits):
    return [hit.label for hit in hits]


def test_exact_short_name_comes_first(index):
    assert index.suggest("pscd")[0].iri == ENTITY + "pscd"


def test_prefixes_of_words_match_in_any_order(index):
    assert labels(index.suggest("div prot")) == ["Protective Security Coordination Division"]


def test_names_that_start_with_the_text_come_first(index):
    assert labels(index.suggest("protective sec")) == [
        "Protective Security Coordination Division",  # the office mentions it
        "Protective Security Advisor Program",
    ]


def test_accents_and_case_do_not_matter(index):
    assert labels(index.suggest("cafe atna")) == ["Café Ätna"]
    assert fold("  CAFÉ  Ätna ") == "cafe atna"


def test_hit_by_another_name_has_that_name(index):
    (hit,) = index.suggest("bomb squad")
    assert (hit.label, hit.matched) == ("Office for Bombing Prevention", "Bomb Squad of the Office")


def test_words_of_definitions_match_too(index):
    assert labels(index.search("explosives").hits) == ["Protective Security Coordination Division"]


def test_dated_nodes_are_not_indexed(index):
    assert labels(index.search("bombing").hits) == ["Office for Bombing Prevention"]


def test_facets_count_hits_by_class_and_filter_the_search(index):
    found = index.search("protective")
    assert dict(found.facets) == {IP + "Division": 1, IP + "Program": 1}
    assert labels(index.search("protective", kind=IP + "Program").hits) == [
        "Protective Security Advisor Program"
    ]


def test_misspelled_name_finds_similar_names(index):
    assert labels(index.similar("Ofice of Bombing Prevntion")) == ["Office for Bombing Prevention"]
    assert index.similar("zzz") == ()


@pytest.mark.parametrize(
    "text", ["", "  ", '"', "*", "a' OR 1=1 --", "(", "NEAR", "AND OR", "e-mail", "_"]
)
def test_any_text_can_be_searched(index, text):
    assert index.search(text).total >= 0
    assert index.suggest(text) is not None
    assert index.similar(text) is not None
    assert index.complete("property", text) is not None


def test_properties_of_the_class_are_completed_first(index):
    assert index.complete("property", "p", within=IP + "Office")[0].iri == IP + "partOf"
    assert [term.iri for term in index.complete("property", "perf")] == [IP + "performs"]


def test_instances_of_a_class_are_listed_by_label_and_initial(index):
    assert labels(index.instances(IP + "Division")) == ["Protective Security Coordination Division"]
    assert index.initials(IP + "Sector") == {"D": 1}


def test_only_the_beginning_of_a_long_text_is_searched(index, monkeypatch):
    asked = []
    rows = index._rows
    monkeypatch.setattr(
        index, "_rows", lambda query, values: asked.append(values) or rows(query, values)
    )
    long = "secretary " + " " * MAX_TEXT_CHARS + "word " * 100_000
    assert index.suggest(long) == index.suggest("secretary")
    assert index.search(long) == index.search("secretary")
    for text in (long, "x" * 1_000_000, "a b " * 250_000):
        index.similar(text)
        index.complete("class", text)
    assert asked
    assert max(len(str(value)) for values in asked for value in values) < 20 * MAX_TEXT_CHARS


SCRIPTS = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix e: <http://e.example/> .
e:korean a e:City ; rdfs:label "서울특별시"@ko .
e:greek a e:City ; rdfs:label "Αθήνα"@el .
e:voiced a e:City ; rdfs:label "ながさき"@ja .
e:half a e:City ; rdfs:label "ｶﾞﾗｽ"@ja .
e:bengali a e:City ; rdfs:label "ঢাকা বিশ্ববিদ্যালয়"@bn .
e:tokyo a e:City ; rdfs:label "東京都庁舎"@ja .
e:kyoto a e:City ; rdfs:label "都庁と東京"@ja .
e:thai a e:City ; rdfs:label "กรุงเทพมหานคร"@th .
e:arabic a e:City ; rdfs:label "القَاهِرَة"@ar .
e:hebrew a e:City ; rdfs:label "יְרוּשָׁלַיִם"@he .
e:russian a e:City ; rdfs:label "Йошкар-Ола"@ru .
e:hindi a e:City ; rdfs:label "दिल्ली"@hi .
e:turkish a e:City ; rdfs:label "İstanbul"@tr .
e:person a e:Person ; rdfs:label "Ada" ; e:jobTitle "Countess of computing"@en ; e:age 36 ;
  e:note "数学者です"@ja .
"""


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    engine = ox.Store()
    engine.load(SCRIPTS, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://e.example/g"))
    merge(engine)
    path = tmp_path_factory.mktemp("scripts") / "search.sqlite"
    build(LocalStore(engine), path)
    return SearchIndex(path)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("서울", "korean"),
        ("서울특별시", "korean"),
        ("αθηνα", "greek"),
        ("Αθήνα", "greek"),
        ("ΑΘΗΝΑ", "greek"),
        ("ながさき", "voiced"),
        ("がさ", "voiced"),
        ("ガラス", "half"),
        ("ঢাকা", "bengali"),
        ("বিশ্ববিদ্যালয়", "bengali"),
        ("বিশ্ব", "bengali"),
        ("庁舎", "tokyo"),
        ("京都", "tokyo"),
        ("東京都庁", "tokyo"),
        ("舎", "tokyo"),
        ("เทพ", "thai"),
        ("กรุงเทพ", "thai"),
        ("القاهرة", "arabic"),
        ("القَاهِرَة", "arabic"),
        ("ירושלים", "hebrew"),
        ("йошкар", "russian"),
        ("दिल्ली", "hindi"),
        ("istanbul", "turkish"),
    ],
)
def test_a_name_is_found_in_its_script(scripts, text, name):
    assert [hit.iri.rpartition("/")[2] for hit in scripts.search(text).hits] == [name]


@pytest.mark.parametrize("text", ["countess", "computing of", "数学", "学者で"])
def test_the_texts_of_other_properties_are_found(scripts, text):
    assert labels(scripts.search(text).hits) == ["Ada"]


def test_values_of_literals_are_searched_too(scripts):
    assert labels(scripts.search("36").hits) == ["Ada"]


def test_characters_in_another_order_are_not_found(scripts):
    assert scripts.search("舎東").hits == ()


def test_index_and_query_agree_on_words():
    assert index_words("東京都庁 Tower_2") == ["東京都", "京都庁", "都庁", "庁", "tower", "2"]
    assert query_words("東京都庁 Tower_2") == ["東京都", "京都庁", "tower", "2"]
    assert fold("\uff21\uff42\uff43") == fold("ABC") == "abc"  # full width
