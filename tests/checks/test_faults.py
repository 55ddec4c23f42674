from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from ipgraph.checks import rules, shapes
from ipgraph.namespaces import ONTOLOGY, OWL, RDF, SHACL
from ipgraph.resources import folder

from .conftest import FAULTS, project_shapes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RULE_FAULTS = sorted((FAULTS / "rules").iterdir())
SHAPE_FAULTS = sorted((FAULTS / "shapes").iterdir())


def test_every_rule_and_every_constraint_of_the_shapes_has_a_fault() -> None:
    loaded = rules.load_rules(folder("ontology") / "rules")
    assert {path.stem for path in RULE_FAULTS} == {rule.name for rule in loaded}
    store = project_shapes()
    constraints = {
        shapes.name_of(str(quad.subject))
        for name in ("PropertyShape", "SPARQLConstraint")
        for quad in store.quads_for_pattern(None, None, ox.NamedNode(SHACL + name))
    }
    assert {path.stem for path in SHAPE_FAULTS} == constraints


@pytest.mark.parametrize("path", RULE_FAULTS, ids=lambda path: path.stem)
def test_a_fault_breaks_exactly_its_rule(
    path: Path, broken_by: Callable[[Path, str], set[str]]
) -> None:
    assert broken_by(path, "rules") == {f"rules/{path.stem}"}


def test_dates_of_different_precision_that_may_fit_break_no_rule(
    broken_by: Callable[[Path, str], set[str]],
) -> None:
    assert broken_by(FAULTS / "no-fault.ttl", "rules") == set()


@pytest.mark.parametrize("path", SHAPE_FAULTS, ids=lambda path: path.stem)
def test_a_fault_breaks_exactly_its_shape(
    path: Path, broken_by: Callable[[Path, str], set[str]]
) -> None:
    assert broken_by(path, "shapes") == {f"shapes/{path.stem}"}


def test_every_class_of_the_ontology_has_one_node_shape_with_a_message_for_each_constraint() -> (
    None
):
    store = project_shapes()
    target = ox.NamedNode(SHACL + "targetClass")
    targets = [quad.object.value for quad in store.quads_for_pattern(None, target, None)]
    ontology = ox.Store()
    ontology.load(path=str(folder("ontology") / "ip.ttl"), format=ox.RdfFormat.TURTLE)
    owl_class = ox.NamedNode(OWL + "Class")
    declared = {
        quad.subject.value
        for quad in ontology.quads_for_pattern(None, ox.NamedNode(RDF + "type"), owl_class)
        if str(quad.subject).startswith(f"<{ONTOLOGY}")
    }
    assert declared
    assert len(targets) == len(set(targets))
    assert declared <= set(targets)
    for class_name in ("PropertyShape", "SPARQLConstraint"):
        shaped = list(store.quads_for_pattern(None, None, ox.NamedNode(SHACL + class_name)))
        assert shaped
        for quad in shaped:
            messages = store.quads_for_pattern(quad.subject, ox.NamedNode(SHACL + "message"), None)
            assert list(messages), quad.subject
