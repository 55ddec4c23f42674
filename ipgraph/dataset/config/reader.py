"""Read a dataset file: all its faults at once, each with its line."""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ipgraph.dataset.config import bounds, rules
from ipgraph.dataset.config.model import DatasetConfig
from ipgraph.dataset.config.reading import Fault, Place, Reading, nearest
from ipgraph.dataset.config.roles import TIME_ROLES, WELL_KNOWN
from ipgraph.dataset.config.table import CONTENT, INDEX, Part, TableType, keys_of
from ipgraph.errors import NotFound, UsageError
from ipgraph.errors import Place as FilePlace
from ipgraph.namespaces import PREFIXES
from ipgraph.namespaces.prefixes import WELL_KNOWN as PREFIXES_WELL_KNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from ipgraph.dataset.config.reading import KeyPath

_TYPE = TableType(DatasetConfig)
_OTHERS = "..."  # in the list of a role: the well-known properties


def is_inside(path: Path, folder: Path) -> bool:
    """True if a path, with its links followed, lies in a folder."""
    return path.resolve().is_relative_to(folder.resolve())


def read(path: Path) -> DatasetConfig:
    """Read a dataset file.

    Raises `NotFound` if it cannot be read, and `UsageError` with every fault, a line for each:
    ``dataset.toml:31: [time] has no key "presnt". Did you mean "present"?``
    """
    text = _text(path)
    table = _parse(path, text)
    folder = path.absolute().parent
    try:
        return _checked(table, folder)
    except _Faulty as faulty:
        raise _error(path, text, faulty.faults) from None


def from_table(table: Mapping[str, Any], folder: Path | None = None) -> DatasetConfig:
    """Return the checked form of a table as in a dataset file. Raises `UsageError` as `read`."""
    try:
        return _checked(table, folder)
    except _Faulty as faulty:
        raise UsageError("\n".join(fault.message for fault in faulty.faults)) from None


def to_table(config: DatasetConfig, *parts: Part) -> dict[str, Any]:
    """Return a table that `from_table` reads as `config`, with full IRIs; it can become JSON.

    With `parts`, only the keys of these parts.
    """
    table = _TYPE.write(config)
    return _limited(table, DatasetConfig, parts) if parts else table


def digest(config: DatasetConfig, *parts: Part) -> str:
    """Return a hash of the checked values of some parts; of order and layout nothing remains."""
    return sha256(repr(_sorted(to_table(config, *parts))).encode()).hexdigest()


def error_at(path: Path, faults: list[Fault]) -> UsageError:
    """Return the error for faults that are found after reading."""
    return _error(path, _text(path), faults)


def lines_of(path: Path) -> Callable[[KeyPath], int]:
    """Return a function from a path of keys to its line in a valid file."""
    from ipgraph.dataset.config.lines import Lines

    return Lines(_text(path)).line


class _Faulty(Exception):
    def __init__(self, faults: list[Fault]) -> None:
        super().__init__()
        self.faults = faults


def _checked(table: Mapping[str, Any], folder: Path | None) -> DatasetConfig:
    prefixes = table.get("prefixes")
    own = prefixes if isinstance(prefixes, dict) else {}
    known = {
        **PREFIXES_WELL_KNOWN,
        **PREFIXES,
        **{name: iri for name, iri in own.items() if isinstance(iri, str)},
    }
    reading = Reading(known, folder)
    place = Place(reading)
    config: DatasetConfig = _TYPE.read(_with_well_known(dict(table)), place)
    if not reading.faults:
        rules.check(config, place)
        _check_files(config, place)
    if reading.faults:
        raise _Faulty(reading.faults)
    return config


def _with_well_known(table: dict[str, Any]) -> dict[str, Any]:
    """Replace ``"..."`` in the lists of roles."""
    roles = table.get("roles")
    if isinstance(roles, dict):
        table["roles"] = {role: _expand(role, paths) for role, paths in roles.items()}
    return table


def _expand(role: str, paths: Any) -> Any:
    if not isinstance(paths, list) or _OTHERS not in paths:
        return paths
    known = [str(path) for path in WELL_KNOWN.get(role, ())]
    return [path for item in paths for path in (known if item == _OTHERS else [item])]


