"""The bundles of the browser's libraries, which the build hook writes into ``web/static/dist``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ipgraph.resources import folder

if TYPE_CHECKING:
    from pathlib import Path


def read() -> dict[str, Any]:
    """Map entry points of the bundles to files; empty if there is no bundle."""
    path = _manifest()
    found: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    return found


def lacking() -> str:
    """Return a warning if the browser's libraries are not bundled, else an empty text."""
    if _manifest().is_file():
        return ""
    return (
        "The browser's libraries were not bundled when ipgraph was installed, so the editor has no "
        "completions and the graph is a picture. Install ipgraph again where the npm registry can "
        "be reached."
    )


def _manifest() -> Path:
    return folder("web") / "static" / "dist" / "manifest.json"
