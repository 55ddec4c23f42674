"""Take the screenshots of README: an entity page and a proof, light and dark.

    python docs/_screenshots.py

Serves the bundled graph on a free port and drives the Chromium of this machine. The images go to
``docs/images/``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import ViewportSize

IMAGES = Path(__file__).resolve().parent / "images"
PAGES = {
    "entity": "/page/pscd",
    "proof": "/why?s=PSCD&p=partOf&o=DHS",
}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SIZE: ViewportSize = {"width": 1000, "height": 640}
MAX_BYTES = 150_000
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@contextmanager
def served() -> Iterator[str]:
    """Serve the bundled graph; yield the address."""
    command = [sys.executable, "-m", "ipgraph", "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None  # noqa: S101  it is a pipe
            for line in process.stderr:
                if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                    yield found[0]
                    return
            raise ChildProcessError("ipgraph serve ended before it served anything.")
        finally:
            process.terminate()


def main() -> None:
    """Write the images and print their sizes."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)))
    IMAGES.mkdir(exist_ok=True)
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for scheme in SCHEMES:
            page = browser.new_context(viewport=SIZE, color_scheme=scheme).new_page()
            for name, path in PAGES.items():
                page.goto(address + path, wait_until="networkidle")
                page.evaluate("document.fonts.ready")
                image = IMAGES / f"{name}-{scheme}.png"
                page.screenshot(path=image)
                print(f"{image.name}: {image.stat().st_size:,} bytes")
                if image.stat().st_size > MAX_BYTES:
                    raise ValueError(f"{image.name} is larger than {MAX_BYTES:,} bytes.")
        browser.close()


if __name__ == "__main__":
    main()