def _check_files(config: DatasetConfig, place: Place) -> None:
    """Record the files, folders and questions that the file names and the folder lacks."""
    folder = place.reading.folder
    if folder is None:
        return
    for path, name in _named_paths(config):
        at = Place(place.reading, path)
        if not (folder / name).exists():
            at.fault(f'{at}: there is no "{name}" in {folder}. {_nearest_file(folder, name)}')
        elif not is_inside(folder / name, folder):
            at.fault(f'{at}: "{name}" leads out of {folder}.')
    questions = folder / (config.questions.folder or "questions")
    known = {path.stem for path in questions.glob("*.rq")}
    for path, name in rules.question_names(config):
        if name and name not in known:
            at = Place(place.reading, path)
            at.fault(f'{at}: there is no question "{name}". {nearest(name, known)}')


def _named_paths(config: DatasetConfig) -> Iterator[tuple[tuple[str | int, ...], str]]:
    checks = config.checks
    for number, name in enumerate(checks.shapes):
        yield ("checks", "shapes", number), name
    if checks.rules:
        yield ("checks", "rules"), checks.rules
    if config.questions.folder:
        yield ("questions", "folder"), config.questions.folder
    for iri, name in config.contexts:
        yield ("contexts", iri), name


def _nearest_file(folder: Path, name: str) -> str:
    parent = (folder / name).parent
    with suppress(OSError):
        return nearest(os.path.basename(name), os.listdir(parent))
    return ""


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(bounds.MAX_BYTES + 1)
    except OSError as error:
        raise NotFound(f"Cannot read {path}: {error.strerror or error}.") from error
    if len(data) > bounds.MAX_BYTES:
        raise UsageError(f"{path} has more than {bounds.MAX_BYTES >> 10} KiB.")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 (byte {error.start}).") from error


def _parse(path: Path, text: str) -> dict[str, Any]:
    excess = bounds.find_excess(text)
    if excess:
        offset, message = excess
        raise _located(path, text.count("\n", 0, offset) + 1, f"{message}.")
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, _, position = str(error).rpartition(" (at ")
        line = position.removeprefix("line ").partition(",")[0]
        number = int(line) if line.isdigit() else text.count("\n") + 1
        raise _located(path, number, f"{message or error}.") from error
    except (ValueError, RecursionError) as error:  # such as a year of 0000
        raise UsageError(f"{path} is not valid TOML: {error}.") from error


def _located(path: Path, line: int, message: str) -> UsageError:
    place = FilePlace(line, 1, str(path))
    return UsageError(f"{path}:{line}: {message}", place=place)


def _error(path: Path, text: str, faults: list[Fault]) -> UsageError:
    from ipgraph.dataset.config.lines import Lines  # late: only faults need it

    lines = Lines(text)
    found = sorted((lines.line(fault.path), fault.message) for fault in faults)
    message = "\n".join(f"{path}:{line}: {message}" for line, message in found)
    return UsageError(message, place=FilePlace(found[0][0], 1, str(path)))


def _limited(table: dict[str, Any], class_: type, parts: tuple[Part, ...]) -> dict[str, Any]:
    kept = {}
    for info in keys_of(class_):
        if info.name not in table:
            continue
        value = table[info.name]
        inner = info.type if isinstance(info.type, TableType) else getattr(info.type, "item", None)
        if isinstance(inner, TableType) and isinstance(value, list):
            items = [_limited(item, inner.class_, parts) for item in value]
            value = items if any(items) else []
        elif isinstance(inner, TableType):
            value = _limited(value, inner.class_, parts)
        elif info.name == "roles":
            value = {name: paths for name, paths in value.items() if _part_of_role(name) in parts}
        elif info.part not in parts:
            continue
        if value not in ({}, []):
            kept[info.name] = value
    return kept


def _part_of_role(name: str) -> Part:
    return CONTENT if name in TIME_ROLES else INDEX


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return [(name, _sorted(item)) for name, item in sorted(value.items())]
    return [_sorted(item) for item in value] if isinstance(value, list) else value
