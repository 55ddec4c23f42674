"""Locations of entities in Turtle files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from ipgraph.checks.locations import Locator
from ipgraph.snapshots.loading import Input

if TYPE_CHECKING:
    from pathlib import Path

GRAPH = "http://example.org/graph"
TURTLE = """\
@prefix e: <http://example.org/> .
PREFIX f: <http://example.org/f/>

e:a
  e:knows e:b ;
  e:says '''
e:c
''' ;
.
e:c e:knows [ e:knows e:d ] .
<http://example.org/d> e:knows ( e:a e:b ) .
e:x\\,y e:knows e:a . f:g e:knows e:a .
"""


@pytest.mark.parametrize(
    ("name", "line"), [("a", 4), ("c", 10), ("d", 11), ("x,y", 12), ("f/g", 12), ("b", 1)]
)
def test_an_entity_is_located_at_its_first_statement(tmp_path: Path, name: str, line: int) -> None:
    path = tmp_path / "file.ttl"
    path.write_text(TURTLE, encoding="utf-8")
    assert len(list(ox.parse(TURTLE, format=ox.RdfFormat.TURTLE))) > 8
    entity = ox.NamedNode(f"http://example.org/{name}")
    place = Locator([Input(path, GRAPH)]).find(entity, ox.Store(), GRAPH)
    assert place is not None
    assert place.line == line
