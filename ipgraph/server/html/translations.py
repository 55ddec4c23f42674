"""The texts of the interface: one catalog per language, in ``web/texts/<language>.toml``.

A key is a dotted path. A value with the forms ``one`` and ``other`` is chosen by the number `n`.
The English catalog is complete; a key that another language lacks falls back to English.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from ipgraph.entities.languages import matches
from ipgraph.server.context import request
from ipgraph.server.html import plurals
from ipgraph.server.http.languages import DEFAULT, interface_languages, texts_folder

if TYPE_CHECKING:
    from ipgraph.entities.labels import Name

_FORMS = {"one", "other"}
# Tables that are one value: the irregular plurals of class labels.
_WHOLE = {"plurals"}


class Texts:
    """The texts of one language; call it with a key and the values of its placeholders."""

    def __init__(self, language: str, catalog: Mapping[str, Any], fallback: Texts | None) -> None:
        self.language = language
        self.keys = frozenset(key for key, _ in _flat(catalog))
        self._texts = dict(_flat(catalog))
        self._fallback = fallback

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of `key` with its placeholders filled; raise `KeyError` if unknown."""
        if key not in self._texts:
            if self._fallback is None:
                raise KeyError(key)
            return self._fallback(key, **values)
        text = self._texts[key]
        if isinstance(text, Mapping):
            text = text["one" if values.get("n") == 1 else "other"]
        shown = {
            name: self.number(value) if isinstance(value, int) else value
            for name, value in values.items()
        }
        return str(text).format_map(shown) if shown else str(text)

    def raw(self, key: str) -> Any:
        """Return the value of `key` in the catalog as it is."""
        return self._texts[key]

    def has(self, key: str) -> bool:
        """True if `key` has a text in this language or in English."""
        return key in self._texts or (self._fallback is not None and self._fallback.has(key))

    def quantity(self, text: str) -> str:
        """Return a number in the data with digit grouping if it has five digits or more."""
        return self.number(int(text)) if text.isdecimal() and len(text) > 4 else text

    def number(self, value: int) -> str:
        """Return an integer with the digit grouping of the language; pass years as text."""
        return f"{value:,}".replace(",", str(self._texts.get("number.group", ",")))


def plural_of(name: Name) -> str:
    """Return the plural of the label of a class, if there are rules for its language."""
    return plural(name.label, name.language or DEFAULT)


def plural(label: str, language: str = DEFAULT) -> str:
    """Return the plural of a noun; the noun itself if there are no rules for the language."""
    code = next((code for code in plurals.RULES if matches(language.lower(), code)), "")
    if not code:
        return label
    special: Mapping[str, str] = load(code).raw("plurals")
    for word, several in special.items():
        if f" {label.lower()}".endswith(" " + word):
            start = len(label) - len(word)
            return label[:start] + (several.capitalize() if label[start].isupper() else several)
    return plurals.RULES[code](label)


def current_language() -> str:
    """Return the language of the interface for the request being answered."""
    return request.languages.interface


def current() -> Texts:
    """Return the words in the language of the request being answered."""
    return load(current_language())


@cache
def languages() -> dict[str, str]:
    """Return the name of each language in that language, by code, English first."""
    return {code: str(load(code)("language")) for code in interface_languages()}


@cache
def load(language: str) -> Texts:
    """Return the texts of a language. Raise `KeyError` if it has no catalog."""
    if language not in interface_languages():
        raise KeyError(language)
    path = texts_folder() / f"{language}.toml"
    catalog = tomllib.loads(path.read_text(encoding="utf-8"))
    return Texts(language, catalog, None if language == DEFAULT else load(DEFAULT))


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in table.items():
        if isinstance(value, Mapping) and key not in _WHOLE and not set(value) <= _FORMS:
            found += _flat(value, f"{prefix}{key}.")
        else:
            found.append((prefix + key, value))
    return found
