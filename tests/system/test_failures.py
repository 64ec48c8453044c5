"""Machines that never become nodes: deleted, and reported with the stage that they never left."""

import lab
import nats
from daemon import Settings
from forest_case import ForestCase

BOOT_LIMIT = "  boot_limit: 15s"
SPEAKING_LIMIT = "  boot_limit: 30s"  # it has booted by then, and says what was wrong
JOIN_LIMIT = "  join_limit: 15s"


class FailuresTest(ForestCase):
    """Each plants a forest of one, and finds nothing of what could not be afterwards."""

    def fails(self, stage, *reasons):
        """Planting fails; the report names the stage and what was wrong, and everything is deleted."""
        status, printed = self.daemon.ctl("plant", "cloud", "small", "--yes", "--name", "fir")
        self.assertEqual(status, 1, printed)
        told = printed + self.daemon.do("events", "-o", "json")
        self.assertIn(f"never got past {stage}", told)
        for reason in reasons:
            self.assertIn(reason, told, self.downloads.journal())
        self.assertEqual([each["name"] for each in self.cloud.state()["servers"]], [])
        self.daemon.ctl("teardown", "fir", "--yes")
        self.assertEqual(self.cloud.left(), {})
        lab.wait_until(lambda: not lab.remains(), 30, lambda: f"nothing remains: {lab.remains()}")

    def test_a_download_that_fails(self):
        self.downloads.play(self.archive, 404)
        self.begin(Settings(more=SPEAKING_LIMIT))
        self.fails("booting", "404", self.archive)

    def test_downloads_that_fail_at_first(self):
        self.downloads.play(self.archive, ["drop", "wrong"])
        template = "nats-server-v{version}-linux-{arch}.tar.gz"
        self.begin(Settings(urls=[self.downloads.url(lab.ADDRESS, each) for each in (f"nowhere/{template}", template)]))
        self.daemon.do("plant", "cloud", "small", "--yes", "--name", "fir")
        asked = [entry["path"] for entry in self.downloads.journal() if entry["path"].endswith(".tar.gz")]
        self.assertEqual(asked, [f"/nowhere{self.archive}", self.archive] * 3, "in their order, again and again")
        self.assertEqual([nats.monitor(each, "varz")["version"] for each in self.daemon.addresses("fir")], [self.version])
        self.tear_down("fir")

    def test_a_checksum_that_is_wrong(self):
        self.downloads.play(self.archive, "wrong")
        self.begin(Settings(more=SPEAKING_LIMIT))
        self.fails("booting", "checksum")

    def test_a_machine_that_never_boots(self):
        self.cloud.fault(match={"method": "POST", "path": "^/servers$"}, times=9, unplugged=True)
        self.begin(Settings(more=BOOT_LIMIT))
        self.fails("booting")

    def test_a_machine_that_never_joins(self):
        self.begin(Settings(more=JOIN_LIMIT))
        self.daemon.do("plant", "cloud", "small", "--yes", "--name", "fir")
        self.cloud.fault(match={"method": "POST", "path": "^/servers$"}, times=9, blocked_ports=[6222, 6223])
        status, printed = self.daemon.ctl("grow", "fir", "--nodes", "1", "--yes")
        self.assertEqual(status, 1, printed)
        self.assertIn("never got past joining", printed + self.daemon.do("events", "-o", "json"))
        self.assertEqual([each["name"] for each in self.cloud.state()["servers"]], ["fir-node-1"])
        self.assertEqual(self.servers_that_answer("fir"), ["fir-node-1", "fir-node-1-witness"])
        self.tear_down("fir")
