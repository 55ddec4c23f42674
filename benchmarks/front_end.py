"""Check the pages of the service with Lighthouse and the Nu HTML checker.

``python benchmarks/front_end.py`` serves the built graph, runs Lighthouse three times on each of
four pages (mobile, default settings), and validates the HTML of every page in the browser tests. It
prints the median scores and every message, and exits with 1 if a score is below 98 or the checker
reports a message. Needs npm, which installs both tools in a temporary folder, java and Chromium.
Run it on an otherwise idle machine, because the performance score depends on times.
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
SCORED_PAGES = {
    "home": "/",
    "entity": "/page/pscd",
    "search": "/search?q=protective",
    "SPARQL": "/sparql",
}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
MIN_SCORE = 98
VISITS = 3
START_LIMIT_S = 120
VISIT_LIMIT_S = 180
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking"


def programs() -> dict[str, str]:
    """Return the paths of the required programs; exit with the names of missing ones."""
    found = {name: shutil.which(name) for name in ("npm", "java")}
    found["chromium"] = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, CHROMIUM)), None
    )
    missing = [name for name, path in found.items() if path is None]
    if missing:
        sys.exit(f"Nothing was checked. Install {', '.join(missing)} first.")
    return {name: path for name, path in found.items() if path}


def get(site: str, path: str) -> tuple[int, bytes]:
    """Return status and body of a page of the service."""
    connection = http.client.HTTPConnection(site, timeout=30)
    try:
        connection.request("GET", path, headers={"Accept": "text/html"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def install(npm: str, folder: Path) -> Path:
    """Install the tools in a folder and return the path of its packages."""
    command = [npm, "install", "--silent", "--no-save", "--ignore-scripts", "--prefix", folder]
    subprocess.run([*command, *TOOLS], check=True, timeout=600)
    return folder / "node_modules"


def is_ready(port: int) -> bool:
    """True if a service responds on a local port."""
    try:
        return get(f"127.0.0.1:{port}", "/health")[0] == 200
    except OSError:
        return False


@contextlib.contextmanager
def served() -> Iterator[str]:
    """Run the service with the built graph until the block ends, and yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "ipgraph", "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + START_LIMIT_S
            while not is_ready(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    sys.exit("The service did not start.")
                time.sleep(0.2)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()


def scores(lighthouse: Path, chromium: str, address: str) -> list[float]:
    """Return the scores of one visit, 0 to 100, in the order of `CATEGORIES`."""
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


def score_pages(lighthouse: Path, chromium: str, site: str) -> bool:
    """Print a table of the median scores; True if all reach `MIN_SCORE`."""
    print(f"| page | {' | '.join(CATEGORIES)} |\n|---|{'---|' * len(CATEGORIES)}", flush=True)
    lowest = 100.0
    for name, path in SCORED_PAGES.items():
        visits = [scores(lighthouse, chromium, f"http://{site}{path}") for _ in range(VISITS)]
        medians = [statistics.median(column) for column in zip(*visits, strict=True)]
        print(f"| {name} | {' | '.join(f'{median:.0f}' for median in medians)} |", flush=True)
        lowest = min(lowest, *medians)
    return lowest >= MIN_SCORE


def validate(java: str, jar: Path, site: str, folder: Path) -> bool:
    """Print all messages of the checker, warnings included; True if there are none."""
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
    for message in messages:
        place = f"{pages[message['url'].rpartition('/')[2]]}, line {message.get('lastLine', '?')}"
        print(f"{place}: {message.get('subType', message['type'])}: {message['message']}")
    print(f"{len(pages)} pages validated, {len(messages)} messages", flush=True)
    return not messages


def main() -> None:
    """Run the benchmark."""
    paths = programs()
    with tempfile.TemporaryDirectory() as name, served() as site:
        folder = Path(name)
        tools = install(paths["npm"], folder)
        jar = next((tools / "vnu-jar").rglob("vnu.jar"))
        valid = validate(paths["java"], jar, site, folder)
        good = score_pages(tools / ".bin" / "lighthouse", paths["chromium"], site)
    sys.exit(0 if valid and good else 1)


if __name__ == "__main__":
    main()
