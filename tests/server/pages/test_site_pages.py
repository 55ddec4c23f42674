"""Pages of the project's own graph: their content, sorting, filters and errors."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote

import pytest

from ipgraph.errors import HTTP_STATUSES, NotEntailed, SizeLimitExceeded
from ipgraph.namespaces import BASE, EDITORS_GRAPH, ENTITY, IP
from ipgraph.server.context import request
from ipgraph.server.html.filters import linked
from ipgraph.server.http.response import Problem, problem_of
from ipgraph.server.pages.entities import entity
from ipgraph.server.pages.error import error_page
from ipgraph.server.pages.queries import query as query_page
from support.running import application, browser

SEED = "https://w3id.org/ipgraph/source/more-about-ip"


@pytest.fixture(scope="module")
def app(project):
    with application(project) as app:
        yield app


@pytest.fixture(scope="module")
def client(app):
    return browser(app)


def rows(client, path):
    found = client.get(path, headers={"Accept": "application/json"}).json
    assert found
    return found


# Document counts


def test_every_page_and_info_count_the_same_documents(client, project):
    sources = project.info()["counts"]["sources"]
    assert f"<b>{sources:,}</b> sources" in client.get("/").text
    text = client.get("/sources").text
    assert f"{sources:,} documents" in text
    assert "Editors of this graph" in text  # listed separately, not among the rows
    listed = [row["iri"] for row in rows(client, "/sources")]
    assert len(listed) == sources
    assert EDITORS_GRAPH not in listed


# Lists


def test_sources_are_filtered_by_type_and_authority_as_a_sentence_says(client):
    text = unescape(client.get("/sources?authority=primary&genre=statute&sort=issued").text)
    assert "with primary authority" in text
    assert "of type “statute”" in text
    assert "sorted by date" in text
    found = rows(client, "/sources?authority=primary&genre=statute")
    assert {(row["authority"], row["genre"]) for row in found} == {("primary", "statute")}


def test_the_number_of_a_facet_is_the_number_of_its_rows(client):
    text = client.get("/sources?genre=report").text
    address, count = re.search(
        r'href="([^"]+authority=primary[^"]*)">\s*Primary\s*</a>\s*<span class="n">\s*(\d+)', text
    ).groups()
    assert len(rows(client, unescape(address))) == int(count)


@pytest.mark.parametrize("sort", ["label", "short", "mentions"])
def test_the_entities_of_a_class_can_be_sorted_by_a_link(client, sort):
    text = client.get(f"/ontology/Agency?sort={sort}").text
    head = re.search(r'<th scope="col"[^>]*aria-sort="(\w+)">\s*<a href="[^"]*sort=(\w+)', text)
    assert head.groups() == ("descending" if sort == "mentions" else "ascending", sort)
    body = text.partition("<tbody>")[2].partition("</tbody>")[0]
    pattern = re.compile(r"<t[hd][^>]*>\s*(.*?)\s*</t[hd]>", re.DOTALL)
    cells = [pattern.findall(row) for row in body.split("</tr>")[:-1]]
    assert len(cells) > 20
    if sort == "mentions":
        numbers = [int(row[3].replace(",", "")) for row in cells]
        assert numbers == sorted(numbers, reverse=True)
        assert numbers[0] > numbers[-1]
    elif sort == "short":
        names = [row[1] for row in cells if row[1]]
        assert names == sorted(names)
        assert all(row[1] for row in cells[: len(names)])  # rows without an acronym come last


def test_an_unknown_sort_order_is_rejected(client):
    assert client.get("/ontology/Agency?sort=color").status_code == 400


# Publishers


def test_a_page_cites_documents_with_their_publishers(client, project):
    query = """SELECT ?document ?name { ?document ip:publisherName ?name
      FILTER NOT EXISTS { ?document dcterms:publisher ?publisher } }"""
    names = {row["document"].value: row["name"].value for row in project.query(query)}
    assert names
    sources = [source for source in project.describe("HITRAC").sources if source.iri in names]
    assert sources
    cited = unescape(client.get("/page/hitrac").text.partition('class="sources"')[2])
    for source in sources:
        name = names[source.iri]
        assert f"{source.title}</a></cite>, {name}" in cited
        assert name in unescape(client.get(unquote(source.iri).removeprefix(BASE.rstrip("/"))).text)


# Where sources differ


def test_conflicting_values_are_listed_with_their_sources(client):
    text = client.get("/disagreements").text
    block = next(part for part in text.split('<section class="differ"') if "nisac" in part)
    values = re.findall(r"<strong>(.*?)</strong>(.*?)</ul></li>", block, re.DOTALL)
    assert [value for value, _ in values] == ["1999", "2000", "2002-04-01"]
    for _, documents in values:
        assert re.search(r'<cite><a href="/source/[^"]+">[^<]+</a></cite>', documents)
        assert re.search(r"\((primary|secondary|tertiary) source\)", documents)


def test_figures_of_different_years_do_not_conflict(client):
    budgets = [row for row in rows(client, "/disagreements") if row["about"].startswith("Budget")]
    thing = "Infrastructure Protection and Information Security Appropriation"
    readings = {(row["about"], row["reading"]) for row in budgets if row["entity"] == thing}
    years = {about for about, _ in readings}
    assert len(years) == 2
    for year in years:
        assert len({reading for about, reading in readings if about == year}) == 2


def test_all_kinds_of_conflicts_are_listed_and_every_value_has_a_source(client):
    found = rows(client, "/disagreements")
    assert {row["kind"] for row in found} == {
        "date", "figure", "origin", "name", "responsibility",
    }  # fmt: skip
    assert all(row["source"] for row in found)


# Change over time


def test_the_timeline_of_an_organization_shows_predecessors_and_successors(client):
    text = client.get("/timeline?id=NPPD").text
    picture = text.partition('<table class="bars spans">')[2].partition("</table>")[0]
    assert "Predecessors and successors" in picture
    for name in ("Preparedness Directorate", "Cybersecurity and Infrastructure Security Agency"):
        assert f">{name}</a>" in picture
    assert "Suzanne Spaulding" in picture
    assert "Post-Katrina Emergency Management Reform Act of 2006" in text
    found = rows(client, "/timeline?id=NPPD")
    assert all(row["sources"] for row in found)


def test_the_timeline_of_an_unknown_entity_is_not_found(client):
    assert client.get("/timeline?id=nobody-at-all").status_code == 404


def test_the_timeline_of_an_entity_without_dates_says_so(client):
    assert "No source gives a date for it." in client.get("/timeline?id=ip:Division").text


# Reporting an error


@pytest.fixture
def client_with_contact(project):
    with application(project, contact="mailto:a@example.org") as app:
        yield browser(app)


def test_a_report_names_the_statement_and_its_source(client_with_contact):
    page = client_with_contact.get("/page/pscd").text
    address = re.search(r'href="(/report\?uri=[^"]+)"', page).group(1)
    text = unescape(client_with_contact.get(unescape(address)).text)
    messages = [unquote(link) for link in re.findall(r'href="(mailto:[^"]+)"', text)]
    assert len(messages) > 10
    report = next(message for message in messages if "unit of" in message)
    assert "Protective Security Coordination Division · unit of · Office of Infra" in report
    assert "https://w3id.org/ipgraph/source/" in report
    assert "https://w3id.org/ipgraph/id/pscd" in report


def test_without_a_contact_there_is_no_report_page(client):
    assert "/report" not in client.get("/page/pscd").text
    assert client.get("/report?uri=https://w3id.org/ipgraph/id/pscd").status_code == 404


# Errors


def error(app, problem, path="/"):
    with app.test_request_context(path):
        return error_page(request, problem).get_data(as_text=True)


def test_a_page_that_does_not_exist_suggests_similar_names(app):
    problem = Problem(404, "not-found", "No entity has this name.")
    text = error(app, problem, "/page/protectve-security-cordination")
    assert 'value="protectve security cordination"' in text
    assert ">Protective Security Coordination Division</a>" in text


def test_a_withdrawn_entity_links_to_its_replacement(app):
    problem = Problem(
        410, "gone", "It was withdrawn.", "It is replaced by <https://w3id.org/ipgraph/id/isd>."
    )
    text = error(app, problem)
    assert "withdrawn</h1>" in text
    assert '<a href="/page/isd">https://w3id.org/ipgraph/id/isd</a>' in text


def test_a_statement_that_is_not_implied_is_not_shown_as_a_missing_page(app):
    text = error(app, problem_of(NotEntailed("It is neither stated nor inferred.")))
    assert "<h1>The graph does not imply this statement</h1>" in text
    assert "<form class=" not in text.partition("<main")[2]


def test_error_texts_are_escaped_and_only_iris_become_links(app):
    text = 'a <b> "c" <javascript:alert(1)> <https://e.org/?a=1&b=2>'
    with app.test_request_context("/"), app.app_context():
        markup = str(linked(text))
    assert "<b>" not in markup
    assert "&lt;javascript:alert(1)&gt;" in markup
    assert markup.count("<a href=") == 1
    assert "a=1&amp;b=2</a>" in markup


# Slow stores


def test_a_slow_picture_is_replaced_by_a_link_and_the_page_is_not_cached(client, monkeypatch):
    monkeypatch.setattr(entity, "PART_LIMIT_S", -1)
    reply = client.get("/page/pscd")
    assert "Not shown: the query timed out." in reply.text
    assert "/graph?id=" in reply.text
    assert "Office for Bombing Prevention" in reply.text  # the statements are shown
    assert reply.headers["Cache-Control"] == "no-store"


# Access for programs


@pytest.mark.parametrize(
    "path",
    [
        "/", "/search?q=dams", "/browse", "/browse?type=ip:Division", "/page/pscd", "/sectors",
        "/page/ip/related/ip:performs", "/ontology", "/ontology/Division", "/ontology/performs",
        "/sources", "/source/more-about-ip", "/graph", "/questions", "/questions/units-of",
        "/disagreements", "/quality", "/timeline", "/timeline?id=IP", "/about",
        "/why?s=PSCD&p=partOf&o=DHS",
    ],
)  # fmt: skip
def test_every_page_shows_how_a_program_can_get_it(client, path, monkeypatch):
    text = client.get(path).text
    assert re.search(r"<code>curl -L (?:-H [^<]*)?\S*http://localhost/", text)
    if '<p class="label">SPARQL' in text:
        assert '<span class="s-k">' in text


@pytest.mark.parametrize(
    "path",
    ["/browse", "/page/ip/related/ip:performs", "/sectors", "/sources", "/timeline", "/questions"],
)
def test_a_list_has_the_same_rows_as_json_and_csv(client, path):
    found = rows(client, path)
    lines = client.get(path + "?format=csv").text.splitlines()
    assert set(lines[0].split(",")) == set(found[0])
    assert len(lines) >= len(found) + 1


def test_the_query_of_every_page_has_results(client, project):
    from ipgraph.server.pages import page_queries

    iri = "https://w3id.org/ipgraph/id/ip"
    ip, unit_of = "https://w3id.org/ipgraph/ontology/", "http://www.w3.org/ns/org#unitOf"
    for name in page_queries.QUERIES:
        term = {"instances": ip + "Division", "values-in": unit_of}.get(name, ip + "performs")
        entity = SEED if name == "source" else iri
        text = page_queries.query(name, entity=entity, term=term, end=iri)
        assert "$" not in text
        result = project.query(text).result
        assert name == "holds" or next(iter(result), None) is not None, name


def test_an_invalid_iri_cannot_get_into_a_query():
    from ipgraph.server.pages import page_queries

    with pytest.raises(ValueError, match="IRI"):
        page_queries.query("entity", entity="x> } DROP ALL #")


def marks(client, path):
    """Return the comparisons to which the "Sources differ" marks of a page link."""
    return set(re.findall(r'href="/disagreements#([^"]+)"', client.get(path).text))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/page/nisac", {"date-nisac-establishedOn", "origin-nisac-establishedBy"}),
        ("/page/nppd", {"date-nppd-establishedOn", "figure-nppd-budget-2012"}),
        (
            "/page/commercial-facilities-sector",
            {"responsibility-commercial-facilities-sector-sectorSpecificAgencyOf"},
        ),
        ("/page/pscd", set()),
    ],
)
def test_a_fact_with_conflicting_sources_links_to_its_comparison(client, path, expected):
    assert marks(client, path) == expected


@pytest.mark.parametrize("path", ["/page/cipac", "/page/niac", "/page/emergency-services-scc"])
def test_successive_charters_do_not_conflict(client, path):
    assert "Chartered" in client.get(path).text
    assert not {mark for mark in marks(client, path) if mark.startswith("date-")}


def test_a_date_does_not_conflict_with_a_less_precise_one_that_contains_it(client, project):
    texts = "SELECT ?thing ?date ?other { ?thing ip:establishedOn ?date, ?other }"
    pairs = {}
    for row in project.query(texts):
        dates = {row["date"].value, row["other"].value}
        pairs.setdefault(row["thing"].value, set()).update(dates)
    contained = {
        iri for iri, dates in pairs.items()
        if len(dates) > 1 and all(max(dates).startswith(date) for date in dates)
    }  # fmt: skip
    assert len(contained) > 5
    for iri in contained:
        path = "/page/" + iri.removeprefix(ENTITY)
        assert not {mark for mark in marks(client, path) if mark.startswith("date-")}, path


def test_every_mark_links_to_an_existing_comparison(client, project):
    comparisons = set(re.findall(r'<h3 id="([^"]+)"', client.get("/disagreements").text))
    facts = project.disagreements()
    assert comparisons == {fact.anchor for fact in facts}
    entities = {fact.entity for fact in facts if fact.kind in ("date", "figure", "origin")}
    found = set()
    for iri in entities:
        found |= marks(client, "/page/" + iri.removeprefix(ENTITY))
    assert found
    assert found <= comparisons


def test_the_properties_of_a_class_have_examples_from_its_entities(client, project):
    used = client.get("/ontology/Division").text.partition('id="used"')[2]
    examples = [text.strip() for text in re.findall(r"for example\s+([^:<]+):\s", used)]
    assert len(examples) > 10
    names = {hit.acronym or hit.label for hit in project.index.instances(IP + "Division")}
    assert {unescape(example) for example in examples} <= names


def test_a_source_page_does_not_repeat_the_heading_of_an_entity_as_its_label(client):
    statements = client.get("/source/more-about-ip").text.partition('id="drawn"')[2]
    assert "<h3>" in statements
    assert "<dt>Label</dt><dd><ul><li><span>All Hazards</span>" not in statements


def test_a_table_with_labels_is_complete_or_rejected(client, monkeypatch):
    monkeypatch.setattr(query_page, "MAX_LABELED", 5)
    query = "SELECT ?s WHERE { ?s a <https://w3id.org/ipgraph/ontology/Division> }"
    rejected = client.get(
        "/sparql/labels.csv", query_string={"query": query}, headers={"Accept": "application/json"}
    )
    assert rejected.status_code == HTTP_STATUSES[SizeLimitExceeded]
    assert rejected.json["type"] == "size-limit"
    assert "more than 5 rows" in rejected.json["detail"]
    few = client.get("/sparql/labels.csv", query_string={"query": query + " LIMIT 5"})
    assert len(few.text.splitlines()) == 6


def test_at_a_glance_has_the_facts_of_the_dataset_file(client):
    glance = client.get("/page/pscd").text.partition("<aside")[2].partition("</dl>")[0]
    assert "<dt>Headed by</dt>" in glance
    assert ">Director of the Protective Security Coordination Division</a>" in glance
    spanish = client.get("/page/pscd?lang=es").text
    assert "<dt>Dirigida por</dt>" in spanish
    assert "<dt>Headed by</dt>" not in client.get("/page/dams-sector").text


def test_a_page_for_a_year_says_which_part_is_of_that_year(client):
    text = client.get("/page/ip?year=2006").text
    assert "The relationships below are those of mid-2013. See “Over time” for 2006" in text
    history = text.partition('id="history"')[2].partition("</section>")[0]
    assert "Preparedness Directorate" in history
    assert "National Protection and Programs Directorate" not in history
    assert "See “Over time” for" not in client.get("/page/ip").text


def test_the_history_of_a_sector_says_that_no_document_names_its_agency(client):
    text = client.get("/page/postal-and-shipping-sector").text
    history = text.partition('id="history"')[2].partition("</section>")[0]
    gap = "No document read names the Sector-Specific Agency of the Postal and Shipping Sector"
    assert gap in history
    assert "Transportation Security Administration" in history


def test_a_spanish_page_names_relations_in_spanish_and_marks_english_names(client):
    relation = re.compile(r"<dt><a [^>]*>([^<]+)</a>")
    spanish, english = client.get("/page/pscd?lang=es").text, client.get("/page/pscd").text
    assert {"Unidad de", "Realiza", "Actúa a través de"} <= set(relation.findall(spanish))
    assert {"Unit of", "Performs", "Works through"} <= set(relation.findall(english))
    assert not {"Unit of", "Performs", "Works through"} & set(relation.findall(spanish))
    name = "Protective Security Coordination Division"
    assert re.search(rf'<h1 lang="en">\s*{name}', spanish)
    assert re.search(rf"<h1>\s*{name}", english)


def test_the_query_builder_and_the_page_of_a_relation_use_its_spanish_name(client):
    for _ in range(2):  # the second time from the cache
        assert re.search(r">\s*actúa a través de\s*</option>", client.get("/sparql?lang=es").text)
        assert re.search(r">\s*works through\s*</option>", client.get("/sparql").text)
    assert "<h1>Actúa a través de</h1>" in client.get("/ontology/worksThrough?lang=es").text
    assert "<h1>Works through</h1>" in client.get("/ontology/worksThrough").text


def test_a_count_is_an_integer_in_every_table(client, project):
    query = {"query": "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"}
    count = project.info()["counts"]["triples"]
    table = client.get("/sparql/labels.csv", query_string=query).data
    assert table == b"\xef\xbb\xbfn\r\n%d\r\n" % count
    plain = client.get("/sparql", query_string=query | {"format": "csv"}).data
    assert plain == b"n\r\n%d\r\n" % count
    address = "/questions/disagreements?only=figure&format="
    (csv_row, *_) = client.get(address + "csv").text.splitlines()[1:]
    assert ".0" not in csv_row
    assert client.get(address + "json").json[0]["year"].isdigit()
