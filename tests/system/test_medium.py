"""A forest of three: one cluster, nothing lost when its machines reboot in turn, nothing left of it in the end."""

from forest_case import ForestCase

MESSAGES = 100


class MediumTest(ForestCase):
    """Machines without IPv4."""

    def test_a_forest_of_three_is_one_cluster_and_outlives_reboots(self):
        self.begin()
        self.daemon.do("plant", "cloud", "medium", "--yes", "--name", "oak")
        self.mark("planted")
        addresses = self.daemon.addresses("oak")
        self.assertEqual(len(addresses), 3)
        self.assertTrue(all(":" in each for each in addresses), addresses)
        self.joined(addresses)
        self.forest_answers("oak")
        self.assertEqual(self.servers_that_answer("oak"), ["oak-node-1", "oak-node-2", "oak-node-3"])

        stream = self.stream("orders", addresses, 3)
        stream.publish(MESSAGES)
        for node in self.daemon.nodes("oak"):
            self.reboot(self.machine_name("oak", node), node["address"], stream)
            stream.publish(MESSAGES)
        self.mark("each rebooted")
        self.assertEqual(len(stream.acknowledged), 4 * MESSAGES)
        self.assertEqual(stream.stored(), stream.acknowledged, "each once, in order")
        self.joined(addresses)
        self.forest_answers("oak")
        self.assertEqual(self.daemon.addresses("oak"), addresses, "the daemon took no reboot for a death")
        self.tear_down("oak")
