"""The processes of a service are killed and suspended while clients ask."""

from __future__ import annotations

import random
import sys

import pytest

from support.process_attacks import VICTIMS, Clients, attack
from support.served import Served
from support.waiting import wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
COUNT = "/sparql?query=SELECT(COUNT(*)AS%20%3Fn)%7B%3Fs%20%3Fp%20%3Fo%7D"


@pytest.mark.parametrize("fast_path", ["true", "false"])
def test_clients_get_the_right_answer_or_503_when_processes_die(rdf_folder, tmp_path, fast_path):
    chosen = random.Random(11)  # noqa: S311  which process is attacked is no secret
    with Served(rdf_folder, tmp_path / "cache", IPGRAPH_FAST_PATH=fast_path) as served:
        clients = Clients(served.port, COUNT, lambda body: body.split() == [b"n", b"3"], 4)
        with clients.asking() as seen:
            for victim in VICTIMS * 2:
                attack(victim, served.process.pid, chosen)
                asked = len(seen.answers)
                wait_until(
                    lambda asked=asked: (
                        all(item.is_right for item in seen.answers[-20:])
                        and len(seen.answers) >= asked + 40
                    ),
                    clients.check_alive,
                )
            wait_until(lambda: seen.health[-1].is_right, clients.check_alive)
        assert not seen.wrong
        assert not seen.wrong_health()
