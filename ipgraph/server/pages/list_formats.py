"""Representations of a list page at the same address: its rows as JSON or CSV."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from flask import jsonify

from ipgraph.server.context import request
from ipgraph.server.http.negotiation import CSV, JSON
from ipgraph.server.http.response import Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import flask


def rows(columns: Sequence[str], values: Iterable[Sequence[object]]) -> flask.Response:
    """Return rows in the requested format, which is JSON or CSV."""
    if request.format == JSON.name:
        return jsonify([dict(zip(columns, row, strict=True)) for row in values])
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(values)
    return Response.of((("Content-Type", CSV.content_type),), text.getvalue().encode())
