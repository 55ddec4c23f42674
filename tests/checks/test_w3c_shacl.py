"""The SHACL test suite of the W3C, against our own validation and the one with pySHACL."""

from __future__ import annotations

import pytest

from support import w3c_shacl

# Constraint components of one's own, and $shapesGraph: such shapes are given to pySHACL.
FOR_PYSHACL = {
    "sparql/component/nodeValidator-001",
    "sparql/component/optional-001",
    "sparql/component/propertyValidator-select-001",
    "sparql/component/validator-001",
    "sparql/pre-binding/shapesGraph-001",
}
CASES = {case.name: case for case in w3c_shacl.cases()}

pytestmark = pytest.mark.skipif(
    w3c_shacl.root() is None, reason="the W3C SHACL suite is not here: $W3C_TESTS/shacl"
)


def test_the_suite_is_whole() -> None:
    assert len(CASES) == 121
    assert set(CASES) > FOR_PYSHACL


@pytest.mark.parametrize("name", sorted(set(CASES) - FOR_PYSHACL))
def test_a_test_of_the_suite_has_the_results_that_it_expects(name: str) -> None:
    assert w3c_shacl.actual(CASES[name]) == CASES[name].expected


@pytest.mark.parametrize("name", sorted(FOR_PYSHACL & set(CASES)))
def test_what_we_do_not_run_is_refused_and_not_passed_over(name: str) -> None:
    assert w3c_shacl.actual(CASES[name]) is None
