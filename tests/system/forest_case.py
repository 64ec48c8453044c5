"""What tests of whole forests share: a cloud, downloads and a daemon of their own each."""

import json
import pathlib
import tempfile
import time
import unittest

import lab
import nats
import releases
from cloud import Cloud
from daemon import Daemon
from download_server import DownloadServer
from stream import Stream

JOIN_LIMIT = 60
BACK_LIMIT = 90
GONE_LIMIT = 30


def provide(owner, cleanup):
    """Gives a test, or a class of tests, a cloud and downloads; `cleanup` registers what ends them."""
    files = pathlib.Path(tempfile.mkdtemp(prefix="downloads-", dir=lab.DIRECTORY))
    owner.version = releases.make_release(files)
    owner.archive = f"/nats-server-v{owner.version}-linux-{releases.architecture()}.tar.gz"
    (files / "nimsforest").write_bytes((lab.HERE / "nimsforest/nimsforest").read_bytes())
    owner.downloads = DownloadServer(files)
    cleanup(owner.downloads.stop)
    owner.cloud = Cloud()
    cleanup(owner.cloud.stop)
    owner.daemon = None


def start_daemon(owner, cleanup, settings=None):
    """Gives it a daemon too."""
    owner.daemon = Daemon(owner.cloud, owner.downloads, owner.version, settings)
    cleanup(owner.daemon.stop)


class ForestCase(unittest.TestCase):
    """Ends with an account in which there is nothing, and a lab without machines; says what it saw if it fails."""

    def setUp(self):
        self.began = time.monotonic()
        provide(self, self.addCleanup)

    def mark(self, what):
        """Says how long the test took so far."""
        print(f"{time.monotonic() - self.began:6.1f} s  {what}", flush=True)

    def begin(self, settings=None):
        """Starts the daemon."""
        start_daemon(self, self.addCleanup, settings)

    def tearDown(self):
        if self.has_failed():
            print(self.daemon.program.log()[-6000:] if self.daemon else "no daemon")
            for machine in self.cloud.machines():
                print(machine.report())

    def has_failed(self):
        """In tearDown. (unittest has no other way to ask.)"""
        result = self._outcome.result
        return any(each is self for each, _ in result.failures + result.errors)

    def tear_down(self, forest):
        """Nothing is left of it, in the account and in the lab."""
        self.daemon.do("teardown", forest, "--yes")
        self.assertEqual(self.cloud.left(), {})
        lab.wait_until(lambda: not lab.remains(), GONE_LIMIT, lambda: f"nothing remains: {lab.remains()}")

    def joined(self, addresses, names=()):
        """They are one cluster."""
        lab.wait_until(lambda: nats.is_mesh(addresses), JOIN_LIMIT, lambda: f"one cluster: {[nats.monitor(a, 'routez') for a in addresses]}")

    def forest_answers(self, forest):
        """NimsForest is connected on each node, as it was told to."""
        for node in self.daemon.nodes(forest):
            name = self.machine_name(forest, node)

            def asked(node=node, name=name):
                with nats.Client(node["address"]) as client:
                    return client.request(f"nimsforest.{name}")
            about = json.loads(lab.wait_until(asked, JOIN_LIMIT, f"NimsForest of {name} answers"))
            self.assertEqual((about["host"], about["forest"]), (name, forest))
            self.assertIn(about["nats_url"], ("nats://localhost:4222", "nats://127.0.0.1:4222", "nats://[::1]:4222"))

    @staticmethod
    def machine_name(forest, node):
        """The server's, of a node of `status`."""
        name = node["name"]
        return name if name.startswith(f"{forest}-") else f"{forest}-{name}"

    def servers_that_answer(self, forest):
        """Names of all servers of the cluster, as `nats server list` finds them."""
        address = self.daemon.addresses(forest)[0]
        with nats.Client(address, self.daemon.system_user(forest)) as client:
            return sorted(json.loads(each)["server"]["name"] for each in client.request_all("$SYS.REQ.SERVER.PING"))

    def reboot(self, name, address, stream):
        """Until the machine's server is back, and all copies of the stream are whole again."""
        before = nats.monitor(address, "varz")["server_id"]
        self.cloud.hcloud("server", "reboot", name)
        lab.wait_until(lambda: (nats.monitor(address, "varz") or {}).get("server_id", before) != before, BACK_LIMIT, f"{name} is back")
        lab.wait_until(lambda: stream.copies() == 3, BACK_LIMIT, lambda: f"three copies: {stream.info()}")

    def stream(self, name, addresses, replicas):
        """One in which every message is accounted for."""
        stream = Stream(name, addresses)
        self.addCleanup(stream.close)
        stream.create(replicas)
        return stream
