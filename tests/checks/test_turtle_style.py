from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ipgraph.checks import query_style, turtle_style

if TYPE_CHECKING:
    from pathlib import Path

SOUND = """\
@prefix id: <https://w3id.org/ipgraph/id/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

id:a
  a id:Thing ;
  rdfs:label "A: <b> ; # no comment"@en ;
  id:knows id:b, id:c ;
.

# Others

id:b
  id:knows
    id:a,
    id:c ;
.
"""
FAULTS = {
    "spaces": (SOUND.replace("id:Thing ;", "id:Thing ; "), "style/spaces"),
    "tabs": (SOUND.replace("  a id:Thing", "\ta id:Thing"), "style/spaces"),
    "carriage returns": (SOUND.replace("\n", "\r\n"), "style/lines"),
    "no last line end": (SOUND.rstrip("\n"), "style/lines"),
    "two empty lines": (SOUND.replace("\n\n# Others", "\n\n\n# Others"), "style/lines"),
    "prefix order": (
        "\n".join([*SOUND.splitlines()[1::-1], *SOUND.splitlines()[2:]]) + "\n",
        "style/prefixes",
    ),
    "unused prefix": (
        SOUND.replace("@prefix rdfs", "@prefix owl: <http://x/> .\n@prefix rdfs"),
        "style/prefixes",
    ),
    "long line": (SOUND.replace("id:b, id:c ;", ", ".join(["id:b"] * 30) + " ;"), "style/columns"),
    "subject with predicate": (SOUND.replace("id:a\n  a", "id:a a"), "style/block"),
    "stop at the end": (SOUND.replace("id:b, id:c ;\n.", "id:b, id:c ."), "style/block"),
    "order of predicates": (
        SOUND.replace('  a id:Thing ;\n  rdfs:label "A', '  id:knows id:b ;\n  rdfs:label "A'),
        "style/predicates",
    ),
    "predicate twice": (
        SOUND.replace("id:b, id:c ;", "id:b ;\n  id:knows id:c ;"),
        "style/predicates",
    ),
    "order of blocks": (
        SOUND.replace("# Others\n\n", "").replace("id:b\n", "id:0\n"),
        "style/order",
    ),
    "odd indent": (SOUND.replace("    id:a,", "   id:a,"), "style/indent"),
}
SOUND_QUERY = """\
# What is there?
PREFIX id: <https://w3id.org/ipgraph/id/>
SELECT ?order
WHERE {
  id:a id:knows ?order .
}
"""
QUERY_FAULTS = {
    "no sentence": (SOUND_QUERY.partition("\n")[2], "style/query-header"),
    "small keyword": (SOUND_QUERY.replace("WHERE", "where"), "style/query-keywords"),
    "everything": (SOUND_QUERY.replace("?order\n", "*\n", 1), "style/query-select"),
    "unused prefix": (
        SOUND_QUERY.replace("id:", "ex:").replace("ex:", "id:", 1),
        "style/query-prefixes",
    ),
}


def found(tmp_path: Path, text: str, suffix: str) -> set[str]:
    path = tmp_path / f"file{suffix}"
    path.write_bytes(text.encode())
    faults = turtle_style.faults(path) if suffix == ".ttl" else query_style.faults(path)
    return {each.check for each in faults}


def test_a_file_in_style_has_no_findings(tmp_path: Path) -> None:
    assert found(tmp_path, SOUND, ".ttl") == set()
    assert found(tmp_path, SOUND_QUERY, ".rq") == set()


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_of_style_is_found(tmp_path: Path, name: str) -> None:
    text, check = FAULTS[name]
    assert text != SOUND
    assert check in found(tmp_path, text, ".ttl")


@pytest.mark.parametrize("name", QUERY_FAULTS)
def test_each_fault_of_style_of_a_query_is_found(tmp_path: Path, name: str) -> None:
    text, check = QUERY_FAULTS[name]
    assert text != SOUND_QUERY
    assert check in found(tmp_path, text, ".rq")
