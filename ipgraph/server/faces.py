"""The other faces of a list: the same rows as JSON or CSV, at the same address."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from flask import Response, jsonify, request

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_TYPES = {"html": "text/html", "json": "application/json", "csv": "text/csv"}


def wanted() -> str:
    """Return the face that is asked for: ``html``, ``json`` or ``csv``; `format` beats Accept."""
    asked = request.args.get("format", "")
    if asked in _TYPES:
        return asked
    best = request.accept_mimetypes.best_match(list(_TYPES.values()), default="text/html")
    return next(name for name, media_type in _TYPES.items() if media_type == best)


def rows(columns: Sequence[str], values: Iterable[Sequence[object]]) -> Response:
    """Answer with rows in the face that is asked for; `wanted` is not HTML."""
    if wanted() == "json":
        response = jsonify([dict(zip(columns, row, strict=True)) for row in values])
    else:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(columns)
        writer.writerows(values)
        response = Response(text.getvalue(), content_type="text/csv; charset=utf-8; header=present")
    response.vary.add("Accept")
    return response
