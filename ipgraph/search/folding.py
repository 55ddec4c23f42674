"""Text for comparison: the folding and the words that the index and its queries share.

The index has the words of `index_words` and queries ask for those of `query_words`. SQLite only
splits them at the spaces between them, so that both sides agree in every script.
"""

from __future__ import annotations

import re
import unicodedata

# Marks that readers leave out or mistype: accents, Hebrew points, Arabic vowel signs. All other
# marks are letters to those who read them: the vowel signs of Bengali, the voicing of kana.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
# Scripts that put no space between words: Thai, Lao, Burmese, Khmer, kana, Bopomofo, Han.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3021-\u3029\u3041-\u3096\u3099-\u309f"
    "\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff]+"
)
_NGRAM = 3
# Longer than any name. The rest of a longer text is ignored: its cost grows with its words.
MAX_TEXT_CHARS = 200
_ASCII_WORD = re.compile("[a-z0-9]+")


def fold(text: str) -> str:
    """Return `text` for comparison: no case, no accents, one space between words."""
    if text.isascii():
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", plain))
    return " ".join(unicodedata.normalize("NFC", plain).split())


def index_words(text: str) -> list[str]:
    """Return the words under which a text is found.

    Where a script does not separate words, these are the three characters from each position on
    (fewer at the end), so that every part of one to three characters begins a word.
    """
    words: list[str] = []
    for word, is_spaced in _parts(text):
        if is_spaced:
            words.append(word)
        else:
            words += [word[at : at + _NGRAM] for at in range(len(word))]
    return words


def query_words(text: str) -> list[str]:
    """Return the beginnings of words that a text asks for, as `index_words` writes them."""
    words: list[str] = []
    for word, is_spaced in _parts(text):
        if is_spaced or len(word) <= _NGRAM:
            words.append(word)
        else:
            words += [word[at : at + _NGRAM] for at in range(len(word) - _NGRAM + 1)]
    return words


def unspaced_runs(text: str) -> list[str]:
    """Return the parts of a query that must be contiguous, which their n-grams do not show."""
    return [word for word, is_spaced in _parts(text) if not is_spaced and len(word) > _NGRAM]


def _parts(text: str) -> list[tuple[str, bool]]:
    """Return the folded words, and True for those of a script with spaces between words."""
    folded = fold(text)
    if folded.isascii():
        return [(word, True) for word in _ASCII_WORD.findall(folded)]
    parts: list[tuple[str, bool]] = []
    for word in "".join(char if _is_letter(char) else " " for char in folded).split():
        end = 0
        for run in _UNSPACED.finditer(word):
            if run.start() > end:
                parts.append((word[end : run.start()], True))
            parts.append((run.group(), False))
            end = run.end()
        if end < len(word):
            parts.append((word[end:], True))
    return parts


def _is_letter(char: str) -> bool:
    """True for letters, digits and marks."""
    return unicodedata.category(char)[0] in "LNM"
