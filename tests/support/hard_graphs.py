"""Small inputs whose closures are large, or were costly: one function for each, as N-Triples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipgraph.namespaces import OWL, RDF, RDFS

if TYPE_CHECKING:
    from collections.abc import Callable

_TYPE = f"<{RDF}type>"


def _links(predicate: str, count: int, *, cycle: bool = False) -> str:
    last = 0 if cycle else count
    ends = [*range(1, count), last]
    return "".join(
        f"<urn:n{start}> <{predicate}> <urn:n{end}> .\n" for start, end in enumerate(ends)
    )


def _is_a(name: str, class_: str) -> str:
    return f"<urn:{name}> {_TYPE} <{OWL}{class_}> .\n"


def chain(count: int) -> str:
    """Return `count` links of a transitive property: about count²/2 statements."""
    return _is_a("p", "TransitiveProperty") + _links("urn:p", count)


def cycle(count: int) -> str:
    """Return a cycle of `count` links of a transitive property: count² statements."""
    return _is_a("p", "TransitiveProperty") + _links("urn:p", count, cycle=True)


def tree_up(count: int) -> str:
    """Return a tree of `count` nodes with three children each; each node leads to its parent."""
    return _is_a("p", "TransitiveProperty") + "".join(
        f"<urn:n{node}> <urn:p> <urn:n{(node - 1) // 3}> .\n" for node in range(1, count)
    )


def tree_down(count: int) -> str:
    """Return a tree as `tree_up` does; each node leads to its children."""
    return _is_a("p", "TransitiveProperty") + "".join(
        f"<urn:n{(node - 1) // 3}> <urn:p> <urn:n{node}> .\n" for node in range(1, count)
    )


def equals(count: int) -> str:
    """Return `count` equal resources as a chain of `owl:sameAs`: count² statements."""
    return _links(OWL + "sameAs", count - 1)


def functional(count: int) -> str:
    """Return `count` values of a functional property, 100 for each subject; these are equal."""
    return _is_a("f", "FunctionalProperty") + "".join(
        f"<urn:a{value // 100}> <urn:f> <urn:v{value}> .\n" for value in range(count)
    )


def classes(count: int) -> str:
    """Return `count` links of `rdfs:subClassOf` and a member of the first class."""
    return _links(RDFS + "subClassOf", count) + f"<urn:x> {_TYPE} <urn:n0> .\n"


def equivalent(count: int) -> str:
    """Return `count` links of `owl:equivalentClass` and a member: all pairs."""
    return _links(OWL + "equivalentClass", count) + f"<urn:x> {_TYPE} <urn:n0> .\n"


def members(count: int) -> str:
    """Return a class that is the union of a list of `count` classes."""
    cells = f"<urn:c> <{OWL}unionOf> <urn:l0> .\n"
    for cell in range(count):
        rest = f"<urn:l{cell + 1}>" if cell < count - 1 else f"<{RDF}nil>"
        cells += f"<urn:l{cell}> <{RDF}first> <urn:m{cell}> .\n<urn:l{cell}> <{RDF}rest> {rest} .\n"
    return cells


GRAPHS: dict[str, Callable[[int], str]] = {
    function.__name__: function
    for function in (
        chain,
        cycle,
        tree_up,
        tree_down,
        equals,
        functional,
        classes,
        equivalent,
        members,
    )
}
