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

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE_VARIABLE = "IPGRAPH_SETTINGS"
_ON_LINUX: bool = sys.platform == "linux"
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


GRAPH, SERVING, QUERIES, ANSWERS, NOTES = (
    "The graph",
    "Where it is served",
    "Limits of a query",
    "Limits of requests and answers",
    "What is kept and noted",
)
GROUPS = (GRAPH, SERVING, QUERIES, ANSWERS, NOTES)


def setting(
    default: Any,
    meaning: str,
    group: str,
    *,
    unit: str = "",
    least: float = 0,
    most: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """Declare a field of `Settings` with what its documentation and its validation need.

    A number lies between `least` and `most`; a text is one of `choices`, where there are any.
    """
    about = {"meaning": meaning, "group": group, "unit": unit}
    return field(default=default, metadata=about | {"span": (least, most), "choices": choices})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run. A name with a unit in it is a number of that unit."""

    cache: str = setting("", "folder of the snapshots; empty: the platform's cache folder", GRAPH)
    reasoner: str = setting(
        "rl",
        "what infers: rl (this project's) or owlrl (the reference)",
        GRAPH,
        choices=("rl", "owlrl"),
    )
    infer: bool = setting(True, "whether answers include what is inferred", GRAPH)
    query_time_limit_s: float = setting(
        10.0, "time a query may run before it is stopped", QUERIES, unit="s", least=0.001
    )
    kept_snapshots: int = setting(3, "snapshots kept beside those in use", GRAPH)
    host: str = setting("127.0.0.1", "address that the service listens on", SERVING)
    port: int = setting(
        8080, "port that the service listens on; 0: any free one", SERVING, most=65535
    )
    path_prefix: str = setting(
        "", "path under which a proxy publishes the service, as /graph", SERVING
    )
    public_url: str = setting(
        "", "address under which the service is published, with any prefix", SERVING
    )
    trusted_proxy: str = setting(
        "", "address of the proxy whose X-Forwarded-* headers are believed", SERVING
    )
    threads: int = setting(
        64, "requests that are attended to at once, waiting ones included", ANSWERS, least=1
    )
    workers: int = setting(
        4, "queries that run at once; as many less one may run longer", QUERIES, least=1
    )
    max_waiting: int = setting(
        64,
        "queries that may wait for a worker, half as many to run long; further ones get 503",
        QUERIES,
    )
    wait_limit_s: float = setting(5.0, "time a query may wait for a worker", QUERIES, unit="s")
    demote_after_ms: int = setting(
        100, "age at which a query yields to younger ones", QUERIES, unit="ms"
    )
    query_memory_limit_mib: int = setting(
        1024,
        "memory a query may take beyond what the graph takes; 0: no limit",
        QUERIES,
        unit="MiB",
    )
    answer_limit_mib: int = setting(
        1024, "size of the largest answer", ANSWERS, unit="MiB", least=1
    )
    least_rate_kib_s: int = setting(
        32, "rate at which a client must read a long answer, or be cut off", ANSWERS, unit="KiB/s"
    )
    max_query_kib: int = setting(64, "size of the longest query text", QUERIES, unit="KiB", least=1)
    max_query_depth: int = setting(100, "nesting of brackets in a query", QUERIES, least=1)
    max_query_chain: int = setting(
        500, "operators and patterns chained in a query", QUERIES, least=1
    )
    request_limit_kib: int = setting(
        1024, "size of the largest request body", ANSWERS, unit="KiB", least=1
    )
    allowed_services: str = setting(
        "",
        "hosts or IRIs of the endpoints that SERVICE may ask, between commas; empty: none",
        QUERIES,
    )
    allow_private_services: bool = setting(
        False,
        "whether these may lie in private networks or on this machine: intranets and tests",
        QUERIES,
    )
    service_answer_limit_mib: int = setting(
        16, "size of the largest answer of an endpoint to SERVICE", QUERIES, unit="MiB", least=1
    )
    cached_mib: int = setting(64, "memory for answers that are kept", NOTES, unit="MiB")
    max_age_s: int = setting(
        60, "time for which clients may keep an answer unasked", NOTES, unit="s"
    )
    access_log: str = setting("", "file of the access log; - is standard error, empty none", NOTES)
    logged_query_chars: int = setting(
        500, "characters of a query text that the access log keeps", NOTES
    )
    contact: str = setting("", "address for reports of faults and weaknesses, as mailto:…", NOTES)


@dataclass(frozen=True, slots=True)
class Documented:
    """One row of the table of settings."""

    name: str
    flag: str
    variable: str
    default: Any
    unit: str
    meaning: str
    group: str
    choices: tuple[str, ...]


def documented() -> tuple[Documented, ...]:
    """Return the table of settings, in the order of `Settings`."""
    return tuple(
        Documented(
            name=each.name,
            flag="--" + each.name.replace("_", "-"),
            variable=variable(each.name),
            default=each.default,
            unit=each.metadata["unit"],
            meaning=each.metadata["meaning"],
            group=each.metadata["group"],
            choices=each.metadata["choices"],
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
            values[each.name] = parsed(each.name, text, variable(each.name))
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
    given = Path(environment.get(name) or "~/" + default)
    try:
        root = given.expanduser()
        if not root.is_absolute():
            root = Path("~", default).expanduser()
    except RuntimeError as error:
        raise UsageError(
            "Nobody knows the home folder of this user, where settings and snapshots would lie.",
            hint=f"Set IPGRAPH_CACHE to a folder, or {name}, or HOME.",
        ) from error
    return root / "ipgraph"


def _from_file(environment: Mapping[str, str]) -> dict[str, Any]:
    try:
        path = settings_file(environment)
    except UsageError:
        return {}  # who has no home has no file in it
    if not os.path.isfile(path):
        if environment.get(FILE_VARIABLE):
            raise UsageError(f"{FILE_VARIABLE} names {path}, and no file is there.")
        return {}
    import tomllib

    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"The settings file {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"The settings file {path} is not TOML: {error}") from error
    known = [each.name for each in fields(Settings)]
    values: dict[str, Any] = {}
    for name, value in found.items():
        if name not in known:
            raise UsageError(f"{path}: there is no setting {name!r}; they are {', '.join(known)}.")
        values[name] = parsed(name, value, f"{path}: {name}")
    return values


def parsed(name: str, value: Any, place: str) -> Any:
    """Return `value` as the setting `name` takes it; text is read as the environment gives it.

    Raises `UsageError` that names `place`, what stands there and what should.
    """
    (wanted,) = (each for each in fields(Settings) if each.name == name)
    kind: type = type(wanted.default)
    try:
        found = _typed(value, kind)
        least, most = wanted.metadata["span"]
        choices = wanted.metadata["choices"]
        if isinstance(found, bool) or (isinstance(found, str) and found in (choices or (found,))):
            return found
        if not isinstance(found, str) and least <= found <= (sys.maxsize if most is None else most):
            return found
    except (ValueError, OverflowError):
        pass
    raise UsageError(f"{place} is {value!r}; it must be {_wanted(kind, wanted.metadata)}.")


def _typed(value: Any, kind: type) -> Any:
    if kind is bool:
        return _boolean(value)
    if kind in (int, float) and isinstance(value, str):
        return kind(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind is float and is_number:
        return float(value)
    if kind is int and is_number and value == value // 1:  # no part of a number is dropped
        return int(value)
    if kind is str and isinstance(value, str):
        return value
    raise ValueError(value)


def _wanted(kind: type, about: Mapping[str, Any]) -> str:
    """Say in words what a setting takes."""
    if kind is bool:
        return "true or false"
    if kind is str:
        return " or ".join(about["choices"]) or "text"
    least, most = about["span"]
    bound = f", at least {least}" if most is None else f" from {least} to {most}"
    return ("a whole number" if kind is int else "a number") + bound


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in _TRUE | _FALSE:
        return word in _TRUE
    raise ValueError(value)
