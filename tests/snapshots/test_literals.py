"""What is put in is what comes out: literals keep lexical form, datatype and language tag."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

import ipgraph
from ipgraph.errors import StoreDamaged
from ipgraph.namespaces import XSD
from ipgraph.serialization import graphs
from ipgraph.serialization.formats import FORMATS, TABLE_FORMATS, Content, by_name
from ipgraph.settings import Settings
from ipgraph.snapshots import loading
from ipgraph.snapshots.literals import Recorder, may_differ
from ipgraph.snapshots.snapshot import load_graph
from ipgraph.sparql.query import Query
from ipgraph.store.local import LocalStore, merge
from ipgraph.store.originals import Originals, as_written
from ipgraph.workers.evaluation import write_result

if TYPE_CHECKING:
    from pathlib import Path

    from ipgraph.knowledge_graph import KnowledgeGraph

HEAD = f"""\
@prefix : <http://e.test/> . @prefix xsd: <{XSD}> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
NUMBERS = """\
:zip :v "01234"^^xsd:integer . :plus :v "+5"^^xsd:integer . :dec :v 1.10 . :dbl :v 1E0 .
:dbl2 :v "100000.0"^^xsd:double . :flt :v "0.10"^^xsd:float . :bool :v "1"^^xsd:boolean .
:nni :v "007"^^xsd:nonNegativeInteger . :byte :v "300"^^xsd:byte . :int :v "5"^^xsd:int .
:time :v "24:00:00"^^xsd:time . :dur :v "PT36H"^^xsd:dayTimeDuration .
:zone :v "2020-01-01T02:00:00.500+00:00"^^xsd:dateTime . :year :v "0099"^^xsd:gYear .
:stamp :v "2020-01-01T00:00:00Z"^^xsd:dateTimeStamp . :months :v "P12M"^^xsd:yearMonthDuration .
:plain :v 5, 1.5, true, "2020-01-01"^^xsd:date, "x", "01" . :bad :v "x"^^xsd:integer .
"""
CARDINALITY = """\
:C rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ;
  owl:maxCardinality "1"^^xsd:nonNegativeInteger ] . :one :v 1 .
"""
TAGS = """\
:a :v "hello"@en-GB, "color"@EN-us, "Farbe"@de, "\u8272"@zh-Hant-TW .
:b :v "x\\n\\""@en-GB .
"""
GRAPH_FORMATS = [item for item in FORMATS if item.content is not Content.BINDINGS]


def written(tmp_path: Path, *texts: str) -> list[Path]:
    """Write Turtle files and return their paths."""
    paths = [tmp_path / f"{number}.ttl" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(HEAD + text, encoding="utf-8")
    return paths


def loaded(*paths: Path) -> LocalStore:
    """Load files as a build does, without inference."""
    recorder = Recorder()
    engine = loading.load(loading.inputs_of(paths), recorder=recorder)
    originals = recorder.originals(engine)
    merge(engine)
    return LocalStore(engine, originals=lambda: originals)


def built(tmp_path: Path, *texts: str) -> KnowledgeGraph:
    """Build files, with inference, in a child process."""
    settings = Settings(cache=str(tmp_path / "cache"))
    return ipgraph.open(written(tmp_path, *texts), settings=settings)


def exported(store: LocalStore, form: str = "nt", entity: str | None = None) -> str:
    out = io.BytesIO()
    graphs.export(store, out, by_name(form), entity)
    return out.getvalue().decode()


def result(store: LocalStore, text: str, form: str = "nt") -> str:
    out = io.BytesIO()
    write_result(store, Query(text), by_name(form), out)
    return out.getvalue().decode()


def objects(text: str | bytes, form: ox.RdfFormat = ox.RdfFormat.N_TRIPLES) -> set[str]:
    """Return the subjects and literals of a text; the parser changes only the case of tags."""
    return {
        f"{quad.subject} {quad.object}"
        for quad in ox.parse(text, format=form, base_iri="http://base/")
        if isinstance(quad.object, ox.Literal) and isinstance(quad.subject, ox.NamedNode)
    }


@pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda form: form.name)
def test_numbers_dates_and_datatypes_come_out_of_every_format_as_they_went_in(tmp_path, form):
    text = exported(loaded(*written(tmp_path, NUMBERS)), form.name)
    engine = ox.RdfFormat.from_media_type(form.media_type)
    assert objects(text, engine) == objects(HEAD + NUMBERS, ox.RdfFormat.TURTLE)


@pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda form: form.name)
def test_language_tags_come_out_of_every_format_as_they_went_in(tmp_path, form):
    text = exported(loaded(*written(tmp_path, TAGS)), form.name)
    for tag in ("en-GB", "EN-us", "zh-Hant-TW", "de"):
        assert f'"{tag}"' in text or f"@{tag}" in text
    for tag in ("en-gb", "en-us", "zh-hant-tw"):
        assert f'"{tag}"' not in text
        assert f"@{tag}" not in text


def test_queries_see_the_values_of_the_engine(tmp_path):
    store = loaded(*written(tmp_path, NUMBERS + TAGS))
    assert "http://e.test/dec" in result(store, "SELECT * { ?s <http://e.test/v> 1.1 }", "csv")
    text = 'SELECT ?l { <http://e.test/b> ?p ?l FILTER(LANG(?l) = "en-gb") }'
    assert '"x\\n\\""@en-gb' in result(store, text, "tsv")


def test_triples_of_a_query_are_as_stated_and_what_it_computes_is_not_changed(tmp_path):
    store = loaded(*written(tmp_path, NUMBERS + TAGS))
    text = result(store, "CONSTRUCT WHERE { ?s <http://e.test/v> ?o }")
    assert '"1.10"^^' in text
    assert '"hello"@en-GB' in text
    assert '"01234"^^' in result(store, "DESCRIBE <http://e.test/zip>")
    new = "CONSTRUCT { <http://e.test/new> ?p ?o } { VALUES ?s { :dec :a } ?s ?p ?o }"
    text = result(store, new.replace(":dec :a", "<http://e.test/dec> <http://e.test/a>"))
    assert '"1.1"^^' in text
    assert '"hello"@en-gb' in text


def test_cardinalities_keep_their_datatype_where_others_have_the_same_value(tmp_path):
    text = exported(loaded(*written(tmp_path, CARDINALITY)))
    assert f'"1"^^<{XSD}nonNegativeInteger>' in text
    assert f'<http://e.test/one> <http://e.test/v> "1"^^<{XSD}integer>' in text


def test_one_value_in_two_forms_is_two_statements_in_the_graphs_that_state_them(tmp_path):
    first, second = ":a :v 1, 01 . :b :v 1 .", ':a :v "1"^^xsd:int . :c :v 001 .'
    store = loaded(*written(tmp_path, first, second))
    lines = [line.split() for line in exported(store, "nq").splitlines()]
    kinds = {(line[0][-2], line[2], line[3][-6]) for line in lines}
    one, two = f'"1"^^<{XSD}integer>', f'"01"^^<{XSD}integer>'
    assert kinds == {
        ("a", one, "0"), ("a", two, "0"), ("b", one, "0"),
        ("a", f'"1"^^<{XSD}int>', "1"), ("c", f'"001"^^<{XSD}integer>', "1"),
    }  # fmt: skip
    merged = exported(store)
    assert merged.count("<http://e.test/a>") == 3
    assert merged.count("<http://e.test/b>") == merged.count("<http://e.test/c>") == 1


@pytest.mark.parametrize(
    "texts",
    [
        [':a :v "x"@en-GB, "y"@en-gb, "z"@EN-GB .  # "no"@En-gB\n'],
        [':a :v "x"@en-GB, "y"@en-gb .', ':b :v "z"@EN-GB .'],
        [':a :v "x"@en-GB .', ':b :v "y"@en-gb .', ':b :v "z"@EN-GB .'],
        [':a :v "x"@en-GB, \'y\'@en-gb ; :w "\\"@en-gb", <http://e/\'@EN-gb>, """z"""@EN-GB .'],
    ],
)  # fmt: skip
def test_a_tag_that_is_spelled_in_several_ways_keeps_each(tmp_path, texts):
    text = exported(loaded(*written(tmp_path, *texts)))
    for literal in ('"x"@en-GB', '"y"@en-gb', '"z"@EN-GB'):
        assert literal in text


