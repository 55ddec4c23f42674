"""Build the search index: things, their names, and the terms of the ontology."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections import Counter, defaultdict
from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from ipgraph.entities.entity import Entities
from ipgraph.entities.history import ASSIGNMENT, FIGURE, MEMBERSHIP, PLACEMENT
from ipgraph.entities.labels import ACRONYM, DEFAULT_GRAPH, LABEL_PROPERTIES, label_from_iri
from ipgraph.namespaces import DCTERMS, IP, OWL, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ipgraph.store import Store

# Above this many things the index by groups of three letters would outweigh all others.
MAX_NEAR = 200_000
BATCH = 20_000
# Instances looked at to learn which properties the things of a class have.
SAMPLE = 300
MAX_DESCRIPTION = 240
_TYPE = NamedNode(RDF + "type")
_DESCRIPTIONS = tuple(
    NamedNode(each) for each in (SKOS + "definition", RDFS + "comment", DCTERMS + "description")
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
_EVIDENCE = frozenset((IP + "SourceDocument", IP + "Measure"))
# Dated nodes are told on the pages of those who take part; nobody looks for them by name.
_UNSOUGHT = frozenset((PLACEMENT, ASSIGNMENT, MEMBERSHIP, FIGURE))
_WORD = re.compile(r"\w+", re.UNICODE)
# A beginning that has an index of its own length is read from its first hit on; any other is first
# gathered whole: 0.05 against 5.7 ms at 300,000 names of few words.
_SCHEMA = """
CREATE TABLE things (id INTEGER PRIMARY KEY, iri TEXT, label TEXT, folded TEXT, initial TEXT,
  acronym TEXT, kind TEXT, description TEXT, weight INTEGER);
CREATE TABLE names (id INTEGER PRIMARY KEY, thing INTEGER, text TEXT, folded TEXT, sort INTEGER);
CREATE TABLE instances (class TEXT, thing INTEGER, PRIMARY KEY (class, thing)) WITHOUT ROWID;
CREATE TABLE terms (iri TEXT PRIMARY KEY, kind TEXT, label TEXT, folded TEXT, local TEXT,
  uses INTEGER, comment TEXT) WITHOUT ROWID;
CREATE TABLE used (class TEXT, property TEXT, uses INTEGER, PRIMARY KEY (class, property))
  WITHOUT ROWID;
CREATE VIRTUAL TABLE found USING fts5(text, content='', prefix='1 2 3 4 5 6 7 8 9 10 11 12',
  tokenize='unicode61 remove_diacritics 2', detail='none');
CREATE VIRTUAL TABLE told USING fts5(text, content='', prefix='2 3',
  tokenize='unicode61 remove_diacritics 2', detail='none');
CREATE VIRTUAL TABLE near USING fts5(text, content='', tokenize='trigram', detail='none');
"""
_INDEXES = """
CREATE INDEX names_folded ON names (folded);
CREATE INDEX things_kind ON things (kind, folded);
"""


def fold(text: str) -> str:
    """Return `text` as names are compared: no case, no accents, one blank between words."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(each for each in plain if not unicodedata.combining(each)).split())


def words(text: str) -> list[str]:
    """Return the words of a text as the index cuts them."""
    return _WORD.findall(fold(text).replace("_", " "))


def build(store: Store, path: Path) -> None:
    """Write the index of a graph to a new file at `path`.

    Reads every statement of the default graph once and each thing a few times; memory grows with
    the number of things.
    """
    connection = sqlite3.connect(path)
    with connection:
        connection.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_SCHEMA}")
        _Builder(store, connection).run()
        connection.executescript(_INDEXES)
        for table in ("found", "told", "near"):
            connection.execute(f"INSERT INTO {table}({table}) VALUES ('optimize')")  # noqa: S608
    connection.close()


def _tier(classes: list[str]) -> int:
    """Rank what people look for before the documents that tell of it, and terms last."""
    if not _TERMS.isdisjoint(classes):
        return 2
    return 0 if _EVIDENCE.isdisjoint(classes) else 1


