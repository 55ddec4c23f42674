"""Pages that tell of trouble on our side are pages too: a limit reached, a fault."""

from __future__ import annotations

import pytest

from ipgraph.server.pages.site import Site
from support.walking import faults

RUNAWAY = (
    "SELECT%20(COUNT(*)%20AS%20%3Fn)%20%7B%20%3Fa%20%3Fb%20%3Fc%20.%20%3Fd%20%3Fe%20%3Ff%20%7D"
)
EVERY_VISITOR = [(scheme, scripts) for scheme in ("light", "dark") for scripts in (True, False)]


@pytest.fixture(params=EVERY_VISITOR, ids=str)
def dress(request):
    scheme, scripts = request.param
    return {"color_scheme": scheme, "java_script_enabled": scripts}


def status_of(visit, path):
    return visit.goto(path).status


@pytest.fixture(scope="module")
def hurried(project, serve_session):
    with serve_session(project, query_time_limit_s=0.3) as found:
        yield found.address.rstrip("/")


def test_a_query_that_was_stopped_is_told_of_on_its_page(visitor, hurried, dress):
    visit = visitor(at=hurried, **dress)
    path = f"/sparql?query={RUNAWAY}"
    assert faults(path, "The query was stopped", visit) == []
    assert status_of(visit, path) == 503


def test_a_fault_of_ours_is_told_with_a_reference_and_no_internals(visitor, monkeypatch, dress):
    render = Site.render

    def fail(site, template, **more):
        if template == "sectors.html":
            raise RuntimeError("secret detail")
        return render(site, template, **more)

    monkeypatch.setattr(Site, "render", fail)
    visit = visitor(**dress)
    path = "/sectors?fault"
    assert faults(path, "Server error", visit) == []
    assert status_of(visit, path) == 500
    assert "secret" not in visit.page.content()
