"""The SPARQL editor: assistance while typing, runs, and downloads of results."""

from __future__ import annotations

import io
import re
import zipfile
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from support.query_page import editor, table, written

RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
PREFIXES = (
    "id: <https://w3id.org/ipgraph/id/>",
    "ip: <https://w3id.org/ipgraph/ontology/>",
    "org: <http://www.w3.org/ns/org#>",
)
DIVISIONS = "SELECT ?unit WHERE { ?unit a ip:Division }"
GRAPH = "CONSTRUCT { ?unit org:unitOf ?whole } WHERE { ?unit org:unitOf ?whole ; a ip:Division }"
# Downloads of query results: query, format, media type, and first bytes.
DOWNLOADS = [
    (DIVISIONS, "CSV", "text/csv", b"unit"),
    (DIVISIONS, "JSON", "application/sparql-results+json", b"{"),
    (DIVISIONS, "XML", "application/sparql-results+xml", b"<?xml"),
    (DIVISIONS, "TSV", "text/tab-separated-values", b"?unit"),
    (DIVISIONS, "CSV with labels", "text/csv", "\ufeffunit,unit".encode()),
    (GRAPH, "Turtle", "text/turtle", b"@prefix"),
    (GRAPH, "N-Triples", "application/n-triples", b"<https://w3id.org/ipgraph/"),
    (GRAPH, "JSON-LD", "application/ld+json", b"["),
    (GRAPH, "RDF/XML", "application/rdf+xml", b"<?xml"),
]
SET = "(area, text) => { area.value = text; area.dispatchEvent(new Event('change')); }"
# One script, not two: the page may be replaced as soon as the form is sent.
RUN_AND_FIND_STOP = """run => {
  run.click();
  const stop = document.querySelector("[data-stop]");
  const {x, y, width, height} = stop.getBoundingClientRect();
  return [stop.hidden, x + width / 2, y + height / 2];
}"""


def prefixed(text):
    return "\n".join(
        [*(f"PREFIX {prefix}" for prefix in PREFIXES if prefix.split()[0] in text), text]
    )


def query(text):
    return "/sparql?query=" + quote(prefixed(text))


def test_completion_finds_terms_by_label_and_declares_their_prefixes(visitor):
    page = visitor().open(query("SELECT ?x WHERE {\n\n}"))
    editor(page).click()
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("?x works thr", delay=10)
    page.keyboard.press("Control+Space")
    page.locator(".cm-tooltip-autocomplete").get_by_text("works through").first.click()
    page.keyboard.type("bombing prev", delay=15)
    page.locator(".cm-tooltip-autocomplete").get_by_text("Office for Bombing").first.click()
    text = written(page)
    assert "?x ip:worksThrough id:obp" in text
    assert "PREFIX id: <https://w3id.org/ipgraph/id/>" in text
    assert "PREFIX ip: <https://w3id.org/ipgraph/ontology/>" in text
    page.keyboard.press("Control+Enter")
    page.get_by_role("link", name="Protective Security Coordination Division").first.wait_for()


