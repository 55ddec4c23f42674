"""Static files: read and compressed once at start, addressed by a hash of their content.

A bundle has the hash in its name; any other file has it in the parameter ``v``. A URL with a hash
never changes its content, so browsers may cache it forever.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipgraph.server.http.negotiation import BROTLI, GZIP, choose_coding
from ipgraph.server.http.response import Response
from ipgraph.server.http.response_cache import is_compressible

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Request

BUNDLES = "dist/"
_COMPRESSED_SUFFIXES = {".br": BROTLI, ".gz": GZIP}
_TYPES = {".js": "text/javascript", ".woff2": "font/woff2"}
_IMMUTABLE = ("Cache-Control", f"public, max-age={365 * 24 * 3600}, immutable")
_MUTABLE = ("Cache-Control", "public, max-age=60")


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file: its bodies by content coding (the empty coding for the plain body)."""

    content_type: str
    version: str
    bodies: dict[str, bytes]


class StaticFiles:
    """The files of one folder."""

    def __init__(self, folder: Path | None) -> None:
        self._files = {} if folder is None else _read(folder)

    def __contains__(self, name: str) -> bool:
        return name in self._files

    def address(self, name: str) -> str:
        """Return the address of a file below the root of the service, with its version."""
        if name.startswith(BUNDLES) or name not in self._files:
            return f"/static/{name}"
        return f"/static/{name}?v={self._files[name].version}"

    def respond(self, request: Request, name: str) -> Response | None:
        """Send a file in a coding that the client accepts; None if there is no such file."""
        file = self._files.get(name)
        if file is None:
            return None
        codings = tuple(coding for coding in (BROTLI, GZIP) if coding in file.bodies)
        coding = choose_coding(request.headers.get("Accept-Encoding", ""), codings)
        is_versioned = name.startswith(BUNDLES) or request.args.get("v") == file.version
        headers = [
            ("Content-Type", file.content_type),
            _IMMUTABLE if is_versioned else _MUTABLE,
            ("ETag", f'"{file.version}{"-" if coding else ""}{coding}"'),
        ]
        if codings:
            headers.append(("Vary", "Accept-Encoding"))
        if coding:
            headers.append(("Content-Encoding", coding))
        response = Response.of(headers, file.bodies[coding])
        response.make_conditional(request)
        return response


def _read(folder: Path) -> dict[str, StaticFile]:
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if path.suffix in _COMPRESSED_SUFFIXES:
            continue
        body = path.read_bytes()
        bodies = {"": body}
        for suffix, coding in _COMPRESSED_SUFFIXES.items():
            compressed = path.with_name(path.name + suffix)
            if compressed.is_file():
                bodies[coding] = compressed.read_bytes()
        content_type = _content_type(path.name)
        if GZIP not in bodies and is_compressible((("Content-Type", content_type),), len(body)):
            bodies[GZIP] = gzip.compress(body, 9, mtime=0)
        version = hashlib.sha256(body).hexdigest()[:10]
        found[name] = StaticFile(content_type, version, bodies)
    return found


def _content_type(name: str) -> str:
    suffix = "." + name.rpartition(".")[2]
    guessed = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return guessed + "; charset=utf-8" if guessed.startswith("text/") else guessed
