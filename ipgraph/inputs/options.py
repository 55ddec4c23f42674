"""How files are read. It imports nothing: every command needs it, and few read files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ipgraph.settings import Settings

DEFAULT_MAX_DEPTH = 100
DEFAULT_MAX_UNPACKED_BYTES = 1 << 30


class ReadingOptions(NamedTuple):
    """How files are read. `contexts` are pairs of a JSON-LD context's IRI and its file."""

    max_depth: int = DEFAULT_MAX_DEPTH
    max_unpacked_bytes: int = DEFAULT_MAX_UNPACKED_BYTES
    lenient: bool = False
    contexts: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, settings: Settings, contexts: tuple[tuple[str, str], ...]) -> ReadingOptions:
        """Return the options of the settings, with the contexts of a dataset."""
        return cls(
            max_depth=settings.max_data_depth,
            max_unpacked_bytes=settings.max_unpacked_mib << 20,
            lenient=settings.lenient,
            contexts=contexts,
        )


class Source(NamedTuple):
    """A file to read: its name in messages, its graph, and what is known about its syntax.

    `base` resolves relative IRIs (default: the graph). `syntax` is the key of a syntax that was
    chosen, or ``?`` and the key of one that a media type named. Of a file that `may_be_foreign`, it
    is no error if it is not RDF.
    """

    name: str
    graph: str
    base: str = ""
    syntax: str = ""
    may_be_foreign: bool = False
