"""A forest of five: three cores and two edges, one cluster."""

from daemon import Settings
from forest_case import ForestCase

MESSAGES = 20


class LargeTest(ForestCase):
    """With IPv4 addresses, where the others are without."""

    def test_a_forest_of_five_is_one_cluster(self):
        self.begin(Settings(ipv4=True))
        self.daemon.do("plant", "cloud", "large", "--yes", "--name", "yew")
        self.mark("planted")
        nodes = self.daemon.nodes("yew")
        self.assertEqual([node["role"] for node in nodes], ["core"] * 3 + ["edge"] * 2)
        addresses = [node["address"] for node in nodes]
        self.assertTrue(all(each.startswith("10.77.") for each in addresses), addresses)
        self.joined(addresses)
        self.assertEqual(self.servers_that_answer("yew"), [f"yew-node-{number}" for number in range(1, 6)])
        self.forest_answers("yew")
        stream = self.stream("orders", addresses[3:], 3)
        stream.publish(MESSAGES)
        self.assertEqual(stream.stored(), stream.acknowledged, "through an edge")
        self.tear_down("yew")
