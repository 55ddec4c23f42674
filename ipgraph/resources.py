"""Where this package is: its resource files and folders, and its import path."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ipgraph.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """Return a resource folder: in the installed package, or next to it in a checkout.

    Raises `StoreUnavailable` if neither exists, which means a broken installation.
    """
    return _find(name, Path.is_dir)


def file(name: str) -> Path:
    """Return a resource file, as `folder` does."""
    return _find(name, Path.is_file)


def _find(name: str, is_found: Callable[[Path], bool]) -> Path:
    for candidate in (_PACKAGE / name, _PACKAGE.parent / name):
        if is_found(candidate):
            return candidate
    raise StoreUnavailable(
        f"{name!r} of ipgraph is neither in {_PACKAGE} nor next to it. Reinstall ipgraph."
    )


def import_path() -> str:
    """Return PYTHONPATH for a child that runs with ``-P``: the import path of this process.

    The working folder is not in it: it may have modules of the names that the child imports.
    """
    package_folder = str(Path(__file__).parents[1])
    paths = [path for path in sys.path if path]
    return os.pathsep.join(paths if package_folder in paths else [*paths, package_folder])
