"""Effects of hostile requests on unprotected servers: one request of each family."""

from __future__ import annotations

import pytest

from support import hostile_bank, unprotected

TRIPLES = 2000
# A peer without a response by then has hung: 1.5 times the query time limit of `test_hostile`.
HUNG_AFTER_S = 1.5
FAMILIES = tuple(hostile_bank.FAILS)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def peers():
    servers = unprotected.peers(TRIPLES)
    yield servers
    servers["endpoint"].close()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_hostile_request_crashes_hangs_leaks_from_or_misleads_an_unprotected_server(
    peers, bank, sentinel, family
):
    attack = [candidate for candidate in bank if candidate.family == family][-1]
    # Requests with other outcomes end by themselves.
    hung_after_s = HUNG_AFTER_S if "hung" in attack.outcomes else None
    assert peers[attack.peer].outcome_of(attack, hung_after_s, sentinel) in attack.outcomes


def test_the_peers_answer_harmless_requests(peers, sentinel):
    headers = {"Accept": "application/sparql-results+json"}
    text = "SELECT * { ?s ?p ?o } LIMIT 3"
    harmless = (
        hostile_bank.ask("harmless", text, 200),
        hostile_bank.get("harmless", "/sparql?query=ASK%7B%7D", 200, **headers),
    )
    for name, peer in peers.items():
        for attack in harmless:
            assert peer.outcome_of(attack, None, sentinel) == "", name
