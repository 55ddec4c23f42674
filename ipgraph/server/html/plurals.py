"""Plurals of the labels of classes, by the rules of the languages of the interface.

Labels of other languages stay as they are. Words that follow no rule are in the catalogs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# What follows one of these words in Spanish qualifies the noun and keeps its number:
# "centros de intercambio".
_SPANISH_PREPOSITIONS = {"a", "al", "ante", "con", "de", "del", "en", "para", "por", "sin", "sobre"}
_WITHOUT_ACCENT = str.maketrans("áéíóú", "aeiou")


def english(label: str) -> str:
    """Return the plural of an English noun: that of its last word."""
    if label.endswith("y") and label[-2:-1] not in "aeiou":
        return label[:-1] + "ies"
    return label + ("es" if label.endswith(("s", "x", "ch", "sh")) else "s")


def spanish(label: str) -> str:
    """Return the plural of a Spanish noun and its adjectives: the words before a preposition."""
    words = label.split(" ")
    end = next(
        (at for at, word in enumerate(words) if at and word.lower() in _SPANISH_PREPOSITIONS),
        len(words),
    )
    return " ".join([*map(_spanish_word, words[:end]), *words[end:]])


def _spanish_word(word: str) -> str:
    if not word.isalpha() or word.isupper():
        return word
    if re.search("[aeioué]$", word):
        return word + "s"
    if word.endswith("z"):
        return word[:-1] + "ces"
    if re.search("[áéíóú][ns]$", word):  # the accent marks the end, which is no longer the end
        return word[:-2] + word[-2:].translate(_WITHOUT_ACCENT) + "es"
    return word if word.endswith(("s", "x")) else word + "es"


RULES: Mapping[str, Callable[[str], str]] = {"en": english, "es": spanish}
