"""A booted machine: systemd, cloud-init and all, in a network of its own."""

import asyncio
import os
import pathlib
import signal

from machine_cgroup import MachineCgroup
from machine_disk import MachineDisk
from machine_network import MachineNetwork

SIGNAL_LIMIT = 60.0  # until a first process takes one
LOOK_SECONDS = 0.05
RESTART = 133  # nspawn's status when its machine rebooted


def _catches(pid, number):
    """Whether a process has a handler for a signal: a systemd that has only begun ignores all of them."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(("SigCgt:", "SigBlk:")) and int(line.split()[1], 16) >> (number - 1) & 1:
            return True
    return False


class NspawnMachine:
    """Needs root, and should have its namespaces (mounts, processes, network) to itself: tests/system/run."""

    def __init__(self, directory, server, lower, bridge):
        self.server = server
        self.directory = directory
        self.disk = MachineDisk(directory / "disk", lower)
        self.network = MachineNetwork(directory / "net", bridge, f"m{server['id'] % 10**9}")
        self.cgroup = MachineCgroup(f"{server['name']}-{server['id']}")
        self.process = None
        self.watcher = None

    def make(self, user_data, addresses, effects):
        """Everything but the power."""
        self.directory.mkdir(parents=True)
        self.disk.make()
        self.disk.seed(self.server["name"], f"i-{self.server['id']}", user_data)
        self.network.make(addresses)
        if not effects.get("unplugged"):
            self.network.plug_in(effects.get("blocked_ports", ()))
        self.cgroup.make()

    async def power_on(self):
        """Boots it, if it is off."""
        if self.process:
            return
        with open(self.directory / "console", "ab") as console:
            self.process = await asyncio.create_subprocess_exec(
                "systemd-nspawn", "--quiet", f"--directory={self.disk.root}", f"--machine={self.server['name']}",
                f"--network-namespace-path={self.network.file}", "--capability=CAP_NET_ADMIN", "--register=no", "--keep-unit",
                "--link-journal=no", "--resolv-conf=off", "--timezone=off", "--console=read-only", "--boot",
                stdin=asyncio.subprocess.DEVNULL, stdout=console, stderr=console, preexec_fn=self.cgroup.enter)
        self.watcher = asyncio.create_task(self._watch(self.process))

    async def _watch(self, process):
        status = await process.wait()
        self.process = None
        if status == RESTART:
            await self.power_on()
        elif self.server["status"] == "running":
            self.server["status"] = "off"  # by itself

    def _first_process(self):
        """The id of its systemd; None: there is none."""
        nspawn = self.process.pid
        children = pathlib.Path(f"/proc/{nspawn}/task/{nspawn}/children").read_text(encoding="ascii").split()
        for child in children:
            if pathlib.Path(f"/proc/{child}/comm").read_text(encoding="ascii").strip() == "systemd":
                return int(child)
        return None

    async def tell(self, number):
        """Sends a signal to its systemd, as soon as that has a handler; nothing if it is off."""
        deadline = asyncio.get_running_loop().time() + SIGNAL_LIMIT
        while self.process and asyncio.get_running_loop().time() < deadline:
            try:
                pid = self._first_process()
                if pid and _catches(pid, number):
                    os.kill(pid, number)
                    return
            except (OSError, AttributeError):
                pass  # it went, or began anew, meanwhile
            await asyncio.sleep(LOOK_SECONDS)

    async def wait(self):
        """Until it is off."""
        while self.process:
            await self.watcher

    async def pull_the_plug(self):
        """Off, at once."""
        await asyncio.to_thread(self.cgroup.kill)
        await self.wait()

    async def remove(self):
        """Nothing is left of it."""
        await self.pull_the_plug()
        await asyncio.to_thread(self._remove)

    def _remove(self):
        self.disk.remove()
        self.network.remove()
        self.cgroup.remove()
        (self.directory / "console").unlink(missing_ok=True)
        self.directory.rmdir()
