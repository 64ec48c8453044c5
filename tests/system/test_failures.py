"""Machines that never become nodes: deleted, and reported with the stage that they never left."""

import json

import lab
from daemon import Settings
from forest_case import ForestCase

LIMITS = "  boot_limit: 20s\n  join_limit: 20s"


class FailuresTest(ForestCase):
    """Each plants a forest of one that cannot be, and finds nothing of it afterwards."""

    def fails(self, stage, *reasons):
        """Planting fails; the report names the stage and what was wrong, and everything is deleted."""
        status, printed = self.daemon.ctl("plant", "cloud", "small", "--name", "fir")
        self.assertEqual(status, 1, printed)
        told = printed + json.dumps(self.daemon.ask("events"))
        self.assertIn(f"never got past {stage}", told)
        for reason in reasons:
            self.assertIn(reason, told)
        self.assertEqual([each["name"] for each in self.cloud.state()["servers"]], [])
        self.daemon.ctl("teardown", "fir", "--yes")
        self.assertEqual(self.cloud.left(), {})
        lab.wait_until(lambda: not lab.remains(), 30, lambda: f"nothing remains: {lab.remains()}")

    def test_a_download_that_fails(self):
        self.downloads.play(self.archive, 404)
        self.begin(Settings(more=LIMITS))
        self.fails("booting", "404", self.archive)

    def test_a_checksum_that_is_wrong(self):
        self.downloads.play(self.archive, "wrong")
        self.begin(Settings(more=LIMITS))
        self.fails("booting", "checksum")

    def test_a_machine_that_never_boots(self):
        self.cloud.fault(match={"method": "POST", "path": "^/servers$"}, times=9, unplugged=True)
        self.begin(Settings(more=LIMITS))
        self.fails("booting")

    def test_a_machine_that_never_joins(self):
        self.begin(Settings(more=LIMITS))
        self.daemon.do("plant", "cloud", "small", "--name", "fir")
        self.cloud.fault(match={"method": "POST", "path": "^/servers$"}, times=9, blocked_ports=[6222, 6223])
        status, printed = self.daemon.ctl("grow", "fir", "--nodes", "1", "--yes")
        self.assertEqual(status, 1, printed)
        self.assertIn("never got past joining", printed + json.dumps(self.daemon.ask("events")))
        self.assertEqual([each["name"] for each in self.cloud.state()["servers"]], ["fir-node-1"])
        self.assertEqual(self.servers_that_answer("fir"), ["fir-node-1", "fir-node-1-witness"])
        self.tear_down("fir")
