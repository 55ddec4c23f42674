from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ipgraph.checks import query_style, turtle_style

if TYPE_CHECKING:
    from pathlib import Path

    from ipgraph.checks import Problem

VALID = """\
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
# For each planted fault: the file, the check that finds it, and its message.
FAULTS = {
    "trailing spaces": (
        VALID.replace("id:Thing ;", "id:Thing ; "),
        "style/spaces",
        "The line has a tab or trailing spaces.",
    ),
    "tab": (
        VALID.replace("  a id:Thing", "\ta id:Thing"),
        "style/spaces",
        "The line has a tab or trailing spaces.",
    ),
    "carriage returns": (
        VALID.replace("\n", "\r\n"),
        "style/lines",
        "End every line with LF, and the file with exactly one.",
    ),
    "no final line end": (
        VALID.rstrip("\n"),
        "style/lines",
        "End every line with LF, and the file with exactly one.",
    ),
    "two blank lines": (
        VALID.replace("\n\n# Others", "\n\n\n# Others"),
        "style/lines",
        "Two blank lines in a row. Remove one.",
    ),
    "prefix order": (
        "\n".join([*VALID.splitlines()[1::-1], *VALID.splitlines()[2:]]) + "\n",
        "style/prefixes",
        "The prefix id: is not in alphabetical order.",
    ),
    "unused prefix": (
        VALID.replace("@prefix rdfs", "@prefix owl: <http://x/> .\n@prefix rdfs"),
        "style/prefixes",
        "The prefix owl: is not used. Remove it.",
    ),
    "prefix over two lines": (
        VALID.replace("@prefix id: <", "@prefix id:\n  <"),
        "style/prefixes",
        "Declare the prefix on one line: '@prefix name: <IRI> .'.",
    ),
    "long line": (
        VALID.replace("id:b, id:c ;", ", ".join(["id:b"] * 30) + " ;"),
        "style/columns",
        "The line has 191 columns; the limit is 100.",
    ),
    "subject with predicate": (
        VALID.replace("id:a\n  a", "id:a a"),
        "style/block",
        "Put the subject on its own line.",
    ),
    "period in the last predicate's line": (
        VALID.replace("id:b, id:c ;\n.", "id:b, id:c ."),
        "style/block",
        "End the line with ' ;' and put the closing '.' on its own line.",
    ),
    "no period": (
        VALID.replace("id:b, id:c ;\n.", "id:b, id:c ;"),
        "style/block",
        "The block of id:a has no closing '.' on its own line.",
    ),
    "blank line in a block": (
        VALID.replace("  id:knows id:b", "\n  id:knows id:b"),
        "style/block",
        "A blank line inside the block of id:a. Remove it.",
    ),
    "no subject": (
        VALID.replace("id:a\n  a", "  a"),
        "style/block",
        "The line belongs to no block. Put the subject on its own line first.",
    ),
    "order of predicates": (
        VALID.replace('  a id:Thing ;\n  rdfs:label "A', '  id:knows id:b ;\n  rdfs:label "A'),
        "style/predicates",
        "rdfs:label is out of order in the block of id:a.",
    ),
    "predicate twice": (
        VALID.replace("id:b, id:c ;", "id:b ;\n  id:knows id:c ;"),
        "style/predicates",
        "id:knows occurs twice in the block of id:a.",
    ),
    "order of blocks": (
        VALID.replace("# Others\n\n", "").replace("id:b\n", "id:0\n"),
        "style/order",
        "Move the block of id:0 before the block of id:a.",
    ),
    "odd indent": (
        VALID.replace("    id:a,", "   id:a,"),
        "style/indent",
        "Indent by two spaces for each level.",
    ),
}
VALID_QUERY = """\
# What is there?
PREFIX id: <https://w3id.org/ipgraph/id/>
SELECT ?order
WHERE {
  id:a id:knows ?order .
}
"""
QUERY_FAULTS = {
    "no question": (
        VALID_QUERY.partition("\n")[2],
        "style/query-header",
        "Begin the query with its question as a comment.",
    ),
    "lower-case keyword": (
        VALID_QUERY.replace("WHERE", "where"),
        "style/query-keywords",
        "Write the keyword 'where' in upper case.",
    ),
    "select all": (
        VALID_QUERY.replace("?order\n", "*\n", 1),
        "style/query-select",
        "Name the selected variables instead of using SELECT *.",
    ),
    "unused prefix": (
        VALID_QUERY.replace("id:", "ex:").replace("ex:", "id:", 1),
        "style/query-prefixes",
        "The prefix id: is not used. Remove it.",
    ),
    "prefix order": (
        VALID_QUERY.replace("PREFIX id", "PREFIX x: <urn:x>\nPREFIX id"),
        "style/query-prefixes",
        "The prefix id: is not in alphabetical order.",
    ),
    "long line": (
        VALID_QUERY.replace("?order .", f"?order . #{'-' * 90}"),
        "style/query-columns",
        "The line has 116 columns; the limit is 100.",
    ),
}


def problems_of(tmp_path: Path, data: bytes, suffix: str) -> list[Problem]:
    path = tmp_path / f"file{suffix}"
    path.write_bytes(data)
    return list(turtle_style.check(path) if suffix == ".ttl" else query_style.check(path))


def found(tmp_path: Path, text: str, suffix: str) -> set[tuple[str, str]]:
    problems = problems_of(tmp_path, text.encode(), suffix)
    return {(problem.check, problem.message) for problem in problems}


def test_a_file_in_style_has_no_problems(tmp_path: Path) -> None:
    assert found(tmp_path, VALID, ".ttl") == set()
    assert found(tmp_path, VALID_QUERY, ".rq") == set()


def test_text_in_strings_and_comments_is_not_style(tmp_path: Path) -> None:
    literal = '"""First line. \n\n\n@prefix x: <y>\nselect where # odd:\n ."""'
    turtle = VALID.replace('"A: <b> ; # no comment"@en', literal)
    single = VALID.replace('"A: <b> ; # no comment"@en', "'It is \"odd:ly\" quoted'")
    query = VALID_QUERY.replace("?order .", '?order . # select: where\n  FILTER (?o < "a\\"where")')
    assert VALID not in (turtle, single)
    assert query != VALID_QUERY
    assert found(tmp_path, turtle, ".ttl") == set()
    assert found(tmp_path, single, ".ttl") == set()
    assert found(tmp_path, query, ".rq") == set()


