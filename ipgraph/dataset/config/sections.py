"""The tables of a dataset file, with their keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipgraph.dataset.config.table import CONTENT, INDEX, TableType, key
from ipgraph.dataset.config.types import (
    DateType,
    FilePathType,
    FlagType,
    IriType,
    ListType,
    MapType,
    PathType,
    StringType,
    TermType,
    TextType,
)

if TYPE_CHECKING:
    from datetime import date

    from ipgraph.dataset.config.values import PropertyPath, Text

NAME_PATTERN = r"[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?"
_TEXT, _TERM, _PATH, _FLAG, _DATE = TextType(), TermType(), PathType(), FlagType(), DateType()
_TERMS = ListType(_TERM, "terms")
_PATHS = ListType(_PATH, "paths")
_QUESTION = StringType("the name of a question", r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_WORDS = ListType(StringType("a text of at most 200 characters", r"(?s).{1,200}"), "texts")


@dataclass(frozen=True, slots=True)
class Iris:
    """The table ``[iris]``: which IRIs have addresses of this service."""

    things: str = key(
        IriType("the beginning of the IRIs of things"),
        "beginning of the IRIs of things",
        absent="every page is /describe?uri=",
        readers="/id/, /page/, /data/; names typed without a prefix; reconciliation",
    )
    terms: str = key(
        IriType("the beginning of the IRIs of terms"),
        "beginning of the IRIs of classes and properties",
        absent="no term is the dataset's own",
        readers="/ontology/, names typed without a prefix",
    )
    sources: str = key(
        IriType("the beginning of the IRIs of documents"),
        "beginning of the IRIs of documents",
        absent="no document has a page of its own address",
        readers="/source/",
    )
    resolves: bool | None = key(
        _FLAG,
        "whether these IRIs lead to this service",
        absent="false",
        readers="link rel=canonical of pages",
    )


@dataclass(frozen=True, slots=True)
class Files:
    """An entry of ``[[files]]``: files and the named graph that each is loaded into."""

    path: str = key(
        FilePathType(pattern=True),
        "files of the dataset; the last part may have *",
        absent="all RDF files of the folder",
        readers="loading",
        part=CONTENT,
    )
    graph: str = key(
        TermType(template=True),
        "named graph of each file; {name} is the file's name without its suffix",
        absent="a name made from the path",
        readers="loading",
        part=CONTENT,
    )


@dataclass(frozen=True, slots=True)
class Graphs:
    """The table ``[graphs]``: what named graphs are."""

    documents: str = key(
        _TERM,
        "class of the documents that graphs are named after",
        absent="every named graph that the data describe",
        readers="sources, citations",
        part=INDEX,
    )
    editors: tuple[str, ...] = key(
        _TERMS,
        "graphs with the dataset's own statements",
        absent="none",
        readers="citations, dates that count as estimated",
        part=INDEX,
    )
    ontology: tuple[str, ...] = key(
        _TERMS,
        "graphs with the ontology",
        absent="graphs that declare an owl:Ontology",
        readers="/ontology.ttl, counts of sources",
        part=INDEX,
    )


@dataclass(frozen=True, slots=True)
class Time:
    """The table ``[time]``: the days that the dataset speaks of."""

    present: date | None = key(
        _DATE,
        "day that the plain statements describe",
        absent="plain statements have no date of their own",
        part=CONTENT,
    )
    horizon: date | None = key(
        _DATE,
        "last day that the dataset knows of",
        absent="newest date of the roles issued and seen",
        part=CONTENT,
    )
    computed: str = key(
        IriType("the beginning of the IRIs of computed terms"),
        "beginning of the IRIs of the terms for computed periods",
        absent="urn:ipgraph:",
        readers="computed periods",
        part=CONTENT,
    )


@dataclass(frozen=True, slots=True)
class State:
    """The plain statement that a dated node stands for."""

    property: str = key(_TERM, "property of the statement", readers="history", part=CONTENT)
    by: PropertyPath | None = key(
        _PATH, "path from the node to the property, if it varies", readers="history", part=CONTENT
    )
    subject: str = key(
        _TERM, "tie of the subject", absent="the first tie", readers="history", part=CONTENT
    )
    object: str = key(
        _TERM, "tie of the object", absent="the second tie", readers="history", part=CONTENT
    )
    of: str = key(
        _TERM, "class of the subject", absent="any subject", readers="history", part=CONTENT
    )


@dataclass(frozen=True, slots=True)
class NodeClass:
    """An entry of ``[[nodes]]``: a class of dated nodes."""

    class_: str = key(_TERM, "class of dated nodes", readers="history, timelines", part=CONTENT)
    ties: tuple[str, ...] = key(
        _TERMS,
        "properties from the node to its things, in reading order",
        absent="the properties of the class whose values are things, by use",
        readers="history, timelines",
        part=CONTENT,
    )
    states: tuple[State, ...] = key(
        ListType(TableType(State), "tables"),
        "plain statements that the node stands for; the first that fits counts",
        absent="none: an event or a figure",
        readers="history",
        part=CONTENT,
    )
    exclusive: tuple[str, ...] = key(
        _TERMS,
        "properties that nodes of which only one holds at a time agree in",
        absent="none",
        readers="history",
        part=CONTENT,
    )
    shared: tuple[str, ...] = key(
        _TERMS,
        "values with which a node has no rivals",
        absent="none",
        readers="history",
        part=CONTENT,
    )
    sentence: Text = key(
        _TEXT,
        "the node in words: {property} is a value, [brackets] hold optional parts",
        absent="label, ties and values",
        readers="pages of nodes, history",
    )


@dataclass(frozen=True, slots=True)
class RelationGroup:
    """An entry of ``[[relations]]``: properties that pages show together."""

    label: Text = key(_TEXT, "heading of the group")
    properties: tuple[str, ...] = key(
        _TERMS, "properties in reading order", readers="pages of things, query builder, tables"
    )


@dataclass(frozen=True, slots=True)
class KindGroup:
    """An entry of ``[[kinds]]``: classes that share a color."""

    label: Text = key(_TEXT, "name of the kind in the legend")
    classes: tuple[str, ...] = key(_TERMS, "classes, with their subclasses")


@dataclass(frozen=True, slots=True)
class Fact:
    """An entry of ``[[facts]]``: what pages show of a thing at a glance."""

    of: str = key(_TERM, "class of the things")
    label: Text = key(_TEXT, "name of the fact", absent="label of the last property of the path")
    path: tuple[PropertyPath, ...] = key(_PATHS, "alternative paths to the values")


@dataclass(frozen=True, slots=True)
class DisagreementRule:
    """An entry of ``[[disagreements]]``: what documents can disagree on."""

    label: Text = key(_TEXT, "name of the kind of fact", part=INDEX)
    properties: tuple[PropertyPath, ...] = key(
        _PATHS, "paths that state one fact together", absent="the question", part=INDEX
    )
    question: str = key(
        _QUESTION, "question that finds the readings", absent="the properties", part=INDEX
    )


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence that a question fills."""

    question: str = key(_QUESTION, "question whose first row fills the sentence")
    text: Text = key(_TEXT, "sentence with {column} for the columns of the question")


