from __future__ import annotations

import pyoxigraph as ox

from ipgraph.dataset.statistics import PropertyUse, count
from ipgraph.store.local import LocalStore, merge

A = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def test_each_triple_of_the_merge_counts_once():
    engine = ox.Store()
    lines = (
        "<urn:s> <urn:p> <urn:o> <urn:g1> .",
        "<urn:s> <urn:p> <urn:o> <urn:g2> .",
        "<urn:s> <urn:p> <urn:o2> <urn:g2> .",
        f"<urn:t> <{A}> <urn:C> <urn:g1> .",
    )
    engine.load("\n".join(lines), format=ox.RdfFormat.N_QUADS)
    merge(engine)
    found = count(LocalStore(engine), "urn:")
    assert (found.triples, found.entities) == (3, 1)
    assert (found.distinct_subjects, found.distinct_objects) == (2, 3)
    assert found.properties == (PropertyUse("urn:p", 2, 1, 2), PropertyUse(A, 1, 1, 1))
    assert found.classes == (("urn:C", 1),)


def test_statistics_of_the_project_match_its_manifest(project):
    facts = project.info()["counts"]
    assert project.statistics.triples == facts["triples"]
    assert dict(project.statistics.classes) == facts["classes"]
