"""Time entity pages and suggestions, on the project's graph and on a large one.

``python benchmarks/pages.py [ENTITIES]`` generates a graph of that many entities (a million by
default) in a temporary folder, five statements for each, and prints milliseconds: of the server
alone, through Flask's test client, without network and without response cache.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox

import ipgraph
from ipgraph.namespaces import RDF, RDFS
from ipgraph.search.builder import build
from ipgraph.search.index import SearchIndex
from ipgraph.server import create_app
from ipgraph.settings import Settings
from ipgraph.store.local import LocalStore

WORDS = [
    "north",
    "south",
    "river",
    "valley",
    "port",
    "bridge",
    "plant",
    "grid",
    "water",
    "rail",
    "station",
    "center",
    "lab",
    "unit",
]
CLASSES = ("Plant", "Bridge", "Station", "Unit")
SAMPLES = 400


def report(title: str, times_ms: list[float]) -> None:
    """Print the median, the 99th percentile and the maximum of `times_ms`."""
    ordered = sorted(times_ms)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    print(
        f"{title:44} median {statistics.median(ordered):7.2f}  p99 {p99:7.2f}"
        f"  maximum {ordered[-1]:7.2f} ms  ({len(ordered)})"
    )


def cpu_times_ms(calls) -> list[float]:
    """Return the CPU time of every call, which other processes do not change."""
    times = []
    for call in calls:
        start = time.thread_time()
        call()
        times.append((time.thread_time() - start) * 1000)
    return times


def client_of(kg):
    """Return a test client for the pages of a graph."""
    client = create_app(kg, replace(kg.settings, response_cache_mib=0)).test_client()
    client.environ_base["HTTP_ACCEPT"] = "text/html"
    return client


def write(path: Path, count: int) -> None:
    """Write a graph of entities in a tree of parts, with labels, classes and neighbors."""
    random.seed(7)
    base, terms = "http://example.org/id/", "http://example.org/terms#"
    with path.open("w", encoding="utf-8") as out:
        for n in range(count):
            entity = f"<{base}t{n}>"
            name = " ".join(random.choices(WORDS, k=3)).title()
            out.write(f"{entity} <{RDF}type> <{terms}{CLASSES[n % 4]}> .\n")
            out.write(f'{entity} <{RDFS}label> "{name} {n}"@en .\n')
            # A wide hub: every hundredth entity is part of the first.
            whole = 0 if n % 100 == 0 else n // 8
            out.write(f"{entity} <{terms}partOf> <{base}t{whole}> .\n")
            for _ in range(2):
                out.write(f"{entity} <{terms}near> <{base}t{random.randrange(count)}> .\n")


def large_graph(folder: Path, count: int):
    """Build the store and the index of a large graph, and return the graph."""
    source = folder / "graph.nt"
    write(source, count)
    start = time.perf_counter()
    engine = ox.Store(str(folder / "store"))
    for graph in (ox.NamedNode("http://example.org/source"), ox.DefaultGraph()):
        engine.bulk_load(path=str(source), format=ox.RdfFormat.N_TRIPLES, to_graph=graph)
    engine.optimize()
    del engine
    print(f"{count:,} entities loaded in {time.perf_counter() - start:.1f} s")
    store = LocalStore.on_disk(folder / "store")
    start = time.perf_counter()
    build(store, folder / "search.sqlite")
    size = (folder / "search.sqlite").stat().st_size / 1e6
    print(f"index built in {time.perf_counter() - start:.1f} s, {size:.0f} MB")
    kg = ipgraph.open(folder / "store", settings=Settings())
    kg.__dict__["index"] = SearchIndex(folder / "search.sqlite")
    return kg


def measure(title: str, kg, iris: list[str], texts: list[str]) -> None:
    """Print the times of the pages of `iris` and of the suggestions for `texts`."""
    client = client_of(kg)
    client.get("/")
    addresses = [f"/describe?uri={quote(iri)}" for iri in iris]
    report(f"{title}: entity page", cpu_times_ms([lambda a=a: client.get(a) for a in addresses]))
    prefixes = [text[:n] for text in texts for n in range(2, min(len(text), 9))]
    report(
        f"{title}: suggestions (index)",
        cpu_times_ms([lambda p=p: kg.index.suggest(p) for p in prefixes]),
    )
    report(
        f"{title}: suggestions (HTTP)",
        cpu_times_ms([lambda p=p: client.get("/suggest", query_string={"q": p}) for p in prefixes]),
    )


def main() -> None:
    """Run the benchmark."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    random.seed(11)
    kg = ipgraph.open()
    hits = [hit for kind, _ in kg.index.kinds() for hit in kg.index.of_kind(kind, 40)]
    own = [hit for hit in hits if "/id/" in hit.iri]
    measure("project", kg, [hit.iri for hit in own], [hit.label for hit in own[:200]])
    with tempfile.TemporaryDirectory() as folder:
        kg = large_graph(Path(folder), count)
        sample = random.sample(range(count), SAMPLES)
        labels = [" ".join(random.choices(WORDS, k=2)) for _ in range(80)]
        labels += [f"{label} {n}" for label, n in zip(labels, sample, strict=False)]
        iris = [f"http://example.org/id/t{n}" for n in (0, *sample)]
        measure(f"{count:,}", kg, iris, labels)


if __name__ == "__main__":
    main()
