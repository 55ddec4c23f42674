"""Build the search index: entities, their names, and the terms of the ontology."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from ipgraph.entities.entity import Entities
from ipgraph.entities.labels import (
    DEFAULT_GRAPH,
    LABEL_PROPERTIES,
    XL_LABEL,
    XL_OTHER_LABEL,
    words_from_iri,
    xl_literals,
)
from ipgraph.namespaces import DCTERMS, OWL, RDF, RDFS, SKOS
from ipgraph.search import full_text, name_keys, nameless, vocabulary
from ipgraph.search.folding import fold, index_words
from ipgraph.search.full_text import TextReader
from ipgraph.search.name_keys import keys_of
from ipgraph.search.ranks import NameType, Tier

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ipgraph.entities.labels import Name
    from ipgraph.entities.model import Model
    from ipgraph.store import Store

# With more entities, the trigram index would be larger than all others.
MAX_TRIGRAM_ENTITIES = 200_000
BATCH = 20_000
# Instances read to count the properties of a class.
SAMPLE = 300
MAX_DESCRIPTION = 240
MAX_LANGUAGES = 500
_TYPE = NamedNode(RDF + "type")
_DESCRIPTIONS = tuple(
    NamedNode(item) for item in (SKOS + "definition", RDFS + "comment", DCTERMS + "description")
)
_CLASSES = frozenset((OWL + "Class", RDFS + "Class"))
_PROPERTIES = frozenset(
    (
        RDF + "Property",
        OWL + "ObjectProperty",
        OWL + "DatatypeProperty",
        OWL + "AnnotationProperty",
    )
)
_TERMS = _CLASSES | _PROPERTIES
# A prefix with an index for its length is read from the first hit on; any other is first collected
# completely: 0.05 against 5.7 ms at 300,000 names of few words.
_SCHEMA = """
CREATE TABLE entities (id INTEGER PRIMARY KEY, iri TEXT, label TEXT, folded TEXT, initial TEXT,
  acronym TEXT, kind TEXT, description TEXT, weight INTEGER, tier INTEGER);
CREATE TABLE names (id INTEGER PRIMARY KEY, entity INTEGER, text TEXT, folded TEXT, type INTEGER);
CREATE TABLE instances (class TEXT, entity INTEGER, PRIMARY KEY (class, entity)) WITHOUT ROWID;
CREATE TABLE terms (iri TEXT PRIMARY KEY, kind TEXT, label TEXT, folded TEXT, local TEXT,
  uses INTEGER, comment TEXT) WITHOUT ROWID;
CREATE TABLE property_uses (class TEXT, property TEXT, uses INTEGER, PRIMARY KEY (class, property))
  WITHOUT ROWID;
CREATE VIRTUAL TABLE name_words USING fts5(text, content='', prefix='1 2 3 4 5 6 7 8 9 10 11 12',
  tokenize=$spaces, detail='none');
