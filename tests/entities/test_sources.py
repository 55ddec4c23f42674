"""Documents: their bibliography, and the same bibliography where they are cited."""

from __future__ import annotations

import pytest

from ipgraph.cli.output import entity
from ipgraph.entities import sources
from ipgraph.namespaces import DCTERMS, IP, SOURCE

SEED = SOURCE + "more-about-ip"
PUBLISHED = """SELECT DISTINCT ?document ?name {
  GRAPH ?document { ?s ?p ?o }
  OPTIONAL { ?document dcterms:publisher ?publisher }
  OPTIONAL { ?document ip:publisherName ?name }
  FILTER (BOUND(?publisher) || BOUND(?name))
}"""


@pytest.fixture(scope="module")
def published(project):
    """The documents that have a publisher or the name of one."""
    return {row["document"].value for row in project.query(PUBLISHED)}


def citing_descriptions(project, iri):
    """Yield descriptions of entities that cite a document."""
    for subject in project.sources.statements_of(iri, 5).subjects:
        description = project.entities.describe(subject.subject.iri)
        if any(source.iri == iri for source in description.sources):
            yield description


def test_every_document_with_a_publisher_is_cited_with_it(project, published):
    assert len(published) > 400
    without: list[str] = []
    cited = 0
    for iri in sorted(published):
        document = project.sources.source(iri)
        assert document.publisher, iri
        for description in citing_descriptions(project, iri):
            (source,) = (source for source in description.sources if source.iri == iri)
            cited += 1
            if source.publisher != document.publisher:
                without.append(iri)
            break
    assert cited > 400
    assert without == []


@pytest.mark.parametrize("predicate", [DCTERMS + "publisher", IP + "publisherName"])
def test_a_description_in_a_terminal_shows_the_publisher(project, predicate):
    document = "?document <{}> ?publisher . GRAPH ?document {{ ?s a ip:Program }}"
    query = f"SELECT ?document {{ {document.format(predicate)} }} ORDER BY ?document LIMIT 1"
    (row,) = project.query(query)
    source = project.sources.source(row["document"].value)
    assert source.publisher
    description = next(citing_descriptions(project, source.iri))
    text = " ".join(entity.text(description).split())
    assert f"{source.title}, {source.publisher}" in text


def test_a_citation_has_the_bibliography_of_the_document(project):
    description = project.describe("HITRAC")
    assert len(description.sources) > 3
    for cited in description.sources:
        source = project.sources.source(cited.iri)
        assert (cited.title, cited.issued, cited.as_of, cited.genre, cited.page) == (
            *(source.title, source.issued, source.as_of, source.genre, source.page),
        )
        assert cited.statements == source.statements
        assert cited.number > 0
        assert cited.supported > 0


def test_a_document_has_a_title_and_its_statements_by_subject(project):
    source = project.sources.source(SEED)
    assert source.title == "More About the Office of Infrastructure Protection"
    assert source.statements == project.snapshot.manifest["counts"]["graphs"][SEED]
    found = project.sources.statements_of(SEED, 10)
    assert len(found.subjects) == 10
    assert found.has_more
    assert not found.is_cut
    assert all(subject.subject.iri != SEED for subject in found.subjects)
    rest = project.sources.statements_of(SEED, 10, 10).subjects
    assert not {subject.subject.iri for subject in found.subjects} & {
        subject.subject.iri for subject in rest
    }


def test_a_document_with_more_statements_than_are_read_is_marked(project, monkeypatch):
    monkeypatch.setattr(sources, "MAX_READ", 30)
    found = project.sources.statements_of(SEED, 10)
    assert found.subjects
    assert found.is_cut


def test_every_document_has_a_title_and_statements(project):
    documents = project.sources.all()
    assert len(documents) > 400
    assert [source.iri for source in documents if not source.title or not source.statements] == []
