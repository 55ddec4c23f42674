"""The namespaces of this project and of the vocabularies it uses, prefixed names, IRIs of files.

Nothing here imports an RDF library: the command line needs prefixes before it needs a graph.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from pathlib import Path

BASE = "https://w3id.org/ipgraph/"
ONTOLOGY = BASE + "ontology/"
ONTOLOGY_GRAPH = BASE + "ontology"
ENTITY = BASE + "id/"
SOURCE = BASE + "source/"
INFERRED_GRAPH = BASE + "inferred"
EDITORS_GRAPH = SOURCE + "editors"
URNS = "urn:ipgraph:"  # names that mean something to this program only
# Before the relative path of a file whose graph nobody has named. Relative IRIs in it extend this.
FILE_GRAPHS = URNS + "file/"

# Declared for the command line, the editor and the questions; over HTTP a query declares its own.
PREFIXES: dict[str, str] = {
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "id": ENTITY,
    "ip": ONTOLOGY,
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "src": SOURCE,
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

RDF = PREFIXES["rdf"]
RDFS = PREFIXES["rdfs"]
OWL = PREFIXES["owl"]
XSD = PREFIXES["xsd"]
SKOS = PREFIXES["skos"]
PROV = PREFIXES["prov"]
DCTERMS = PREFIXES["dcterms"]
ORG = PREFIXES["org"]
FOAF = PREFIXES["foaf"]
SCHEMA = PREFIXES["schema"]
IP = ONTOLOGY

# Known to the code, not declared for queries.
DC_ELEMENTS = "http://purl.org/dc/elements/1.1/"
DCAT = "http://www.w3.org/ns/dcat#"
DQV = "http://www.w3.org/ns/dqv#"
SCHEMA_HTTP = "http://schema.org/"  # the older spelling of `SCHEMA`, still common in data
SD = "http://www.w3.org/ns/sparql-service-description#"
SHACL = "http://www.w3.org/ns/shacl#"
WIKIBASE = "http://wikiba.se/ontology#"
VOID = "http://rdfs.org/ns/void#"

# The vocabularies that ontologies are written in; their terms say nothing about a dataset.
ONTOLOGY_LANGUAGES = (OWL, RDF, RDFS)
BUILT_IN = (*ONTOLOGY_LANGUAGES, XSD)


def shorten(iri: str) -> str:
    """Return the prefixed name of `iri`, or ``<iri>`` if it has none.

    A prefixed name needs no escapes in SPARQL and Turtle.
    """
    for prefix, namespace in PREFIXES.items():
        local = iri.removeprefix(namespace)
        if local != iri and _plain(local):
            return f"{prefix}:{local}"
    return f"<{iri}>"


def expand(name: str) -> str | None:
    """Return the IRI of a prefixed name, or None if its prefix is not in `PREFIXES`."""
    prefix, colon, local = name.partition(":")
    namespace = PREFIXES.get(prefix)
    return namespace + local if colon and namespace else None


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


def _plain(local: str) -> bool:
    return bool(local) and local.isascii() and local.replace("-", "a").replace("_", "a").isalnum()
