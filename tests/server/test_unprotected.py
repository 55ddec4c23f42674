"""What hostile requests do where nothing stops them: one of each family, shown."""

from __future__ import annotations

import pytest

from support import hostile_bank, unprotected

TRIPLES = 2000
# A peer without a response by then has hung: 1.5 times what `test_hostile` lets a query run.
HUNG_AFTER_S = 1.5
FAMILIES = tuple(hostile_bank.FAILS)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def peers():
    found = unprotected.peers(TRIPLES)
    yield found
    found["endpoint"].close()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_hostile_request_kills_hangs_leaks_from_or_misleads_what_has_no_protection(
    peers, bank, sentinel, family
):
    attack = [item for item in bank if item.family == family][-1]
    hung_after_s = (
        HUNG_AFTER_S if "hung" in attack.outcomes else None
    )  # the others end by themselves
    assert peers[attack.peer].outcome_of(attack, hung_after_s, sentinel) in attack.outcomes


def test_the_peers_bear_what_is_not_hostile(peers, sentinel):
    kind = {"Accept": "application/sparql-results+json"}
    text = "SELECT * { ?s ?p ?o } LIMIT 3"
    harmless = (
        hostile_bank.ask("harmless", text, 200),
        hostile_bank.get("harmless", "/sparql?query=ASK%7B%7D", 200, **kind),
    )
    for name, peer in peers.items():
        for attack in harmless:
            assert peer.outcome_of(attack, None, sentinel) == "", name
