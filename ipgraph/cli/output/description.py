"""Every value of a dataset file, and where it comes from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ipgraph.dataset.config import reader
from ipgraph.dataset.config.model import DatasetConfig
from ipgraph.dataset.config.table import keys_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ipgraph.dataset.config.file import DatasetFile
    from ipgraph.dataset.config.reading import KeyPath


def description(file: DatasetFile, format_name: str) -> str:
    """Return each key with its value and its line in the file, or what holds without it."""
    table = reader.to_table(file.config)
    if format_name == "json":
        return json.dumps(table, indent=2, ensure_ascii=False)
    line_of = reader.lines_of(file.path) if file.path else None
    lines = [f"Dataset file  {file.path or 'none'}"]
    for info in keys_of(DatasetConfig):
        if info.name not in table:
            lines.append(f"{info.name}  (absent: {info.absent})")
            continue
        for path, value in _leaves(table[info.name], (info.name,)):
            lines.append(f"{_path(path)} = {_value(value)}{_origin(path, line_of)}")
    return "\n".join(lines)


def _leaves(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    """Yield the values that are no tables and no lists of tables."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for number, item in enumerate(value):
            yield from _leaves(item, (*path, number))
    else:
        yield path, value


def _path(path: KeyPath) -> str:
    text = str(path[0])
    for part in path[1:]:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if part else ""
    return text


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _origin(path: KeyPath, line_of: Callable[[KeyPath], int] | None) -> str:
    return f"  # line {line_of(path)}" if line_of else ""
