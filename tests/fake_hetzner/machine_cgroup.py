"""A control group of its own for a booted machine: two systemds in one would end each other's services."""

import os
import pathlib
import signal
import time

KILL_LIMIT = 20.0
LOOK_SECONDS = 0.05


def hierarchies():
    """The directories of this process in the hierarchies that systemd uses: version 2, and `name=systemd` beside version 1."""
    mounted = {}
    for line in pathlib.Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        _, place, kind, options = line.split()[:4]
        if kind == "cgroup2":
            mounted["0:"] = place
        elif kind == "cgroup" and "name=systemd" in options.split(","):
            mounted["name=systemd"] = place
    found = []
    for line in pathlib.Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
        number, controllers, path = line.split(":", 2)
        key = "0:" if number == "0" else controllers
        if key in mounted:
            found.append(pathlib.Path(mounted[key] + path))
    return found


class MachineCgroup:
    """Every process of one machine, nspawn included."""

    def __init__(self, name):
        self.directories = [place / name for place in hierarchies()]

    def make(self):
        """Before the machine's first process."""
        for each in self.directories:
            each.mkdir(exist_ok=True)

    def enter(self):
        """In the child that becomes the machine's first process."""
        for each in self.directories:
            (each / "cgroup.procs").write_text(str(os.getpid()), encoding="ascii")

    def processes(self):
        """Ids of all that live in it, however deep."""
        found = set()
        for top in self.directories:
            for file in [top / "cgroup.procs", *top.glob("**/cgroup.procs")]:
                try:
                    found.update(int(each) for each in file.read_text(encoding="ascii").split())
                except OSError:
                    continue  # it went meanwhile
        return found - {0}

    def kill(self):
        """The plug is pulled. An nspawn that ends alone leaves its machine running: all of them are ended, and stopped before, so that none
        sees another one end."""
        deadline = time.monotonic() + KILL_LIMIT
        while left := self.processes():
            if time.monotonic() > deadline:
                raise TimeoutError(f"processes {sorted(left)} do not end")
            for number in (signal.SIGSTOP, signal.SIGKILL):
                self._signal(left, number)
            time.sleep(LOOK_SECONDS)

    @staticmethod
    def _signal(processes, number):
        for each in processes:
            try:
                os.kill(each, number)
            except ProcessLookupError:
                continue

    def remove(self):
        """Once it is empty."""
        for top in self.directories:
            for each in sorted([top, *top.glob("**/")], key=lambda path: len(path.parts), reverse=True):
                if each.is_dir():
                    each.rmdir()
