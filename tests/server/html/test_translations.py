"""The words of the interface: every key that a page uses exists, in every language alike."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from ipgraph.resources import folder
from ipgraph.server.html import translations

TEMPLATES = sorted((folder("web") / "templates").glob("*.html"))
# t("a.b") and t("a.b" if … else "c.d"); keys made by joining are not seen.
CALLS = re.compile(r"\bt\(([^()]*)\)")
KEYS = re.compile(r"[\"']([a-z_]+(?:\.[a-z_0-9]+)+)[\"'](?!\s*~)")


def used() -> set[str]:
    return {
        key
        for path in TEMPLATES
        for call in CALLS.findall(path.read_text(encoding="utf-8"))
        for key in KEYS.findall(call)
    }


def places(text: object) -> set[str]:
    parts = text.values() if isinstance(text, dict) else [text]
    return {name for part in parts for _, name, _, _ in Formatter().parse(str(part)) if name}


def test_every_key_that_a_template_uses_has_an_english_text():
    assert len(used()) > 50
    assert used() - translations.load("en").keys == set()


@pytest.mark.parametrize("language", [each for each in translations.languages() if each != "en"])
def test_a_translation_is_complete_and_keeps_the_places(language):
    english, other = translations.load("en"), translations.load(language)
    assert english.keys - other.keys == set()
    assert other.keys - english.keys == set()
    for key in english.keys - {"plurals"}:
        assert places(other.raw(key)) == places(english.raw(key)), key


def test_a_number_chooses_between_one_and_many_and_is_grouped():
    words = translations.load("en")
    assert words("entity.supports", n=1) == "1 statement on this page"
    assert words("entity.supports", n=1234) == "1,234 statements on this page"


def test_an_unknown_key_is_an_error():
    with pytest.raises(KeyError, match=r"no\.such"):
        translations.load("en")("no.such")


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("division", "divisions"),
        ("agency", "agencies"),
        ("branch", "branches"),
        ("person", "people"),
        ("survey", "surveys"),
    ],
)
def test_the_label_of_a_class_has_a_plural(one, many):
    assert translations.plural(one) == many
