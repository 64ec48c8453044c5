"""A forest of one grows to three: its stream stays whole, its witness retires for good."""

import lab
from forest_case import ForestCase

MESSAGES = 50
RETIRE_LIMIT = 60


class SmallTest(ForestCase):
    """Without IPv4, as all of these."""

    def test_a_forest_of_one_grows_to_three_with_its_stream_intact(self):
        self.begin()
        self.daemon.do("plant", "cloud", "small", "--yes", "--name", "elm")
        self.mark("planted")
        first = self.daemon.addresses("elm")
        self.assertEqual(self.servers_that_answer("elm"), ["elm-node-1", "elm-node-1-witness"])
        self.forest_answers("elm")
        stream = self.stream("orders", first, 1)
        stream.publish(MESSAGES)

        self.daemon.do("grow", "elm", "--nodes", "2", "--yes")
        self.mark("grown")
        machine = self.cloud.machine("elm-node-1")
        lab.wait_until((machine.root / "var/lib/morpheus/witness-retired").exists, RETIRE_LIMIT, "the witness retires")
        self.mark("witness retired")
        addresses = self.daemon.addresses("elm")
        self.assertEqual(len(addresses), 3)
        self.joined(addresses)
        self.assertEqual(self.servers_that_answer("elm"), ["elm-node-1", "elm-node-2", "elm-node-3"])
        self.assertEqual(machine.run("systemctl", "is-active", "nats-witness.service", check=False).strip(), "inactive")
        stream.publish(MESSAGES)
        stream.replicate(3)
        lab.wait_until(lambda: stream.copies() == 3, RETIRE_LIMIT, lambda: f"three copies: {stream.info()}")
        self.assertEqual(stream.stored(), stream.acknowledged, "each once, in order")

        self.reboot("elm-node-1", addresses[0], stream)
        stream.publish(MESSAGES)
        self.mark("rebooted")
        self.assertEqual(stream.stored(), stream.acknowledged, "each once, in order")
        self.joined(addresses)
        self.assertEqual(self.servers_that_answer("elm"), ["elm-node-1", "elm-node-2", "elm-node-3"], "the witness stays away")
        self.tear_down("elm")