@dataclass(frozen=True, slots=True)
class Collection:
    """An entry of ``[[collections]]``: a page of cards for the things of a class."""

    name: str = key(StringType("a name such as branches", NAME_PATTERN), "name in the address")
    class_: str = key(_TERM, "class of the things")
    title: Text = key(_TEXT, "title of the page")
    intro: Text = key(_TEXT, "text under the title", absent="none")
    show: tuple[PropertyPath, ...] = key(
        _PATHS, "paths to the values on each card; cards that have one come first", absent="none"
    )
    notice: Notice = key(
        TableType(Notice, ("question", "text")), "sentence above the cards", absent="none"
    )


@dataclass(frozen=True, slots=True)
class Questions:
    """The table ``[questions]``."""

    folder: str = key(
        FilePathType(), "folder of the questions", absent="questions", readers="ask", part=INDEX
    )
    start: tuple[str, ...] = key(
        ListType(_QUESTION, "names of questions"),
        "questions for the home page and the editor, the best first",
        absent="the first five",
        readers="home page, query editor",
    )


@dataclass(frozen=True, slots=True)
class Checks:
    """The table ``[checks]``."""

    shapes: tuple[str, ...] = key(
        ListType(FilePathType(), "paths"),
        "files with SHACL shapes",
        absent="shapes found in the files",
        readers="check, /quality",
        part=INDEX,
    )
    rules: str = key(
        FilePathType(),
        "folder of the rules, a SPARQL query each",
        absent="rules",
        readers="check, /quality",
        part=INDEX,
    )
    style: bool | None = key(
        _FLAG, "whether house style applies", absent="false", readers="check", part=INDEX
    )


@dataclass(frozen=True, slots=True)
class Search:
    """The table ``[search]``."""

    examples: tuple[str, ...] = key(_WORDS, "examples below the search box", absent="none")
    last: tuple[str, ...] = key(
        _TERMS,
        "classes whose things come last among hits",
        absent="documents come after things",
        readers="search",
        part=INDEX,
    )
    synonyms: tuple[tuple[str, tuple[str, ...]], ...] = key(
        MapType(_WORDS, "a table of lists of words"),
        "words that mean the same",
        absent="none",
        readers="search, matching of questions",
        part=INDEX,
    )


@dataclass(frozen=True, slots=True)
class Home:
    """The table ``[home]``."""

    title: Text = key(_TEXT, "heading of the home page", absent="title")
    figures: tuple[str, ...] = key(
        _TERMS, "classes that are counted on the home page", absent="the largest top classes"
    )


@dataclass(frozen=True, slots=True)
class AboutSection:
    """An entry of ``[[about]]``: a section of the page about the dataset."""

    title: Text = key(_TEXT, "heading of the section")
    text: Text = key(_TEXT, "paragraphs, separated by empty lines", absent="the question")
    question: str = key(_QUESTION, "question whose rows are listed", absent="the text")
