"""Score typed questions: how many show the right answer or page among the first three results.

A file of questions has a line each, with tabs between: a number, the text, a regular expression for
the right sentence (``-``: there must be no sentence), and the names of the right pages. Or it is a
page in Markdown with a table of the columns ``#``, ``who``, ``question`` and ``expected …``; then
sentences and first results are printed for a reader to judge::

    python benchmarks/answering.py QUESTIONS … [--target FOLDER] [--quiet]

Outcomes: ``answer`` (the right sentence), ``page`` (no sentence, and the right page among the first
three), ``wrong`` (a sentence that is not the answer), ``nothing``.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import ipgraph

if TYPE_CHECKING:
    from ipgraph.search.index import SearchResults

SHOWN = 3
_NO_SENTENCE = "-"


@dataclass(frozen=True)
class Case:
    """A question with its expected answer; without a `pattern`, nobody has said what is right."""

    number: str
    text: str
    pattern: str | None
    pages: tuple[str, ...] = ()
    expected: str = ""


def read(path: Path) -> list[Case]:
    """Return the questions of a file."""
    cases = []
    for line in path.read_text("utf-8").splitlines():
        if path.suffix == ".md":
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if len(cells) > 3 and cells[0].isdigit():
                cases.append(Case(cells[0], cells[2], None, expected=cells[3]))
        elif line.strip() and not line.startswith("#"):
            number, text, pattern, pages = [*line.split("\t"), "", "", ""][:4]
            cases.append(Case(number, text, pattern, tuple(pages.split())))
    return cases


def outcome(case: Case, found: SearchResults) -> str:
    """Return what a reader sees."""
    answers = found.found.answers
    if case.pattern is None:
        return "sentence" if answers else "results"
    seen = f"{found.found.text} {[answer.rows for answer in answers]}"
    if answers:
        is_right = case.pattern != _NO_SENTENCE and re.search(f"(?is){case.pattern}", seen)
        return "answer" if is_right else "wrong"
    first = {re.split(r"[/#]", hit.iri)[-1] for hit in found.hits[:SHOWN]}
    return "page" if first.intersection(case.pages) else "nothing"


def main() -> None:
    """Score the files on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--target", help="folder of another dataset")
    parser.add_argument("--quiet", action="store_true", help="print the totals only")
    options = parser.parse_args()
    graph = ipgraph.open(options.target) if options.target else ipgraph.open()
    graph.search("warm up: who headed what in 2010")
    for path in options.files:
        counts: Counter[str] = Counter()
        times_ms = []
        for case in read(path):
            start = time.perf_counter()
            found = graph.search(case.text)
            times_ms.append((time.perf_counter() - start) * 1000)
            result = outcome(case, found)
            counts[result] += 1
            if not options.quiet:
                report(case, found, result)
        times_ms.sort()
        median, slowest = times_ms[len(times_ms) // 2], times_ms[-1]
        total = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
        print(f"{path.name}: {total}; median {median:.1f} ms, slowest {slowest:.1f} ms")


def report(case: Case, found: SearchResults, result: str) -> None:
    """Print what was found for a question."""
    print(f"{case.number:>3} {result:8} {case.text}")
    if case.expected:
        print(f"      expected: {case.expected}")
    for answer in found.found.answers:
        print(f"      {answer.question.name}: {answer.text[:240]} {list(answer.documents[:3])}")
    for note in found.found.notes:
        print(f"      {note.code}: {note.text}")
    if result != "answer":
        print(f"      maybe: {[item.name for item in found.found.suggestions]}")
        print(f"      {[re.split(r'[/#]', hit.iri)[-1] for hit in found.hits[:5]]}")


if __name__ == "__main__":
    main()