class _Builder:
    def __init__(self, store: Store, connection: sqlite3.Connection) -> None:
        self._store = store
        self._write = connection.executemany
        self._entities = Entities(store)

    def run(self) -> None:
        uses, mentions, classes = self._count()
        things = sorted(
            (iri for iri in classes if self._is_sought(classes[iri])),
            key=lambda iri: (_tier(classes[iri]), -mentions[iri], iri),
        )
        self._write_things(things, mentions, classes)
        self._write_terms(uses, classes)

    def _count(self) -> tuple[Counter[str], Counter[str], dict[str, list[str]]]:
        """Count the uses of predicates and the mentions of things; collect the classes of each."""
        uses: Counter[str] = Counter()
        mentions: Counter[str] = Counter()
        classes: dict[str, list[str]] = defaultdict(list)
        for quad in self._store.quads(None, None, None, DEFAULT_GRAPH):
            predicate, value = quad.predicate.value, quad.object
            uses[predicate] += 1
            if isinstance(quad.subject, NamedNode):
                if quad.predicate == _TYPE and isinstance(value, NamedNode):
                    classes[quad.subject.value].append(value.value)
                elif predicate in LABEL_PROPERTIES:
                    classes[quad.subject.value]
            if isinstance(value, NamedNode) and quad.predicate != _TYPE:
                mentions[value.value] += 1
        return uses, mentions, classes

    @staticmethod
    def _is_sought(classes: list[str]) -> bool:
        return not _UNSOUGHT.intersection(classes)

    def _write_things(
        self, things: list[str], mentions: Counter[str], classes: dict[str, list[str]]
    ) -> None:
        """Write things and their names by batches, so that memory does not grow with them."""
        names_so_far = 0
        for start in range(0, len(things), BATCH):
            rows, names, instances, told = [], [], [], []
            for number, iri in enumerate(things[start : start + BATCH], start=start + 1):
                row, description = self._thing(number, iri, classes[iri], mentions[iri])
                rows.append(row)
                for text, sort in self._names(iri, row[2]).items():
                    names_so_far += 1
                    names.append((names_so_far, number, text, fold(text), sort))
                instances += [(each, number) for each in set(classes[iri])]
                if description:
                    told.append((number, description))
            self._write("INSERT INTO things VALUES (?,?,?,?,?,?,?,?,?)", rows)
            self._write("INSERT INTO instances VALUES (?,?)", instances)
            self._write("INSERT INTO told(rowid, text) VALUES (?,?)", told)
            self._write("INSERT INTO names VALUES (?,?,?,?,?)", names)
            texts = [(each[0], each[2]) for each in names]
            self._write("INSERT INTO found(rowid, text) VALUES (?,?)", texts)
            if len(things) <= MAX_NEAR:
                folded = [(each[0], each[3]) for each in names]
                self._write("INSERT INTO near(rowid, text) VALUES (?,?)", folded)

    def _thing(
        self, number: int, iri: str, classes: list[str], weight: int
    ) -> tuple[tuple[int, str, str, str, str, str, str, str, int], str]:
        """Return the row of a thing and its whole description."""
        name = self._entities.labels.name(iri)
        kinds = self._entities.reader.kinds(classes)
        description = self._description(iri)
        folded = fold(name.label)
        initial = next((each.upper() for each in folded if each.isalnum()), "#")
        row = (
            number,
            iri,
            name.label,
            folded,
            initial if initial.isalpha() else "#",
            name.acronym,
            kinds[0].iri if kinds else "",
            description[:MAX_DESCRIPTION],
            weight,
        )
        return row, description

    def _names(self, iri: str, label: str) -> dict[str, int]:
        """Return the names of a thing: 0 for a short one, 1 for the label, 2 for another."""
        names: dict[str, int] = {label: 1}
        for sort, predicate in (
            (0, ACRONYM),
            (2, SKOS + "altLabel"),
            *((2, p) for p in LABEL_PROPERTIES),
        ):
            for text in self._texts(iri, NamedNode(predicate)):
                names.setdefault(text, sort)
        names.setdefault(label_from_iri(iri), 2)
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

    def _write_terms(self, uses: Counter[str], classes: dict[str, list[str]]) -> None:
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
            comment = self._entities.terms.comment(iri)
            rows.append((iri, kind, label, fold(label), local, count, comment))
        self._write("INSERT INTO terms VALUES (?,?,?,?,?,?,?)", rows)
        used: Counter[tuple[str, str]] = Counter()
        for kind, iris in members.items():
            for iri in islice(iris, SAMPLE):
                quads = islice(self._store.quads(NamedNode(iri), None, None, DEFAULT_GRAPH), 500)
                used.update({(kind, quad.predicate.value) for quad in quads})
        self._write("INSERT INTO used VALUES (?,?,?)", [(*key, n) for key, n in used.items()])
