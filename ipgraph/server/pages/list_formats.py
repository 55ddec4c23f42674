"""The other faces of a list: the same rows as JSON or CSV, at the same address."""

from __future__ import annotations

import csv
import io
from types import MappingProxyType
from typing import TYPE_CHECKING

from flask import Response, jsonify, request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_TYPES = {"html": "text/html", "json": "application/json", "csv": "text/csv"}


def wanted(more: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return the face that is asked for: ``html``, ``json``, ``csv``, or one of `more`.

    `more` has media types by names of faces; `format` beats Accept.
    """
    types = {**_TYPES, **more}
    asked = request.args.get("format", "")
    if asked in types:
        return asked
    best = request.accept_mimetypes.best_match(list(types.values()), default="text/html")
    return next(name for name, media_type in types.items() if media_type == best)


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
