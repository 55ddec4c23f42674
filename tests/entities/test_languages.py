from __future__ import annotations

import pytest
from pyoxigraph import Literal

from ipgraph.entities.languages import MAX_PREFERRED, Languages, is_tag, negotiate


@pytest.mark.parametrize(
    ("ranges", "chosen"),
    [
        (["es-MX"], ("es",)),
        (["EN-us", "pt"], ("en",)),
        (["fr"], ("fr",)),
        (["fr-FR"], ("fr",)),
        (["de"], ()),
        (["zh-Hant-TW"], ("zh-hant",)),
        (["e"], ()),
        ([], ()),
    ],
)
def test_a_range_finds_the_tags_of_the_data(ranges, chosen):
    assert negotiate(ranges, ("en", "es", "fr-ca", "zh-hant")) == chosen


def test_the_number_of_preferred_languages_is_bounded():
    tags = [f"a{letter}" for letter in "abcdefgh"]
    assert negotiate(tags, tags) == tuple(tags[:MAX_PREFERRED])


def test_preferred_languages_come_first_then_none_then_common_then_any():
    texts = [Literal(tag, language=tag) for tag in ("aa", "de", "en", "es-mx")]
    texts.append(Literal("none"))
    order = Languages(["es"], ["de", "en"])
    found = []
    while texts:
        best = order.choose(texts)
        found.append(best.value)
        texts.remove(best)
    assert found == ["es-mx", "none", "de", "en", "aa"]
    assert order.choose([]) is None
    assert order.prefer("EN").first == "en"
    assert Languages().first == ""


@pytest.mark.parametrize("text", ["", "en_US", "en ", "<b>", "x" * 9, "a" + "-b" * 20, "en-", "é"])
def test_what_has_not_the_form_of_a_tag_is_none(text):
    assert not is_tag(text)
