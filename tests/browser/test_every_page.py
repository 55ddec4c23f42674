"""Each page as people meet it: light and dark, narrow and wide, with and without scripts."""

from __future__ import annotations

import pytest

from support.addresses import ERRORS, PAGES
from support.walking import WIDTHS, faults

EVERY = {**PAGES, **{path: text for path, (_, text) in ERRORS.items()}}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", list(EVERY))
def test_a_page_has_no_fault_at_any_width_with_scripts_or_without(walker, path, scheme):
    visits = walker(scheme, scripts=True), walker(scheme, scripts=False)
    assert faults(path, EVERY[path], *visits) == []


# A fault, where in the page it is put, and how its report begins.
PLANTED = [
    ("<html lang", "<html data-lang", [f"{width}: html-has-lang" for width in WIDTHS]),
    ("<h1", "<h2></h2><h1", [f"{width}: empty-heading" for width in WIDTHS]),
    ("<h1", '<p style="color: #888">pale</p><h1', [f"{width}: color-contrast" for width in WIDTHS]),
    ("<main", '<p style="width: 900px">wide</p><main', ["320: scrolls", "768: scrolls"]),
    ("<h1", "<h1>Another</h1><h1", ["not one heading"]),
    ("What is not included", "", [f"{width}: nobody can read" for width in WIDTHS]),
    ("<h1", '<img src="http://127.0.0.1:9/a.png" alt=""><h1', ["left the site: http://127.0.0.1"]),
    ("<h1", '<img src="/no-such.png" alt=""><h1', ["status 404"]),
]
SCRIPTED = [
    ("<h1", "<script>console.error('planted')</script><h1", "console: planted"),
    ("<h1", "<script>throw Error('planted')</script><h1", "exception: planted"),
]


def plant(visit, old, new, policy):
    """Put a fault into the about page on its way to a visitor."""

    def changed(route):
        answer = route.fetch()
        body = answer.text()
        assert old in body
        headers = dict(answer.headers)
        if not policy:
            del headers["content-security-policy"]
        route.fulfill(response=answer, body=body.replace(old, new), headers=headers)

    visit.page.route("**/about", changed)


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(("old", "new", "expected"), PLANTED)
def test_a_planted_fault_is_found(visitor, scripts, old, new, expected):
    visit = visitor(java_script_enabled=scripts)
    plant(visit, old, new, policy=False)
    found = faults("/about", "What is not included", visit)
    for start in expected:
        assert any(each.startswith(start) for each in found), (start, found)


@pytest.mark.parametrize(("old", "new", "expected"), SCRIPTED)
def test_an_error_in_a_script_is_found(visitor, old, new, expected):
    visit = visitor()
    plant(visit, old, new, policy=False)
    assert expected in faults("/about", "What is not included", visit)


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(
    "fault",
    ['<p style="color: red">red</p>', '<img src="http://127.0.0.1:9/a.png" alt="">'],
)
def test_a_break_of_the_security_policy_is_found(visitor, scripts, fault):
    visit = visitor(java_script_enabled=scripts)
    plant(visit, "<h1", f"{fault}<h1", policy=True)
    found = faults("/about", "What is not included", visit)
    assert any(
        each.startswith("console: ") and "Content Security Policy" in each for each in found
    ), found


@pytest.mark.parametrize("path", list(ERRORS))
def test_an_error_has_its_status_and_is_not_indexed(visitor, path):
    visit = visitor()
    response = visit.goto(path)
    assert response.status == ERRORS[path][0]
    if not path.startswith(("/sparql", "/questions")):  # these keep their form
        assert visit.page.locator("meta[name=robots][content=noindex]").count() == 1
