"""Whatever happens to a machine while it becomes a node, it becomes the same one."""

import hashlib
import pathlib

import lab
import nats
import releases
import yaml
from forest_case import BACK_LIMIT, ForestCase

REACH_LIMIT = 60
PLACES = ("/etc/nats", "/etc/morpheus", "/etc/nimsforest", "/etc/systemd", "/etc/sysusers.d", "/etc/apt/apt.conf.d", "/etc/ssh/sshd_config.d",
          "/usr/local", "/opt")
UNITS = ("nats.service", "nats-witness.service", "nats-witness-retire.service", "nimsforest.service", "morpheus-packages.service")


class AgainTest(ForestCase):
    """A forest of one, whose machine is the same one in the end."""

    def plant(self):
        """Its machine and its address."""
        self.daemon.do("plant", "cloud", "small", "--yes", "--name", "ash")
        return self.cloud.machine("ash-node-1"), self.daemon.addresses("ash")[0]

    def settled(self, machine, address):
        """All of its units are up."""
        def is_up():
            states = machine.run("systemctl", "show", "--property=ActiveState", "--value", *UNITS, check=False).split()
            return states == ["active"] * len(UNITS)
        lab.wait_until(lambda: machine.first_process() and is_up(), BACK_LIMIT, machine.report)
        lab.wait_until(lambda: machine.cloud_init() == [], BACK_LIMIT, machine.report)
        lab.wait_until(lambda: (nats.monitor(address, "varz") or {}).get("server_name") == "ash-node-1", BACK_LIMIT, machine.report)
        self.forest_answers("ash")

    def shape(self, machine):
        """Path, mode and owner of everything that a node adds."""
        return machine.run("find", *PLACES, "-xdev", "-printf", "%p %y %m %u:%g\\n").splitlines()

    def contents_are_as_told(self, machine):
        """Each file is what user_data says, and the programs are what was downloaded."""
        told = yaml.safe_load((machine.root / "var/lib/cloud/seed/nocloud/user-data").read_text(encoding="utf-8"))
        for each in told["write_files"]:
            written = (machine.root / each["path"].lstrip("/")).read_text(encoding="utf-8")
            self.assertEqual(written, each["content"], each["path"])
        for path, source in (("usr/local/bin/nats-server", pathlib.Path(releases.SERVER)), ("opt/nimsforest/bin/nimsforest", lab.HERE / "nimsforest/nimsforest")):
            digests = [hashlib.sha256(each.read_bytes()).hexdigest() for each in (machine.root / path, source)]
            self.assertEqual(digests[0], digests[1], path)

    def test_a_second_run_of_cloud_init_changes_nothing(self):
        self.begin()
        machine, address = self.plant()
        self.settled(machine, address)
        stream = self.stream("orders", [address], 1)
        stream.publish(20)
        before, server = sorted(self.shape(machine)), nats.monitor(address, "varz")["server_id"]
        asked_for = self.downloads.asked_for(self.archive)  # more than once if a transfer stood still: the machine begins anew

        machine.run("cloud-init", "clean", "--logs")
        self.assertIsNone(machine.cloud_init(), "it will run as on a first boot")
        self.cloud.hcloud("server", "reboot", "ash-node-1")
        lab.wait_until(lambda: (nats.monitor(address, "varz") or {}).get("server_id", server) != server, BACK_LIMIT, "back again")
        self.settled(machine, address)
        self.assertEqual(sorted(self.shape(machine)), before)
        self.contents_are_as_told(machine)
        self.assertEqual(self.downloads.asked_for(self.archive), asked_for, "it is installed already")
        lab.wait_until(lambda: stream.stored() == stream.acknowledged, BACK_LIMIT, "each message once, in order")
        self.tear_down("ash")

    def test_the_plug_is_pulled_at_any_moment(self):
        self.begin()
        machine, address = self.plant()
        self.settled(machine, address)
        undisturbed = sorted(self.shape(machine))
        self.tear_down("ash")

        self.downloads.play(self.archive, "slow")
        planting = self.daemon.start_command("plant", "cloud", "small", "--yes", "--name", "ash")
        server = lab.wait_until(lambda: self.cloud.state()["servers"], REACH_LIMIT, "the server is there")[0]
        address = server["public_net"]["ipv6"]["ip"].split("/")[0] + "1"
        asked = self.downloads.asked_for
        root = machine.root
        moments = {
            "booted": machine.first_process,
            "files are being written": (root / "etc/apt/apt.conf.d/60morpheus-upgrades").exists,
            "files are written": (root / "var/lib/morpheus/told").exists,
            "NATS is downloading": lambda: asked(self.archive) > self.asked_before,
            "NATS is installed": (root / "usr/local/bin/nats-server").exists,
            "NATS runs": lambda: nats.monitor(address, "varz"),
            "NimsForest is installed": (root / "opt/nimsforest/bin/nimsforest").exists,
        }
        for moment, reached in moments.items():
            self.asked_before = asked(self.archive)
            lab.wait_until(reached, REACH_LIMIT, moment)
            boot = machine.boot_id()
            self.cloud.hcloud("server", "reset", "ash-node-1")
            lab.wait_until(lambda boot=boot: machine.boot_id() not in (None, boot), REACH_LIMIT, f"a new boot after: {moment}")
            self.mark(f"pulled when {moment}")
            if moment == "NATS is downloading":
                self.downloads.play(self.archive, None)
        self.assertEqual(planting.process.wait(BACK_LIMIT), 0, planting.log())
        self.assertEqual(self.daemon.addresses("ash"), [address])
        self.settled(machine, address)
        self.assertEqual(sorted(self.shape(machine)), undisturbed)
        self.contents_are_as_told(machine)
        self.tear_down("ash")
