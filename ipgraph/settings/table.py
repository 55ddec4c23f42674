"""All settings, in one table with default, unit, meaning and valid values."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

GRAPH, NETWORK, QUERIES, REQUESTS, CACHING = (
    "Graph",
    "Network",
    "Query limits",
    "Request and response limits",
    "Caching and logging",
)
GROUPS = (GRAPH, NETWORK, QUERIES, REQUESTS, CACHING)


def setting(
    default: Any,
    meaning: str,
    group: str,
    *,
    unit: str = "",
    minimum: float = 0,
    maximum: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """Declare a field of `Settings` with its documentation and its valid values.

    A number is from `minimum` to `maximum`; a text is one of `choices`, if there are any.
    """
    metadata = {"meaning": meaning, "group": group, "unit": unit}
    return field(
        default=default, metadata=metadata | {"span": (minimum, maximum), "choices": choices}
    )


class InferenceLimits(NamedTuple):
    """Bounds of one closure; 0 derives a bound from the number of stated triples."""

    statements: int = 0
    memory_mib: int = 0  # in addition to what the process has at the start
    cpu_s: float = 0


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run. A name that ends in a unit is a number of that unit."""

    cache: str = setting("", "folder of the snapshots; empty: the platform's cache folder", GRAPH)
    reasoner: str = setting(
        "rl",
        "reasoner: rl (of this project), owlrl (reference implementation), or none",
        GRAPH,
        choices=("rl", "owlrl", "none"),
    )
    infer: bool = setting(True, "whether results include inferred statements", GRAPH)
    max_inferred: int = setting(
        0,
        "statements that a build may infer; 0: five million, or 20 for each stated triple if that "
        "is more",
        GRAPH,
    )
    inference_memory_limit_mib: int = setting(
        0,
        "memory for inference, in addition to the stated graph; 0: 1024, or 1 KB for each stated "
        "triple if that is more",
        GRAPH,
        unit="MiB",
    )
    inference_time_limit_s: float = setting(
        0.0,
        "CPU time after which inference stops; 0: 60, or 0.1 ms for each stated triple if that is "
        "more",
        GRAPH,
        unit="s",
    )
    query_time_limit_s: float = setting(
        10.0, "time after which a query is stopped", QUERIES, unit="s", minimum=0.001
    )
    build_time_limit_s: float = setting(
        600.0,
        "time for a build, in addition to 5 s for each MiB of the files; 0: no limit",
        GRAPH,
        unit="s",
    )
    build_memory_limit_mib: int = setting(
        3072,
        "memory for a build, in addition to 64 times the size of the files; 0: no limit",
        GRAPH,
        unit="MiB",
    )
    max_data_depth: int = setting(
        100, "nesting of brackets, elements or objects in a file", GRAPH, minimum=1
    )
    max_unpacked_mib: int = setting(
        1024, "size to which the compressed files of a graph may unpack", GRAPH, unit="MiB"
    )
    input_limit_mib: int = setting(
        1024,
        "largest file that is fetched from an address or read from standard input",
        GRAPH,
        unit="MiB",
        minimum=1,
    )
    fetch_time_limit_s: float = setting(
        120.0, "time in which such a file must arrive", GRAPH, unit="s", minimum=0.001
    )
    input_format: str = setting(
        "",
        "syntax of the files: ttl, trig, nt, nq, rdf, jsonld or n3; empty: by name and content",
        GRAPH,
        choices=("", "ttl", "trig", "nt", "nq", "rdf", "jsonld", "n3"),
    )
    strict: bool = setting(
        False,
        "whether to refuse a graph with contradictions, or with files in folders that cannot be "
        "read",
        GRAPH,
    )
    lenient: bool = setting(
        False, "whether to repair invalid IRIs and language tags instead of refusing them", GRAPH
    )
    keep_snapshots: int = setting(
        3, "snapshots of each graph to keep, along with those in use", GRAPH
    )
    cache_limit_mib: int = setting(
        2048,
        "size of the snapshots of all graphs, except those in use; the least recently used go "
        "first",
        GRAPH,
        unit="MiB",
    )
    as_of_max_statements: int = setting(
        300_000,
        "largest graph, in statements of its named graphs, that can be asked at a date; 0: any",
        GRAPH,
    )
    host: str = setting("127.0.0.1", "address to listen on", NETWORK)
    port: int = setting(8080, "port to listen on; 0: any free one", NETWORK, maximum=65535)
    path_prefix: str = setting(
        "", "path under which a proxy publishes the service, as /graph", NETWORK
    )
    public_url: str = setting("", "published address of the service, with any prefix", NETWORK)
    trusted_proxy: str = setting(
        "", "address of the proxy whose X-Forwarded-* headers are trusted", NETWORK
    )
    fast_path: bool = setting(
        True,
        "whether cached responses and short queries are answered from the event loop",
        NETWORK,
    )
    max_connections: int = setting(
        1000,
        "open connections; near this number idle and slow ones are closed for new ones",
        NETWORK,
        minimum=1,
    )
    idle_time_limit_s: float = setting(
        30.0,
        "time after which a connection without a request is closed",
        NETWORK,
        unit="s",
        minimum=0.1,
    )
    header_time_limit_s: float = setting(
        15.0, "time in which the head of a request must arrive", NETWORK, unit="s", minimum=0.1
    )
    body_time_limit_s: float = setting(
        60.0, "time in which the body of a request must arrive", NETWORK, unit="s", minimum=0.1
    )
    threads: int = setting(64, "concurrent requests, including waiting ones", REQUESTS, minimum=1)
    workers: int = setting(
        4,
        "concurrent queries; all but one of them may be long-running",
        QUERIES,
        minimum=1,
    )
    max_waiting: int = setting(
        64,
        "queries that may wait for a worker, and half as many long-running ones; more get 503",
        QUERIES,
    )
    wait_limit_s: float = setting(5.0, "time a query may wait for a worker", QUERIES, unit="s")
    demote_after_ms: int = setting(
        100, "age at which a query counts as long-running and yields to others", QUERIES, unit="ms"
    )
    query_memory_limit_mib: int = setting(
        1024,
        "memory for a query, in addition to the graph; 0: no limit",
        QUERIES,
        unit="MiB",
    )
    result_limit_mib: int = setting(1024, "largest result", REQUESTS, unit="MiB", minimum=1)
    min_rate_kib_s: int = setting(
        32, "minimum rate at which a client must read a long result", REQUESTS, unit="KiB/s"
    )
    max_query_kib: int = setting(64, "longest query text", QUERIES, unit="KiB", minimum=1)
    max_query_depth: int = setting(100, "nesting of brackets in a query", QUERIES, minimum=1)
    max_query_chain: int = setting(
        500, "operators and patterns chained in a query", QUERIES, minimum=1
    )
    request_limit_kib: int = setting(1024, "largest request body", REQUESTS, unit="KiB", minimum=1)
    allowed_services: str = setting(
        "",
        "hosts or IRIs of the endpoints allowed in SERVICE, separated by commas; empty: none",
        QUERIES,
    )
    allow_private_services: bool = setting(
        False,
        "whether these may be in private networks or on this machine, for intranets and tests",
        QUERIES,
    )
    service_result_limit_mib: int = setting(
        16, "largest result of a SERVICE clause", QUERIES, unit="MiB", minimum=1
    )
    response_cache_mib: int = setting(64, "response cache size", CACHING, unit="MiB")
    max_age_s: int = setting(
        60, "time for which clients may cache a response without asking again", CACHING, unit="s"
    )
    access_log: str = setting("", "file of the access log; -: standard error; empty: none", CACHING)
    log_format: str = setting(
        "auto",
        "format of log records: json (one object per line), text, or auto (text on a terminal)",
        CACHING,
        choices=("auto", "json", "text"),
    )
    logged_query_chars: int = setting(500, "characters of a query text in the access log", CACHING)
    progress_after_s: float = setting(
        2.0,
        "time after which a command says on standard error what it is doing; 0: never",
        CACHING,
        unit="s",
    )
    contact: str = setting(
        "", "address for reports of errors and vulnerabilities, as mailto:…", CACHING
    )

    @property
    def inference_limits(self) -> InferenceLimits:
        """The bounds of the closure of a build."""
        return InferenceLimits(
            self.max_inferred, self.inference_memory_limit_mib, self.inference_time_limit_s
        )


class SettingInfo(NamedTuple):
    """One row of the table of settings."""

    name: str
    flag: str
    variable: str
    default: Any
    unit: str
    meaning: str
    group: str
    choices: tuple[str, ...]


def all_settings() -> tuple[SettingInfo, ...]:
    """Return the table of settings, in the order of `Settings`."""
    return tuple(
        SettingInfo(
            name=declared.name,
            flag="--" + declared.name.replace("_", "-"),
            variable=variable(declared.name),
            default=declared.default,
            unit=declared.metadata["unit"],
            meaning=declared.metadata["meaning"],
            group=declared.metadata["group"],
            choices=declared.metadata["choices"],
        )
        for declared in fields(Settings)
    )


def variable(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"IPGRAPH_{name.upper()}"
