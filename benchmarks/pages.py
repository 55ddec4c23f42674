"""Time the pages of things and the suggestions, on the project's graph and on a large one.

``python benchmarks/pages.py [THINGS]`` makes a graph of that many things (a million by default) in
a temporary folder, five statements each, and prints milliseconds: of the server alone, through
Flask's test client, without a network and without the cache in front of the pages.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
from flask import Flask

import ipgraph
from ipgraph.search.builder import build
from ipgraph.search.index import SearchIndex
from ipgraph.server.pages import home
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
KINDS = ("Plant", "Bridge", "Station", "Unit")
SAMPLES = 400


def report(title: str, times_ms: list[float]) -> None:
    """Print the median, the 99th percentile and the worst of some times."""
    ordered = sorted(times_ms)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    print(
        f"{title:44} median {statistics.median(ordered):7.2f}  p99 {p99:7.2f}"
        f"  worst {ordered[-1]:7.2f} ms  ({len(ordered)})"
    )


def timed(calls) -> list[float]:
    """Return the milliseconds of a processor that each call takes, whatever else runs here."""
    times = []
    for call in calls:
        began = time.thread_time()
        call()
        times.append((time.thread_time() - began) * 1000)
    return times


def client_of(kg):
    """Return a client of the pages of a graph."""
    app = Flask("ipgraph", static_folder=None)
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.register_blueprint(home.blueprint(kg))
    return app.test_client()


def write(path: Path, things: int) -> None:
    """Write a graph of things in a tree of parts, with labels, kinds and neighbours."""
    random.seed(7)
    base, terms = "http://example.org/id/", "http://example.org/terms#"
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
    label = "http://www.w3.org/2000/01/rdf-schema#label"
    with path.open("w", encoding="utf-8") as out:
        for n in range(things):
            me = f"<{base}t{n}>"
            name = " ".join(random.choices(WORDS, k=3)).title()
            out.write(f"{me} <{rdf}> <{terms}{KINDS[n % 4]}> .\n")
            out.write(f'{me} <{label}> "{name} {n}"@en .\n')
            # A wide hub: every hundredth thing is part of the first.
            above = 0 if n % 100 == 0 else n // 8
            out.write(f"{me} <{terms}partOf> <{base}t{above}> .\n")
            for _ in range(2):
                out.write(f"{me} <{terms}near> <{base}t{random.randrange(things)}> .\n")


def large(folder: Path, things: int):
    """Build the store and the index of a large graph, and return the graph."""
    source = folder / "graph.nt"
    write(source, things)
    began = time.perf_counter()
    engine = ox.Store(str(folder / "store"))
    for graph in (ox.NamedNode("http://example.org/source"), ox.DefaultGraph()):
        engine.bulk_load(path=str(source), format=ox.RdfFormat.N_TRIPLES, to_graph=graph)
    engine.optimize()
    del engine
    print(f"{things:,} things loaded in {time.perf_counter() - began:.1f} s")
    store = LocalStore.on_disk(folder / "store")
    began = time.perf_counter()
    build(store, folder / "search.sqlite")
    size = (folder / "search.sqlite").stat().st_size / 1e6
    print(f"index built in {time.perf_counter() - began:.1f} s, {size:.0f} MB")
    kg = ipgraph.open(folder / "store", settings=Settings())
    kg.__dict__["index"] = SearchIndex(folder / "search.sqlite")
    return kg


def measure(title: str, kg, iris: list[str], texts: list[str]) -> None:
    """Print the times of the pages of some things and of the suggestions for some texts."""
    client = client_of(kg)
    client.get("/")
    addresses = [f"/describe?uri={quote(iri)}" for iri in iris]
    report(f"{title}: page of a thing", timed([lambda a=a: client.get(a) for a in addresses]))
    prefixes = [text[:n] for text in texts for n in range(2, min(len(text), 9))]
    report(
        f"{title}: suggestions (index)",
        timed([lambda p=p: kg.index.suggest(p) for p in prefixes]),
    )
    report(
        f"{title}: suggestions (served)",
        timed([lambda p=p: client.get("/suggest", query_string={"q": p}) for p in prefixes]),
    )


def main() -> None:
    """Run the benchmark."""
    things = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    random.seed(11)
    kg = ipgraph.open()
    hits = [hit for kind, _ in kg.index.kinds() for hit in kg.index.of_kind(kind, 40)]
    own = [hit for hit in hits if "/id/" in hit.iri]
    measure("own", kg, [hit.iri for hit in own], [hit.label for hit in own[:200]])
    with tempfile.TemporaryDirectory() as folder:
        kg = large(Path(folder), things)
        chosen = random.sample(range(things), SAMPLES)
        labels = [" ".join(random.choices(WORDS, k=2)) for _ in range(80)]
        labels += [f"{label} {n}" for label, n in zip(labels, chosen, strict=False)]
        iris = [f"http://example.org/id/t{n}" for n in (0, *chosen)]
        measure(f"{things:,}", kg, iris, labels)


if __name__ == "__main__":
    main()
