"""Where the values of settings come from, and the folders of this user.

The value of a setting comes from the first of: a command line flag, the environment variable
``IPGRAPH_<NAME>``, the settings file, the default. The settings file is TOML; the environment
variable ``IPGRAPH_SETTINGS`` names it, else it is in the platform's configuration folder.
"""

from __future__ import annotations

import os
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipgraph.errors import UsageError
from ipgraph.settings.table import Settings, variable

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE_VARIABLE = "IPGRAPH_SETTINGS"
_ON_LINUX: bool = sys.platform == "linux"
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


def load(
    flags: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """Return the settings of this run; flags with the value None are ignored.

    Raises `UsageError` for an unknown setting or an invalid value, with its place.
    """
    environment = os.environ if environment is None else environment
    values = _from_file(environment)
    for declared in fields(Settings):
        text = environment.get(variable(declared.name))
        if text is not None:
            values[declared.name] = parse_value(declared.name, text, variable(declared.name))
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    return Settings(**values | given)


def cache_folder(settings: Settings) -> Path:
    """Return the folder of the snapshots; it need not exist."""
    if settings.cache:
        return Path(settings.cache).expanduser()
    if _ON_LINUX:
        return _xdg(os.environ, "XDG_CACHE_HOME", ".cache")
    from platformdirs import user_cache_path

    return user_cache_path("ipgraph", appauthor=False)


def settings_file(environment: Mapping[str, str]) -> Path:
    """Return the path of the settings file; it need not exist."""
    if named := environment.get(FILE_VARIABLE):
        return Path(named).expanduser()
    if _ON_LINUX:
        return _xdg(environment, "XDG_CONFIG_HOME", ".config") / "settings.toml"
    from platformdirs import user_config_path

    return user_config_path("ipgraph", appauthor=False) / "settings.toml"


def _xdg(environment: Mapping[str, str], name: str, default: str) -> Path:
    """Return a folder according to the XDG Base Directory Specification.

    platformdirs returns the same on Linux, but its import takes 4 ms of the 60 of a query.
    """
    given = Path(environment.get(name) or "~/" + default)
    try:
        root = given.expanduser()
        if not root.is_absolute():
            root = Path("~", default).expanduser()
    except RuntimeError as error:
        raise UsageError(
            "Cannot determine the home directory.",
            hint=f"Set IPGRAPH_CACHE to a folder, or {name}, or HOME.",
        ) from error
    return root / "ipgraph"


def _from_file(environment: Mapping[str, str]) -> dict[str, Any]:
    try:
        path = settings_file(environment)
    except UsageError:
        return {}  # no home directory, no settings file
    if not os.path.isfile(path):
        if environment.get(FILE_VARIABLE):
            raise UsageError(f"{FILE_VARIABLE} names {path}, but this file does not exist.")
        return {}
    import tomllib

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"Cannot read the settings file {path}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"The settings file {path} is not valid TOML: {error}") from error
    known = [declared.name for declared in fields(Settings)]
    values: dict[str, Any] = {}
    for name, value in table.items():
        if name not in known:
            raise UsageError(
                f"{path}: unknown setting {name!r}. Known settings: {', '.join(known)}."
            )
        values[name] = parse_value(name, value, f"{path}: {name}")
    return values


def parse_value(name: str, value: Any, place: str) -> Any:
    """Return `value`, which may be text, with the type of the setting `name`.

    Raises `UsageError` with `place`, the invalid value and the valid ones.
    """
    (declared,) = (declared for declared in fields(Settings) if declared.name == name)
    kind: type = type(declared.default)
    try:
        typed = _typed(value, kind)
        if _is_valid(typed, declared.metadata):
            return typed
    except (ValueError, OverflowError):
        pass
    raise UsageError(f"{place} is {value!r}; it must be {_valid_values(kind, declared.metadata)}.")


def _is_valid(value: Any, metadata: Mapping[str, Any]) -> bool:
    if isinstance(value, bool):
        return True
    if isinstance(value, str):
        return not metadata["choices"] or value in metadata["choices"]
    minimum, maximum = metadata["span"]
    return bool(minimum <= value <= (sys.maxsize if maximum is None else maximum))


def _typed(value: Any, kind: type) -> Any:
    if kind is bool:
        return _boolean(value)
    if kind in (int, float) and isinstance(value, str):
        return kind(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind is float and is_number:
        return float(value)
    if kind is int and is_number and value == value // 1:  # never drop a fraction
        return int(value)
    if kind is str and isinstance(value, str):
        return value
    raise ValueError(value)


def _valid_values(kind: type, metadata: Mapping[str, Any]) -> str:
    if kind is bool:
        return "true or false"
    if kind is str:
        return " or ".join(filter(None, metadata["choices"])) or "text"
    minimum, maximum = metadata["span"]
    bound = f", at least {minimum}" if maximum is None else f" from {minimum} to {maximum}"
    return ("a whole number" if kind is int else "a number") + bound


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in _TRUE | _FALSE:
        return word in _TRUE
    raise ValueError(value)
