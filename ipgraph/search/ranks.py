"""How entities and their names rank among hits: the lower, the better."""

from __future__ import annotations

from enum import IntEnum


class Tier(IntEnum):
    """Groups of entities: what the dataset is about comes before its evidence and its terms."""

    ENTITY = 0
    DOCUMENT = 1
    LAST = 2  # those of the classes in ``[search] last``
    TERM = 3  # classes and properties


class NameType(IntEnum):
    """Types of names."""

    SHORT = 0
    LABEL = 1
    OTHER = 2
    ADDRESS = 3  # the words of the IRI: found, but shown as no name
    PARTIAL = 4  # a name without the noun of its class; found in questions only
