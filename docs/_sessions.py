"""Run the examples in README and the documentation, and compare or update what they print.

    python docs/_sessions.py            compare; exit code 1 if an example prints something else
    python docs/_sessions.py --update   write what the examples print now into the documents

The examples of one document share a temporary folder and run from top to bottom:

- a block with ``title="NAME"`` is written to the file NAME;
- each ``$ command`` in a ``console`` block runs in bash and prints what follows it. A line that is
  only ``…`` stands for any lines. ``$ ipgraph serve`` stays until the document ends, on a free
  port that replaces 8080 in later commands;
- a ``pycon`` block is a doctest, and a ``python`` block runs without an exception.

The outputs of notebooks in ``examples/`` are compared and updated in the same way.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
import tempfile
from contextlib import ExitStack, chdir, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _notebooks import executed

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).resolve().parent.parent
ADDRESS = "http://127.0.0.1:8080"
ANY_LINES = "…"
_BLOCK = re.compile(r"^```(?P<info>[^`\n]+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_TITLE = re.compile(r'title="([^"/]+)"')
_RUN = {"console", "pycon", "python"}


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced code block: its language, the file it is for, its text and its place."""

    language: str
    title: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Difference:
    """An example that prints something else than its document says."""

    command: str
    expected: str
    printed: str

    def __str__(self) -> str:
        """Show the command with both outputs."""
        return f"$ {self.command}\nexpected:\n{self.expected}\nprinted:\n{self.printed}"


def blocks(markdown: str) -> list[Block]:
    """Return the fenced code blocks of a document."""
    found = []
    for match in _BLOCK.finditer(markdown):
        title = _TITLE.search(match["info"])
        language = match["info"].split()[0]
        name = title[1] if title else ""
        found.append(Block(language, name, match["text"], match.start("text"), match.end("text")))
    return found


def documents() -> list[Path]:
    """Return README, the pages of the documentation with examples to run, and the notebooks."""
    pages = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]
    with_examples = [
        page
        for page in pages
        if any(block.language in _RUN for block in blocks(page.read_text(encoding="utf-8")))
    ]
    return [*with_examples, *sorted((CHECKOUT / "examples").glob("*.ipynb"))]


@dataclass(slots=True)
class Runner:
    """Runs the examples of one document in its own folder."""

    folder: Path
    environment: dict[str, str]
    stack: ExitStack
    address: str = ADDRESS
    names: dict[str, Any] = field(default_factory=dict)

    def run(self, block: Block) -> tuple[str, list[Difference]]:
        """Run one block; return its text with what it prints now, and the differences."""
        if block.title:
            (self.folder / block.title).write_text(block.text, encoding="utf-8")
        if block.language == "console":
            return self._console(block.text)
        if block.language == "pycon":
            return block.text, self._doctest(block.text)
        if block.language == "python":
            with chdir(self.folder), redirect_stdout(StringIO()):
                exec(compile(block.text, "<example>", "exec"), self.names)  # noqa: S102
        return block.text, []

    def _console(self, text: str) -> tuple[str, list[Difference]]:
        steps = re.split(r"^\$ ", text, flags=re.MULTILINE)
        parts, differences = [steps[0]], []
        for step in steps[1:]:
            command, expected = _command_and_output(step)
            if command.startswith("ipgraph serve"):
                self._serve(command)
                parts.append(f"$ {step}")
                continue
            printed = self._printed(command)
            if not matches(printed, expected):
                differences.append(Difference(command, expected, printed))
            keep = ANY_LINES in expected.split("\n")
            parts.append(f"$ {command}\n" + (expected if keep else printed) + "\n" * bool(printed))
        return "".join(parts), differences

    def _printed(self, command: str) -> str:
        done = subprocess.run(
            ["bash", "-c", command.replace(ADDRESS, self.address)],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env=self.environment,
        )
        text = done.stdout.replace("\r", "") + done.stderr
        return text.replace(self.address, ADDRESS).rstrip("\n")

    def _serve(self, command: str) -> None:
        process = self.stack.enter_context(
            subprocess.Popen(
                ["bash", "-c", f"exec {command} --port 0"],
                stderr=subprocess.PIPE,
                text=True,
                cwd=self.folder,
                env=self.environment,
            )
        )
        self.stack.callback(process.terminate)
        assert process.stderr is not None  # noqa: S101  it is a pipe
        for line in process.stderr:
            address = re.search(r"http://127\.0\.0\.1:\d+", line)
            if address:
                self.address = address[0]
                return
        raise ChildProcessError(f"{command} ended before it served anything.")

    def _doctest(self, text: str) -> list[Difference]:
        test = doctest.DocTestParser().get_doctest(text, self.names, "example", None, None)
        report = StringIO()
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False)
        with chdir(self.folder):
            runner.run(test, out=report.write, clear_globs=False)
        self.names.update(test.globs)
        if runner.failures:
            return [Difference("python", text, report.getvalue())]
        return []


def _command_and_output(step: str) -> tuple[str, str]:
    lines = step.rstrip("\n").split("\n")
    end = next(i for i, line in enumerate(lines) if not line.endswith("\\")) + 1
    return "\n".join(lines[:end]), "\n".join(lines[end:])


def matches(printed: str, expected: str) -> bool:
    """Return whether the lines are equal; an expected line ``…`` stands for any lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == ANY_LINES else re.escape(line) + r"\n"
        for line in expected.split("\n")
    )
    return re.fullmatch(pattern, printed + "\n") is not None


def checked(page: Path, cache: Path | None = None) -> tuple[str, list[Difference]]:
    """Run the examples of a document; return its text as it should be, and the differences."""
    markdown = page.read_text(encoding="utf-8")
    if page.suffix == ".ipynb":
        with tempfile.TemporaryDirectory() as name, chdir(name):
            text = executed(markdown)
        return text, [] if text == markdown else [Difference(page.name, markdown, text)]
    parts, end, differences = [], 0, []
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        runner = Runner(Path(name), _environment(Path(name), cache), stack)
        for block in blocks(markdown):
            text, found = runner.run(block)
            differences += found
            parts += [markdown[end : block.start], text]
            end = block.end
    return "".join([*parts, markdown[end:]]), differences


def _environment(folder: Path, cache: Path | None) -> dict[str, str]:
    """Return variables for this checkout and this Python, and output of 100 columns."""
    tools = folder / ".bin"
    tools.mkdir()
    for name, arguments in (("ipgraph", "-m ipgraph"), ("python", "")):
        program = tools / name
        line = f'exec "{sys.executable}" {arguments} "$@"'
        program.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        program.chmod(0o755)
    paths = [str(CHECKOUT), os.environ.get("PYTHONPATH", "")]
    return {
        **os.environ,
        "COLUMNS": "100",
        "PATH": os.pathsep.join([str(tools), os.environ.get("PATH", os.defpath)]),
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "IPGRAPH_PROGRESS_AFTER_S": "0",  # no document depends on the speed of the machine
        **({"IPGRAPH_CACHE": str(cache)} if cache else {}),
    }


def _all() -> Iterator[tuple[Path, str, list[Difference]]]:
    for page in documents():
        yield page, *checked(page)


def main(arguments: list[str]) -> int:
    """Compare or update every document; return the exit code."""
    wrong = 0
    for page, text, differences in _all():
        print(f"{page.relative_to(CHECKOUT)}: {len(differences)} differences")
        if "--update" in arguments:
            page.write_text(text, encoding="utf-8")
            continue
        wrong += len(differences)
        for difference in differences:
            print(difference)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.path.insert(0, str(CHECKOUT))
    raise SystemExit(main(sys.argv[1:]))
