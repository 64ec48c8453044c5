"""The service on a real system manager: whatever is done to it, forests stay as they are, and what was begun is ended."""

import time

import lab
from package_case import CONFIG, GATE, QUICK, READY_LIMIT, PackageCase

WATCHDOG_LIMIT = 40
MOST_EXPOSED = 2.0
SOON = 20  # seconds; a client waits 30
LETS_GO = f"""#!/usr/bin/python3
import os, subprocess, sys, time
if sys.argv[1] == "--version":
    os.execv("/usr/sbin/nats-server", sys.argv)
server = subprocess.Popen(["/usr/sbin/nats-server", *sys.argv[1:]])
while not os.path.exists("{GATE}"):
    time.sleep(0.1)
os.close(3)
server.wait()
"""


class ServiceTest(PackageCase):
    """One installation; each test leaves it as it found it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.box.install(cls.package)
        cls.box.write(CONFIG, QUICK)
        cls.box.do("systemctl", "restart", "morpheusd.service")
        for user, group in (("anna", ""), ("berta", "morpheus-view"), ("carl", "morpheus")):
            cls.box.do("useradd", "--create-home", *(["--groups", group] if group else []), user)

    def setUp(self):
        super().setUp()
        self.box.forget()
        self.box.write(CONFIG, QUICK)
        self.box.do("systemctl", "start", "morpheusd.socket", "morpheusd.service")

    def as_user(self, user, *arguments):
        """morpheusctl with all of the user's groups: its status, and what it printed."""
        return self.box.call("runuser", "-u", user, "--", "morpheusctl", *arguments)

    def test_stopped_and_started_it_finds_its_nodes_as_they_were(self):
        self.plant("medium", "oak")
        servers = self.box.servers()
        self.assertEqual(len(servers), 3)
        self.box.do("systemctl", "stop", "morpheusd.socket", "morpheusd.service")
        self.assertEqual(self.box.servers(), servers, "stopping the service stops no node")
        status, printed = self.box.ctl("list")
        self.assertEqual(status, 3, printed)
        self.assertIn("morpheusd.service", printed)
        self.assertIn("systemctl start morpheusd", printed)
        self.box.do("systemctl", "start", "morpheusd.socket", "morpheusd.service")
        self.is_ready("oak", 3)
        self.assertEqual(self.box.servers(), servers)
        self.assertIn("1 forest, 3 nodes", self.box.do("systemctl", "status", "--no-pager", "morpheusd.service"))
        self.tear_down("oak")

    def test_a_restart_refuses_no_client_and_ends_no_command(self):
        self.slow_servers()
        planting = self.box.begin("morpheusctl", "plant", "local", "small", "--name", "ash")
        self.wait_for_open("ash", "plant", "booting")
        calling = self.box.begin("sh", "-c", "until [ -e /var/tmp/enough ]; do morpheusctl list -o json || exit 1; done")
        lab.wait_until(lambda: calling.poll() is None and calling.stdout.readline(), READY_LIMIT, "it calls")
        before = self.box.main_pid()
        self.box.do("systemctl", "restart", "morpheusd.service")
        self.assertNotEqual(self.box.main_pid(), before)
        self.assertIsNone(planting.poll(), "the command waits")
        self.box.write("/var/tmp/enough", "")
        said, _ = calling.communicate(timeout=READY_LIMIT)
        self.assertEqual(calling.returncode, 0, said[-400:])
        self.open_gate()
        said, _ = planting.communicate(timeout=READY_LIMIT)
        self.assertEqual(planting.returncode, 0, said)
        self.is_ready("ash", 1)
        self.tear_down("ash")

    def test_a_reload_takes_a_good_file_and_refuses_a_bad_one(self):
        before = self.box.main_pid()
        self.box.write(CONFIG, QUICK + "jetstream: {max_memory: 64MB}\n")
        self.box.do("systemctl", "reload", "morpheusd.service")
        lab.wait_until(lambda: f"reloaded {CONFIG}" in self.box.ctl("events")[1], READY_LIMIT, "it says that it has reloaded")
        self.box.write(CONFIG, "growth: {max_nods: 4}\n")
        status, printed = self.box.call("systemctl", "reload", "morpheusd.service")
        self.assertNotEqual(status, 0, printed)
        self.assertIn("max_nods", self.box.journal("--unit=morpheusd.service"))
        self.assertIn("max_nodes", self.box.journal("--unit=morpheusd.service"), "the nearest key is named")
        self.assertEqual(self.box.show("morpheusd.service", "ActiveState", "MainPID"), ["active", str(before)])
        self.assertEqual(self.box.ctl("list")[0], 0)

    def has_grown(self, name):
        """Planted and grown, once each."""
        ended = [("plant", "succeeded"), ("grow", "succeeded")]
        lab.wait_until(lambda: self.operations(name) == ended, READY_LIMIT, lambda: f"it ends: {self.operations(name)}")

    def kill_in_the_middle(self, how):
        """Killed while a node boots, it comes back by itself and ends what it began, once."""
        self.plant("small", "elm")
        self.slow_servers()
        growing = self.box.begin("morpheusctl", "grow", "elm", "--nodes", "2", "--yes")
        self.wait_for_open("elm", "grow", "booting")
        before = self.box.main_pid()
        how()
        lab.wait_until(lambda: self.box.main_pid() not in (0, before), WATCHDOG_LIMIT, "another process")
        self.open_gate()
        said, _ = growing.communicate(timeout=READY_LIMIT)
        self.assertEqual(growing.returncode, 0, said)
        self.is_ready("elm", 3)
        self.assertEqual(sorted(self.box.servers()), ["elm-node-1", "elm-node-2", "elm-node-3"])
        self.has_grown("elm")
        self.tear_down("elm")

    def test_killed_with_an_open_operation_it_ends_it_once(self):
        def kill():
            self.box.do("systemctl", "kill", "--kill-whom=main", "--signal=KILL", "morpheusd.service")
            self.assertEqual(self.box.ctl("list")[0], 0, "callers wait for its restart")
        self.kill_in_the_middle(kill)

    def test_a_hung_loop_is_ended_by_the_watchdog(self):
        self.box.write("/etc/systemd/system/morpheusd.service.d/quick.conf", "[Service]\nWatchdogSec=3\nTimeoutAbortSec=2\n")
        self.box.do("systemctl", "daemon-reload")
        try:
            self.kill_in_the_middle(lambda: self.box.do("systemctl", "kill", "--kill-whom=main", "--signal=STOP", "morpheusd.service"))
        finally:
            self.box.do("rm", "-r", "/etc/systemd/system/morpheusd.service.d")
            self.box.do("systemctl", "daemon-reload")
        self.assertIn("Watchdog timeout", self.box.journal("--unit=morpheusd.service"))

    def test_a_full_disk_is_said_and_ends_with_room(self):
        self.plant("small", "fir")
        filler = self.box.root / "var/tmp/filler"
        self.addCleanup(filler.unlink, missing_ok=True)
        with open(filler, "wb", buffering=0) as file:  # a buffer would have a rest to write when it is closed
            try:
                while True:
                    file.write(b"\0" * 65536)
            except OSError:
                pass
        status, printed = self.box.ctl("plant", "local", "small", "--name", "yew")
        self.assertNotEqual(status, 0)
        self.assertIn("disk is full", printed)
        self.assertEqual(self.nodes_of_list(), {"fir": 1}, "it still answers, and nothing is half there")
        self.assertEqual(list(self.box.servers()), ["fir-node-1"])
        filler.unlink()
        self.plant("small", "yew")
        self.is_ready("yew", 1)
        self.tear_down("yew")
        self.tear_down("fir")

    def nodes_of_list(self):
        """Forest -> number of its nodes."""
        return {each["name"]: len(each["nodes"]) if isinstance(each["nodes"], list) else each["nodes"] for each in self.box.ask("list")}

    def test_without_a_bus_it_works_all_the_same(self):
        self.box.do("systemctl", "mask", "--runtime", "--now", "dbus.socket", "dbus.service")
        try:
            self.box.do("systemctl", "restart", "morpheusd.service")
            self.plant("small", "oak")
            self.is_ready("oak", 1)
            lines = [each for each in self.box.journal(f"_PID={self.box.main_pid()}").splitlines() if "bus" in each.lower()]
            self.assertEqual(len(lines), 1, lines)
            self.tear_down("oak")
        finally:
            self.box.do("systemctl", "unmask", "--runtime", "dbus.socket", "dbus.service")
            self.box.do("systemctl", "start", "dbus.socket")

    def test_a_reboot_waits_for_the_step_and_the_growth_goes_on(self):
        self.plant("small", "elm")
        self.slow_servers()
        self.box.do("morpheusctl", "grow", "elm", "--nodes", "2", "--yes", "--detach")
        self.wait_for_open("elm", "grow", "booting")
        self.assertRegex(self.box.do("systemd-inhibit", "--list", "--no-pager"), r"(?i)morpheus.*shutdown.*delay")
        self.reboot("systemctl", "reboot")
        self.open_gate()
        self.is_ready("elm", 3)
        self.has_grown("elm")
        self.assertEqual(sorted(self.box.servers()), ["elm-node-1", "elm-node-2", "elm-node-3"])
        lab.wait_until(lambda: "Morpheus" not in self.box.do("systemd-inhibit", "--list", "--no-pager"), READY_LIMIT, "nothing is inhibited")
        self.tear_down("elm")

    def test_a_pulled_plug_in_the_middle_of_a_growth_changes_nothing(self):
        self.plant("small", "elm")
        self.slow_servers()
        self.box.do("morpheusctl", "grow", "elm", "--nodes", "1", "--yes", "--detach")
        self.wait_for_open("elm", "grow", "booting")
        self.reboot()
        self.open_gate()
        self.is_ready("elm", 2)
        self.has_grown("elm")
        self.tear_down("elm")

    def test_who_may_do_what_and_who_did(self):
        self.plant("small", "oak")
        status, printed = self.as_user("anna", "list")
        self.assertEqual(status, 6, printed)
        self.assertIn("morpheus-view", printed)
        self.assertEqual(self.as_user("berta", "list")[0], 0)
        status, printed = self.as_user("berta", "pause", "oak")
        self.assertEqual(status, 6, printed)
        self.assertEqual(self.as_user("carl", "pause", "oak")[0], 0, "a supplementary group counts")
        uid = self.box.do("id", "-u", "carl").strip()
        self.assertRegex(self.box.ctl("events")[1], rf"carl \(uid {uid}, pid \d+[^)]*\): pause")
        self.assertRegex(self.box.journal("MORPHEUS_KIND=command", "MORPHEUS_FOREST=oak"), rf"carl \(uid {uid}, pid \d+[^)]*\): pause")
        self.tear_down("oak")

    def test_it_is_shut_in(self):
        printed = self.box.do("systemd-analyze", "security", "--no-pager", "morpheusd.service")
        exposure = float(printed.split("Overall exposure level for morpheusd.service: ")[1].split()[0])
        self.assertLessEqual(exposure, MOST_EXPOSED)

    def test_callers_are_told_soon_of_a_service_that_cannot_start(self):
        self.box.write(CONFIG, "growth: {max_nods: 4}\n")
        self.box.call("systemctl", "restart", "morpheusd.service")
        try:
            self.assertEqual(self.box.show("morpheusd.socket", "ActiveState"), ["active"], "calls are taken, and nobody is there")
            begun = time.monotonic()
            status, printed = self.box.ctl("list")
            self.assertLess(time.monotonic() - begun, SOON)
            self.assertEqual(status, 3, printed)
            self.assertIn("morpheusd.service fails and is restarted", printed)
        finally:
            self.configure(QUICK)
        self.assertEqual(self.box.ctl("list")[0], 0)

    def test_a_node_whose_unit_fails_is_not_waited_for(self):
        drop_in = "/etc/systemd/system/morpheus-node@.service.d"
        self.box.write(f"{drop_in}/broken.conf", "[Service]\nExecStart=\nExecStart=/bin/false\n")
        self.box.do("systemctl", "daemon-reload")
        try:
            self.plant("small", "oak")
            said = self.box.journal(f"_PID={self.box.main_pid()}")
            self.assertIn("ended at once (exit-code): journalctl -u morpheus-node@oak-node-1", said)
            self.assertNotIn("runs no server within", said)
            self.assertNotIn("morpheus-node@oak", self.box.do("systemctl", "list-units", "--all", "--no-pager"), "none is kept")
            self.is_ready("oak", 1)
            self.tear_down("oak")
        finally:
            self.box.do("rm", "-r", drop_in)
            self.box.do("systemctl", "daemon-reload")

    def test_a_local_node_is_a_unit_with_limits(self):
        self.plant("small", "oak")
        unit = "morpheus-node@oak-node-1.service"
        state, memory, quota, user = self.box.show(unit, "ActiveState", "MemoryMax", "CPUQuotaPerSecUSec", "User")
        self.assertEqual((state, user, quota), ("active", "morpheus-node", "2s"))
        self.assertTrue(memory.isdigit() and int(memory) >= 512 << 20, memory)
        pid = self.box.show(unit, "MainPID")[0]
        self.assertIn("nats-server", self.box.do("cat", f"/proc/{pid}/cmdline"))
        self.tear_down("oak")
        self.assertNotEqual(self.box.show(unit, "ActiveState"), ["active"])

    def as_server(self, *command):
        """What somebody who took a server over may do, without the unit's other walls: a status, and what was printed."""
        return self.box.call("setpriv", "--reuid=morpheus-node", "--regid=morpheus-node", "--clear-groups", "--", *command)

    def test_a_server_that_was_taken_over_has_no_right_to_the_daemon(self):
        self.box.write("/etc/credstore/hcloud-token", "secret", 0o600)
        self.plant("small", "oak")
        self.plant("small", "elm")
        self.assertEqual({self.box.user_of(pid) for pids in self.box.servers().values() for pid in pids}, {"morpheus-node"})
        daemon, state = self.box.main_pid(), "/var/lib/morpheus"
        for command in (("kill", "-0", str(daemon)), ("cat", f"/proc/{daemon}/environ"), ("ls", state), ("ls", f"{state}/local"),
                        ("cat", f"{state}/morpheus.db"), ("cat", f"{state}/forests/oak/secrets.json"), ("cat", "/etc/credstore/hcloud-token"),
                        ("touch", f"{state}/local/oak-node-1/other"), ("mv", f"{state}/local/oak-node-1/nats.conf", "/tmp/"),
                        ("sh", "-c", f">>{state}/local/oak-node-1/nats.conf"), ("sh", "-c", f">>{state}/local/oak-node-1/machine.json"),
                        ("rm", f"{state}/local/oak-node-1/lock"), ("systemctl", "stop", "morpheusd.service"),
                        ("systemctl", "start", "morpheus-node@oak-node-1:removal.service")):
            status, printed = self.as_server(*command)
            self.assertNotEqual(status, 0, command)
            self.assertRegex(printed, "(?i)permission denied|not permitted|interactive authentication|access denied", command)
        status, printed = self.as_server("morpheusctl", "list")
        self.assertEqual(status, 6, printed)
        for command in (("cat", f"{state}/local/oak-node-1/nats.conf"), ("ls", f"{state}/local/oak-node-1/data")):
            status, printed = self.as_server(*command)
            self.assertEqual(status, 0, printed)
        self.tear_down("elm")
        self.tear_down("oak")
        self.box.do("rm", "/etc/credstore/hcloud-token")

    def test_a_removal_that_is_asked_for_by_hand_empties_nothing_that_is_used(self):
        self.plant("small", "oak")
        before = self.box.do("find", "/var/lib/morpheus/local/oak-node-1/data", "-mindepth", "1", "-maxdepth", "1")
        self.assertTrue(before)
        self.box.do("systemctl", "start", "morpheus-node@oak-node-1:removal.service")
        lab.wait_until(lambda: "not off" in self.box.journal("--unit=morpheus-node@oak-node-1:removal.service"), READY_LIMIT, "it says why")
        self.assertEqual(self.box.do("find", "/var/lib/morpheus/local/oak-node-1/data", "-mindepth", "1", "-maxdepth", "1"), before)
        self.tear_down("oak")

    def test_drained_and_deleted_through_its_unit_a_node_leaves_nothing(self):
        self.plant("medium", "oak")
        self.box.do("morpheusctl", "grow", "oak", "--nodes", "1", "--yes")
        self.is_ready("oak", 4)
        self.box.do("systemctl", "restart", "morpheusd.service")
        log = "/var/lib/morpheus/log-of-4"  # a second name, which stays
        self.box.do("ln", "/var/lib/morpheus/local/oak-node-4/nats.log", log)
        self.box.do("morpheusctl", "shrink", "oak", "--node", "oak-node-4", "--yes")
        self.assertIn("lame duck", self.box.read(log).lower(), "it was asked to send its clients on")
        self.box.do("rm", log)
        self.assertEqual(sorted(self.nodes_on_disk()), ["oak-node-1", "oak-node-2", "oak-node-3"])
        self.tear_down("oak")
        self.assertEqual(self.nodes_on_disk(), [])

    def test_a_node_whose_data_is_its_own_users_is_started_as_a_unit_only(self):
        drop_in = "/etc/systemd/system/morpheus-node@.service.d"
        self.plant("small", "oak")
        self.box.write(f"{drop_in}/broken.conf", "[Service]\nExecStart=\nExecStart=/bin/false\n")
        try:
            self.reboot("systemctl", "reboot")
            lab.wait_until(lambda: "run as units only" in self.box.ctl("doctor")[1], READY_LIMIT, "the doctor says why")
            self.assertEqual(self.box.servers(), {})
        finally:
            self.box.do("rm", "-r", drop_in)
            self.box.do("systemctl", "daemon-reload")
        self.box.do("systemctl", "restart", "morpheusd.service")
        self.is_ready("oak", 1)
        self.assertEqual({self.box.user_of(pid) for pids in self.box.servers().values() for pid in pids}, {"morpheus-node"})
        self.tear_down("oak")

    def test_a_server_that_lets_go_of_its_lock_ends_with_its_node(self):
        self.slow_servers()
        self.box.write("/opt/slow/nats-server", LETS_GO, 0o755)
        self.plant("small", "oak")
        self.open_gate()
        lab.wait_until(lambda: self.box.call("sh", "-c", "ls -l /proc/*/fd/3 2>/dev/null | grep -q oak-node-1/lock")[0] == 1, READY_LIMIT, "no lock is held")
        self.assertEqual(list(self.box.servers()), ["oak-node-1"])
        self.tear_down("oak")

    def test_without_a_bus_a_node_that_was_a_unit_waits_and_says_what_for(self):
        self.plant("small", "oak")
        self.box.do("systemctl", "mask", "--runtime", "--now", "dbus.socket", "dbus.service")
        try:
            self.box.do("systemctl", "restart", "morpheusd.service")
            self.is_ready("oak", 1)
            self.box.do("morpheusctl", "teardown", "oak", "--yes", "--detach")
            lab.wait_until(lambda: "cannot be signalled" in self.box.ctl("operations", "-o", "json")[1] + self.box.ctl("events")[1]
                           + self.box.ctl("status", "oak")[1], 2 * READY_LIMIT, lambda: f"it says why: {self.box.ctl('status', 'oak')[1]}")
            self.assertEqual(list(self.box.servers()), ["oak-node-1"])
        finally:
            self.box.do("systemctl", "unmask", "--runtime", "dbus.socket", "dbus.service")
            self.box.do("systemctl", "start", "dbus.socket")
        lab.wait_until(lambda: not self.box.servers() and not self.nodes_on_disk(), 2 * READY_LIMIT, "it ends by itself")

    def nodes_on_disk(self):
        """Names, and what is left of others."""
        return self.box.do("find", "/var/lib/morpheus/local", "-mindepth", "1", "-maxdepth", "1", "-not", "-name", ".addresses", "-printf", "%f\n").split()
