"""What morpheusctl says of the daemon's units when nobody answers: the built program, a bus of its own, a systemd that says what each case wants.
It waits in real time: the client is a program, and how long it is patient with a silent daemon is what is tried."""
import json
import os
import pathlib
import pty
import socket
import subprocess
import tempfile
import threading
import time
import unittest

HERE = pathlib.Path(__file__).parent
MORPHEUSCTL = os.environ["MORPHEUSCTL"]
LIMIT = 20  # seconds, for whatever must come


def service(state, sub="dead", result="success", status=0, ago=200, restarts=0, loaded="loaded"):
    return {"LoadState": loaded, "ActiveState": state, "SubState": sub, "Result": result, "ExecMainStatus": status, "NRestarts": restarts,
            "StateChangeTimestamp": int((time.time() - ago) * 1_000_000)}


BUS = """<busconfig><listen>unix:path={}/bus</listen><auth>EXTERNAL</auth><policy context="default"><allow own="*"/>
<allow send_destination="*"/><allow receive_sender="*"/></policy></busconfig>
"""
OK = "HTTP/1.1 200 OK\r\n"
LISTENING = {"LoadState": "loaded", "ActiveState": "active"}


class OnABus(unittest.TestCase):
    def setUp(self):
        home = tempfile.TemporaryDirectory()
        self.addCleanup(home.cleanup)
        conf = pathlib.Path(home.name) / "bus.conf"
        conf.write_text(BUS.format(home.name), encoding="utf-8")
        self.bus = subprocess.Popen(["dbus-daemon", f"--config-file={conf}", "--nofork", "--print-address"], stdout=subprocess.PIPE, text=True)
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


@unittest.skipIf(os.path.exists("/run/morpheus/control.sock"), "a daemon is installed on this machine")
class UnitLook(OnABus):
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


