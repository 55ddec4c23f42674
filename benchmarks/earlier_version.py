"""Compare this checkout with an earlier one: service, pages, command line and reasoner.

    git worktree add /tmp/earlier REVISION
    (cd /tmp/earlier && python -m venv .venv && .venv/bin/pip install -e .)
    python benchmarks/earlier_version.py /tmp/earlier --lubm ../shared/lubm [--pairs 9]

Each checkout runs with the Python of its own `.venv`. Both serve one file, with queries that return
every row of a predicate, so that the responses hold the same rows. A pair is one measurement of
each checkout, one directly after the other; which one starts, and which one is measured first,
changes from pair to pair. The figures are medians of the ratios of the pairs: more than 1 means
that this checkout takes longer. Needs `wrk` (package wrk) for the rates, and an idle machine.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import service

import ipgraph

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).resolve().parent.parent
ROWS = "http://example.org/rows/"
PAGES = ("/", "/browse", "/ontology", "/quality", "/source/hspd-7", "/page/nppd", "/page/ip")
PAGE_CLIENT = """
local n = 0
local page, made = os.getenv("PAGE"), os.getenv("MADE") == "1"
request = function()
  n = n + 1
  local tail = made and ("?unused=" .. n) or ""
  return wrk.format("GET", page .. tail, {["Accept"] = "text/html"})
end
"""
QUERY = "SELECT ?unit { ?unit org:unitOf id:ip }"
CLOSE = """
import sys, time, pyoxigraph as ox
from ipgraph import reasoning
for _ in range(int(sys.argv[1])):
    start = time.process_time()
    engine = ox.Store()
    for file in sys.argv[2:]:
        engine.load(path=file)
    closure = reasoning.infer(engine)
    closure.store(engine)
    seconds = time.process_time() - start
print(seconds)
"""


def python(checkout: Path) -> str:
    """Return the Python of a checkout's environment."""
    return str(checkout / ".venv" / "bin" / "python")


def command_line(checkout: Path) -> list[str]:
    """Return the command `ipgraph` of a checkout."""
    return [str(checkout / ".venv" / "bin" / "ipgraph")]


def environment(checkout: Path) -> dict[str, str]:
    """Return the environment of a command: its checkout's modules as bytecode, its own cache."""
    cache = checkout / ".venv" / "benchmark-cache"
    variables = os.environ | {"PYTHONPATH": str(checkout), "IPGRAPH_CACHE": str(cache)}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)  # else each command compiles the package
    return variables


def write_data(path: Path) -> None:
    """Write the project's graph, and 21 and 1,000 rows that a query returns completely."""
    ipgraph.open().export(path)
    with path.open("a", encoding="utf-8") as file:
        for count in (21, 1000):
            for n in range(count):
                file.write(f'<{ROWS}{count}/{n}> <{ROWS}p{count}> "row {n} of {count}" .\n')


@contextlib.contextmanager
def served(checkouts: list[Path], options: list[str]) -> Iterator[None]:
    """Serve from each checkout in turn, on new ports, until the block ends."""
    with contextlib.ExitStack() as stack:
        for checkout in checkouts:
            name = str(checkout)
            service.PORTS[name] = service.free_port()
            service.PATHS[name] = "/sparql?query="
            command = [*command_line(checkout), "serve", *options]
            command += ["--port", str(service.PORTS[name])]
            process = subprocess.Popen(
                command,
                env=environment(checkout),
                cwd=checkout,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
            while True:
                with contextlib.suppress(OSError):
                    if service.request(service.PORTS[name], "/sparql?query=ASK%7B%7D")[0] == 200:
                        break
                if process.poll() is not None:
                    raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}")
                time.sleep(0.1)
        yield


class Ratios:
    """The ratios of the pairs of each measurement, new to old."""

    def __init__(self, old: Path, pairs: int) -> None:
        self.old, self.pairs = old, pairs
        self._ratios: dict[str, list[float]] = {}

    def order(self, number: int) -> list[Path]:
        """Return the checkouts in the order of pair `number`."""
        return [HERE, self.old] if number % 2 else [self.old, HERE]

    def measure(self, title: str, number: int, seconds: Callable[[Path], float]) -> None:
        """Measure both checkouts once with `seconds`."""
        measured = {checkout: seconds(checkout) for checkout in self.order(number)}
        self._ratios.setdefault(title, []).append(measured[HERE] / measured[self.old])

    def report(self) -> None:
        """Print the medians, with the spread of the middle half, and forget the ratios."""
        for title, ratios in self._ratios.items():
            quarter, median, three = statistics.quantiles(ratios, n=4)
            print(
                f"{title:44} {median:5.2f}  ({quarter:.2f} to {three:.2f}, {len(ratios)} pairs)",
                flush=True,
            )
        self._ratios.clear()


