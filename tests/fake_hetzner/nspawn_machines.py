"""Servers that are booted machines."""

import asyncio
import pathlib
import signal

from nspawn_machine import NspawnMachine

IPV4_PREFIX = 16
POWER_OFF = signal.SIGRTMIN + 4  # systemd starts poweroff.target
REBOOT = signal.SIGRTMIN + 5  # reboot.target; nspawn boots it again


class NspawnMachines:
    """One a server, from an overlay of `root`, plugged into `bridge`."""

    def __init__(self, directory, root, bridge, ipv6_prefix):
        self.directory = pathlib.Path(directory)
        self.root = root
        self.bridge = bridge
        self.ipv6_prefix = ipv6_prefix
        self.machines = {}

    def _addresses(self, server):
        net = server["public_net"]
        found = []
        if net["ipv6"]:
            found.append(f"{net['ipv6']['ip'].split('/')[0]}1/{self.ipv6_prefix}")
        if net["ipv4"]:
            found.append(f"{net['ipv4']['ip']}/{IPV4_PREFIX}")
        return found

    async def start(self, server, user_data, effects):
        """Boots it; the first time it is made. `effects`: see README.md."""
        machine = self.machines.get(server["id"])
        if not machine:
            machine = NspawnMachine(self.directory / server["name"], server, self.root, self.bridge)
            self.machines[server["id"]] = machine
            await asyncio.to_thread(machine.make, user_data, self._addresses(server), effects)
        await machine.power_on()

    async def shut_down(self, server):
        """ACPI: its units are stopped in order."""
        if machine := self.machines.get(server["id"]):
            await machine.tell(POWER_OFF)
            await machine.wait()

    async def reboot(self, server):
        """ACPI too; it is not waited for."""
        if machine := self.machines.get(server["id"]):
            await machine.tell(REBOOT)

    async def power_off(self, server):
        """The plug is pulled."""
        if machine := self.machines.get(server["id"]):
            await machine.pull_the_plug()

    async def delete(self, server):
        """With its disk and its network."""
        if machine := self.machines.pop(server["id"], None):
            await machine.remove()

    async def close(self):
        """Ends every machine."""
        for number in list(self.machines):
            await self.machines.pop(number).remove()
