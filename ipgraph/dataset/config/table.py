"""How a key of a dataset file is declared: type, meaning, readers, and what a change rebuilds."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from ipgraph.dataset.config.reading import Place, nearest, shorten

if TYPE_CHECKING:
    from ipgraph.dataset.config.types import ValueType

Part = Literal["content", "index", "pages"]
CONTENT: Part = "content"
INDEX: Part = "index"
PAGES: Part = "pages"


def key(
    type_: ValueType,
    meaning: str,
    *,
    absent: str = "not said",
    readers: str = "pages",
    part: Part = PAGES,
) -> Any:
    """Declare a key with its documentation: `absent` says what holds without it."""
    metadata = {
        "type": type_,
        "meaning": meaning,
        "absent": absent,
        "readers": readers,
        "part": part,
    }
    return field(default=type_.default, metadata=metadata)


class TableType:
    """A table whose keys are the fields of a dataclass."""

    def __init__(self, class_: type, required: tuple[str, ...] = ()) -> None:
        self.class_ = class_
        self.required = required
        self.default = class_()

    @property
    def description(self) -> str:
        """The type in words, with the keys."""
        return f"a table with the keys {', '.join(info.name for info in keys_of(self.class_))}"

    def read(self, value: Any, place: Place) -> Any:
        """Return an instance of the class."""
        if not isinstance(value, dict):
            place.wrong_type(value, self.description)
            return self.default
        known = {info.name: info for info in keys_of(self.class_)}
        for name in sorted(value.keys() - known.keys()):
            owner = place.as_table() or "The file"
            hint = nearest(name, known)
            (place / name).fault(f'{owner} has no key "{shorten(name)}". {hint}')
        for name in self.required:
            if name not in value:
                place.fault(f'{place.as_table()} needs the key "{name}".')
        return self.class_(
            **{
                info.field: info.type.read(value[info.name], place / info.name)
                for info in known.values()
                if info.name in value
            }
        )

    def write(self, value: Any) -> dict[str, Any]:
        """Return the keys that differ from their defaults."""
        return {
            info.name: info.type.write(getattr(value, info.field))
            for info in keys_of(self.class_)
            if getattr(value, info.field) != info.type.default
        }


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """One row of the table of keys."""

    name: str
    field: str  # its name in the dataclass
    type: ValueType
    meaning: str
    absent: str
    readers: str
    part: Part


@cache
def keys_of(class_: type) -> tuple[KeyInfo, ...]:
    """Return the keys of a table, in the order of its fields."""
    return tuple(
        KeyInfo(
            declared.name.rstrip("_"),
            declared.name,
            *(declared.metadata[name] for name in ("type", "meaning", "absent", "readers", "part")),
        )
        for declared in fields(class_)
        if declared.metadata
    )
