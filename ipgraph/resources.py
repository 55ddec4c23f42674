"""The resource folders of the package: ``ontology``, ``data`` and ``web``."""

from __future__ import annotations

from pathlib import Path

from ipgraph.errors import StoreUnavailable

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """Return a resource folder: in the installed package, or next to it in a checkout.

    Raises `StoreUnavailable` if neither exists, which means a broken installation.
    """
    for candidate in (_PACKAGE / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise StoreUnavailable(
        f"The folder {name!r} of ipgraph is neither in {_PACKAGE} nor next to it. "
        "Reinstall ipgraph."
    )
