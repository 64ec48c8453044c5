"""Under load the daemon adds a fourth node, which joins by itself."""

import sys

import lab
from daemon import Settings
from forest_case import ForestCase
from program import Program

GROW_LIMIT = 90
LOADERS = 2


class LoadTest(ForestCase):
    """A low threshold: the machines share this computer's cores, and the box sets them no limit."""

    def test_load_makes_the_daemon_add_a_node_that_joins(self):
        self.begin(Settings(growth=True, threshold_cpu=10))
        self.daemon.do("plant", "cloud", "medium", "--yes", "--name", "ash")
        addresses = self.daemon.addresses("ash")
        self.joined(addresses)
        self.assertEqual(len(self.daemon.nodes("ash")), 3, "no load, no growth")
        loaders = [Program(f"load-{number}", [sys.executable, str(lab.HERE / "load.py"), addresses[0]]) for number in range(LOADERS)]
        for each in loaders:
            self.addCleanup(each.stop)

        def ready():
            nodes = self.daemon.nodes("ash")
            return len(nodes) >= 4 and all(node["state"] == "ready" for node in nodes[:4])
        lab.wait_until(ready, GROW_LIMIT, lambda: f"a fourth node: {self.daemon.nodes('ash')}")
        for each in loaders:
            each.stop()
        nodes = self.daemon.nodes("ash")
        self.assertEqual(nodes[3]["role"], "edge")
        self.joined([node["address"] for node in nodes])
        self.assertEqual(self.servers_that_answer("ash"), [f"ash-node-{number}" for number in range(1, len(nodes) + 1)])
        self.forest_answers("ash")
        self.tear_down("ash")
