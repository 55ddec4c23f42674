"""Stems of words, and the keys under which names are stored and looked up."""

from __future__ import annotations

import re
import sqlite3
import threading
import weakref
from functools import lru_cache

from ipgraph.search.folding import fold

_WORD = re.compile(r"\w+")
_POSSESSIVE = re.compile(r"['\u2019](?:s\b|\B)?")
_INITIALS = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_ARTICLES = frozenset(("the", "a", "an"))
MIN_PLURAL = 4  # letters of a word whose last s may be an ending


def plain(text: str) -> str:
    """Return a text without points in initials and without possessive endings: ``U.S.`` → ``US``.

    Capitals stay.
    """
    text = _INITIALS.sub(lambda found: found[0].replace(".", ""), text)
    return _POSSESSIVE.sub("", text)


def words_of(text: str) -> list[str]:
    """Return the folded words of a text."""
    return _WORD.findall(fold(plain(text)))


def singular(word: str) -> str:
    """Return an English noun without the ending of its plural, as far as spelling shows it."""
    if len(word) < MIN_PLURAL or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > MIN_PLURAL:
        return f"{word[:-3]}y"
    return word[:-1]


def name_key(text: str) -> str:
    """Return the key of a name: its folded words in the singular, without an article before."""
    words = words_of(text)
    if len(words) > 1 and words[0] in _ARTICLES:
        del words[0]
    return " ".join(map(singular, words))


class Stemmer:
    """SQLite's Porter stemmer as a function, so that wordings and texts have the same stems.

    Any number of threads may use it. Its database is closed when it is collected.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        weakref.finalize(self, self._database.close)
        self._database.executescript(
            'CREATE VIRTUAL TABLE words USING fts5(word, tokenize="porter unicode61 '
            "remove_diacritics 0 categories 'L* N* Co M*'\");"
            "CREATE VIRTUAL TABLE stems USING fts5vocab(words, instance);"
        )
        self.stem = lru_cache(maxsize=50_000)(self._stem)

    def _stem(self, word: str) -> str:
        """Return the stem of a folded word."""
        with self._lock:
            run = self._database.execute
            run("INSERT INTO words(rowid, word) VALUES (1, ?)", (word,))
            rows = run("SELECT term FROM stems").fetchall()
            run("DELETE FROM words WHERE rowid = 1")
        return str(rows[0][0]) if rows else word