class Silence(OnABus):
    """A socket that systemd holds, and nobody behind it who answers."""

    def setUp(self):
        super().setUp()
        home = tempfile.TemporaryDirectory()
        self.addCleanup(home.cleanup)
        self.path = home.name + "/control.sock"
        self.listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(self.listener.close)
        self.listener.bind(self.path)
        self.listener.listen()

    def fake_service(self, unit, **of_socket):
        self.fake({"morpheusd.service": unit, "morpheusd.socket": {**LISTENING, "Listen": self.path, **of_socket}})

    def answer_after(self, seconds, rest='Content-Length: 2\r\n\r\n[]', first=""):
        """Takes a request and says `first` of its answer, the rest late."""
        late = threading.Event()

        def serve():
            with self.listener.accept()[0] as client:
                client.recv(65536)
                client.sendall(first.encode())
                late.wait(seconds)
                client.sendall((("" if first else OK) + rest).encode())
        thread = threading.Thread(target=serve)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(late.set)

    def is_told_soon(self, *words):
        """Without the whole of the client's patience, 30 s."""
        begun = time.monotonic()
        done = self.ctl("--socket", self.path, *words)
        self.assertLess(time.monotonic() - begun, 10)
        self.assertEqual(done.returncode, 3, done.stderr)
        return done

    def test_a_failed_service_ends_every_kind_of_request(self):
        self.fake_service(service("failed", "failed", "exit-code", 1))
        for words in (["list"], ["events", "-f"], ["backup"]):
            with self.subTest(words):
                done = self.is_told_soon(*words)
                self.assertIn(f"the daemon on {self.path} does not answer", done.stderr)
                self.assertIn("morpheusd.service failed 3 min ago (exit-code 1): journalctl -u morpheusd", done.stderr)

    def test_doctor_says_it_as_a_finding(self):
        self.fake_service(service("failed", "failed", "exit-code", 1))
        self.assertIn("unit: morpheusd.service failed 3 min ago (exit-code 1)", self.is_told_soon("doctor").stdout)

    def test_a_service_that_falls_again_after_its_restart(self):
        self.fake_service(service("activating", "auto-restart", "exit-code", 1, restarts=[4, 5]))
        self.assertIn("fails and is restarted, 5 times so far", self.is_told_soon("list").stderr)

    def test_a_service_that_fell_once_is_waited_for(self):
        for looks in ({"ActiveState": "activating"}, {"ActiveState": ["activating", "active"], "NRestarts": [0, 1]}):
            with self.subTest(looks):
                self.fake_service({**service("activating", "auto-restart", "signal", 9), **looks})
                self.answer_after(4)  # two looks
                status, printed = self.on_a_terminal("list")
                self.assertEqual(status, 0, printed)
                self.assertEqual(printed.count("waiting for morpheusd.service (auto-restart)..."), 1, printed)
                self.doCleanups()
                self.setUp()

    def test_a_service_that_starts_again_and_again(self):
        self.fake_service(service("activating", "start", restarts=[4, 5, 6]))
        self.assertIn("does not answer", self.is_told_soon("list").stderr)

    def on_a_terminal(self, *words):
        """Its status, and what it printed there."""
        ours, theirs = pty.openpty()
        ctl = subprocess.Popen([MORPHEUSCTL, "--socket", self.path, *words], env=self.environment, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        printed = b""
        try:
            while piece := os.read(ours, 4096):
                printed += piece
        except OSError:  # it has ended
            pass
        os.close(ours)
        return ctl.wait(LIMIT), printed.decode()

    def test_a_service_that_starts_is_waited_for_and_that_is_said_once(self):
        for state, seconds, times in (("activating", 4, 1), ("active", 4, 0), ("active", 8, 1)):  # two looks, and four
            with self.subTest(state, seconds=seconds):
                self.fake_service(service(state, "start"))
                self.answer_after(seconds)
                status, printed = self.on_a_terminal("list")
                self.assertEqual(status, 0, printed)
                self.assertEqual(printed.count(f"waiting for morpheusd.service ({state})..."), times, printed)
                self.assertIn("no forest yet", printed)
                self.doCleanups()
                self.setUp()

    def test_nothing_is_said_of_the_waiting_but_on_a_terminal(self):
        self.fake_service(service("activating", "start"))
        self.answer_after(3)
        done = self.ctl("--socket", self.path, "list", "-o", "json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_slow_daemon_that_is_no_unit_is_left_in_peace(self):
        elsewhere = {"Listen": "/run/morpheus/other.sock"}
        for of_socket in (elsewhere, {"ActiveState": "inactive"}):
            with self.subTest(of_socket):
                self.fake_service(service("failed", "failed", "exit-code", 1), **of_socket)
                self.answer_after(3)
                done = self.ctl("--socket", self.path, "list")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.doCleanups()
                self.setUp()

    def test_an_answer_that_has_begun_is_left_in_peace(self):
        self.fake_service(service("failed", "failed", "exit-code", 1))
        line = '{"id": 1, "time": 0, "kind": "x", "severity": "info", "forest": "", "node": "", "message": "hello"}'
        self.answer_after(4, f"{len(line) + 1:x}\r\n{line}\n\r\n0\r\n\r\n", OK + "Transfer-Encoding: chunked\r\n\r\n")
        following = subprocess.Popen([MORPHEUSCTL, "--socket", self.path, "events", "-f"], env=self.environment, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE, text=True)
        self.addCleanup(following.stderr.close)
        self.addCleanup(self.end, following)
        self.assertIn("hello", following.stdout.readline())

    def completes(self):
        """What a Tab offers where a forest's name fits."""
        done = self.ctl("__complete", "--socket", self.path, "status", "")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [line.split("\t")[0] for line in done.stdout.splitlines() if not line.startswith("-")]

    def test_a_tab_starts_no_service(self):
        self.listener.setblocking(False)
        for state in ("inactive", "failed", "activating", "deactivating"):
            with self.subTest(state):
                self.fake_service(service(state))
                self.assertEqual(self.completes(), [])
                with self.assertRaises(BlockingIOError, msg="nobody has connected"):
                    self.listener.accept()
                self.doCleanups()
                self.setUp()
                self.listener.setblocking(False)

    def test_a_tab_asks_a_daemon_that_runs_and_one_that_is_no_unit(self):
        forest = json.dumps([{"name": "oak", "provider": "local", "state": "active", "paused": False, "nodes": 1, "nodes_ready": 1, "created": "",
                              "operation": None}])
        answer = f"Content-Length: {len(forest)}\r\n\r\n{forest}"
        for unit, of_socket in ((service("active"), {}), (service("reloading"), {}), (service("inactive"), {"Listen": "/run/morpheus/other.sock"})):
            with self.subTest(unit, of_socket=of_socket):
                self.fake_service(unit, **of_socket)
                self.answer_after(0, answer)
                self.assertEqual(self.completes(), ["oak"])
                self.doCleanups()
                self.setUp()


if __name__ == "__main__":
    unittest.main()
