"""What is looked up in a graph: entities, names, classes, questions, timelines, proofs."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ipgraph.errors import UsageError
from ipgraph.knowledge_graph.opened import OpenedGraph
from ipgraph.namespaces import RDF, SHACL
from ipgraph.store.local import LocalStore

if TYPE_CHECKING:
    from ipgraph.dataset.disagreements import Disagreement
    from ipgraph.dataset.documentation import Documentation
    from ipgraph.dataset.questions import Question
    from ipgraph.dataset.statistics import Statistics
    from ipgraph.entities.entity import Description, Entities
    from ipgraph.entities.labels import Name
    from ipgraph.entities.neighborhood import Neighborhood, Neighborhoods
    from ipgraph.entities.sources import Sources
    from ipgraph.entities.timeline import Timeline, Timelines
    from ipgraph.reasoning import Explainer, Explanation
    from ipgraph.search.answering.answer import Answering
    from ipgraph.search.answering.answerer import Answerer, Run
    from ipgraph.search.index import SearchIndex, SearchResults
    from ipgraph.store import EngineResult, Term


class GraphLookups(OpenedGraph):
    """Look-ups by name or IRI. The parts that answer them are made at first use."""

    @cached_property
    def entities(self) -> Entities:
        """Descriptions of entities by IRI."""
        from ipgraph.entities.entity import Entities

        counts = self.snapshot.manifest["counts"]["graphs"] if self.snapshot else {}
        return Entities(self.store_for(), self.languages, counts)

    @cached_property
    def index(self) -> SearchIndex:
        """The index of names and terms. A local store without a snapshot is indexed at first use.

        Raises `UsageError` for an endpoint, which has no index.
        """
        from ipgraph.search.index import SearchIndex

        if self.snapshot is not None:
            synonyms = self.config.search.synonyms
            found = SearchIndex(self.snapshot.search_path, self.snapshot.rebuild_search, synonyms)
            return found.labeled_by(self.entities.labels) if self.preferred_languages else found
        if not isinstance(self.store, LocalStore):
            raise UsageError("The names in a SPARQL endpoint are not indexed. Use a query.")
        from ipgraph import scratch
        from ipgraph.search import builder

        path = scratch.folder(self) / "search.sqlite"
        builder.build(self.store, path)
        return SearchIndex(path, synonyms=self.config.search.synonyms)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The competency questions of the dataset, by topic and title."""
        from ipgraph.dataset import questions

        return questions.load_all(questions.folder_of(self.dataset_file))

    @cached_property
    def documentation(self) -> Documentation:
        """The documentation of the classes and properties of the graph."""
        from ipgraph.dataset.documentation import Documentation

        return Documentation(self.entities, self.index)

    @cached_property
    def neighborhoods(self) -> Neighborhoods:
        """Neighborhoods of entities by IRI; `neighbors` takes names."""
        from ipgraph.entities.neighborhood import Neighborhoods

        return Neighborhoods(self.entities)

    @cached_property
    def timelines(self) -> Timelines:
        """Timelines of entities by IRI; `timeline` takes names."""
        from ipgraph.entities.timeline import Timelines

        return Timelines(self.entities)

    @cached_property
    def sources(self) -> Sources:
        """The documents that the statements of the graph come from."""
        from ipgraph.entities.sources import Sources

        return Sources(self.entities)

    @cached_property
    def statistics(self) -> Statistics:
        """The VoID figures of the graph with inferred statements, counted at first use."""
        from ipgraph.dataset import statistics

        return statistics.count(self.store, self.config.iris.things)

    @cached_property
    def has_shapes(self) -> bool:
        """True if the dataset file names SHACL shapes, or the graph has some."""
        if self.config.checks.shapes:
            return True
        terms = ((None, SHACL + "targetClass"), (SHACL + "NodeShape", RDF + "type"))
        return any(
            next(iter(self.store.quads(None, ox.NamedNode(predicate), value)), None)
            for class_, predicate in terms
            for value in [ox.NamedNode(class_) if class_ else None]
        )

    def classes(self) -> list[tuple[Name, int]]:
        """Return the classes that have entities in the graph, with counts, largest first.

        If the dataset file says which classes are its own, only these: the classes of other
        vocabularies are then inferred from them. The classes of OWL and RDF are left out, unless
        the terms of an ontology are all there is.
        """
        from ipgraph.search.vocabulary import content  # late: it opens no index

        counts: dict[str, int] = self.built.manifest["counts"]["classes"]
        terms = self.config.iris.terms
        own = {iri for iri in counts if terms and iri.startswith(terms)}
        shown = own or {iri for iri, _ in content(counts.items())}
        return [
            (self.entities.labels.name(iri), count) for iri, count in counts.items() if iri in shown
        ]

    @cached_property
    def answerer(self) -> Answerer:
        """Answers typed texts with the questions of the dataset."""
        from ipgraph.search.answering.answerer import Answerer

        horizon = self.config.time.horizon
        present = horizon.year if horizon else time.localtime().tm_year
        return Answerer(self.questions, self.index.reader, present)

    @cached_property
    def document_ranks(self) -> dict[str, int]:
        """The documents that statements come from, in the order of their authority."""
        editors = self.config.graphs.editors
        documents = sorted(self.sources.all(), key=lambda source: source.authority or "~")
        return {
            document.iri: rank
            for rank, document in enumerate(documents)
            if document.iri not in editors
        }

    def search(
        self, text: str, *, kind: str = "", limit: int = 20, run: Run | None = None
    ) -> SearchResults:
        """Return what is found for a name, some words or a question.

        `found` has the answer, if a question of the dataset fits well, and the questions that may
        be meant. The hits are the entities with the words of `text`: by name, exact short names
        first, then by their other texts. If no entity has all words, those with some of them are
        returned, and `is_relaxed` is true; a question also returns those. `kind` is the IRI of a
        class: only entities with this most specific class. The questions run in this process, or
        where `run` runs the text of a query, with or without inferred statements.
        """
        results = self.index.search(text, kind=kind, limit=limit)
        return replace(results, found=self.answers(text, run or self._run))

    def answers(self, text: str, run: Run) -> Answering:
        """Return the answers to a typed question; `run` runs the text of a query."""
        from ipgraph.search.answering.answer import Answering

        if not self.questions:
            return Answering()
        return self.answerer.answer(text, run, self.entities, self.document_ranks)

    def _run(self, text: str, infer: bool) -> EngineResult:
        store = self.store if self.snapshot is None else self.store_for(infer)
        return store.evaluate(text, prefixes=dict(store.prefixes.used_in(text)))

    def describe(self, name: str) -> Description:
        """Describe an entity: names, definitions, relations both ways, history, and sources.

        `name` is an acronym, a label, a prefixed name or an IRI. Raises `NotFound`, which
        suggests similar names.
        """
        return self.entities.describe(self.entities.resolve(name))

    def neighbors(self, name: str, *, levels: int = 0) -> Neighborhood:
        """Return an entity and its neighbors as nodes and edges, at most `MAX_NODES` nodes.

        With `levels`, only its parts, that many levels deep, if it has any. `name` as in
        `describe`.
        """
        iri = self.entities.resolve(name)
        if levels:
            return self.neighborhoods.parts(iri, levels)
        return self.neighborhoods.around(iri)

    def timeline(self, name: str | None = None) -> Timeline:
        """Return the dated events and relations of an entity, or all events of the graph.

        `name` as in `describe`.
        """
        if name is None:
            return self.timelines.whole()
        return self.timelines.of(self.entities.resolve(name))

    @cached_property
    def explainer(self) -> Explainer:
        """Proofs of statements given as terms; `explain` takes names."""
        from ipgraph.reasoning import Explainer

        return Explainer(self.store)

    def explain(self, subject: str, predicate: str, object: str) -> Explanation:
        """Show why a statement holds: a shortest proof from the statements of sources.

        Each argument is an IRI, a prefixed name, an acronym or a label; `predicate` may be ``a``,
        and `object` the text of a literal. Raises `NotFound` for an unknown name, and
        `NotEntailed` if the statement does not hold, with what is missing for the nearest rule,
        and what was not inferred if inference reached a limit. A long chain of steps takes long to
        prove.
        """
        from ipgraph.entities.names import resolve_statement

        goal = resolve_statement(self.store, subject, predicate, object)
        return self.explainer.explain(*goal, incomplete=self.incomplete)

    def label(self, term: str | Term) -> str:
        """Return the label of a term from a result, or of the entity with this name.

        `term` is an RDF term or a name as in `describe`. The label of a literal is its text.
        Raises `NotFound` for an unknown name, but not for an IRI given as a term.
        """
        if isinstance(term, str):
            term = ox.NamedNode(self.entities.resolve(term))
        if isinstance(term, ox.NamedNode):
            return self.entities.labels.name(term.value).label
        return str(getattr(term, "value", term))

    @cached_property
    def jsonld_context(self) -> dict[str, Any]:
        """The JSON-LD context of the graph."""
        from ipgraph.serialization.jsonld import Context

        return Context.of(self.store).document()

    def disagreements(self) -> tuple[Disagreement, ...]:
        """Return the facts for which documents give different values, by kind and entity.

        Dates and figures are compared in every graph, other facts as the dataset file says.
        """
        return self._disagreements

    @cached_property
    def _disagreements(self) -> tuple[Disagreement, ...]:
        from ipgraph.dataset import disagreements

        graphs = self.snapshot.manifest["counts"]["graphs"] if self.snapshot else {}
        return disagreements.find(self.store, self.questions) if len(graphs) > 1 else ()
