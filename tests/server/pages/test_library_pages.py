"""The pages of a dataset that is not the bundled one show what its file says."""

from __future__ import annotations

from pathlib import Path

import pytest

import ipgraph
from ipgraph.server import create_app
from ipgraph.settings import Settings

LIBRARY = Path(__file__).parents[3] / "examples" / "library"


@pytest.fixture(scope="module")
def client(session_cache):
    library = ipgraph.open(LIBRARY, settings=Settings(cache=str(session_cache)))
    app = create_app(library)
    yield app.test_client()
    app.close()


def page(client, address):
    response = client.get(address, headers={"Accept": "text/html"})
    assert response.status_code == 200, address
    return response.text


def test_things_have_their_addresses(client):
    response = client.get("/id/harbor", headers={"Accept": "text/html"})
    assert (response.status_code, response.location) == (303, "/page/harbor")
    assert "Harbor Branch" in page(client, "/page/harbor")
    assert "Appointment" in page(client, "/ontology/Appointment")
    assert client.get("/data/harbor.ttl").status_code == 200
    assert client.get("/source/courier.ttl").status_code == 200
    assert client.get("/ontology.ttl").status_code == 200


def test_title_notice_and_texts_follow_the_language_of_the_page(client):
    text = page(client, "/?lang=es")
    assert "Biblioteca de Riverside" in text
    assert "Una biblioteca inventada." in text
    assert "An invented library." in page(client, "/about")


def test_the_menu_has_the_collections(client):
    text = page(client, "/")
    assert 'href="/branches"' in text
    assert "/sectors" not in text


def test_a_collection_shows_cards_and_its_notice(client):
    text = page(client, "/branches")
    assert "1 of 3 branches have no known librarian." in text
    assert text.index("Harbor Branch") < text.index("Reading Room")
    assert client.get("/branches/harbor").location == "/page/harbor"


@pytest.mark.parametrize("address", ["/sectors", "/nothing", "/nothing/harbor"])
def test_an_address_that_is_no_collection_is_not_found(client, address):
    assert client.get(address).status_code == 404


def test_disagreements_are_found_by_properties_and_dates(client):
    text = page(client, "/disagreements")
    assert 'id="librarian-harbor-runs"' in text
    assert 'id="date-harbor-openedOn"' in text
    assert "Inês Silva" in text
    assert "disagreements#librarian-harbor-runs" in page(client, "/page/harbor")


def test_the_page_of_a_thing_has_its_history_and_facts(client):
    text = page(client, "/page/harbor?lang=es")
    assert "Bibliotecarios" in text
    assert "1998" in text
    assert "<dt>Bibliotecario</dt>" in text


def test_questions_of_the_dataset_have_pages(client):
    assert "Who ran a branch, and when?" in page(client, "/questions")
    assert "Per Lund" in page(client, "/questions/librarians-of?branch=Harbor%20Branch")


@pytest.mark.parametrize(
    "address",
    [
        "/timeline",
        "/graph",
        "/browse",
        "/sources",
        "/sparql",
        "/downloads",
        "/ontology",
        "/llms.txt",
    ],
)
def test_no_page_names_a_term_of_the_bundled_dataset(client, address):
    assert "w3id.org/ipgraph" not in page(client, address)