def test_completion_works_by_keyboard_alone(visitor):
    visit = visitor()
    visit.page.clock.install()
    page = visit.open(query("SELECT ?x WHERE { ?x a }"))
    editor(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("government coord", delay=15)
    chosen = page.locator(".cm-tooltip-autocomplete li[aria-selected=true]")
    chosen.get_by_text("government coordinating council").first.wait_for()
    # A new list ignores keys for 75 ms, because they may be meant for the text.
    page.clock.fast_forward(200)
    page.keyboard.press("Enter")
    expect(page.locator("textarea[name=query]")).to_have_value(re.compile("GovernmentCoordinating"))


def test_the_keyboard_can_leave_the_editor(visitor):
    page = visitor().open("/sparql")
    editor(page).click()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.textContent.trim()")
    assert focused == "Run query"


def test_an_invalid_query_is_marked_in_the_editor(visitor):
    page = visitor().open(query("SELECT ?x WHERE { ?x a }"))
    editor(page)
    page.get_by_role("alert").wait_for()
    page.locator(".cm-lintRange-error").first.wait_for()


def test_a_syntax_error_is_marked_before_the_query_is_sent(visitor):
    page = visitor().open(query(DIVISIONS))
    editor(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" }", delay=15)
    mark = page.locator(".cm-lintRange-error").first
    mark.hover()
    page.locator(".cm-tooltip-lint").get_by_text("Syntax error: the query is incomplete").wait_for()


def test_a_long_query_can_be_stopped_and_the_next_one_runs(visitor, running):
    def running_queries():
        lines = running.ask("/metrics").body.decode().splitlines()
        gauges = ("ipgraph_queries_running ", "ipgraph_queries_demoted ")
        return sum(float(line.split()[1]) for line in lines if line.startswith(gauges))

    page = visitor().open("/sparql")
    editor(page)
    page.locator("textarea[name=query]").evaluate(SET, RUNAWAY)
    # The driver cannot find elements while the browser waits for the response, so the page
    # reports the position of the Stop button.
    run = page.get_by_role("button", name="Run query")
    hidden, x, y = run.evaluate(RUN_AND_FIND_STOP)
    assert not hidden
    running.wait_until(lambda: running_queries() == 1)
    page.mouse.click(x, y)
    running.wait_until(lambda: running_queries() == 0)
    assert not page.get_by_role("button", name="Stop").is_visible()
    assert written(page) == RUNAWAY
    page.locator("textarea[name=query]").evaluate(SET, prefixed(DIVISIONS))
    page.get_by_role("button", name="Run query").click()
    table(page).get_by_role("link", name="Sector Outreach and Programs Division").wait_for()


def test_a_query_over_its_time_limit_is_explained_and_keeps_its_text(visitor, serve, project):
    with serve(project, query_time_limit_s=1.0) as server:
        visit = visitor(at=server.address.rstrip("/"))
        page = visit.page
        response = visit.goto(query(RUNAWAY))
        assert response.status == 503
        page.get_by_role("alert").get_by_text("The query was stopped").wait_for()
        assert written(page) == RUNAWAY


def test_a_result_can_be_charted_and_downloaded_as_a_workbook(visitor):
    page = visitor().open(
        query("SELECT ?kind (COUNT(?x) AS ?n) WHERE { ?x a ?kind } GROUP BY ?kind")
    )
    page.get_by_role("link", name="Show as chart").click()
    page.get_by_role("table", name="kind, n").wait_for()
    with page.expect_download() as started:
        page.get_by_role("link", name="Excel").click()
    assert started.value.suggested_filename == "results.xlsx"
    book = zipfile.ZipFile(io.BytesIO(started.value.path().read_bytes()))
    assert "xl/worksheets/sheet1.xml" in book.namelist()


@pytest.mark.parametrize(("text", "name", "media_type", "start"), DOWNLOADS)
def test_a_result_can_be_downloaded_in_every_format(visitor, text, name, media_type, start):
    visit = visitor()
    page = visit.open(query(text))
    address = page.get_by_role("link", name=name, exact=True).get_attribute("href")
    response = visit.context.request.get(visit.site + address)
    assert response.headers["content-type"].split(";")[0] == media_type
    body = response.body()
    assert body.startswith(start)
    assert b"sopd" in body.lower()


def test_inferred_statements_can_be_excluded(visitor):
    page = visitor(java_script_enabled=False).open(query("ASK { id:pscd ip:partOf id:nppd }"))
    page.get_by_role("heading", name="Answer: Yes").wait_for()
    page.get_by_label("Exclude inferred statements").check()
    page.get_by_role("button", name="Run query").click()
    page.get_by_role("heading", name="Answer: No").wait_for()


def test_a_result_can_be_shared_by_its_address(visitor):
    visit = visitor(permissions=["clipboard-read", "clipboard-write"])
    page = visit.open(query(DIVISIONS))
    page.locator("p.iri").get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    page.goto(page.evaluate("navigator.clipboard.readText()"), timeout=0)
    table(page).get_by_role("link", name="Sector Outreach and Programs Division").wait_for()


@pytest.mark.parametrize("language", ["curl", "Python", "R", "JavaScript"])
def test_a_query_can_be_copied_as_code(visitor, language):
    visit = visitor(permissions=["clipboard-read", "clipboard-write"])
    page = visit.open(query(DIVISIONS))
    page.get_by_text("Use in code").click()
    sample = page.locator("#results details p.label", has_text=re.compile(f"^{language}$"))
    code = sample.locator("xpath=following-sibling::div[1]")
    code.get_by_role("button", name="Copy").click()
    code.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == code.locator("code").inner_text()
    assert f"{visit.site}/sparql" in copied


def test_a_query_without_results_is_explained(visitor):
    page = visitor().open(query("SELECT ?x WHERE { ?x a ip:Nothing }"))
    page.get_by_text("The query is valid but has no results").wait_for()
