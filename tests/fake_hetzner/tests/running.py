"""A fake of its own for a test case."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

PROGRAM = pathlib.Path(__file__).resolve().parent.parent
START_LIMIT = 20.0


def wait_until(condition, limit=START_LIMIT):
    """True as soon as it is; False after the limit."""
    deadline = time.monotonic() + limit
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


class FakeCase(unittest.TestCase):
    """Starts the fake before each test and ends it afterwards."""

    arguments = ["--action-seconds", "0.05"]

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="fake-hetzner-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.process = subprocess.Popen([sys.executable, str(PROGRAM), "--dir", str(self.dir), *self.arguments])
        self.addCleanup(self.stop)
        self.assertTrue(wait_until((self.dir / "port").exists), "the fake does not start")
        self.base = f"http://127.0.0.1:{(self.dir / 'port').read_text().strip()}"

    def stop(self):
        """SIGTERM; its status must be 0."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.assertEqual(self.process.wait(START_LIMIT), 0)

    def call(self, method, path, body=None, token="token"):
        """Status, JSON and headers of an answer."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.base + path, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=START_LIMIT) as answer:
                return answer.status, json.loads(answer.read() or b"null"), answer.headers
        except urllib.error.HTTPError as error:
            raw = error.read()
            return error.code, json.loads(raw) if error.headers.get_content_type() == "application/json" else raw, error.headers

    def hcloud(self, *arguments):
        """What Debian's hcloud prints; it must succeed."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.dir), "HCLOUD_ENDPOINT": self.base + "/v1", "HCLOUD_TOKEN": "token"}
        done = subprocess.run(["timeout", "20", "hcloud", *arguments], capture_output=True, text=True, env=environment, check=False)
        self.assertEqual(done.returncode, 0, f"hcloud {arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def state(self):
        """What exists."""
        return self.call("GET", "/_fake/state")[1]
