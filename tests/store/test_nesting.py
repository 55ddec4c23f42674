from __future__ import annotations

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipgraph.store import nesting
from ipgraph.store.nesting import MAX_DEPTH, is_too_deep

JSON, XML, TRIPLES = "application/json", "text/xml", "application/n-triples"
OVER = 2 * MAX_DEPTH + 1
TEXTS = st.text(alphabet='a"\\[]{}é\n', max_size=8)
VALUES = st.recursive(
    TEXTS | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=30,
)


def check(text: str, media_type: str) -> bool:
    return is_too_deep(io.BytesIO(text.encode()), media_type)


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


@pytest.mark.parametrize("part_bytes", [1, 7, 1 << 20])
@settings(deadline=None, max_examples=60)
@given(value=VALUES, is_ascii=st.booleans(), limit=st.integers(1, 4))
def test_json_is_too_deep_from_a_depth_between_the_limit_and_twice_that(
    part_bytes, value, is_ascii, limit
):
    text = json.dumps(value, ensure_ascii=is_ascii)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nesting, "MAX_DEPTH", limit)
        patch.setattr(nesting, "_PART_BYTES", part_bytes)
        found = check(text, JSON)
    if depth(value) <= limit:
        assert not found
    if depth(value) > 2 * limit:
        assert found


@pytest.mark.parametrize(
    "text",
    [
        "[" * OVER,
        '{"a":' * OVER + "1" + "}" * OVER,
        '{"]":[' * OVER,
        '["\\"",' * OVER + "1" + "]" * OVER,
        '["\\\\",' * OVER + "1" + "]" * OVER,
        "[[]," * OVER + "1" + "]" * OVER,
    ],
)
def test_deep_json_is_too_deep(text):
    assert check(text, JSON)


@pytest.mark.parametrize(
    "unit",
    [
        "<triple>",
        "<s:triple>",
        "<é:triple>",
        '<triple a=">">',
        "<triple a='/>'>",
        "<triple><!--</triple>-->",
        "<triple><![CDATA[</triple>]]>",
        "<triple><?x </triple>?>",
        "<triple\n>",
    ],
)
def test_nested_triples_in_xml_are_too_deep(unit):
    assert check(unit * OVER, XML)
    assert not check(unit * MAX_DEPTH, XML)


@pytest.mark.parametrize(
    "unit", ["<triple></triple>", "<triple/>", "<!-- <triple> -->", "<![CDATA[<triple>]]>"]
)
def test_triples_next_to_each_other_in_xml_are_not_nested(unit):
    assert not check(unit * 1000, XML)


@pytest.mark.parametrize(
    "unit",
    [
        "<<( ",
        "<<",
        '<< ">>" ',
        "<< '>>' ",
        '<< """>>""" ',
        "<< '''\n>>''' ",
        '<< "\\">>" ',
        "<< #>>\n",
        "<< ex:a\\#>>b #>>\n << ",
        "<< <http://e/#>>#>>\n<<",
        "<< <http://e/\\u0041#> ",
        "<< ex:a\\'b ",
    ],
)
def test_nested_triple_terms_are_too_deep(unit):
    assert check(unit * OVER, TRIPLES)


@pytest.mark.parametrize(
    "unit",
    [
        "<< <s> <p> <o> >> <p> <o> .\n",
        '<s> <p> "<<" .\n',
        "<s> <p> '''<<\n<<''' .\n",
        '<s> <p> "\\"<<" .\n',
        "<s> <p> <o> . # <<\n",
    ],
)
def test_other_triple_terms_are_not_nested(unit):
    assert not check(unit * 1000, TRIPLES)