CREATE VIRTUAL TABLE name_trigrams USING fts5(text, content='', tokenize='trigram', detail='none');
""".replace("$spaces", "\"unicode61 remove_diacritics 0 categories 'L* N* Co M*'\"")
_INDEXES = """
CREATE INDEX names_folded ON names (folded);
CREATE INDEX entities_kind ON entities (kind, folded);
"""


@dataclass(frozen=True, slots=True)
class Contents:
    """What the builder has seen of a graph.

    `terms` are the IRIs of its classes and properties. `languages` counts its labels by language
    tag, most first.
    """

    terms: frozenset[str]
    languages: dict[str, int]


def build(store: Store, path: Path) -> Contents:
    """Write the index of a graph to a new file at `path`.

    Reads every statement of the default graph once and each entity a few times; memory grows with
    the number of entities. Raises `OSError` if the file cannot be written.
    """
    try:
        with closing(sqlite3.connect(path)) as connection, connection:
            return _write(store, connection)
    except sqlite3.OperationalError as error:  # a full disk
        raise OSError(f"{error} ({path.name})") from error


def _write(store: Store, connection: sqlite3.Connection) -> Contents:
    connection.executescript(
        f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_SCHEMA}{full_text.SCHEMA}"
        f"{name_keys.SCHEMA}{vocabulary.SCHEMA}"
    )
    contents = _Builder(store, connection).run()
    vocabulary.write(connection, store)
    connection.executescript(_INDEXES)
    for table in ("name_words", "texts", "name_trigrams"):
        connection.execute(f"INSERT INTO {table}({table}) VALUES ('optimize')")  # noqa: S608
    return contents


def _tier(classes: list[str], model: Model) -> Tier:
    """Rank entities before documents, these before those to be found last, and all before terms."""
    if not _TERMS.isdisjoint(classes):
        return Tier.TERM
    if not set(model.config.search.last).isdisjoint(classes):
        return Tier.LAST
    return Tier.DOCUMENT if model.config.graphs.documents in classes else Tier.ENTITY


def _initial(folded: str) -> str:
    """Return the letter under which a name is listed."""
    initial = next((char.upper() for char in folded if char.isalnum()), "#")
    return initial if initial.isalpha() else "#"


class _Builder:
    def __init__(self, store: Store, connection: sqlite3.Connection) -> None:
        self._store = store
        self._write = connection.executemany
        self._entities = Entities(store)  # until the languages are known
        self._label_properties = {path.property for path in self._entities.labels.naming.labels}
        self._languages: Counter[str] = Counter()

    def run(self) -> Contents:
        uses, mentions, classes = self._count()
        self._store = replace(self._store, languages=tuple(self._languages_by_use()))  # type: ignore[type-var]
        self._entities = Entities(self._store)
        model = self._entities.model
        entities = sorted(
            (iri for iri in classes if model.not_indexed.isdisjoint(classes[iri])),
            key=lambda iri: (_tier(classes[iri], model), -mentions[iri], iri),
        )
        self._write_entities(entities, mentions, classes)
        self._write_nameless(len(entities))
        terms = self._write_terms(uses, classes)
        return Contents(frozenset(terms), self._languages_by_use())

    def _languages_by_use(self) -> dict[str, int]:
        order = sorted(self._languages, key=lambda tag: (-self._languages[tag], tag))
        return {tag: self._languages[tag] for tag in order[:MAX_LANGUAGES]}

    def _count(self) -> tuple[Counter[str], Counter[str], dict[str, list[str]]]:
        """Count uses of predicates and mentions of entities; collect the classes of entities."""
        uses: Counter[str] = Counter()
        mentions: Counter[str] = Counter()
        classes: dict[str, list[str]] = defaultdict(list)
        for quad in self._store.quads(None, None, None, DEFAULT_GRAPH):
            predicate, value = quad.predicate.value, quad.object
            uses[predicate] += 1
            if isinstance(quad.subject, NamedNode):
                if quad.predicate == _TYPE and isinstance(value, NamedNode):
                    classes[quad.subject.value].append(value.value)
                elif predicate in self._label_properties:
                    classes[quad.subject.value]
                    if language := getattr(value, "language", None):
                        self._languages[language] += 1
            if isinstance(value, NamedNode) and quad.predicate != _TYPE:
                mentions[value.value] += 1
        return uses, mentions, classes

    def _write_entities(
        self, entities: list[str], mentions: Counter[str], classes: dict[str, list[str]]
    ) -> None:
        """Write entities and their names in batches, so that memory does not grow with them."""
        names_so_far = 0
        reader = TextReader(
            self._entities, with_neighbors=len(entities) <= full_text.MAX_WITH_NEIGHBORS
        )
        for start in range(0, len(entities), BATCH):
            rows, names, instances, texts, keys = [], [], [], [], []
            for number, iri in enumerate(entities[start : start + BATCH], start=start + 1):
                kinds = self._entities.reader.kinds(classes[iri])
                row, description = self._entity(number, iri, kinds, mentions[iri])
                rows.append((*row, _tier(classes[iri], self._entities.model)))
                own = self._names(iri, row[2])
                for text, name_type in own.items():
                    names_so_far += 1
                    names.append((names_so_far, number, text, fold(text), name_type))
                keys += [
                    (key, rank, number)
                    for key, rank in keys_of(own, (kind.label for kind in kinds))
                ]
                instances += [(class_, number) for class_ in set(classes[iri])]
                words = [" ".join(index_words(text)) for text in (" ".join(own), description)]
                texts.append((number, *words, *reader.texts(iri, {*own, description})))
            self._write("INSERT INTO entities VALUES (?,?,?,?,?,?,?,?,?,?)", rows)
            self._write("INSERT INTO instances VALUES (?,?)", instances)
            self._write(
                "INSERT INTO texts(rowid, names, definition, own, around) VALUES (?,?,?,?,?)", texts
            )
            self._write("INSERT OR IGNORE INTO name_keys VALUES (?,?,?)", keys)
            self._write("INSERT INTO names VALUES (?,?,?,?,?)", names)
            words_of_names = [(name[0], " ".join(index_words(name[2]))) for name in names]
            self._write("INSERT INTO name_words(rowid, text) VALUES (?,?)", words_of_names)
            if len(entities) <= MAX_TRIGRAM_ENTITIES:
                folded = [(name[0], name[3]) for name in names]
                self._write("INSERT INTO name_trigrams(rowid, text) VALUES (?,?)", folded)

    def _write_nameless(self, before: int) -> None:
        """Write the things without an IRI, numbered after `before` entities."""
        rows, instances = [], []
        found = nameless.find(self._entities)
        for number, (node, label, classes) in enumerate(found, start=before + 1):
            kinds = self._entities.reader.kinds(classes)
            folded, kind = fold(label), kinds[0].iri if kinds else ""
            iri = nameless.MARK + node.value
            rows.append((number, iri, label, folded, _initial(folded), "", kind, "", 0, Tier.LAST))
            instances += [(class_, number) for class_ in set(classes)]
        self._write("INSERT INTO entities VALUES (?,?,?,?,?,?,?,?,?,?)", rows)
        self._write("INSERT INTO instances VALUES (?,?)", instances)

    def _entity(
        self, number: int, iri: str, kinds: Sequence[Name], weight: int
    ) -> tuple[tuple[int, str, str, str, str, str, str, str, int], str]:
        """Return the row of an entity, without its tier, and its full description."""
        name = self._entities.labels.name(iri)
        description = self._description(iri)
        folded = fold(name.label)
        row = (
            number,
            iri,
            name.label,
            folded,
            _initial(folded),
            name.acronym,
            kinds[0].iri if kinds else "",
            description[:MAX_DESCRIPTION],
            weight,
        )
        return row, description

    def _names(self, iri: str, label: str) -> dict[str, int]:
        """Return the names of an entity with their types."""
        names: dict[str, int] = {label: NameType.LABEL}
        for literal in self._entities.labels.short_names(NamedNode(iri)):
            names.setdefault(literal.value, NameType.SHORT)
        for predicate in (SKOS + "altLabel", *LABEL_PROPERTIES):
            for text in self._texts(iri, NamedNode(predicate)):
                names.setdefault(text, NameType.OTHER)
        for literal in self._entities.labels.literals(iri):
            names.setdefault(literal.value, NameType.OTHER)
        for predicate in (XL_LABEL, XL_OTHER_LABEL):
            for literal in xl_literals(self._store, NamedNode(iri), predicate):
                names.setdefault(literal.value, NameType.OTHER)
        names.setdefault(words_from_iri(iri), NameType.ADDRESS)
        return names

    def _texts(self, iri: str, predicate: NamedNode) -> Iterator[str]:
        for quad in self._store.quads(NamedNode(iri), predicate, None, DEFAULT_GRAPH):
            if isinstance(quad.object, Literal):
                yield quad.object.value

    def _description(self, iri: str) -> str:
        for predicate in _DESCRIPTIONS:
            for text in self._texts(iri, predicate):
                return text
        return ""

    def _write_terms(self, uses: Counter[str], classes: dict[str, list[str]]) -> set[str]:
        """Write the classes and properties; return their IRIs."""
        members: dict[str, list[str]] = defaultdict(list)
        for iri, kinds in classes.items():
            for kind in kinds:
                members[kind].append(iri)
        known = {iri: "class" for iri in classes if _CLASSES.intersection(classes[iri])}
        known |= dict.fromkeys(members, "class")
        known |= {iri: "property" for iri in classes if _PROPERTIES.intersection(classes[iri])}
        known |= dict.fromkeys(uses, "property")
        rows = []
        for iri, kind in known.items():
            label = self._entities.labels.name(iri).label
            local = fold(re.split(r"[/#:]", iri)[-1])
            count = len(members[iri]) if kind == "class" else uses[iri]
            comment = self._entities.vocabulary.comment(iri)
            rows.append((iri, kind, label, fold(label), local, count, comment))
        self._write("INSERT INTO terms VALUES (?,?,?,?,?,?,?)", rows)
        used: Counter[tuple[str, str]] = Counter()
        for kind, iris in members.items():
            for iri in islice(iris, SAMPLE):
                quads = islice(self._store.quads(NamedNode(iri), None, None, DEFAULT_GRAPH), 500)
                used.update({(kind, quad.predicate.value) for quad in quads})
        self._write(
            "INSERT INTO property_uses VALUES (?,?,?)", [(*key, n) for key, n in used.items()]
        )
        return set(known)
