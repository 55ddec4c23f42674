"""The namespaces of this project and of the vocabularies it uses, prefixed names, IRIs of files.

Nothing here imports an RDF library: the command line needs prefixes before it needs a graph.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import quote

from ipgraph.namespaces.prefixes import WELL_KNOWN, Prefixes, twin

if TYPE_CHECKING:
    from pathlib import Path

BASE = "https://w3id.org/ipgraph/"
ONTOLOGY = BASE + "ontology/"
ONTOLOGY_GRAPH = BASE + "ontology"
ENTITY = BASE + "id/"
SOURCE = BASE + "source/"
INFERRED_GRAPH = BASE + "inferred"
PERIODS_GRAPH = BASE + "periods"
COMPUTED_GRAPHS = (INFERRED_GRAPH, PERIODS_GRAPH)  # no document states what is in them
EDITORS_GRAPH = SOURCE + "editors"
URNS = "urn:ipgraph:"  # names that mean something to this program only
# Before the relative path of a file whose graph nobody has named. Relative IRIs in it extend this.
FILE_GRAPHS = URNS + "file/"

# Declared in the files of the project, and by the modules that have no graph.
PREFIXES: dict[str, str] = {
    "dcterms": WELL_KNOWN["dcterms"],
    "foaf": WELL_KNOWN["foaf"],
    "id": ENTITY,
    "ip": ONTOLOGY,
    "org": WELL_KNOWN["org"],
    "owl": WELL_KNOWN["owl"],
    "prov": WELL_KNOWN["prov"],
    "rdf": WELL_KNOWN["rdf"],
    "rdfs": WELL_KNOWN["rdfs"],
    "schema": WELL_KNOWN["schema"],
    "skos": WELL_KNOWN["skos"],
    "src": SOURCE,
    "xsd": WELL_KNOWN["xsd"],
}

RDF = WELL_KNOWN["rdf"]
RDFS = WELL_KNOWN["rdfs"]
OWL = WELL_KNOWN["owl"]
XSD = WELL_KNOWN["xsd"]
SKOS = WELL_KNOWN["skos"]
SKOSXL = WELL_KNOWN["skosxl"]
DCTERMS = WELL_KNOWN["dcterms"]
PROV = WELL_KNOWN["prov"]
ORG = WELL_KNOWN["org"]
FOAF = WELL_KNOWN["foaf"]
SCHEMA = WELL_KNOWN["schema"]
SCHEMA_HTTP = twin(SCHEMA)  # the older spelling of `SCHEMA`, still common in data
DC_ELEMENTS = WELL_KNOWN["dc"]
DCAT = WELL_KNOWN["dcat"]
DQV = WELL_KNOWN["dqv"]
SD = WELL_KNOWN["sd"]
SHACL = WELL_KNOWN["sh"]
VCARD = WELL_KNOWN["vcard"]
VOID = WELL_KNOWN["void"]
WIKIBASE = WELL_KNOWN["wikibase"]
WIKIDATA_DIRECT = WELL_KNOWN["wdt"]
IP = ONTOLOGY

# The vocabularies that ontologies are written in; their terms say nothing about a dataset.
ONTOLOGY_LANGUAGES = (OWL, RDF, RDFS)
BUILT_IN = (*ONTOLOGY_LANGUAGES, XSD)


def shorten(iri: str) -> str:
    """Return the prefixed name of `iri` by `PREFIXES`, or ``<iri>``; see `Prefixes.shorten`."""
    return _PROJECT.shorten(iri)


def expand(name: str) -> str | None:
    """Return the IRI of a prefixed name, or None if its prefix is unknown."""
    return _PROJECT.expand(name)


def other_spellings(iri: str) -> tuple[str, ...]:
    """Return an IRI with the other scheme of http and https, and without or with a final slash."""
    scheme, separator, rest = iri.partition("://")
    other = {"http": "https", "https": "http"}.get(scheme)
    if not separator or other is None:
        return ()
    slash = rest[:-1] if rest.endswith("/") else rest + "/"
    return f"{other}://{rest}", f"{scheme}://{slash}", f"{other}://{slash}"


def file_iri(path: Path) -> str:
    """Return the ``file:`` IRI of a path.

    `Path.as_uri` returns the same, but since Python 3.14 it imports an HTTP client first, which
    takes 30 ms: half of a local query.
    """
    if os.name != "posix":
        return path.absolute().as_uri()
    return "file://" + quote(os.fsencode(path.absolute()))


def file_graph(relative: str) -> str:
    """Return the name of the graph of a file, from its path relative to what was opened.

    No place of this machine is in it: `docs/cats.ttl` gives `urn:ipgraph:file/docs/cats.ttl`.
    """
    return FILE_GRAPHS + quote(os.fsencode(relative))


_PROJECT = Prefixes(PREFIXES)
