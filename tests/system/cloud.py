"""The fake of Hetzner's API in the lab, with booted machines behind it."""

import json
import os
import tempfile
import urllib.request

import lab
from machine import Machine
from program import Program

START_LIMIT = 20
TOKEN = "token"
FAKE = lab.HERE.parent / "fake_hetzner"


class Cloud:
    """An empty account."""

    def __init__(self):
        self.directory = lab.DIRECTORY / os.path.basename(tempfile.mkdtemp(prefix="cloud-", dir=lab.DIRECTORY))
        self.program = Program(self.directory.name, [
            "/usr/bin/python3", str(FAKE), "--dir", str(self.directory), "--token", TOKEN, "--machines", "nspawn",
            "--root", str(lab.ROOT), "--bridge", "lab", "--ipv6-range", lab.IPV6_RANGE, "--address-prefix", lab.IPV4_PREFIX])
        self.program.wait_for((self.directory / "port").exists, START_LIMIT, "the fake of the API serves")
        self.base = f"http://127.0.0.1:{(self.directory / 'port').read_text(encoding='ascii').strip()}"
        self.endpoint = self.base + "/v1"

    def stop(self):
        """With all of its machines."""
        return self.program.stop()

    def machine(self, name):
        """The one behind a server."""
        return Machine(self.directory / "machines" / name)

    def machines(self):
        """All that there are."""
        return [self.machine(each["name"]) for each in self.state()["servers"]]

    def state(self):
        """What exists in the account."""
        with urllib.request.urlopen(f"{self.base}/_fake/state", timeout=START_LIMIT) as answer:
            return json.load(answer)

    def left(self):
        """What there is of anything in the account: kind -> how many, without zeros."""
        return {kind: count for kind, count in self.state()["counts"].items() if count}

    def fault(self, **description):
        """See tests/fake_hetzner/README.md."""
        request = urllib.request.Request(f"{self.base}/_fake/faults", data=json.dumps(description).encode(), method="POST",
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=START_LIMIT):
            pass

    def hcloud(self, *arguments):
        """What Debian's client of the real API prints."""
        environment = ["env", f"HOME={self.directory}", f"HCLOUD_ENDPOINT={self.endpoint}", f"HCLOUD_TOKEN={TOKEN}"]
        return lab.command(*environment, "timeout", "60", "hcloud", *arguments, limit=90)
