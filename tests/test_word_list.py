"""The word list: phrases that are always wrong in this repository's texts (style guide, language).

It covers all tracked text files except `data/`. Titles and labels of the data are exempt, because
they are names of documents and organizations. Other private words are a matter of review.
"""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
# These files quote the word list.
EXEMPT = {"tests/test_word_list.py", "docs/contributing/style.md"}
# Each phrase with a sentence that contains it, and with a similar one that is allowed.
PHRASES = {
    r"for each in": ("for each in quads:", "one page for each of the classes"),
    r"whoever": ("Whoever takes it up takes it out.", "everyone"),
    r"anew": ("fork anew after a crash", "a new worker"),
    r"mend(?:s|ed|ing)?": ("2 things to mend were found", "amend, amended, recommend"),
    r"is the goal that": ("is the goal that incidents do no harm", "the goal is that"),
    r"what is (?:no(?! longer)|none)": (
        "what is none names nothing",
        "what is not, what is no longer",
    ),
    r"of its own account": ("it closes of its own account", "its own account"),
    r"keeps up(?! with)": ("it keeps up two centers", "it keeps up with changes"),
    r"in being": ("a center that it keeps in being", "the human being"),
    r"given over": ("the socket is given over", "given overhead"),
    r"soon made good": ("a loss that is soon made good", "made good soon"),
    r"beside": ("a label beside each IRI", "besides"),
    # British spelling, in identifiers too.
    r"label(?:led|ling)": ("the labelled_rows of a table", "labeled, aria-labelledby"),
    r"towards": ("counts towards the limit", "toward"),
    r"\w*(?:colou|neighbou|behaviou|favou)r\w*": ("_neighbours_of", "color, neighbor"),
    r"\w*(?:serial|normal|organ|recogn)is(?:e[drs]?|ing|ations?)": (
        "normalises",
        "organism, normalizes",
    ),
}
# A phrase may be wrapped, in a comment too.
GAP = r"(?:\s|#|//|\*)+"
START, END = r"(?<![^\W_])", r"(?![^\W_])"  # of a word; identifiers have words between underscores
WORD_LIST = re.compile(
    "|".join(
        rf"{START}(?:{re.sub(r' (?!longer|with)', lambda _: GAP, phrase)}){END}"
        for phrase in PHRASES
    ),
    re.IGNORECASE,
)
NAME = re.compile(r'(?:dcterms:title|rdfs:label|skos:altLabel)\s+"((?:[^"\\]|\\.)*)"')


def tracked_files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, check=True, text=True
    )
    return [name for name in listed.stdout.split("\0") if name and (CHECKOUT / name).is_file()]


def text_of(name: str) -> str:
    """Return the text of a file, or nothing for a binary file."""
    try:
        return (CHECKOUT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@cache
def names_with_phrases() -> tuple[str, ...]:
    """Return titles and labels of the data that contain a phrase of the list."""
    found = (NAME.findall(text_of(name)) for name in tracked_files() if name.startswith("data/"))
    return tuple({title for titles in found for title in titles if WORD_LIST.search(title)})


def findings(name: str, text: str, names: tuple[str, ...] = ()) -> list[str]:
    """Return `file:line: phrase` for every phrase of the list that is not part of a name."""
    for title in names:
        text = text.replace(title, re.sub(r"\w", "x", title))
    found = []
    for match in WORD_LIST.finditer(text):
        line = text[: match.start()].count("\n") + 1
        found.append(f"{name}:{line}: {' '.join(match[0].split())}")
    return found


def test_no_text_contains_a_phrase_of_the_word_list():
    names = [name for name in tracked_files() if not name.startswith("data/")]
    checked = [name for name in names if name not in EXEMPT]
    assert len(checked) > 150
    found = [
        line for name in checked for line in findings(name, text_of(name), names_with_phrases())
    ]
    assert not found, f"{len(found)} phrases of the word list:\n" + "\n".join(found)


@pytest.mark.parametrize(("wrong", "right"), PHRASES.values(), ids=PHRASES)
def test_a_planted_phrase_is_reported_with_its_file_and_line(wrong, right):
    (found,) = findings("docs/page.md", f"First line.\nSecond: {wrong}\n")
    assert found.startswith("docs/page.md:2: ")
    assert findings("docs/page.md", f"First line.\nSecond: {right}\n") == []


def test_a_phrase_is_found_across_lines_and_comment_signs_and_in_capitals():
    assert findings("a.py", "# A loss that is Soon\n# made good.\n") == ["a.py:1: Soon # made good"]
    assert findings("a.js", "// kept in\n  // being\n") == ["a.js:1: in // being"]


def test_a_phrase_in_the_name_of_a_document_is_allowed():
    title = "Starting Anew: A Report"
    assert findings("a.md", f"See {title}.", (title,)) == []
    assert findings("a.md", f"See {title}. Start anew.", (title,)) == ["a.md:1: anew"]
