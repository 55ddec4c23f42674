"""Pages of server-side errors: a query over its time limit, and an internal error."""

from __future__ import annotations

import pytest

from ipgraph.server.pages.site import Site
from support.walking import faults

RUNAWAY = (
    "SELECT%20(COUNT(*)%20AS%20%3Fn)%20%7B%20%3Fa%20%3Fb%20%3Fc%20.%20%3Fd%20%3Fe%20%3Ff%20%7D"
)
BROWSERS = [(scheme, scripts) for scheme in ("light", "dark") for scripts in (True, False)]


@pytest.fixture(params=BROWSERS, ids=str)
def browser_options(request):
    scheme, scripts = request.param
    return {"color_scheme": scheme, "java_script_enabled": scripts}


def status_of(visit, path):
    return visit.goto(path).status


@pytest.fixture(scope="module")
def time_limited(project, serve_session):
    with serve_session(project, query_time_limit_s=0.3) as server:
        yield server.address.rstrip("/")


def test_a_stopped_query_is_explained_on_its_page(visitor, time_limited, browser_options):
    visit = visitor(at=time_limited, **browser_options)
    path = f"/sparql?query={RUNAWAY}"
    assert faults(path, "The query was stopped", visit) == []
    assert status_of(visit, path) == 503


def test_an_internal_error_page_reveals_no_details(visitor, monkeypatch, browser_options):
    render = Site.render

    def fail(site, template, **extra):
        if template == "collection.html":
            raise RuntimeError("secret detail")
        return render(site, template, **extra)

    monkeypatch.setattr(Site, "render", fail)
    visit = visitor(**browser_options)
    path = "/sectors?fault"
    assert faults(path, "Server error", visit) == []
    assert status_of(visit, path) == 500
    assert "secret" not in visit.page.content()
