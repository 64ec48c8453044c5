"""A morpheusd in a directory of its own, and requests over its socket."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CONFIG = """
daemon: {{socket: {0}/control.sock, database: {0}/morpheus.db, state_dir: {0}/state}}
monitor: {{poll_interval: 200ms}}
jetstream: {{core_nodes: 1}}
growth: {{enabled: false, max_nodes: 4, cooldown_minutes: 0, sustain_seconds: 1, settle_seconds: 1}}
local: {{nats_server: /usr/sbin/nats-server, cores: 2, memory_mb: 512}}
"""
START_LIMIT = 60  # seconds
ANSWER_LIMIT = 120


class Reply:
    def __init__(self, response):
        self.status = response.status
        self.type = (response.getheader("Content-Type") or "").split(";")[0]
        self.allow = response.getheader("Allow")
        self.body = response.read()

    def json(self):
        return json.loads(self.body)


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("morpheus", timeout=ANSWER_LIMIT)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


class Daemon:
    def __init__(self, program):
        self.directory = tempfile.TemporaryDirectory(prefix="openapi-")
        self.path = Path(self.directory.name)
        self.path.chmod(0o755)  # whoever may not do a thing has to reach the socket to be told so
        self.socket = self.path / "control.sock"
        (self.path / "morpheusd.yaml").write_text(CONFIG.format(self.path), encoding="utf-8")
        self.program = program
        self.log = open(self.path / "log", "wb")
        self.start()

    def start(self):
        command = [self.program, "--config", self.path / "morpheusd.yaml"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.await_answer()

    def await_answer(self):
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                self.ask("GET", "/v1/version")
                return
            except OSError:
                time.sleep(0.05)
        said = self.said()
        self.stop()
        raise RuntimeError("the daemon does not start: " + said)

    def ask(self, method, target, body=None, headers=None):
        """`body`: a value of JSON, or bytes as they are."""
        connection = Connection(self.socket)
        try:
            content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
            connection.request(method, target, content, headers or {})
            return Reply(connection.getresponse())
        finally:
            connection.close()

    def said(self):
        return (self.path / "log").read_text(encoding="utf-8", errors="replace")[-4000:]

    def wait(self, operation):
        """Until the operation has ended; its last state."""
        reply = self.ask("GET", f"/v1/operations/{operation}/progress")
        return json.loads(reply.body.strip().splitlines()[-1])["operation"]["state"]

    def pause(self):
        """Until start()."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.pause()
        self.log.close()
        self.end_servers()
        self.directory.cleanup()

    def end_servers(self):
        """Nodes outlive their daemon: those that still run below the directory are ended."""
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and str(self.path).encode() in (entry / "cmdline").read_bytes():
                    os.kill(int(entry.name), signal.SIGKILL)
            except OSError:
                continue  # it has ended


def ask_as(daemon, uid, method, target):
    """The same as another user, in a process of its own: status and body."""
    words = [str(Path(__file__).parent), str(daemon.socket), str(uid), method, target]
    child = subprocess.run([sys.executable, "-c", ASK_AS, *words], capture_output=True, text=True, timeout=ANSWER_LIMIT, check=True)
    return json.loads(child.stdout)


ASK_AS = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
from daemon import Connection, Reply
connection = Connection(sys.argv[2])
os.setgroups([])
os.setgid(int(sys.argv[3]))
os.setuid(int(sys.argv[3]))
connection.request(sys.argv[4], sys.argv[5])
reply = Reply(connection.getresponse())
print(json.dumps([reply.status, reply.json()]))
"""
