"""The network of a booted machine: a namespace with one card, plugged into the lab's bridge."""

import os
import pathlib

from machine_disk import run


class MachineNetwork:
    """`file` is the namespace's; `card` the name of the bridge's end."""

    def __init__(self, file, bridge, card):
        self.file = pathlib.Path(file)
        self.bridge = bridge
        self.card = card

    def make(self, addresses):
        """With these addresses, each with its prefix length: all of the lab is on the link."""
        self.file.touch()
        run("unshare", f"--net={self.file}", "true")
        run("ip", "link", "add", self.card, "type", "veth", "peer", "name", "eth0", "netns", str(self.file))
        self._inside("link", "set", "lo", "up")
        for address in addresses:
            self._inside("addr", "add", address, "dev", "eth0", *(["nodad"] if ":" in address else []))
        self._inside("link", "set", "eth0", "up")

    def _inside(self, *arguments):
        run("nsenter", f"--net={self.file}", "ip", *arguments)

    def plug_in(self, blocked_ports=()):
        """Lets it reach the others, but nothing from or to these TCP ports through."""
        if blocked_ports:
            ports = ", ".join(str(port) for port in blocked_ports)
            run("nft", f"table netdev {self.card} {{ chain in {{ type filter hook ingress device {self.card} priority 0; "
                       f"tcp dport {{ {ports} }} drop; tcp sport {{ {ports} }} drop; }}; }}")
        run("ip", "link", "set", self.card, "master", self.bridge, "up")

    def unplug(self):
        """The plug is out; the machine goes on."""
        run("ip", "link", "set", self.card, "down")

    def remove(self):
        """The card goes with the namespace."""
        if f"table netdev {self.card}" in run("nft", "list", "tables").splitlines():
            run("nft", "delete", "table", "netdev", self.card)
        if self._has_card():
            run("ip", "link", "delete", self.card)
        if os.path.ismount(self.file):
            run("umount", str(self.file))
        self.file.unlink(missing_ok=True)

    def _has_card(self):
        return any(line.split(": ")[1].split("@")[0] == self.card for line in run("ip", "-o", "link").splitlines())
