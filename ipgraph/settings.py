"""Every setting, in one table: its default, unit, meaning, and where its value came from.

A value is taken from the first that gives it: a flag of the command line, the environment variable
``IPGRAPH_<NAME>``, the settings file, the default. The settings file is TOML; it is named by the
environment variable ``IPGRAPH_SETTINGS`` or lies in the platform's configuration folder.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipgraph.errors import UsageError
from ipgraph.namespaces import BASE

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE_VARIABLE = "IPGRAPH_SETTINGS"
_ON_LINUX: bool = sys.platform == "linux"
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


def setting(default: Any, meaning: str, *, unit: str = "") -> Any:
    """Declare a field of `Settings` with what its documentation needs."""
    return field(default=default, metadata={"meaning": meaning, "unit": unit})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run. A name with a unit in it is a number of that unit."""

    cache: str = setting("", "folder of the snapshots; empty: the platform's cache folder")
    base: str = setting(BASE, "IRI under which the project's own terms, things and sources live")
    reasoner: str = setting("rl", "what infers: rl (this project's) or owlrl (the reference)")
    infer: bool = setting(True, "whether answers include what is inferred")
    query_time_limit_s: float = setting(10.0, "time a query may run before it is stopped", unit="s")
    kept_snapshots: int = setting(3, "snapshots kept beside those in use")
    host: str = setting("127.0.0.1", "address that the service listens on")
    port: int = setting(8080, "port that the service listens on")
    path_prefix: str = setting("", "path under which a proxy publishes the service, as /graph")
    public_url: str = setting("", "address under which the service is published, with any prefix")
    trusted_proxy: str = setting(
        "", "address of the proxy whose X-Forwarded-* headers are believed"
    )
    threads: int = setting(64, "requests that are attended to at once, waiting ones included")
    workers: int = setting(4, "queries that run at once; as many less one may run longer")
    max_waiting: int = setting(
        64, "queries that may wait for a worker, half as many to run long; further ones get 503"
    )
    wait_limit_s: float = setting(5.0, "time a query may wait for a worker", unit="s")
    demote_after_ms: int = setting(100, "age at which a query yields to younger ones", unit="ms")
    query_memory_limit_mib: int = setting(
        1024, "memory a query may take beyond what the graph takes; 0: no limit", unit="MiB"
    )
    answer_limit_mib: int = setting(1024, "size of the largest answer", unit="MiB")
    least_rate_kib_s: int = setting(
        32, "rate at which a client must read a long answer, or be cut off", unit="KiB/s"
    )
    max_query_kib: int = setting(64, "size of the longest query text", unit="KiB")
    max_query_depth: int = setting(100, "nesting of brackets in a query")
    max_query_chain: int = setting(500, "operators and patterns chained in a query")
    request_limit_kib: int = setting(1024, "size of the largest request body", unit="KiB")
    cached_mib: int = setting(64, "memory for answers that are kept", unit="MiB")
    max_age_s: int = setting(60, "time for which clients may keep an answer unasked", unit="s")
    access_log: str = setting("", "file of the access log; - is standard error, empty none")
    logged_query_chars: int = setting(500, "characters of a query text that the access log keeps")
    contact: str = setting("", "address for reports of faults and weaknesses, as mailto:…")


@dataclass(frozen=True, slots=True)
class Documented:
    """One row of the table of settings."""

    name: str
    variable: str
    default: Any
    unit: str
    meaning: str


def documented() -> tuple[Documented, ...]:
    """Return the table of settings, in the order of `Settings`."""
    return tuple(
        Documented(
            each.name,
            variable(each.name),
            each.default,
            each.metadata["unit"],
            each.metadata["meaning"],
        )
        for each in fields(Settings)
    )


def variable(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"IPGRAPH_{name.upper()}"


def load(
    flags: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """Return the settings of this run; flags that are None count as not given.

    Raises `UsageError` that names the place of an unknown or ill-formed value.
    """
    environment = os.environ if environment is None else environment
    values = _from_file(environment)
    for each in fields(Settings):
        text = environment.get(variable(each.name))
        if text is not None:
            values[each.name] = _parsed(text, each.default, variable(each.name))
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
    """Return where the settings file is looked for; it need not exist."""
    if named := environment.get(FILE_VARIABLE):
        return Path(named).expanduser()
    if _ON_LINUX:
        return _xdg(environment, "XDG_CONFIG_HOME", ".config") / "settings.toml"
    from platformdirs import user_config_path

    return user_config_path("ipgraph", appauthor=False) / "settings.toml"


def _xdg(environment: Mapping[str, str], name: str, default: str) -> Path:
    """Return a folder as the XDG Base Directory Specification has it.

    platformdirs says the same on Linux, and takes 4 ms of the 60 that a query may take.
    """
    root = Path(environment.get(name) or "~/" + default).expanduser()
    return root / "ipgraph" if root.is_absolute() else Path("~", default, "ipgraph").expanduser()


def _from_file(environment: Mapping[str, str]) -> dict[str, Any]:
    path = settings_file(environment)
    if not path.is_file():
        if environment.get(FILE_VARIABLE):
            raise UsageError(f"{FILE_VARIABLE} names {path}, and no file is there.")
        return {}
    import tomllib

    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"The settings file {path} is not TOML: {error}") from error
    defaults = {each.name: each.default for each in fields(Settings)}
    values: dict[str, Any] = {}
    for name, value in found.items():
        if name not in defaults:
            raise UsageError(
                f"{path}: there is no setting {name!r}; they are {', '.join(defaults)}."
            )
        values[name] = _parsed(value, defaults[name], f"{path}: {name}")
    return values


def _parsed(value: Any, default: Any, place: str) -> Any:
    """Return `value` as the type of `default`; text is read as the environment gives it."""
    wanted = type(default)
    try:
        if wanted is bool:
            return _boolean(value)
        if wanted in (int, float) and not isinstance(value, bool):
            return wanted(value)
        if wanted is str and isinstance(value, str):
            return value
    except ValueError:
        pass
    kind = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}[wanted]
    raise UsageError(f"{place} is {value!r}; it must be {kind}.")


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in _TRUE | _FALSE:
        return word in _TRUE
    raise ValueError(value)