def test_tags_of_json_and_xml_keep_their_spelling(tmp_path):
    values = [{"@value": "x", "@language": "en-GB"}, {"@value": "y", "@language": "en-gb"}]
    document = {"@id": "http://e.test/a", "http://e.test/v": values}
    (tmp_path / "a.jsonld").write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / "b.rdf").write_text(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.test/">'
        '<rdf:Description rdf:about="http://e.test/b" xml:lang="fr-CA"><e:v>z</e:v><e:w>w</e:w>'
        '<e:n rdf:datatype="http://www.w3.org/2001/XMLSchema#int">5</e:n>'
        '<e:v xml:lang="fr-ca">v</e:v></rdf:Description></rdf:RDF>',
        encoding="utf-8",
    )
    text = exported(loaded(tmp_path / "a.jsonld", tmp_path / "b.rdf"))
    for literal in ('"x"@en-GB', '"y"@en-gb', '"z"@fr-CA', '"w"@fr-CA', '"v"@fr-ca', "#int>"):
        assert literal in text


def test_a_number_in_a_triple_term_keeps_its_form(tmp_path):
    text = exported(loaded(*written(tmp_path, ":r :says <<( :a :v 1.10 )>>, <<( :a :v 1.1 )>> .")))
    assert '"1.10"' in text
    assert '"1.1"' in text


def test_descriptions_and_tables_have_the_literals_of_the_files(tmp_path):
    store = loaded(*written(tmp_path, NUMBERS))
    assert '"007"' in exported(store, entity="http://e.test/nni")
    out = io.BytesIO()
    graphs.export(store, out, TABLE_FORMATS[0])
    with zipfile.ZipFile(out) as archive:
        assert "01234" in archive.read("statements.csv").decode()


def test_inferred_statements_have_the_form_of_a_literal_that_is_written_in_one_way(tmp_path):
    kg = built(tmp_path, ':p rdfs:subPropertyOf :q . :a :p 1.10, "x"@en-GB, 007 . :b :p 7 .')
    lines = [line for line in exported(kg.store).splitlines() if "/q>" in line]
    assert any('"1.10"' in line for line in lines)
    assert any('"x"@en-GB' in line for line in lines)
    assert sum(f'"7"^^<{XSD}integer>' in line for line in lines) == 2


def test_graphs_without_such_literals_have_no_table_and_the_same_store(project):
    assert not (project.built.folder / "literals.json").exists()
    assert as_written(project.store) is project.store


def test_every_store_of_a_snapshot_has_the_table_and_the_inventory_covers_it(tmp_path):
    kg = built(tmp_path, NUMBERS + TAGS + CARDINALITY)
    folder = kg.built.folder
    table = Originals.load((folder / "literals.json").read_bytes())
    assert table.tags == {"en-gb": "en-GB", "en-us": "EN-us", "zh-hant-tw": "zh-Hant-TW"}
    assert table.statements
    assert Originals.load(table.dump()) == table
    in_worker = load_graph(kg.built.graph_path, infer=False)
    for store in (kg.store, kg.stated_store, in_worker):
        assert f'"1"^^<{XSD}nonNegativeInteger>' in exported(store)
        assert '"hello"@en-GB' in exported(store)
    (folder / "literals.json").write_bytes(b"{}")
    assert "literals.json" in kg.built.find_damage()
    with pytest.raises(StoreDamaged, match=r"literals\.json"):
        exported(load_graph(kg.built.graph_path))


def test_a_changed_form_changes_the_version_to_cite(tmp_path):
    texts = {"1": ":a :v 1.1 .", "2": ":a :v 1.10 ."}
    for name in texts:
        (tmp_path / name).mkdir()
    first, second = (built(tmp_path / name, text) for name, text in texts.items())
    assert first.built.content_hash != second.built.content_hash


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (':a :v "2020-01-01"^^xsd:date, "2020-01"^^xsd:gYearMonth, "2020"^^xsd:gYear .', False),
        (':a :v 5, true, "x"@en, "a 1 b"@en-gb .', False),
        (':a :v "CC BY 4.0, 05 and +1" . # 1.5, 05\n:b :v <http://e.test/,1.5> .', False),
        (':a :v """one\n1.5, 05 \\" 1.5\n""", 5 .', False),
        (':a :v """one\n1.5""", 1.5 .', True),
        (':a :v "4.0" ,\n05 .', True),
        (':a :v "4.0",1.5 .', True),
        (":a :v (5 05) .", True),
        (':a :v "1"^^xsd:boolean .', True),
        (":a :v 05 .", True),
        (":a :v 1.10 .", True),
        (":a :v 1e5 .", True),
        (":a :v +5 .", True),
        (':a :v "x"@en-GB .', True),
        (':a :v "2020"^^xsd:nonNegativeInteger .', True),
    ],
)
def test_files_without_such_literals_take_the_fast_path(text, expected):
    assert may_differ((HEAD + text).encode(), ox.RdfFormat.TURTLE) is expected
