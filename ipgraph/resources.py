"""The folders that travel with the package: ``ontology``, ``data`` and ``web``."""

from __future__ import annotations

from pathlib import Path

from ipgraph.errors import StoreUnavailable

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """Return the folder of a resource: inside the installed package, else beside it in a checkout.

    Raises `StoreUnavailable` where neither exists, which means a broken installation.
    """
    for candidate in (_PACKAGE / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise StoreUnavailable(
        f"The folder {name!r} that belongs to ipgraph is neither in {_PACKAGE} nor beside it; "
        "install ipgraph again."
    )
