"""JSON-LD contexts that a document names: put into the document, never fetched.

The context of schema.org comes with this package (`schema_org.jsonld`); others are files that the
caller names. A document that names a context a thousand times would become a thousand times as
large as the context, so each place gets only the terms that its object uses.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from ipgraph.errors import Place, Unreadable
from ipgraph.inputs import screening

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_SCHEMA_ORG = Path(__file__).with_name("schema_org.jsonld")
_SCHEMA_ORG_IRIS = tuple(
    f"{scheme}://{host}schema.org{path}"
    for scheme in ("https", "http")
    for host in ("", "www.")
    for path in ("", "/", "/docs/jsonldcontext.json", "/docs/jsonldcontext.jsonld")
)
_MAX_FILE_BYTES = 16 << 20
_MAX_REFERENCES = 5  # from context to context
# As for the entities of RDF/XML: a bound for documents that would grow without one.
_MAX_EXPANSION = 16
_EXPANSION_ALLOWANCE_BYTES = 4 << 20

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[][{}]', re.DOTALL)
_BRACKETS = (b"{", b"}", b"[", b"]")
_VALUE = re.compile(rb'\s*:\s*(?:("(?:[^"\\]++|\\.)*+")|(\[)|(\{))?', re.DOTALL)
_REMOTE = re.compile(rb'"@context"\s*:\s*["\[]')

Json = Any


class Contexts:
    """The contexts that are at hand, by IRI. Files are read at first use.

    `files` come before the bundled context. Raises `Unreadable` for a file that is no context.
    """

    def __init__(self, files: Mapping[str, str] | None = None) -> None:
        self._files = dict.fromkeys(_SCHEMA_ORG_IRIS, str(_SCHEMA_ORG)) | dict(files or {})
        self._loaded: dict[str, list[Json]] = {}

    def find(self, iri: str, base: str) -> str | None:
        """Return the IRI under which a context is known, or None."""
        return next((name for name in (iri, urljoin(base, iri)) if name in self._files), None)

    def load(self, iri: str, depth: int = 0) -> list[Json]:
        """Return a context as a list of objects and nulls, without references to others."""
        if depth > _MAX_REFERENCES:
            raise Unreadable(f"The JSON-LD context <{iri}> refers to others in a circle.")
        if iri not in self._loaded:
            path = self._files[iri]
            document = _read(Path(path))
            if not isinstance(document, dict) or "@context" not in document:
                raise Unreadable(f"{path} has no @context, so it is no JSON-LD context.")
            self._loaded[iri] = self._resolved(document["@context"], iri, depth)
        return self._loaded[iri]

    def _resolved(self, context: Json, base: str, depth: int) -> list[Json]:
        """Return a context with the contexts that it names in their places."""
        found: list[Json] = []
        for item in context if isinstance(context, list) else [context]:
            if isinstance(item, str):
                name = self.find(item, base)
                if name is None:
                    raise Unreadable(_missing(urljoin(base, item)), hint=_remedy(item))
                found += self.load(name, depth + 1)
            else:
                found.append(self._with_scoped(item, base, depth))
        return found

    def _with_scoped(self, item: Json, base: str, depth: int) -> Json:
        """Return a context whose terms have contexts of their own, all of them resolved."""
        if not isinstance(item, dict):
            return item
        return {
            term: {**definition, "@context": self._resolved(definition["@context"], base, depth)}
            if isinstance(definition, dict) and "@context" in definition
            else definition
            for term, definition in item.items()
        }


@dataclass(slots=True)
class _Frame:
    """An object or array that is open.

    `slots` are the contexts that an object names; those that are named inside a context belong to
    its `owner`, the object that the context is of.
    """

    first_name: int
    owner: _Frame | None = None
    is_context_array: bool = False
    slots: list[_Slot] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Slot:
    """A place where a context is named."""

    start: int
    end: int
    iri: str
    is_in_array: bool


def insert(data: bytes, name: str, base: str, contexts: Contexts) -> bytes:
    """Return a JSON-LD document with the contexts that it names in their places.

    Raises `Unreadable` with the place and the remedy for a context that is not at hand.
    """
    if not _REMOTE.search(data):
        return data
    return _Insertion(data, name, base, contexts).run()


class _Insertion:
    """One pass over the tokens of a document."""

    def __init__(self, data: bytes, name: str, base: str, contexts: Contexts) -> None:
        self._data, self._name, self._base = data, name, base
        self._contexts = contexts
        self._frames = [_Frame(first_name=0)]
        self._names: list[str] = []  # the terms of contexts that occur, in order
        self._terms: set[str] = set()  # of the contexts that are named
        self._found: list[tuple[int, int, bytes]] = []
        self._texts: dict[tuple[str, frozenset[str]], list[bytes]] = {}
        self._budget = _MAX_EXPANSION * len(data) + _EXPANSION_ALLOWANCE_BYTES

    def run(self) -> bytes:
        """Return the document."""
        for iri in set(self._named()):
            if (known := self._contexts.find(iri, self._base)) is not None:
                for item in self._contexts.load(known):
                    self._terms |= set(item or ())
        position = 0
        while token := _TOKEN.search(self._data, position):
            position = self._read(token)
        pieces, end = [], 0
        for start, stop, text in sorted(self._found):
            pieces += [self._data[end:start], text]
            end = stop
        return b"".join((*pieces, self._data[end:]))

    def _named(self) -> Iterator[str]:
        """Yield the contexts that are named, to know which words of the document matter."""
        for key in re.finditer(rb'"@context"', self._data):
            value = _VALUE.match(self._data, key.end())
            if value and value[1]:
                yield _text_of(value[1])
            elif value and value[2]:
                depth = 1
                for token in _TOKEN.finditer(self._data, value.end(2)):
                    if token[0] in _BRACKETS:
                        depth += 1 if token[0] in (b"{", b"[") else -1
                        if not depth:
                            break
                    elif depth == 1:
                        yield _text_of(token[0])

    def _read(self, token: re.Match[bytes]) -> int:
        """Handle a token; return the position after it."""
        text, frame = token[0], self._frames[-1]
        if text in (b"{", b"["):
            self._open(frame.owner)
        elif text in (b"}", b"]"):
            if len(self._frames) > 1:
                self._close(self._frames.pop())
        elif frame.is_context_array:
            self._name_context(frame, token.start(), token.end())
        elif text == b'"@context"' and (value := _VALUE.match(self._data, token.end())):
            if value[1]:
                self._name_context(frame, value.start(1), value.end(1))
                return value.end(1)
            if value[2] or value[3]:
                self._open(frame.owner or frame, is_context_array=bool(value[2]))
                return value.end()
        else:
            self._note(text)
        return token.end()

    def _open(self, owner: _Frame | None, *, is_context_array: bool = False) -> None:
        self._frames.append(_Frame(len(self._names), owner, is_context_array))

    def _note(self, token: bytes) -> None:
        """Remember a word if it is a term or begins with one as a prefix."""
        try:
            word = json.loads(token) if b"\\" in token else token[1:-1].decode()
        except ValueError:
            return  # the parser reports it
        for term in (word, word.partition(":")[0]):
            if term in self._terms:
                self._names.append(term)

    def _name_context(self, frame: _Frame, start: int, end: int) -> None:
        iri = _text_of(self._data[start:end])
        known = self._contexts.find(iri, self._base)
        if known is None:
            line = self._data.count(b"\n", 0, start) + 1
            place = Place(line, start - self._data.rfind(b"\n", 0, start), self._name)
            message = f"{place}: {_missing(iri)}"
            raise Unreadable(message, place=place, hint=_remedy(iri))
        (frame.owner or frame).slots.append(_Slot(start, end, known, frame.is_context_array))

    def _close(self, frame: _Frame) -> None:
        """Insert the contexts of an object, now that its words are known."""
        names = frozenset(self._names[frame.first_name :])
        self._names[frame.first_name :] = names
        for slot in frame.slots:
            text = b", ".join(self._parts(slot.iri, names)) or b"{}"
            if not slot.is_in_array:
                text = b"[" + text + b"]"
            self._budget -= len(text)
            if self._budget < 0:
                raise Unreadable(
                    f"{self._name}: its JSON-LD contexts make it more than {_MAX_EXPANSION} times "
                    "as long.",
                    hint="Name the context once, around all objects, with @graph.",
                )
            self._found.append((slot.start, slot.end, text))

    def _parts(self, iri: str, names: frozenset[str]) -> list[bytes]:
        key = iri, names
        if key not in self._texts:
            self._texts[key] = [
                json.dumps(_subset(item, names)).encode() for item in self._contexts.load(iri)
            ]
        return self._texts[key]


def _subset(context: Json, names: Iterable[str]) -> Json:
    """Return the part of a context that matters to a document with these words."""
    if not isinstance(context, dict):
        return context
    found = {key: value for key, value in context.items() if key.startswith("@")}
    ahead = [*names, *(word for value in found.values() for word in _words(value))]
    while ahead:
        term = ahead.pop()
        if term in context and term not in found:
            found[term] = context[term]
            ahead += _words(context[term])
    return {key: value for key, value in context.items() if key in found}


def _words(value: Json) -> list[str]:
    """Return the strings in a definition, and their prefixes."""
    if isinstance(value, str):
        return [value, value.partition(":")[0]]
    if isinstance(value, dict):
        return [word for key, item in value.items() for word in (key, *_words(item))]
    return [word for item in value for word in _words(item)] if isinstance(value, list) else []


def _text_of(token: bytes) -> str:
    """Return the text of a JSON string, or what can be shown of it."""
    try:
        return str(json.loads(token))
    except ValueError:
        return token[1:-1].decode("utf-8", "replace")


def _read(path: Path) -> Json:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"Cannot read the JSON-LD context {path}: {error.strerror}.") from error
    if len(data) > _MAX_FILE_BYTES:
        raise Unreadable(f"The JSON-LD context {path} has more than {_MAX_FILE_BYTES:,} bytes.")
    screening.screen(data, str(path), "json")
    try:
        return json.loads(data)
    except ValueError as error:
        raise Unreadable(f"The JSON-LD context {path} is not JSON: {error}.") from error


def _missing(iri: str) -> str:
    return f"The JSON-LD context <{iri[:200]}> is not at hand; contexts are never fetched."


def _remedy(iri: str) -> str:
    return f'Save it to a file and name that in dataset.toml: [contexts] "{iri[:200]}" = "FILE".'
