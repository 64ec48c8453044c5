"""What morpheusctl says of the daemon's units when nobody answers: the built program, a bus of its own, a systemd that says what each case wants."""
import json
import os
import pathlib
import subprocess
import time
import unittest

HERE = pathlib.Path(__file__).parent
MORPHEUSCTL = os.environ["MORPHEUSCTL"]
LIMIT = 20  # seconds, for whatever must come


def service(state, sub="dead", result="success", status=0, ago=200, restarts=0, loaded="loaded"):
    return {"LoadState": loaded, "ActiveState": state, "SubState": sub, "Result": result, "ExecMainStatus": status, "NRestarts": restarts,
            "StateChangeTimestamp": int((time.time() - ago) * 1_000_000)}


LISTENING = {"LoadState": "loaded", "ActiveState": "active"}


@unittest.skipIf(os.path.exists("/run/morpheus/control.sock"), "a daemon is installed on this machine")
class UnitLook(unittest.TestCase):
    def setUp(self):
        self.bus = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end, self.bus)
        self.environment = {"PATH": os.environ["PATH"], "DBUS_SYSTEM_BUS_ADDRESS": self.bus.stdout.readline().strip()}

    def end(self, process):
        process.kill()
        process.wait()
        process.stdout.close()

    def fake(self, units):
        systemd = subprocess.Popen(["/usr/bin/python3", HERE / "fake_systemd.py", json.dumps(units)], env=self.environment,
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end, systemd)
        self.assertEqual(systemd.stdout.readline().strip(), "ready")

    def ctl(self, *arguments):
        return subprocess.run([MORPHEUSCTL, *arguments], env=self.environment, capture_output=True, text=True, timeout=LIMIT, check=False)

    def expect(self, units, *texts):
        self.fake(units)
        done = self.ctl("list")
        self.assertEqual(done.returncode, 3, done.stderr)
        looked = self.ctl("doctor")
        self.assertEqual(looked.returncode, 3)
        for text in texts:
            self.assertIn(text, done.stderr)
        self.assertIn("unit: " + texts[0].split("(")[0].split(": ")[0].strip(), looked.stdout)

    def state(self, unit, *texts, socket=None):
        self.expect({"morpheusd.service": unit, "morpheusd.socket": socket or LISTENING}, *texts)

    def test_failed(self):
        self.state(service("failed", "failed", "exit-code", 1), "morpheusd.service failed 3 min ago (exit-code 1): journalctl -u morpheusd")

    def test_start_limit(self):
        self.state(service("failed", "failed", "start-limit-hit", 1), "(start-limit-hit)", "systemctl reset-failed morpheusd")

    def test_inactive(self):
        self.state(service("inactive"), "morpheusd.service does not run: systemctl start morpheusd.socket morpheusd.service")

    def test_not_installed(self):
        self.state(service("inactive", loaded="not-found"), "morpheusd.service is not installed")

    def test_masked(self):
        self.state(service("inactive", loaded="masked"), "morpheusd.service is masked", "systemctl unmask")

    def test_bad_file(self):
        self.state(service("inactive", loaded="bad-setting"), "cannot be loaded (bad-setting)".replace("cannot", "morpheusd.service cannot"))

    def test_starting(self):
        self.state(service("activating", "start"), "morpheusd.service is starting")

    def test_restarted_again_and_again(self):
        self.state(service("activating", "auto-restart", "signal", 9, restarts=4), "morpheusd.service fails and is restarted, 4 times so far (signal 9)")

    def test_socket_is_down(self):
        self.state(service("active", "running"), "morpheusd.socket is inactive", "systemctl restart morpheusd.socket morpheusd.service",
                   socket={"LoadState": "loaded", "ActiveState": "inactive"})

    def test_all_is_well_leaves_the_usual_words(self):
        self.fake({"morpheusd.service": service("active", "running"), "morpheusd.socket": LISTENING})
        self.assertIn("there is no socket /run/morpheus/control.sock\n  systemctl start morpheusd, or", self.ctl("list").stderr)

    def test_another_socket_is_none_of_systemds(self):
        self.fake({"morpheusd.service": service("failed"), "morpheusd.socket": LISTENING})
        self.assertNotIn("failed", self.ctl("--socket", "/nowhere/s", "list").stderr)

    def test_quiet_without_systemd_and_without_a_bus(self):
        usual = "systemctl start morpheusd, or name another socket"
        self.assertIn(usual, self.ctl("list").stderr)
        self.environment["DBUS_SYSTEM_BUS_ADDRESS"] = "unix:path=/nowhere/bus"
        self.assertIn(usual, self.ctl("list").stderr)

    def test_a_systemd_that_hangs_costs_a_second(self):
        self.fake({"hang": {}})
        begun = time.monotonic()
        self.assertIn("there is no socket", self.ctl("list").stderr)
        self.assertLess(time.monotonic() - begun, 5)


if __name__ == "__main__":
    unittest.main()
