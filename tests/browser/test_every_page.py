"""Every page: light and dark, narrow and wide, with and without scripts."""

from __future__ import annotations

import pytest

from support.addresses import ERRORS, PAGES
from support.walking import WIDTHS, faults

ALL_PAGES = {**PAGES, **{path: text for path, (_, text) in ERRORS.items()}}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", list(ALL_PAGES))
def test_a_page_has_no_fault_at_any_width_with_scripts_or_without(walker, path, scheme):
    visits = walker(scheme, scripts=True), walker(scheme, scripts=False)
    assert faults(path, ALL_PAGES[path], *visits) == []


# The text to replace, its replacement with a fault, and the beginnings of the reports.
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
    """Inject a fault into the about page before it reaches the browser."""

    def fulfill(route):
        response = route.fetch()
        body = response.text()
        assert old in body
        headers = dict(response.headers)
        if not policy:
            del headers["content-security-policy"]
        route.fulfill(response=response, body=body.replace(old, new), headers=headers)

    visit.page.route("**/about", fulfill)


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(("old", "new", "expected"), PLANTED)
def test_a_planted_fault_is_reported(visitor, scripts, old, new, expected):
    visit = visitor(java_script_enabled=scripts)
    plant(visit, old, new, policy=False)
    found = faults("/about", "What is not included", visit)
    for start in expected:
        assert any(problem.startswith(start) for problem in found), (start, found)


@pytest.mark.parametrize(("old", "new", "expected"), SCRIPTED)
def test_an_error_in_a_script_is_reported(visitor, old, new, expected):
    visit = visitor()
    plant(visit, old, new, policy=False)
    assert expected in faults("/about", "What is not included", visit)


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(
    "fault",
    ['<p style="color: red">red</p>', '<img src="http://127.0.0.1:9/a.png" alt="">'],
)
def test_a_violation_of_the_security_policy_is_reported(visitor, scripts, fault):
    visit = visitor(java_script_enabled=scripts)
    plant(visit, "<h1", f"{fault}<h1", policy=True)
    found = faults("/about", "What is not included", visit)
    assert any(
        problem.startswith("console: ") and "Content Security Policy" in problem
        for problem in found
    ), found


@pytest.mark.parametrize("path", list(ERRORS))
def test_an_error_page_has_its_status_and_is_not_indexed(visitor, path):
    visit = visitor()
    response = visit.goto(path)
    assert response.status == ERRORS[path][0]
    if not path.startswith(("/sparql", "/questions")):  # these keep their form
        assert visit.page.locator("meta[name=robots][content=noindex]").count() == 1
