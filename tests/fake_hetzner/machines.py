"""What runs behind a server of the fake."""

import asyncio
import base64
import ctypes
import json
import os
import pathlib
import re
import shutil
import signal
import urllib.request

import yaml

CORES_TO_RETIRE = 3
LOOK_SECONDS = 0.3


class NoMachines:
    """Servers are entries in a list, nothing runs."""

    async def start(self, server, user_data, effects):
        """Nothing boots."""

    async def shut_down(self, server):
        """It is off at once."""

    async def reboot(self, server):
        """It is back at once."""

    async def power_off(self, server):
        """It is off at once."""

    async def delete(self, server):
        """Nothing is left."""

    async def close(self):
        """Nothing to end."""


def _die_with_parent():
    os.setsid()
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class NatsMachines:
    """A server is a directory with what its user_data writes, and a real nats-server that reads it."""

    def __init__(self, directory, nats_server):
        self.directory = pathlib.Path(directory)
        self.nats_server = nats_server
        self.processes = {}  # server name -> {configuration: process}
        self.watchers = {}
        self.names = {}  # server id -> the name that it was made with: a hand may rename it

    def _name(self, server):
        return self.names.setdefault(server["id"], server["name"])

    async def start(self, server, user_data, effects):
        """Boots it: writes its files once, then starts its servers. It knows no `effects`."""
        name = self._name(server)
        root = self.directory / name / "root"
        if not root.exists():
            self._write_files(root, user_data)
        address = server["public_net"]["ipv4"]["ip"] if server["public_net"]["ipv4"] else "127.0.0.1"
        running = self.processes.setdefault(name, {})
        for conf in ("nats.conf", "witness.conf"):
            file = root / "etc/nats" / conf
            retired = conf == "witness.conf" and (root.parent / "witness-retired").exists()
            if file.exists() and not retired and conf not in running:
                running[conf] = await self._serve(file, server["server_type"]["cores"])
        if "witness.conf" in running:
            self.watchers[name] = asyncio.create_task(self._retire_witness(name, address))

    def _write_files(self, root, user_data):
        files = (yaml.safe_load(user_data or "") or {}).get("write_files", [])
        for each in files:
            content = each["content"]
            if each.get("encoding") in ("b64", "base64"):
                content = base64.b64decode(content).decode()
            content = re.sub('"(/(etc|var)/)', rf'"{root}\1', content)
            path = pathlib.Path(f"{root}{each['path']}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
            path.chmod(int(each.get("permissions", "0644"), 8))
        root.mkdir(parents=True, exist_ok=True)

    async def _serve(self, conf, cores):
        with open(conf.parent.parent.parent.parent / f"{conf.stem}.log", "ab") as log:
            return await asyncio.create_subprocess_exec(
                self.nats_server, "-c", str(conf), stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, "GOMAXPROCS": str(cores)}, preexec_fn=_die_with_parent)

    async def _retire_witness(self, name, address):
        """Stands in for the machine's own unit: ends the witness once three cores are current."""
        while len(await asyncio.to_thread(self._current_cores, address)) < CORES_TO_RETIRE:
            await asyncio.sleep(LOOK_SECONDS)
        (self.directory / name / "witness-retired").touch()
        await self._end(name, "witness.conf", signal.SIGTERM)

    def _current_cores(self, address):
        """As the leader of the meta group sees them; only it lists the others."""
        meta = self._meta_group(address)
        cores = [each["name"] for each in meta.get("replicas", []) if each.get("current") and not each.get("offline")]
        if cores:
            cores.append(meta.get("leader", ""))
        return [each for each in cores if not each.endswith("-witness")]

    def _meta_group(self, address):
        # The witness may lead: it is asked too, on the machine itself.
        for place in [f"{address}:8223"] + [f"{each}:8222" for each in self._addresses()]:
            try:
                with urllib.request.urlopen(f"http://{place}/jsz", timeout=1) as answer:
                    meta = json.load(answer).get("meta_cluster", {})
            except (OSError, ValueError):
                continue
            if meta.get("replicas"):
                return meta
        return {}

    def _addresses(self):
        for conf in self.directory.glob("*/root/etc/nats/nats.conf"):
            for line in conf.read_text(encoding="utf-8").splitlines():
                if line.startswith("listen:"):
                    yield line.split('"')[1].rsplit(":", 1)[0]

    async def _end(self, name, conf, how):
        process = self.processes.get(name, {}).pop(conf, None)
        if process and process.returncode is None:
            process.send_signal(how)
            await process.wait()

    async def _end_all(self, name, how):
        watcher = self.watchers.pop(name, None)
        if watcher:
            watcher.cancel()
        for conf in list(self.processes.get(name, {})):
            await self._end(name, conf, how)

    async def shut_down(self, server):
        """ACPI: the unit drains its nats-server."""
        await self._end_all(self._name(server), signal.SIGUSR2)

    async def reboot(self, server):
        """ACPI, and on again."""
        await self._end_all(self._name(server), signal.SIGUSR2)
        await self.start(server, "", {})

    async def power_off(self, server):
        """The plug is pulled."""
        await self._end_all(self._name(server), signal.SIGKILL)

    async def delete(self, server):
        """With its disk."""
        name = self._name(server)
        await self._end_all(name, signal.SIGKILL)
        shutil.rmtree(self.directory / name, ignore_errors=True)

    async def close(self):
        """Ends every machine."""
        for name in list(self.processes):
            await self._end_all(name, signal.SIGKILL)
