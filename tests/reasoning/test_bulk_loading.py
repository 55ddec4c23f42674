"""Files become a closed store in one step, on the fast path and on the slow one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph import reasoning
from ipgraph.namespaces import RDF, RDFS
from ipgraph.reasoning.closure.bulk_loading import load_closed

if TYPE_CHECKING:
    from pathlib import Path

EX = "http://example.org/"
SUBCLASS_OF = f"<{RDFS}subClassOf>"
TYPE = f"<{RDF}type>"
INFERRED = ox.NamedNode("urn:inferred")


def write(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line} .\n" for line in lines), encoding="utf-8")
    return path


def test_the_store_has_stated_and_inferred_triples(tmp_path: Path) -> None:
    schema = write(tmp_path / "schema.ttl", f"<{EX}C> {SUBCLASS_OF} <{EX}D>")
    facts = write(
        tmp_path / "facts.nt", f"<{EX}a> {TYPE} <{EX}C>", f"<{EX}a> <{EX}p> 'x y'".replace("'", '"')
    )
    engine = ox.Store()
    closure = load_closed(engine, [schema, facts], INFERRED)
    assert closure.count == 1
    (quad,) = engine.quads_for_pattern(None, None, None, INFERRED)
    assert str(quad.triple) == f"<{EX}a> {TYPE} <{EX}D>"
    assert len(engine) == 4


def test_blank_nodes_of_different_files_stay_distinct(
    tmp_path: Path,
) -> None:
    schema = write(tmp_path / "schema.nt", f"<{EX}C> {SUBCLASS_OF} <{EX}D>")
    first = write(tmp_path / "first.nt", f"_:b {TYPE} <{EX}C>")
    second = write(tmp_path / "second.nt", f"_:b {TYPE} <{EX}C>")
    engine = ox.Store()
    assert load_closed(engine, [schema, first, second], INFERRED).count == 2
    nodes = {quad.subject for quad in engine.quads_for_pattern(None, None, None, INFERRED)}
    assert nodes == {
        quad.subject for quad in engine.quads_for_pattern(None, None, ox.NamedNode(EX + "C"))
    }


def test_any_spacing_and_comments_of_n_triples_are_read(tmp_path: Path) -> None:
    path = tmp_path / "odd.nt"
    path.write_text(
        f"# <urn:not> <urn:a> <urn:triple> .\n\n<{EX}C>\t{SUBCLASS_OF}  <{EX}D>.\n"
        f"<{EX}a> {TYPE} <{EX}C> . # comment\n",
        encoding="utf-8",
    )
    assert load_closed(ox.Store(), [path]).count == 1


def test_a_text_with_the_syntax_of_n_triples_is_one_term(tmp_path: Path) -> None:
    path = tmp_path / "text.nt"
    path.write_text(
        f"<{EX}p> <{RDFS}subPropertyOf> <{EX}q> .\n"
        f'<{EX}a> <{EX}p> "ends . <b> _:c \\" .\\n"@en .\n',
        encoding="utf-8",
    )
    engine = ox.Store()
    assert load_closed(engine, [path], INFERRED).count == 1
    (quad,) = engine.quads_for_pattern(None, None, None, INFERRED)
    assert quad.object == ox.Literal('ends . <b> _:c " .\n', language="en")


def test_the_closure_of_an_empty_graph_is_empty() -> None:
    assert reasoning.infer(ox.Store()).count == 0
    assert list(reasoning.infer(ox.Store()).triples) == []
