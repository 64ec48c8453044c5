"""A booted machine, looked at from the lab."""

import json
import pathlib
import subprocess

import lab

LIMIT = 30


class Machine:
    """`directory` is the one that the fake of the API keeps it in."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.root = self.directory / "disk/root"

    def first_process(self):
        """The id of its systemd; None: it is off."""
        for pid, words in lab.processes().items():
            if words.startswith("systemd-nspawn") and f"--directory={self.root}" in words:
                children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
                return int(children[0]) if children else None
        return None

    def run(self, *arguments, check=True):
        """What a command on the machine printed."""
        pid = self.first_process()
        if not pid:
            raise AssertionError(f"{self.directory.name} is off")
        return lab.command("nsenter", f"--target={pid}", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", *arguments,
                           limit=LIMIT, check=check)

    def boot_id(self):
        """Changes with each boot. (The kernel's own is the lab's, and stays.)"""
        return self.first_process()

    def cloud_init(self):
        """The errors of a cloud-init that has ended; None: it has not."""
        file = self.root / "var/lib/cloud/data/result.json"
        return json.loads(file.read_text(encoding="utf-8"))["v1"]["errors"] if file.exists() else None

    def report(self):
        """For the reader of a test that failed."""
        try:
            units = self.run("systemctl", "--failed", "--no-legend", "--no-pager", check=False)
            journal = self.run("journalctl", "--no-pager", "--lines=60", check=False)
        except (AssertionError, subprocess.SubprocessError, OSError) as error:
            units, journal = f"{error}\n", ""
        output = self.root / "var/log/cloud-init-output.log"
        told = output.read_text(encoding="utf-8", errors="replace")[-3000:] if output.exists() else "nothing\n"
        return f"== {self.directory.name}\nfailed units: {units}\njournal:\n{journal}\ncloud-init printed:\n{told}"
