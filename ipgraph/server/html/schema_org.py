"""Structured data for search engines: the statements of a page as schema.org JSON-LD.

Only statements of the graph for which schema.org has a term; the RDF data has all of them.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from flask import request
from markupsafe import Markup

from ipgraph.namespaces import DCTERMS, FOAF, ORG, SCHEMA, SKOS
from ipgraph.server.html import links

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.entities.bibliography import Source
    from ipgraph.entities.entity import Description
    from ipgraph.server.edition import Edition

# schema.org types by class. The schema.org classes of the graph are added.
_TYPES = (
    (ORG + "Organization", "Organization"),
    (FOAF + "Person", "Person"),
    (DCTERMS + "Location", "Place"),
    (FOAF + "Document", "CreativeWork"),
    (SKOS + "ConceptScheme", "DefinedTermSet"),
    (SKOS + "Concept", "DefinedTerm"),
)
_WITHIN = (ORG + "unitOf", ORG + "subOrganizationOf")
_SAME = SCHEMA + "sameAs"


def of_entity(root: str, view: Description) -> Markup:
    """Describe an entity: its types, names and parent organization."""
    types = list(_types(view))
    properties: dict[str, Any] = {
        "@type": types[0] if len(types) == 1 else types,
        "@id": view.iri,
        "name": view.name.label,
        "alternateName": _other_names(view),
        "description": view.definitions[0].text if view.definitions else "",
        "mainEntityOfPage": root + _local(view.iri),
    }
    for group in view.outgoing:
        if group.relation.iri == _SAME:
            properties["sameAs"] = [value.iri or value.text for value in group.values]
        elif group.relation.iri in _WITHIN and "Organization" in "".join(types):
            properties["parentOrganization"] = [
                *properties.get("parentOrganization", ()),
                *(
                    {"@type": "Organization", "@id": value.iri, "name": value.text}
                    for value in group.values
                    if value.iri
                ),
            ]
    return _written(properties)


def of_document(root: str, document: Source) -> Markup:
    """Describe a document: title, publisher, date and URL."""
    publisher = {"@type": "Organization", "name": document.publisher}
    return _written(
        {
            "@type": "CreativeWork",
            "@id": document.iri,
            "name": document.title,
            "publisher": publisher if document.publisher else "",
            "datePublished": document.issued,
            "url": document.page,
            "mainEntityOfPage": root + _local(document.iri),
        }
    )


def of_dataset(edition: Edition, root: str, files: list[tuple[str, str, str]]) -> Markup:
    """Describe the dataset; `files` has the address, label and media type of each file."""
    kg = edition.kg
    snapshot = kg.snapshot
    return _written(
        {
            "@type": "Dataset",
            "@id": kg.config.iri,
            "name": kg.title,
            "description": edition.description,
            "url": root + "/",
            "license": edition.license,
            "keywords": edition.keywords,
            "isAccessibleForFree": True,
            "version": snapshot.content_hash if snapshot else "",
            "dateModified": str(snapshot.manifest["created"]) if snapshot else "",
            "distribution": [
                {"@type": "DataDownload", "encodingFormat": media_type, "contentUrl": address}
                for address, _, media_type in files
            ],
        }
    )


def _types(view: Description) -> Iterator[str]:
    own = [iri.removeprefix(SCHEMA) for iri in view.all_classes if iri.startswith(SCHEMA)]
    yield from own
    found = [name for iri, name in _TYPES if iri in view.all_classes]
    if not own or "Organization" not in found:  # schema:GovernmentOrganization implies it
        yield from found
    if not own and not found:
        yield "Thing"


def _other_names(view: Description) -> list[str]:
    names = (view.name.acronym, *(name.text for name in view.other_names))
    return [name for name in dict.fromkeys(names) if name and name != view.name.label]


def _local(iri: str) -> str:
    """Return the path of a page below the root of the site, without a language."""
    return re.sub("[?&]lang=[a-z]+$", "", links.page(iri)).removeprefix(request.script_root)


def _written(properties: dict[str, Any]) -> Markup:
    """Write the values that are not empty. No value can close the script element."""
    document = {"@context": "https://schema.org"} | {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value
        for name, value in properties.items()
        if value
    }
    text = json.dumps(document, ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704  escaped for a script element
