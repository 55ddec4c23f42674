from __future__ import annotations

import pytest

from ipgraph import errors
from ipgraph.errors import EXIT_CODES, HTTP_STATUSES, IpGraphError, Place


def descendants(root):
    for child in root.__subclasses__():
        yield child
        yield from descendants(child)


def test_every_error_has_an_exit_code_and_an_http_status():
    classes = {error for error in descendants(IpGraphError) if error.__module__ == errors.__name__}
    assert len(classes) > 10
    assert classes == set(EXIT_CODES) == set(HTTP_STATUSES)


def test_documented_tree_matches_the_classes():
    documented = [
        line.split("──")[-1].split()[0] for line in errors.__doc__.splitlines() if "──" in line
    ]
    assert sorted(documented) == sorted(error.__name__ for error in EXIT_CODES)


@pytest.mark.parametrize("code", [1, 2, 3, 4])
def test_every_exit_code_is_used(code):
    assert code in EXIT_CODES.values()


def test_place_is_file_line_column_or_words_without_a_file():
    assert str(Place(3, 7, "a.ttl")) == "a.ttl:3:7"
    assert str(Place(3, 7)) == "line 3, column 7"
