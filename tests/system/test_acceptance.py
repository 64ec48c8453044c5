"""The acceptance criteria of the roadmap's first task, a test each, on booted machines: a forest of one and one of five."""

import hashlib
import tarfile
import time

import lab
import nats
from forest_case import JOIN_LIMIT, ForestCase, provide, start_daemon

PROGRAM = "/usr/local/bin/nats-server"
HEAR_LIMIT = 30


class Criteria:
    """What holds for a forest of any size; with ForestCase. It is planted once for all of them, and gone after the last."""

    FOREST = "task"
    SIZE = ""
    NODES = 0

    @classmethod
    def setUpClass(cls):
        provide(cls, cls.addClassCleanup)
        # NimsForest is there long before NATS is: nothing but the order that the machine keeps lets it wait.
        cls.downloads.play(cls.archive, [404] * cls.NODES)
        start_daemon(cls, cls.addClassCleanup)
        cls.daemon.do("plant", "cloud", cls.SIZE, "--yes", "--name", cls.FOREST)
        cls.nodes = cls.daemon.nodes(cls.FOREST)
        cls.addresses = [node["address"] for node in cls.nodes]
        cls.names = [cls.machine_name(cls.FOREST, node) for node in cls.nodes]

    def setUp(self):
        self.began = time.monotonic()
        self.assertEqual(len(self.nodes), self.NODES)

    @classmethod
    def tearDownClass(cls):
        cls.daemon.do("teardown", cls.FOREST, "--yes")
        if cls.cloud.left():
            raise AssertionError(f"left in the account: {cls.cloud.left()}")

    def machines(self):
        """Each with its name."""
        return [(name, self.cloud.machine(name)) for name in self.names]

    @staticmethod
    def shown(machine, unit, *properties):
        """What `systemctl show` says of a unit."""
        printed = machine.run("systemctl", "show", unit, *(f"--property={each}" for each in properties))
        return dict(line.split("=", 1) for line in printed.splitlines())

    def test_nats_server_is_installed_on_each_vm(self):
        with tarfile.open(self.downloads.directory / self.archive.lstrip("/")) as tar:
            member = next(each for each in tar.getmembers() if each.isfile())
            released = hashlib.sha256(tar.extractfile(member).read()).hexdigest()
        for name, machine in self.machines():
            with self.subTest(name):
                self.assertEqual(machine.run("sha256sum", PROGRAM).split()[0], released)
                pid = self.shown(machine, "nats.service", "MainPID")["MainPID"]
                self.assertEqual(machine.run("readlink", f"/proc/{pid}/exe").strip(), PROGRAM)
                self.assertEqual(machine.run("stat", "--format=%U", f"/proc/{pid}").strip(), "nats")
        versions = [nats.monitor(each, "varz")["version"] for each in self.addresses]
        self.assertEqual(versions, [self.version] * self.NODES)

    def test_nats_starts_before_nimsforest(self):
        self.assertEqual([each["fault"] for each in self.downloads.journal() if each["path"] == self.archive][:self.NODES],
                         [404] * self.NODES, "NATS came late")
        for name, machine in self.machines():
            with self.subTest(name):
                began = "ExecMainStartTimestampMonotonic"
                server = int(self.shown(machine, "nats.service", began)[began])
                waiter = int(self.shown(machine, "nimsforest.service", began)[began])
                self.assertGreater(server, 0)
                self.assertGreater(waiter, server)
                about = self.shown(machine, "nimsforest.service", "After", "Requires", "NRestarts")
                self.assertIn("nats.service", about["After"].split())
                self.assertIn("nats.service", about["Requires"].split())
                self.assertEqual(about["NRestarts"], "0", "it was never started in vain")

    def test_the_forest_is_one_nats_cluster(self):
        lab.wait_until(lambda: self.is_one_cluster(), JOIN_LIMIT, "one cluster")
        self.assertEqual({nats.monitor(each, "varz")["cluster"]["name"] for each in self.addresses}, {self.FOREST})
        with nats.Client(self.addresses[0]) as speaker:
            for address in self.addresses:
                with nats.Client(address) as listener:
                    listener.subscribe("hear")
                    heard = lab.wait_until(lambda listener=listener: self.says(speaker, listener), HEAR_LIMIT, f"{address} hears")
                    self.assertEqual(heard, b"hello")

    def is_one_cluster(self):
        """Of nodes alone; a forest of one has a witness beside it."""
        return nats.is_mesh(self.addresses)

    @staticmethod
    def says(speaker, listener):
        """What the other heard, if it did."""
        speaker.publish("hear", b"hello")
        return listener.heard(limit=1)

    def test_nats_server_list_shows_all_nodes(self):
        self.assertEqual(self.servers_that_answer(self.FOREST), self.expected_servers())

    def expected_servers(self):
        """Their names, sorted."""
        return sorted(self.names)

    def test_nimsforest_is_connected_to_its_local_nats(self):
        self.forest_answers(self.FOREST)
        for address, (name, machine) in zip(self.addresses, self.machines()):
            with self.subTest(name):
                clients = [each for each in nats.monitor(address, "connz")["connections"] if each["name"] == "nimsforest"]
                self.assertEqual([each["ip"] in ("127.0.0.1", "::1") for each in clients], [True])
                pid = self.shown(machine, "nimsforest.service", "MainPID")["MainPID"]
                environment = machine.run("cat", f"/proc/{pid}/environ").split("\0")
                self.assertIn("NATS_URL=nats://localhost:4222", environment)
                self.assertIn(f"FOREST_ID={self.FOREST}", environment)


class ForestOfOneTest(Criteria, ForestCase):
    """Its one node has a witness, which is a server of the cluster too."""

    SIZE = "small"
    NODES = 1

    def expected_servers(self):
        """The node and its witness."""
        return [self.names[0], f"{self.names[0]}-witness"]

    def is_one_cluster(self):
        """The node and its witness, in one meta group."""
        routes = nats.monitor(self.addresses[0], "routez")["routes"] or []
        return {each["remote_name"] for each in routes if "remote_name" in each} <= {f"{self.names[0]}-witness"} and \
            len({each["remote_id"] for each in routes}) == 1


class ForestOfFiveTest(Criteria, ForestCase):
    """Three cores and two edges."""

    SIZE = "large"
    NODES = 5
