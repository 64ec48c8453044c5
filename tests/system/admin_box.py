"""An admin's box: a booted Debian, on which the package is installed as an admin would."""

import json
import os
import pathlib
import shutil
import subprocess

import lab

BOOT_LIMIT = 90
APT_LIMIT = 120
CALL_LIMIT = 100
KILL_AFTER = 5
TIMED_OUT = 124  # as timeout(1) says it; after a SIGKILL 128 + 9
KILLED = 137
NAME = "admin"
STATE = "/var/lib/morpheus"


class AdminBox:
    """A server of the fake cloud, so that it can be rebooted and unplugged from outside. `repository` has what packages need."""

    def __init__(self, cloud, repository):
        self.cloud = cloud
        self.machine = cloud.machine(NAME)
        cloud.hcloud("server", "create", "--name", NAME, "--type", "cx23", "--image", "debian-12", "--location", "fsn1")
        self.wait_until_up()
        shutil.copytree(repository, self.root / "srv/packages")
        (self.root / "etc/apt/sources.list").write_text("deb [trusted=yes] file:/srv/packages ./\n", encoding="utf-8")
        self.do("apt-get", "update", "-q")

    @property
    def root(self):
        """Its disk, as the lab sees it."""
        return self.machine.root

    def wait_until_up(self):
        """It has booted, and all of its units have come to rest."""
        lab.wait_until(lambda: self.machine.first_process() and self.call("systemctl", "is-system-running")[1].strip() in ("running", "degraded"),
                       BOOT_LIMIT, self.machine.report)

    def _enter(self):
        pid = self.machine.first_process()
        if not pid:
            raise AssertionError(f"{NAME} is off")
        return ["nsenter", f"--target={pid}", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "/usr/bin/env", "-i", "HOME=/root",
                "LC_ALL=C.UTF-8", "TERM=dumb", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive"]

    def call(self, *arguments, limit=CALL_LIMIT):
        """Its status, and all that it printed; it is ended within `limit` seconds."""
        bounded = ["timeout", f"--kill-after={KILL_AFTER}", str(limit), *arguments]
        done = subprocess.run([*self._enter(), *bounded], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace", check=False)
        if done.returncode in (TIMED_OUT, KILLED):
            raise AssertionError(f"{' '.join(arguments)}: not done within {limit} s: {done.stdout}")
        return done.returncode, done.stdout

    def do(self, *arguments, limit=CALL_LIMIT):
        """What it printed; it must succeed."""
        status, printed = self.call(*arguments, limit=limit)
        if status != 0:
            raise AssertionError(f"{' '.join(arguments)}: {status}: {printed}")
        return printed

    def begin(self, *arguments):
        """A command that goes on beside the test; both of its outputs are in one pipe."""
        return subprocess.Popen([*self._enter(), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True, errors="replace")

    def bring(self, file):
        """Copies a file to the box; where it is there."""
        place = pathlib.Path("/var/tmp") / pathlib.Path(file).name
        shutil.copyfile(file, self.root / place.relative_to("/"))
        os.chmod(self.root / place.relative_to("/"), 0o644)
        return str(place)

    def write(self, path, text, mode=0o644):
        """A file of root's."""
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)

    def read(self, path):
        """Of a file."""
        return (self.root / path.lstrip("/")).read_text(encoding="utf-8")

    def install(self, *packages):
        """Names, or files that were brought; what apt printed."""
        return self.do("apt-get", "install", "--yes", "-q", *packages, limit=APT_LIMIT)

    def show(self, unit, *properties):
        """The properties of a unit, in their order."""
        printed = self.do("systemctl", "show", unit, *(f"--property={each}" for each in properties))
        found = dict(line.split("=", 1) for line in printed.splitlines() if "=" in line)
        return [found[each] for each in properties]

    def main_pid(self):
        """Of the daemon, on the box."""
        return int(self.show("morpheusd.service", "MainPID")[0])

    def journal(self, *matches):
        """Lines."""
        return self.do("journalctl", "--no-pager", "--output=cat", *matches)

    def ctl(self, *arguments, limit=CALL_LIMIT):
        """morpheusctl as root: its status, and all that it printed."""
        return self.call("morpheusctl", *arguments, limit=limit)

    def ask(self, *arguments):
        """What `-o json` printed."""
        return json.loads(self.do("morpheusctl", *arguments, "-o", "json"))

    def nodes(self, forest):
        """Names of its nodes, with their states."""
        return {each["name"]: each["state"] for each in self.ask("status", forest)["nodes"]}

    def servers(self):
        """Process ids (the lab's) of the nats-servers that run on the box, witnesses too, by the name of their machine."""
        found = {}
        for pid, words in lab.processes().items():
            if words.startswith("/usr/sbin/nats-server") and f"{STATE}/local/" in words:
                found.setdefault(words.split(f"{STATE}/local/")[1].split("/")[0], []).append(pid)
        return found

    def user_of(self, pid):
        """Whose a process (the lab's id) is, by the box's names."""
        uid = str(os.stat(f"/proc/{pid}").st_uid)
        return next(line.split(":")[0] for line in self.read("/etc/passwd").splitlines() if line.split(":")[2] == uid)

    def forget(self):
        """Whatever was planted: as after a fresh installation. The service is stopped."""
        self.do("systemctl", "stop", "morpheusd.socket", "morpheusd.service")
        self.call("pkill", "-KILL", "nats-server")
        self.do("sh", "-c", f"rm -rf {STATE}/*")