def test_a_prefix_that_only_a_string_contains_is_not_used(tmp_path: Path) -> None:
    declared = "@prefix odd: <http://x/> .\n@prefix rdfs"
    turtle = VALID.replace("@prefix rdfs", declared).replace('"A: <b>', "'odd:x'; rdfs:label \"A")
    query = VALID_QUERY.replace("SELECT", "PREFIX odd: <urn:x>\nSELECT").replace(
        "?order .", "?order . FILTER (?order != 'odd:x')"
    )
    message = "The prefix odd: is not used. Remove it."
    assert ("style/prefixes", message) in found(tmp_path, turtle, ".ttl")
    assert found(tmp_path, query, ".rq") == {("style/query-prefixes", message)}


def test_problems_after_a_string_of_several_lines_have_the_line_of_the_file(
    tmp_path: Path,
) -> None:
    text = VALID.replace('"A: <b> ; # no comment"@en', '"""A\n\u2028b\n"""').replace(
        "  id:knows id:b, id:c ;", "   id:knows id:b ;"
    )
    (problem,) = problems_of(tmp_path, text.encode(), ".ttl")
    assert problem.check == "style/indent"
    assert text.split("\n")[problem.place.line - 1] == "   id:knows id:b ;"


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_in_the_style_of_turtle_is_found(tmp_path: Path, name: str) -> None:
    text, check, message = FAULTS[name]
    assert text != VALID
    assert (check, message) in found(tmp_path, text, ".ttl")


@pytest.mark.parametrize("name", QUERY_FAULTS)
def test_every_fault_in_the_style_of_a_query_is_found(tmp_path: Path, name: str) -> None:
    text, check, message = QUERY_FAULTS[name]
    assert text != VALID_QUERY
    assert (check, message) in found(tmp_path, text, ".rq")


def test_a_file_that_is_not_utf_8_is_a_problem(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, VALID.encode("utf-16"), ".ttl")
    assert problem.check == "style/encoding"
    assert problem.message.startswith("The file is not UTF-8: ")
