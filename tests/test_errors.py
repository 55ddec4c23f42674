from __future__ import annotations

import pytest

from ipgraph import errors
from ipgraph.errors import EXIT_CODES, HTTP_STATUSES, IpGraphError, Place


def descendants(root):
    for child in root.__subclasses__():
        yield child
        yield from descendants(child)


def test_every_error_has_an_exit_code_and_a_status():
    every = {each for each in descendants(IpGraphError) if each.__module__ == errors.__name__}
    assert len(every) > 10
    assert every == set(EXIT_CODES) == set(HTTP_STATUSES)


def test_the_tree_in_the_documentation_is_the_tree_of_the_classes():
    drawn = [
        line.split("──")[-1].split()[0] for line in errors.__doc__.splitlines() if "──" in line
    ]
    assert sorted(drawn) == sorted(each.__name__ for each in EXIT_CODES)


@pytest.mark.parametrize("code", [1, 2, 3, 4])
def test_every_exit_code_is_in_use(code):
    assert code in EXIT_CODES.values()


def test_a_place_reads_as_editors_expect_with_a_file_and_in_words_without():
    assert str(Place(3, 7, "a.ttl")) == "a.ttl:3:7"
    assert str(Place(3, 7)) == "line 3, column 7"
