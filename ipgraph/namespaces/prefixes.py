"""Prefixes: the names for namespaces that users write and read.

`Prefixes` is the table of one graph. It has three layers, of which the first wins: the dataset
file, the files of the graph, and `WELL_KNOWN`. The first two are `declared`; they are written at
the head of a document. All are known in queries and on pages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WELL_KNOWN: Mapping[str, str] = {
    # W3C
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "skosxl": "http://www.w3.org/2008/05/skos-xl#",
    "acl": "http://www.w3.org/ns/auth/acl#",
    "adms": "http://www.w3.org/ns/adms#",
    "as": "https://www.w3.org/ns/activitystreams#",
    "csvw": "http://www.w3.org/ns/csvw#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dqv": "http://www.w3.org/ns/dqv#",
    "duv": "http://www.w3.org/ns/duv#",
    "earl": "http://www.w3.org/ns/earl#",
    "fn": "http://www.w3.org/2005/xpath-functions#",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "ldp": "http://www.w3.org/ns/ldp#",
    "lime": "http://www.w3.org/ns/lemon/lime#",
    "locn": "http://www.w3.org/ns/locn#",
    "oa": "http://www.w3.org/ns/oa#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "ontolex": "http://www.w3.org/ns/lemon/ontolex#",
    "org": "http://www.w3.org/ns/org#",
    "person": "http://www.w3.org/ns/person#",
    "prov": "http://www.w3.org/ns/prov#",
    "qb": "http://purl.org/linked-data/cube#",
    "rov": "http://www.w3.org/ns/regorg#",
    "rr": "http://www.w3.org/ns/r2rml#",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": "http://www.w3.org/ns/shacl#",
    "solid": "http://www.w3.org/ns/solid/terms#",
    "sosa": "http://www.w3.org/ns/sosa/",
    "ssn": "http://www.w3.org/ns/ssn/",
    "swrl": "http://www.w3.org/2003/11/swrl#",
    "time": "http://www.w3.org/2006/time#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "vs": "http://www.w3.org/2003/06/sw-vocab-status/ns#",
    "xhv": "http://www.w3.org/1999/xhtml/vocab#",
    # Metadata, the web, people
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcam": "http://purl.org/dc/dcam/",
    "dcmitype": "http://purl.org/dc/dcmitype/",
    "dcterms": "http://purl.org/dc/terms/",
    "schema": "https://schema.org/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "void": "http://rdfs.org/ns/void#",
    "voaf": "http://purl.org/vocommons/voaf#",
    "vann": "http://purl.org/vocab/vann/",
    "cc": "http://creativecommons.org/ns#",
    "pav": "http://purl.org/pav/",
    "doap": "http://usefulinc.com/ns/doap#",
    "sioc": "http://rdfs.org/sioc/ns#",
    "spdx": "http://spdx.org/rdf/terms#",
    "bio": "http://purl.org/vocab/bio/0.1/",
    "rel": "http://purl.org/vocab/relationship/",
    "event": "http://purl.org/NET/c4dm/event.owl#",
    "gr": "http://purl.org/goodrelations/v1#",
    "mo": "http://purl.org/ontology/mo/",
    "og": "http://ogp.me/ns#",
    # Libraries, archives, museums
    "bf": "http://id.loc.gov/ontologies/bibframe/",
    "bibo": "http://purl.org/ontology/bibo/",
    "cito": "http://purl.org/spar/cito/",
    "crm": "http://www.cidoc-crm.org/cidoc-crm/",
    "datacite": "http://purl.org/spar/datacite/",
    "edm": "http://www.europeana.eu/schemas/edm/",
    "fabio": "http://purl.org/spar/fabio/",
    "frbr": "http://purl.org/vocab/frbr/core#",
    "isothes": "http://purl.org/iso25964/skos-thes#",
    "madsrdf": "http://www.loc.gov/mads/rdf/v1#",
    "ore": "http://www.openarchives.org/ore/terms/",
    "premis": "http://www.loc.gov/premis/rdf/v3/",
    "rico": "https://www.ica.org/standards/RiC/ontology#",
    # Governments and statistics
    "cv": "http://data.europa.eu/m8g/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "epo": "http://data.europa.eu/a4g/ontology#",
    "euvoc": "http://publications.europa.eu/ontology/euvoc#",
    "sdmx-attribute": "http://purl.org/linked-data/sdmx/2009/attribute#",
    "sdmx-concept": "http://purl.org/linked-data/sdmx/2009/concept#",
    "sdmx-dimension": "http://purl.org/linked-data/sdmx/2009/dimension#",
    "sdmx-measure": "http://purl.org/linked-data/sdmx/2009/measure#",
    "xkos": "http://rdf-vocabulary.ddialliance.org/xkos#",
    # Places
    "geosparql": "http://www.opengis.net/ont/geosparql#",
    "geof": "http://www.opengis.net/def/function/geosparql/",
    "sf": "http://www.opengis.net/ont/sf#",
    "gn": "http://www.geonames.org/ontology#",
    # Encyclopedias
    "dbo": "http://dbpedia.org/ontology/",
    "dbp": "http://dbpedia.org/property/",
    "dbr": "http://dbpedia.org/resource/",
    "p": "http://www.wikidata.org/prop/",
    "pq": "http://www.wikidata.org/prop/qualifier/",
    "pqv": "http://www.wikidata.org/prop/qualifier/value/",
    "pr": "http://www.wikidata.org/prop/reference/",
    "ps": "http://www.wikidata.org/prop/statement/",
    "psv": "http://www.wikidata.org/prop/statement/value/",
    "wd": "http://www.wikidata.org/entity/",
    "wdref": "http://www.wikidata.org/reference/",
    "wds": "http://www.wikidata.org/entity/statement/",
    "wdt": "http://www.wikidata.org/prop/direct/",
    "wdv": "http://www.wikidata.org/value/",
    "wikibase": "http://wikiba.se/ontology#",
    "yago": "http://yago-knowledge.org/resource/",
    # Science and engineering
    "biolink": "https://w3id.org/biolink/vocab/",
    "bot": "https://w3id.org/bot#",
    "brick": "https://brickschema.org/schema/Brick#",
    "gist": "https://w3id.org/semanticarts/ns/ontology/gist/",
    "lexinfo": "http://www.lexinfo.net/ontology/3.0/lexinfo#",
    "obo": "http://purl.obolibrary.org/obo/",
    "oboInOwl": "http://www.geneontology.org/formats/oboInOwl#",
    "quantitykind": "http://qudt.org/vocab/quantitykind/",
    "qudt": "http://qudt.org/schema/qudt/",
    "rec": "https://w3id.org/rec#",
    "s223": "http://data.ashrae.org/standard223#",
    "saref": "https://saref.etsi.org/core/",
    "sio": "http://semanticscience.org/resource/",
    "unit": "http://qudt.org/vocab/unit/",
    "up": "http://purl.uniprot.org/core/",
}

MAX_NAME_CHARS = 40
MAX_NAMESPACE_CHARS = 500

# Productions 163 to 168 of SPARQL 1.1 (PN_CHARS_BASE, PN_PREFIX, PN_LOCAL), without escapes.
# Not compiled here: that takes 15 ms, and most commands never use them.
_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_CHARS = f"{_BASE}_0-9\\-\u00b7\u0300-\u036f\u203f\u2040"
_NAME = f"(?:[{_BASE}](?:[{_CHARS}.]*[{_CHARS}])?)?"
_LOCAL = f"[{_BASE}_0-9](?:[{_CHARS}.]*[{_CHARS}])?"
_NAMESPACE = r"""[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>"{}|^`\\\x7f-\x9f]+"""


def is_valid(name: str, namespace: str) -> bool:
    """True if a prefix can be declared in SPARQL and Turtle, and neither part is oddly long."""
    return (
        len(name) <= MAX_NAME_CHARS
        and len(namespace) <= MAX_NAMESPACE_CHARS
        and re.fullmatch(_NAME, name) is not None
        and re.fullmatch(_NAMESPACE, namespace) is not None
    )


def twin(iri: str) -> str:
    """Return an IRI with ``https`` for ``http``, or ``http`` for ``https``; else empty."""
    if iri.startswith("http://"):
        return "https://" + iri.removeprefix("http://")
    return "http://" + iri.removeprefix("https://") if iri.startswith("https://") else ""


class Prefixes(Mapping[str, str]):
    """The prefixes of a graph: a mapping from names to namespaces that does not change.

    `declared` has those of the dataset file and of the files; the mapping has the well-known ones
    in addition.
    """

    __slots__ = ("_all", "_by_namespace", "_lengths", "_starts", "declared")

    def __init__(self, declared: Mapping[str, str] | None = None) -> None:
        """Of two names for a namespace, the first in `declared` is the one that is shown."""
        self.declared: Mapping[str, str] = dict(declared or {})
        self._all = {**self.declared}
        for name, namespace in WELL_KNOWN.items():
            self._all.setdefault(name, namespace)
        self._starts = [(f"{name}:", (name, namespace)) for name, namespace in self._all.items()]
        self._by_namespace: dict[str, str] = {}
        for name, namespace in self._all.items():
            self._by_namespace.setdefault(namespace, name)
        self._lengths = sorted({len(namespace) for namespace in self._by_namespace}, reverse=True)

    def __getitem__(self, name: str) -> str:
        """Return the namespace of a prefix. Raises `KeyError`."""
        return self._all[name]

    def __iter__(self) -> Iterator[str]:
        """Yield the names, declared ones first."""
        return iter(self._all)

    def __len__(self) -> int:
        """Return the number of prefixes."""
        return len(self._all)

    def __hash__(self) -> int:
        """Return a hash that fits the equality of mappings."""
        return hash(frozenset(self._all.items()))

    def split(self, iri: str) -> tuple[str, str] | None:
        """Return the prefix and the rest of `iri` for its longest namespace, or None."""
        size = len(iri)
        for length in self._lengths:
            if length < size:
                name = self._by_namespace.get(iri[:length])
                if name is not None:
                    return name, iri[length:]
        return None

    def shorten(self, iri: str) -> str:
        """Return the prefixed name of `iri`, or ``<iri>`` if it has none.

        A prefixed name needs no escapes in SPARQL and Turtle.
        """
        parts = self.split(iri)
        if parts is None or re.fullmatch(_LOCAL, parts[1]) is None:
            return f"<{iri}>"
        return f"{parts[0]}:{parts[1]}"

    def expand(self, name: str) -> str | None:
        """Return the IRI of a prefixed name, or None if its prefix is unknown."""
        prefix, colon, local = name.partition(":")
        namespace = self._all.get(prefix)
        return namespace + local if colon and namespace is not None else None

    def used_by(self, iris: Iterable[str]) -> dict[str, str]:
        """Return the prefixes of the namespaces of `iris`, in the order of the table."""
        found = {parts[0] for iri in iris if (parts := self.split(iri))}
        return {name: namespace for name, namespace in self._all.items() if name in found}

    def used_in(self, text: str) -> tuple[tuple[str, str], ...]:
        """Return the prefixes that a query may use: all those whose name precedes a colon.

        An engine validates every prefix that it gets, which takes 0.4 µs for each.
        """
        return tuple([pair for start, pair in self._starts if start in text])


def well_known_for(iris: Iterable[str]) -> dict[str, str]:
    """Return the well-known prefixes for the namespaces of `iris`.

    Where the data use the other scheme (``http://schema.org/``), the prefix stands for that one.
    """
    by_namespace = {namespace: name for name, namespace in WELL_KNOWN.items()}
    by_namespace |= {twin(namespace): name for namespace, name in list(by_namespace.items())}
    by_namespace.pop("", None)
    lengths = sorted({len(namespace) for namespace in by_namespace}, reverse=True)
    found: dict[str, str] = {}
    for iri in iris:
        namespace = next((iri[:size] for size in lengths if iri[:size] in by_namespace), "")
        name = by_namespace.get(namespace)
        if name is not None and found.get(name) != WELL_KNOWN[name]:
            found[name] = namespace
    return {name: found[name] for name in WELL_KNOWN if name in found}


DEFAULT = Prefixes()
