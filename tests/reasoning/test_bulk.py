"""Files become a closed store in one go, whichever way each file takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph import reasoning
from ipgraph.reasoning.closure.bulk_loading import load_closed

if TYPE_CHECKING:
    from pathlib import Path

EX = "http://example.org/"
SUBCLASS = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
INFERRED = ox.NamedNode("urn:inferred")


def written(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line} .\n" for line in lines), encoding="utf-8")
    return path


def test_a_store_is_filled_with_what_is_stated_and_what_follows(tmp_path: Path) -> None:
    schema = written(tmp_path / "schema.ttl", f"<{EX}C> {SUBCLASS} <{EX}D>")
    facts = written(
        tmp_path / "facts.nt", f"<{EX}a> {TYPE} <{EX}C>", f"<{EX}a> <{EX}p> 'x y'".replace("'", '"')
    )
    engine = ox.Store()
    closure = load_closed(engine, [schema, facts], INFERRED)
    assert closure.count == 1
    (quad,) = engine.quads_for_pattern(None, None, None, INFERRED)
    assert str(quad.triple) == f"<{EX}a> {TYPE} <{EX}D>"
    assert len(engine) == 4


def test_blank_nodes_of_different_files_stay_apart_and_keep_what_follows(tmp_path: Path) -> None:
    schema = written(tmp_path / "schema.nt", f"<{EX}C> {SUBCLASS} <{EX}D>")
    one = written(tmp_path / "one.nt", f"_:b {TYPE} <{EX}C>")
    two = written(tmp_path / "two.nt", f"_:b {TYPE} <{EX}C>")
    engine = ox.Store()
    assert load_closed(engine, [schema, one, two], INFERRED).count == 2
    nodes = {quad.subject for quad in engine.quads_for_pattern(None, None, None, INFERRED)}
    assert nodes == {
        quad.subject for quad in engine.quads_for_pattern(None, None, ox.NamedNode(EX + "C"))
    }


def test_odd_spacing_and_comments_are_read_as_n_triples_allows(tmp_path: Path) -> None:
    path = tmp_path / "odd.nt"
    path.write_text(
        f"# <urn:not> <urn:a> <urn:triple> .\n\n<{EX}C>\t{SUBCLASS}  <{EX}D>.\n"
        f"<{EX}a> {TYPE} <{EX}C> . # said\n",
        encoding="utf-8",
    )
    assert load_closed(ox.Store(), [path]).count == 1


def test_a_text_that_holds_the_marks_of_n_triples_is_one_term(tmp_path: Path) -> None:
    path = tmp_path / "text.nt"
    path.write_text(
        f"<{EX}p> <http://www.w3.org/2000/01/rdf-schema#subPropertyOf> <{EX}q> .\n"
        f'<{EX}a> <{EX}p> "ends . <b> _:c \\" .\\n"@en .\n',
        encoding="utf-8",
    )
    engine = ox.Store()
    assert load_closed(engine, [path], INFERRED).count == 1
    (quad,) = engine.quads_for_pattern(None, None, None, INFERRED)
    assert quad.object == ox.Literal('ends . <b> _:c " .\n', language="en")


def test_an_empty_graph_closes_to_nothing() -> None:
    assert reasoning.infer(ox.Store()).count == 0
    assert list(reasoning.infer(ox.Store()).triples) == []