def compare_queries(ratios: Ratios, folder: Path, seconds: float) -> None:
    """Compare the time per query at 1, 8 and 64 connections."""
    data, script = folder / "g.nt", folder / "client.lua"
    write_data(data)
    script.write_text(service.CLIENT, encoding="ascii")
    for number in range(ratios.pairs):
        with served(ratios.order(number), ["--store", str(data)]):
            for rows in (21, 1000):
                query = f"SELECT ?s ?o WHERE {{ ?s <{ROWS}p{rows}> ?o }}"
                service.QUERY = query.replace("%", "%%") + " # %d"
                for unique in (True, False):
                    for connections in service.CONNECTIONS:
                        case = (rows, unique, connections)
                        title = f"{rows} rows, {'distinct' if unique else 'repeated'}"
                        ratios.measure(
                            f"query, {title}, {connections} connections",
                            number,
                            lambda c, case=case: 1 / service.rate(script, str(c), case, seconds),
                        )
    ratios.report()


def compare_pages(ratios: Ratios, folder: Path, seconds: float) -> None:
    """Compare the time per page of the bundled graph: made for each request, and cached."""
    script = folder / "page.lua"
    script.write_text(PAGE_CLIENT, encoding="ascii")

    def spent(checkout: Path, page: str, is_made: bool) -> float:
        url = f"http://127.0.0.1:{service.PORTS[str(checkout)]}{page}"
        command = ["wrk", "-t1", "-c1", f"-d{seconds:.0f}", "-s", str(script), url]
        variables = os.environ | {"PAGE": page, "MADE": "1" if is_made else "0"}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=variables)
        if "Non-2xx" in done.stdout:
            raise SystemExit(f"{page}:\n{done.stdout}")
        return 1 / float(done.stdout.split("Requests/sec:")[1].split()[0])

    for number in range(ratios.pairs):
        with served(ratios.order(number), []):
            for is_made in (True, False):
                for page in PAGES:
                    ratios.measure(
                        f"page {page}, {'made' if is_made else 'cached'}",
                        number,
                        lambda c, p=page, m=is_made: spent(c, p, m),
                    )
    ratios.report()


def compare_commands(ratios: Ratios) -> None:
    """Compare the CPU time of `ipgraph query` on a built snapshot."""

    def spent(checkout: Path) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [*command_line(checkout), "query", QUERY],
            env=environment(checkout),
            cwd=checkout,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    for checkout in (HERE, ratios.old):
        spent(checkout)  # builds a missing snapshot
    for number in range(ratios.pairs * 3):
        ratios.measure("ipgraph query", number, spent)
    ratios.report()


def compare_closures(ratios: Ratios, files: dict[str, list[Path]]) -> None:
    """Compare the CPU time of loading, closing and storing a graph."""

    def spent(checkout: Path, runs: int, paths: list[Path]) -> float:
        command = [python(checkout), "-c", CLOSE, str(runs), *map(str, paths)]
        done = subprocess.run(
            command,
            env=environment(checkout),
            cwd=checkout,
            capture_output=True,
            text=True,
            check=True,
        )
        return float(done.stdout)

    for title, paths in files.items():
        runs = 5 if paths[0].stat().st_size < 2**20 and len(paths) == 1 else 1
        for number in range(ratios.pairs):
            ratios.measure(f"closure of {title}", number, lambda c, r=runs, p=paths: spent(c, r, p))
    ratios.report()


def main() -> None:
    """Print the median ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", type=Path, help="checkout of the earlier version, with its .venv")
    parser.add_argument("--lubm", type=Path, help="folder with univ-bench.ttl and LUBM-1")
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--only", choices=["queries", "pages", "commands", "closures"])
    arguments = parser.parse_args()
    ratios = Ratios(arguments.old.resolve(), arguments.pairs)
    chosen = {arguments.only} if arguments.only else {"queries", "pages", "commands", "closures"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "commands" in chosen:
            compare_commands(ratios)
        if "closures" in chosen and arguments.lubm:
            packed, first = arguments.lubm / "lubm-1.nt.gz", folder / "lubm-1.nt"
            first.write_bytes(subprocess.check_output(["gzip", "-dc", str(packed)]))
            curated = arguments.lubm / "curated-2504.ttl"
            university = [arguments.lubm / "univ-bench.ttl", first]
            compare_closures(ratios, {"curated-2504": [curated], "LUBM-1": university})
        if "queries" in chosen:
            compare_queries(ratios, folder, arguments.seconds)
        if "pages" in chosen:
            compare_pages(ratios, folder, arguments.seconds)


if __name__ == "__main__":
    sys.exit(main())
