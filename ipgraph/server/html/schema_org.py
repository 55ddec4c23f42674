"""What a page says to search engines: the same statements in the terms of schema.org, as JSON-LD.

Only what the graph says and schema.org has a term for; the rest is in the data of the thing.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from flask import request
from markupsafe import Markup

from ipgraph.namespaces import BASE, DCTERMS, FOAF, ORG, SCHEMA, SKOS
from ipgraph.server.edition import KEYWORDS, LICENSE
from ipgraph.server.html import links

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.entities.bibliography import Source
    from ipgraph.entities.entity import Description
    from ipgraph.server.edition import Edition

# The types of things of these classes; besides them those of schema.org that the graph gives.
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


def of_thing(root: str, view: Description) -> Markup:
    """Tell what a thing is, what it is called, and which organization it belongs to."""
    types = list(_types(view))
    said: dict[str, Any] = {
        "@type": types[0] if len(types) == 1 else types,
        "@id": view.iri,
        "name": view.name.label,
        "alternateName": _other_names(view),
        "description": view.definitions[0].text if view.definitions else "",
        "mainEntityOfPage": root + _local(view.iri),
    }
    for group in view.outgoing:
        if group.relation.iri == _SAME:
            said["sameAs"] = [value.iri or value.text for value in group.values]
        elif group.relation.iri in _WITHIN and "Organization" in "".join(types):
            said["parentOrganization"] = [
                *said.get("parentOrganization", ()),
                *(
                    {"@type": "Organization", "@id": value.iri, "name": value.text}
                    for value in group.values
                    if value.iri
                ),
            ]
    return _written(said)


def of_document(root: str, document: Source) -> Markup:
    """Tell what a document is called, who published it when, and where it is."""
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
    """Tell what the dataset is, and where its files are: address, label and media type."""
    kg = edition.kg
    snapshot = kg.snapshot
    return _written(
        {
            "@type": "Dataset",
            "@id": BASE if kg.is_own else "",
            "name": kg.title,
            "description": edition.description,
            "url": root + "/",
            "license": LICENSE if kg.is_own else "",
            "keywords": list(KEYWORDS) if kg.is_own else (),
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
    if not own or "Organization" not in found:  # which schema:GovernmentOrganization says already
        yield from found
    if not own and not found:
        yield "Thing"


def _other_names(view: Description) -> list[str]:
    names = (view.name.acronym, *(name.text for name in view.other_names))
    return [name for name in dict.fromkeys(names) if name and name != view.name.label]


def _local(iri: str) -> str:
    """Return the path of a page below the root of the site, in no language of its own."""
    return re.sub("[?&]lang=[a-z]+$", "", links.page(iri)).removeprefix(request.script_root)


def _written(said: dict[str, Any]) -> Markup:
    """Write what is not empty; no value can end the element that it stands in."""
    document = {"@context": "https://schema.org"} | {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value
        for name, value in said.items()
        if value
    }
    text = json.dumps(document, ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704  escaped for what holds it
