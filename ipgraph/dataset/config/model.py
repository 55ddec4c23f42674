"""The table of keys of a dataset file.

The dataclasses are the checked form of the file. The reader, the reference page, the file that
``ipgraph init`` writes and the hashes of a snapshot come from their fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipgraph.dataset.config.roles import WELL_KNOWN
from ipgraph.dataset.config.sections import (
    NAME_PATTERN,
    AboutSection,
    Checks,
    Collection,
    DisagreementRule,
    Fact,
    Files,
    Graphs,
    Home,
    Iris,
    KindGroup,
    NodeClass,
    Questions,
    RelationGroup,
    Search,
    Time,
)
from ipgraph.dataset.config.table import CONTENT, INDEX, TableType, key
from ipgraph.dataset.config.types import (
    ChoiceType,
    FilePathType,
    IriType,
    ListType,
    MapType,
    PathType,
    StringType,
    TermType,
    TextType,
)

if TYPE_CHECKING:
    from ipgraph.dataset.config.values import PropertyPath, Text

_LANGUAGE_TAG = r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*"
_TEXT, _TERM = TextType(), TermType()
_IRI_MAP = MapType(
    IriType("the beginning of IRIs"),
    "a table of prefixes and namespaces",
    keys=r"(?:[^\W\d_](?:[\w.-]{0,60}[\w-])?)?",
    key_noun="prefix",
)


@dataclass(frozen=True, slots=True)
class DatasetConfig:
    """A dataset file in its checked form: terms are full IRIs, absent keys have their defaults."""

    name: str = key(
        StringType("a name of a-z, 0-9 and hyphens, at most 40 characters", NAME_PATTERN),
        "short name",
        absent="name of the folder, the file or the host",
        readers="names of downloads",
    )
    title: Text = key(
        _TEXT, "title", absent="title in the data, else names of the files", readers="everywhere"
    )
    description: Text = key(
        _TEXT,
        "description in one or two sentences",
        absent="description in the data",
        readers="pages, VoID, DCAT, /llms.txt",
    )
    notice: Text = key(_TEXT, "sentence below every page", absent="none", readers="footer")
    iri: str = key(
        IriType(),
        "IRI of the dataset",
        absent="IRI in the data, else <site>/void.ttl#dataset",
        readers="VoID, names of computed graphs",
        part=CONTENT,
    )
    license: str = key(
        IriType("the IRI of a license"),
        "license of the dataset",
        absent="dcterms:license in the data",
        readers="DCAT, VoID, schema.org, Link header",
    )
    creator: Text = key(
        _TEXT, "who made the dataset", absent="dcterms:creator in the data", readers="citations"
    )
    contact: str = key(
        IriType("an address with mailto: or https:", "mailto: https://"),
        "where readers report errors in the data",
        absent="dcat:contactPoint in the data",
        readers="/report",
    )
    keywords: tuple[Text, ...] = key(
        ListType(_TEXT, "texts"),
        "subjects of the dataset",
        absent="dcat:keyword in the data",
        readers="DCAT, schema.org",
    )
    languages: tuple[str, ...] = key(
        ListType(StringType("a language tag such as en", _LANGUAGE_TAG), "language tags"),
        "languages of the content, the preferred one first",
        absent="languages of the labels, the most frequent first",
        readers="labels and definitions everywhere",
        part=INDEX,
    )
    export: str = key(
        ChoiceType("stated", "closed"),
        "what exports contain: stated, or closed with inferred statements",
        absent="stated",
        readers="export, downloads",
    )
    start: str = key(
        _TERM,
        "thing to begin with",
        absent="the thing with most links",
        readers="explorer, home page, examples",
    )
    menu: tuple[str, ...] = key(
        ListType(StringType("the name of a page", NAME_PATTERN), "names of pages and collections"),
        "entries of the menu in order",
        absent="every page that has content",
        readers="menu, sitemap",
    )
    files: tuple[Files, ...] = key(
        ListType(TableType(Files, ("path",)), "tables"),
        "the files of the dataset",
        absent="all RDF files of the folder",
        readers="loading",
        part=CONTENT,
    )
    nodes: tuple[NodeClass, ...] = key(
        ListType(TableType(NodeClass, ("class",)), "tables"),
        "classes of dated nodes",
        absent="well-known classes that occur",
        readers="history, timelines",
        part=CONTENT,
    )
    relations: tuple[RelationGroup, ...] = key(
        ListType(TableType(RelationGroup, ("properties",)), "tables"),
        "groups of properties",
        absent="one group, by label",
    )
    kinds: tuple[KindGroup, ...] = key(
        ListType(TableType(KindGroup, ("label", "classes")), "tables"),
        "kinds of things, in the order of the colors",
        absent="the largest top classes",
    )
    facts: tuple[Fact, ...] = key(
        ListType(TableType(Fact, ("of", "path")), "tables"),
        "facts at a glance",
        absent="wholes, dates, successors",
    )
    disagreements: tuple[DisagreementRule, ...] = key(
        ListType(TableType(DisagreementRule, ("label",)), "tables"),
        "facts that documents can disagree on, besides dates and figures",
        absent="dates and figures",
        readers="/disagreements, marks on pages, info",
        part=INDEX,
    )
    collections: tuple[Collection, ...] = key(
        ListType(TableType(Collection, ("name", "class", "title")), "tables"),
        "pages of cards",
        absent="none",
    )
    about: tuple[AboutSection, ...] = key(
        ListType(TableType(AboutSection, ("title",)), "tables"),
        "sections of the page about the dataset",
        absent="counts",
        readers="/about",
    )
    iris: Iris = key(TableType(Iris), "IRIs that have addresses of this service")
    prefixes: tuple[tuple[str, str], ...] = key(
        _IRI_MAP,
        "namespaces by prefix",
        absent="prefixes of the files, then well-known ones",
        readers="queries, exports, pages",
    )
    contexts: tuple[tuple[str, str], ...] = key(
        MapType(FilePathType(), "a table of IRIs and paths", key_noun="IRI"),
        "files in place of the JSON-LD contexts with these IRIs",
        absent="schema.org's, which comes with the package",
        readers="JSON-LD reader",
        part=CONTENT,
    )
    graphs: Graphs = key(TableType(Graphs), "what named graphs are", part=INDEX)
    roles: tuple[tuple[str, tuple[PropertyPath, ...]], ...] = key(
        MapType(
            ListType(PathType(), "paths"),
            "a table of lists of paths",
            known=WELL_KNOWN,
            key_noun="role",
        ),
        "properties by role",
        absent="well-known properties",
        readers="everything",
        part=INDEX,
    )
    time: Time = key(TableType(Time), "days that the dataset speaks of", part=CONTENT)
    questions: Questions = key(TableType(Questions), "competency questions", readers="ask")
    checks: Checks = key(TableType(Checks), "what check checks", readers="check")
    search: Search = key(TableType(Search), "search", readers="search")
    home: Home = key(TableType(Home), "the home page")

    def role(self, name: str) -> tuple[PropertyPath, ...]:
        """Return the paths of a role: those of the file, else the well-known ones."""
        for role, paths in self.roles:
            if role == name:
                return paths
        return WELL_KNOWN[name]
