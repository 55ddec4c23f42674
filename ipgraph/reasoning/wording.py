"""Terms and the reasons of rules as text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ipgraph.namespaces import XSD, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SLOT = re.compile(r"\{(\w+)\}")


def short_name(term: str) -> str:
    """Return a term in N-Triples syntax as a prefixed name, or as a text in quotes."""
    if term.startswith("<"):
        return shorten(term[1:-1])
    return term.replace(f"^^<{XSD}string>", "").replace(f"<{XSD}", "xsd:").removesuffix(">")


def fill_reason(
    reason: str, terms: Mapping[str, str], name: Callable[[str], str] = short_name
) -> str:
    """Return the reason of a rule with the name of what `?x` is bound to in place of `{x}`."""
    return _SLOT.sub(lambda slot: name(terms.get("?" + slot[1], slot[1])), reason)
