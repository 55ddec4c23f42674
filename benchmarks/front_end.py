"""Judge the pages with Lighthouse and the Nu HTML checker, over the service itself.

``python benchmarks/front_end.py`` serves the built graph, lets Lighthouse visit four kinds of page
three times each (mobile, as it comes), and validates the HTML of every page that the browser tests
walk. It prints the median scores and every message, and exits 1 where a score is below 98 or the
checker has anything to say. Needs npm, which brings both tools into a temporary folder, java and a
Chromium; run it on a machine that is otherwise idle, for the score of performance is of times.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from support.addresses import ERRORS, PAGES

TOOLS = ("lighthouse@12.8.2", "vnu-jar@26.9.27")
JUDGED = {
    "home": "/",
    "entity": "/page/pscd",
    "search": "/search?q=protective",
    "SPARQL": "/sparql",
}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
LEAST_SCORE = 98
VISITS = 3
START_LIMIT_S = 120
VISIT_LIMIT_S = 180
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking"


def programs() -> dict[str, str]:
    """Return the path of each program that is needed, or end with the names of those missing."""
    found = {name: shutil.which(name) for name in ("npm", "java")}
    found["chromium"] = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, CHROMIUM)), None
    )
    missing = [name for name, path in found.items() if path is None]
    if missing:
        sys.exit(f"not on this machine: {', '.join(missing)}; nothing was judged")
    return {name: path for name, path in found.items() if path}


def get(site: str, path: str) -> tuple[int, bytes]:
    """Return status and body of a page of the service."""
    connection = http.client.HTTPConnection(site, timeout=30)
    try:
        connection.request("GET", path, headers={"Accept": "text/html"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def install(npm: str, folder: Path) -> Path:
    """Bring the tools into a folder and return where they lie."""
    command = [npm, "install", "--silent", "--no-save", "--ignore-scripts", "--prefix", folder]
    subprocess.run([*command, *TOOLS], check=True, timeout=600)
    return folder / "node_modules"


def answers(port: int) -> bool:
    """Tell whether a service answers on a port of this machine."""
    try:
        return get(f"127.0.0.1:{port}", "/health")[0] == 200
    except OSError:
        return False


@contextlib.contextmanager
def served() -> Iterator[str]:
    """Run the service over the built graph until the block ends, and give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "ipgraph", "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + START_LIMIT_S
            while not answers(port):
                if process.poll() is not None or time.monotonic() > until:
                    sys.exit("the service did not start")
                time.sleep(0.2)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()


def scores(lighthouse: Path, chromium: str, address: str) -> list[float]:
    """Return the scores of one visit, in the order of `CATEGORIES`, of 100."""
    command = [lighthouse, address, "--quiet", "--output=json", f"--chrome-flags={FLAGS}"]
    run = subprocess.run(
        [*command, f"--only-categories={','.join(CATEGORIES)}"],
        env={**os.environ, "CHROME_PATH": chromium},
        capture_output=True,
        check=True,
        timeout=VISIT_LIMIT_S,
    )
    categories = json.loads(run.stdout)["categories"]
    return [categories[name]["score"] * 100 for name in CATEGORIES]


def judge(lighthouse: Path, chromium: str, site: str) -> bool:
    """Print a table of the median scores and tell whether each is high enough."""
    print(f"| page | {' | '.join(CATEGORIES)} |\n|---|{'---|' * len(CATEGORIES)}", flush=True)
    least = 100.0
    for name, path in JUDGED.items():
        visits = [scores(lighthouse, chromium, f"http://{site}{path}") for _ in range(VISITS)]
        medians = [statistics.median(each) for each in zip(*visits, strict=True)]
        print(f"| {name} | {' | '.join(f'{each:.0f}' for each in medians)} |", flush=True)
        least = min(least, *medians)
    return least >= LEAST_SCORE


def validate(java: str, jar: Path, site: str, folder: Path) -> bool:
    """Print what the checker says of any page, warnings included, and tell whether it is silent."""
    pages = {}
    for number, path in enumerate([*PAGES, *ERRORS]):
        file = folder / f"{number}.html"
        file.write_bytes(get(site, path)[1])
        pages[file.name] = path
    command = [java, "-jar", jar, "--format", "json", "--stdout", "--exit-zero-always"]
    run = subprocess.run(
        [*command, *sorted(folder.glob("*.html"))], capture_output=True, check=True, timeout=300
    )
    messages = json.loads(run.stdout)["messages"]
    for each in messages:
        where = f"{pages[each['url'].rpartition('/')[2]]}, line {each.get('lastLine', '?')}"
        print(f"{where}: {each.get('subType', each['type'])}: {each['message']}")
    print(f"{len(pages)} pages validated, {len(messages)} messages", flush=True)
    return not messages


def main() -> None:
    """Run the benchmark."""
    program = programs()
    with tempfile.TemporaryDirectory() as name, served() as site:
        folder = Path(name)
        tools = install(program["npm"], folder)
        jar = next((tools / "vnu-jar").rglob("vnu.jar"))
        valid = validate(program["java"], jar, site, folder)
        good = judge(tools / ".bin" / "lighthouse", program["chromium"], site)
    sys.exit(0 if valid and good else 1)


if __name__ == "__main__":
    main()
