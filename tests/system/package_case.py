"""What the tests of the Debian package share: a box in the lab, and looks at its forests from outside."""

import json
import os
import pathlib
import time
import unittest

import lab
from admin_box import STATE, AdminBox
from cloud import Cloud

READY_LIMIT = 60
REBOOT_LIMIT = 90
CONFIG = "/etc/morpheusd.yaml"
GATE = "/opt/slow/open"  # nats-server starts once it is there
SLOW_SERVER = f"""#!/bin/sh
[ "$1" = --version ] && exec /usr/sbin/nats-server --version
until [ -e {GATE} ]; do sleep 0.1; done
exec /usr/sbin/nats-server "$@"
"""
# What tests of growing by hand do not wait for.
QUICK = "growth: {cooldown_minutes: 0, sustain_seconds: 0}\nmonitor: {poll_interval: 500ms}\n"


# tests/system/run --package
PACKAGE = pathlib.Path(os.environ["MORPHEUS_PACKAGE"])
REPOSITORY = pathlib.Path(os.environ["MORPHEUS_REPOSITORY"])


def package_of_version(version):
    """The same programs under another number."""
    script = lab.HERE.parent.parent / "scripts/package"
    return lab.command(str(script), "--built", str(lab.BUILD), "--version", version, "--output", str(lab.DIRECTORY / version), limit=120).splitlines()[-1]


class PackageCase(unittest.TestCase):
    """One box for all tests of a class; it says what it saw if a test fails."""

    @classmethod
    def setUpClass(cls):
        cls.cloud = Cloud()
        cls.addClassCleanup(cls.cloud.stop)
        cls.box = AdminBox(cls.cloud, REPOSITORY)
        cls.package = cls.box.bring(PACKAGE)

    def setUp(self):
        self.began = time.monotonic()

    def tearDown(self):
        if any(each is self for each, _ in self._outcome.result.failures + self._outcome.result.errors):
            print(self.box.machine.report())
            print((self.box.machine.directory / "console").read_text(encoding="utf-8", errors="replace")[-2000:])
            print(self.box.call("journalctl", "--no-pager", "--lines=80", "--unit=morpheusd.service", "--unit=morpheus-node@*")[1])

    def configure(self, text):
        """The whole configuration; the daemon begins anew with it."""
        self.box.write(CONFIG, text)
        self.box.do("systemctl", "restart", "morpheusd.service")

    def slow_servers(self):
        """From now on a local node's nats-server starts once the gate is open: whatever needs one stays open as long."""
        self.box.write("/opt/slow/nats-server", SLOW_SERVER, 0o755)
        (self.box.root / GATE.lstrip("/")).unlink(missing_ok=True)
        self.configure(QUICK + "local: {nats_server: /opt/slow/nats-server}\n")

    def open_gate(self):
        """See slow_servers."""
        self.box.write(GATE, "")

    def plant(self, size, name):
        """On the local provider."""
        self.box.do("morpheusctl", "plant", "local", size, "--name", name)

    def tear_down(self, name):
        """Nothing is left of it."""
        self.box.do("morpheusctl", "teardown", name, "--yes")
        lab.wait_until(lambda: not [each for each in self.box.servers() if each.startswith(name)], READY_LIMIT,
                       lambda: f"no server of {name}: {self.box.servers()}")

    def is_ready(self, name, nodes):
        """So many nodes are ready, and are one cluster."""
        def states():
            status, printed = self.box.ctl("status", name, "-o", "json")
            return [each["state"] for each in json.loads(printed)["nodes"]] if status == 0 else printed
        lab.wait_until(lambda: states() == ["ready"] * nodes, READY_LIMIT, lambda: f"{nodes} ready nodes: {states()}")
        addresses = [each["address"] for each in self.box.ask("status", name)["nodes"]]
        lab.wait_until(lambda: self.is_mesh(addresses), READY_LIMIT, f"{addresses} are one cluster")

    def is_mesh(self, addresses):
        """Every server says that it has a route to every other."""
        asked = ["curl", "-sS", "--max-time", "3"]
        looks = [self.box.call(*asked, f"http://{each}:8222/{what}") for each in addresses for what in ("varz", "routez")]
        if any(status != 0 for status, _ in looks):
            return False
        answers = [json.loads(printed) for _, printed in looks]
        names = {each["server_id"] for each in answers[::2]}
        peers = [{route["remote_id"] for route in each["routes"] or []} | {each["server_id"]} for each in answers[1::2]]
        return len(names) == len(addresses) and all(names <= each for each in peers)

    def operations(self, name):
        """Kinds and states of its operations, the newest last."""
        return [(each["kind"], each["state"]) for each in self.recorded(
            f"SELECT kind, state FROM operations WHERE forest = '{name}' ORDER BY id")]

    def recorded(self, query):
        """Rows of the daemon's database, read from outside of it."""
        script = ("import sqlite3, sys, json; c = sqlite3.connect('file:/var/lib/morpheus/morpheus.db?mode=ro', uri=True); "
                  "c.row_factory = sqlite3.Row; print(json.dumps([dict(r) for r in c.execute(sys.argv[1])]))")
        return json.loads(self.box.do("python3", "-c", script, query))

    def wait_for_open(self, name, kind, state):
        """An operation of that kind is open, and one of its nodes in that state."""
        def found():
            return self.recorded("SELECT n.name FROM nodes n JOIN operations o ON n.operation_id = o.id WHERE o.state = 'running' AND "
                                 f"o.forest = '{name}' AND o.kind = '{kind}' AND n.state = '{state}'")
        return lab.wait_until(found, READY_LIMIT, lambda: f"{kind} of {name} is open: {self.operations(name)}")

    def reboot(self, *how):
        """Until it is up again."""
        before = self.box.machine.boot_id()
        if how:
            self.box.call(*how)
        else:
            self.cloud.hcloud("server", "reset", "admin")
        lab.wait_until(lambda: self.box.machine.boot_id() not in (None, before), REBOOT_LIMIT, "another boot")
        self.box.wait_until_up()
