"""How English asks: its stop words, its question words, and what they ask for.

Questions in other languages are matched by their own wordings; these lists then find nothing.
"""

from __future__ import annotations

import re

# Words that say nothing about what is asked. Modals and negation are no stop words: "should" asks
# for advice and "never" for what did not happen, and a graph has neither.
_STOP_WORDS = """
    a an the of in on at to for by with from as and or is are was were be been being has have had it
    its this that these those there their they them any all some me my i we us our you your tell
    show list give please about can could into than then so also ever still
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
# Forms of "do" before a verb. They give a question its direction: "Who did X head?" is not "Who
# headed X?".
AUXILIARIES = frozenset(("do", "does", "did"))
# The present tense: a question without a year asks for today.
PRESENT = frozenset(("is", "are", "does", "do", "has", "have", "now", "today", "currently"))
# These may stand for each other: people ask "who" for an agency.
OPEN = frozenset(("what", "which", "who", "whom", "whose"))
# What these ask for must agree with the wording of a question.
STRICT = frozenset(("when", "where", "why", "how", "number"))
QUESTION_WORDS = OPEN | STRICT
# Phrases that are one question word, longest first.
PHRASES = (
    (re.compile(r"\b(?:how many|how much|what number of|which number of)\b"), "number"),
    (
        re.compile(r"\b(?:(?:in )?(?:what|which) (?:year|date|day)|since when|until when)\b"),
        "when",
    ),
    (re.compile(r"\bin (?:which|what) (?:place|city|town)\b"), "where"),
)
# Where one question ends and the next begins.
CLAUSE = re.compile(
    r"(?:[,;?]|\band\b)\s*(?=(?:and )?(?:since |under |in |for )?"
    r"(?:who|whom|what|which|when|where|how)\b)",
    re.IGNORECASE,
)
