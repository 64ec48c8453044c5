"""The box by itself: machines of the fake cloud boot, serve, drain, and leave nothing behind."""

import json
import unittest

import lab
import nats
import releases
import small_machine
from cloud import Cloud
from download_server import DownloadServer

BOOT_LIMIT = 60
GONE_LIMIT = 30


def failed(case):
    """Whether a test has failed, in its tearDown. (unittest has no other way to ask.)"""
    result = case._outcome.result  # pylint: disable=protected-access
    return any(each is case for each, _ in result.failures + result.errors)


class BoxTest(unittest.TestCase):
    """One cloud for all; a machine a test, each told to run a nats-server."""

    @classmethod
    def setUpClass(cls):
        files = lab.DIRECTORY / "downloads"
        files.mkdir(exist_ok=True)
        cls.version = releases.make_release(files)
        (files / "nimsforest").write_bytes((lab.HERE / "nimsforest/nimsforest").read_bytes())
        cls.downloads = DownloadServer(files)
        cls.addClassCleanup(cls.downloads.stop)
        cls.cloud = Cloud()
        cls.addClassCleanup(cls.cloud.stop)

    def tearDown(self):
        if failed(self):
            for machine in self.cloud.machines():
                print(machine.report())
        for server in self.cloud.state()["servers"]:
            self.cloud.hcloud("server", "delete", server["name"])
        lab.wait_until(lambda: not self.cloud.left(), GONE_LIMIT, "deleted")
        self.assertEqual(lab.remains(), {})

    def order(self, name, *more):
        """A server; its machine and its address."""
        archive = f"nats-server-v{self.version}-linux-{releases.architecture()}.tar.gz"
        told = lab.DIRECTORY / f"{name}.user-data"
        told.write_text(small_machine.user_data(name, self.downloads.url(lab.ADDRESS, archive),
                                                self.downloads.url(lab.ADDRESS, "nimsforest")), encoding="utf-8")
        self.cloud.hcloud("server", "create", "--name", name, "--type", "cx23", "--image", "debian-12", "--location", "fsn1",
                          "--user-data-from-file", str(told), *more)
        server = next(each for each in self.cloud.state()["servers"] if each["name"] == name)
        return self.cloud.machine(name), server["public_net"]["ipv6"]["ip"].split("/")[0] + "1"

    def serves(self, address, name):
        """Its server is reached from the lab, and is its own."""
        varz = lab.wait_until(lambda: nats.monitor(address, "varz"), BOOT_LIMIT, f"{name} serves")
        self.assertEqual(varz["server_name"], name)
        return varz

    def status(self, name):
        """What the API says of a server."""
        return json.loads(self.cloud.hcloud("server", "describe", name, "-o", "json"))["status"]

    def test_a_server_boots_what_it_was_told_reboots_drains_and_goes(self):
        machine, address = self.order("web", "--without-ipv4")
        first = self.serves(address, "web")
        errors = lab.wait_until(lambda: [machine.cloud_init()] if machine.cloud_init() is not None else None, BOOT_LIMIT, "cloud-init")
        self.assertEqual(errors, [[]])
        self.assertEqual(machine.run("hostname").strip(), "web")
        self.assertEqual(machine.run("systemctl", "is-system-running", "--wait").strip(), "running")
        with nats.Client(address) as client:
            about = json.loads(lab.wait_until(lambda: client.request("nimsforest.web"), BOOT_LIMIT, "NimsForest answers"))
        self.assertEqual((about["forest"], about["nats_url"]), ("box", "nats://[::1]:4222"))

        self.cloud.hcloud("server", "reboot", "web")
        lab.wait_until(lambda: (nats.monitor(address, "varz") or first)["server_id"] != first["server_id"], BOOT_LIMIT, "back again")
        self.assertTrue((machine.root / "var/drained").exists(), "its unit was stopped in order")
        self.assertEqual(self.status("web"), "running")

        (machine.root / "var/drained").unlink()
        self.cloud.hcloud("server", "shutdown", "web")
        lab.wait_until(lambda: self.status("web") == "off", BOOT_LIMIT, "off")
        self.assertTrue((machine.root / "var/drained").exists(), "its unit was stopped in order")
        self.assertIsNone(nats.monitor(address, "varz"))

        self.cloud.hcloud("server", "poweron", "web")
        self.serves(address, "web")
        self.assertEqual(self.downloads.asked_for("/nimsforest", address), 1, "cloud-init runs once an instance")

    def test_machines_are_apart_and_reach_each_other(self):
        machines = dict(self.order(name) for name in ("oak", "elm"))
        names = {machine: machine.directory.name for machine in machines}
        for machine, address in machines.items():
            self.serves(address, names[machine])
        (oak, elm), (oak_address, elm_address) = list(machines), list(machines.values())
        self.assertIn("server_name", elm.run("curl", "-sS", f"http://[{oak_address}]:8222/varz"))
        ipv4 = next(each for each in self.cloud.state()["servers"] if each["name"] == "elm")["public_net"]["ipv4"]["ip"]
        self.assertIn("server_name", oak.run("curl", "-sS", f"http://{ipv4}:8222/varz"))
        elm.run("systemctl", "stop", "nats.service")
        self.assertIsNone(nats.monitor(elm_address, "varz"))
        self.assertIsNotNone(nats.monitor(oak_address, "varz"))
        self.cloud.hcloud("server", "poweroff", "oak")
        self.assertIsNone(nats.monitor(oak_address, "varz"))
        self.assertFalse((oak.root / "var/drained").exists(), "the plug was pulled")

    def test_a_machine_without_a_cable_and_one_with_blocked_ports(self):
        self.cloud.fault(match={"method": "POST", "path": "^/servers$", "name": "^far$"}, unplugged=True)
        self.cloud.fault(match={"method": "POST", "path": "^/servers$", "name": "^deaf$"}, blocked_ports=[4222])
        far, far_address = self.order("far")
        _, deaf_address = self.order("deaf")
        self.serves(deaf_address, "deaf")
        with self.assertRaises(TimeoutError):
            nats.Client(deaf_address)
        lab.wait_until(lambda: far.cloud_init() is not None, BOOT_LIMIT, "cloud-init ends")
        self.assertIsNone(nats.monitor(far_address, "varz"))
