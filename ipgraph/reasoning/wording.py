"""Terms and reasons in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ipgraph.namespaces import XSD, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SLOT = re.compile(r"\{(\w+)\}")


def short(term: str) -> str:
    """Return a term as a reader would write it: a prefixed name, a text in quotes."""
    if term.startswith("<"):
        return shorten(term[1:-1])
    return term.replace(f"^^<{XSD}string>", "").replace(f"<{XSD}", "xsd:").removesuffix(">")


def in_words(reason: str, terms: Mapping[str, str], name: Callable[[str], str] = short) -> str:
    """Fill the slots of a rule's reason: `{x}` is what `?x` is bound to, as `name` calls it."""
    return _SLOT.sub(lambda slot: name(terms.get("?" + slot[1], slot[1])), reason)
