"""A hand in the console at each stage of a life: what was asked for is there in the end, or it is said what is in the way."""

import asyncio
import itertools
from dataclasses import dataclass, field

from life import Broken

PATIENCE = 36.0  # seconds: what waits longer than 30 must say for what
LET_GO = 70.0    # pauses between tries double, up to a minute
LOOK = 0.25

# What a hand does, and to what; %s is the forest. The node is the one that the stage is about.
DEEDS = {
    "rename a server": {"do": "rename", "kind": "servers", "to": "renamed-%s"},
    "relabel a server: its intent": {"do": "relabel", "kind": "servers", "labels": {"morpheus-intent": "edited"}},
    "relabel a server: its node": {"do": "relabel", "kind": "servers", "labels": {"morpheus-node": None}},
    "relabel a server: its forest": {"do": "relabel", "kind": "servers", "labels": {"morpheus-forest": "elm"}},
    "relabel a server: its controller": {"do": "relabel", "kind": "servers", "labels": {"morpheus-controller": "another"}},
    "delete a server": {"do": "delete", "kind": "servers"},
    "protect a server": {"do": "protect", "kind": "servers"},
    "power off a server": {"do": "power_off", "kind": "servers"},
    "take a server out of its firewall": {"do": "take_out", "kind": "servers"},
    "rename an address": {"do": "rename", "kind": "primary_ips", "to": "renamed-%s"},
    "relabel an address": {"do": "relabel", "kind": "primary_ips", "labels": {"morpheus-controller": None}},
    "protect an address": {"do": "protect", "kind": "primary_ips"},
    "rename the firewall": {"do": "rename", "kind": "firewalls", "to": "renamed-%s"},
    "relabel the firewall": {"do": "relabel", "kind": "firewalls", "labels": {"morpheus-acting": None}},
    "delete the firewall": {"do": "delete", "kind": "firewalls"},
    "rename the placement group": {"do": "rename", "kind": "placement_groups", "to": "renamed-%s"},
    "delete the placement group": {"do": "delete", "kind": "placement_groups"},
}
# After which calls of a stage: a deed takes the next one each time, so that each call has its hand.
_GROW = [("GET", "^/primary_ips$"), ("POST", "^/primary_ips$"), ("GET", "^/servers$"), ("POST", "^/servers$"), ("POST", "set_rules$")]
_SHRINK = [("GET", r"^/servers/\d+$"), ("POST", "shutdown$")]
_TEARDOWN = [("GET", r"^/servers/\d+$"), ("GET", "^/firewalls$")]  # a server and its address are gone by the second


def _points(kind):
    alone = kind in ("servers", "primary_ips")
    return {"before grow": [None], "before shrink": [None], "before teardown": [None], "grow": _GROW, "shrink": _SHRINK,
            "teardown": _TEARDOWN[:1] if alone else _TEARDOWN}


@dataclass
class HandCell:
    """A deed at a point."""

    deed: str
    point: str
    after: object
    fired: int = 0
    failed: bool = False
    outcomes: list = field(default_factory=list)

    @property
    def where(self):
        """For the table."""
        return self.point if not self.after else f"{self.point}, after {self.after[0]} {self.after[1].strip('^$')}"

    @property
    def what(self):
        """Likewise."""
        return self.deed

    @property
    def name(self):
        """Of the pair."""
        return f"{self.deed} | {self.where}"

    @property
    def is_in_the_way(self):
        """Until the hand lets go: it takes longest, and is begun first."""
        return any(word in self.deed for word in ("protect", "controller"))

    def say(self, outcome, failed=False):
        """What came of it."""
        self.outcomes.append(outcome)
        self.failed = self.failed or failed


def all_hand_cells():
    """In the order of the table."""
    turns = {}
    cells = []
    for deed, what in DEEDS.items():
        for point, afters in _points(what["kind"]).items():
            turn = turns.setdefault((point, len(afters)), itertools.cycle(afters))
            cells.append(HandCell(deed, point, next(turn)))
    return cells


class HandLife:
    """One forest: planted, grown by an edge, shrunk, torn down; and a hand once."""

    def __init__(self, life, cell):
        self.life = life
        self.box = life.box
        self.cell = cell
        deed = {**DEEDS[cell.deed]}
        if "to" in deed:
            deed["to"] = deed["to"] % life.name
        self.deed = deed
        self.controller = ""  # whose the forest is

    def _deed_on(self, node):
        target = {"servers": f"^{node}$", "primary_ips": f"^{node}$", "firewalls": f"^morpheus-{self.life.name}$",
                  "placement_groups": f"^morpheus-{self.life.name}-"}
        return {**self.deed, "name": target[self.deed["kind"]]}

    async def _hand(self, stage, node):
        if self.cell.point == f"before {stage}":
            self.cell.fired += (await self.box.tell("hand", self._deed_on(node)))["done"]
        if self.cell.point == stage:
            method, path = self.cell.after
            await self.box.tell("faults", {"name": f"hand {self.life.name}", "hand": self._deed_on(node),
                                           "match": {"method": method, "path": path, "about": self.life.about}})

    async def _stage(self, stage, *arguments):
        ended = await self.box.ctl(*arguments, limit=PATIENCE)
        if self.cell.point == stage:
            self.cell.fired += (await self.box.fired()).get(f"hand {self.life.name}", 0)
            await self.box.forget_faults(f"^hand {self.life.name}$")
        if not self.box.is_alive():
            self.cell.say("the daemon died", failed=True)
            raise Broken(f"the daemon died at {self.cell.deed}, {self.cell.where}: {self.box.log()[-1500:]}")
        if ended.status is None:
            await self._say_why(stage)
            await self._let_go()
        elif ended.status != 0:
            self.cell.say(f"{stage}: {' '.join(ended.err.split())[:140]}", failed=not self.cell.fired)

    async def run(self):
        """All stages."""
        life, name = self.life, self.life.name
        await self._stage("plant", "plant", "cloud", "small", "--name", name, "--yes")
        self.controller = await self._owner()
        await self._hand("grow", f"{name}-node-1")
        await self._stage("grow", "grow", name, "--yes")
        nodes = await life.nodes()
        edge = nodes[-1] if nodes else f"{name}-node-1"
        await self._hand("shrink", edge)
        await self._stage("shrink", "shrink", name, "--node", edge, "--yes")
        await self._hand("teardown", (await life.nodes() or [f"{name}-node-1"])[0])
        await self._stage("teardown", "teardown", name, "--yes")
        await self._judge_the_end()

    async def _owner(self):
        servers = (await self.box.state())["servers"]
        return next((each["labels"]["morpheus-controller"] for each in servers if each["name"] == f"{self.life.name}-node-1"), "")

    async def _say_why(self, stage):
        """What waits says for what."""
        status = (await self.box.ctl("status", self.life.name)).out
        events = (await self.box.ctl("events", "--forest", self.life.name)).out
        said = [line.strip() for line in (status + events).splitlines() if self._explains(line)]
        self.cell.say(f"{stage} waits: {said[-1][:170]}" if said else f"{stage} waits, and does not say for what", failed=not said)

    def _explains(self, line):
        words = ("protected",) if "protect" in self.cell.deed else ("waits", "again in", "not deleted", "not torn down", "not created")
        return any(word in line for word in words)

    async def _let_go(self):
        """The hand takes its protection off again, or gives back what it gave away, and what waited for that goes on."""
        for kind in ("servers", "primary_ips"):
            await self.box.tell("hand", {"do": "protect", "on": False, "kind": kind, "name": self.life.about})
        if "controller" in self.cell.deed:
            await self.box.tell("hand", {**self.deed, "labels": {"morpheus-controller": self.controller}, "name": self.life.about})
        for _ in range(int(LET_GO / LOOK)):
            status = await self.box.ask("status", self.life.name)
            if not status or not status["forest"]["operation"]:
                return
            await asyncio.sleep(LOOK)

    async def _judge_the_end(self):
        """Nothing of the forest is left but what the hand made somebody else's."""
        if await self.life.exists():
            self.cell.say("not torn down", failed=True)
        left = {kind: names for kind, names in (await self.life.seen()).items() if names}
        if left:
            given_away = any(word in self.cell.deed for word in ("forest", "controller", "relabel an address"))
            self.cell.say(f"left: {left}", failed=not given_away)
            await self._remove(left)
        if not self.cell.outcomes:
            self.cell.say("as if nothing had been done")

    async def _remove(self, left):
        for kind, names in left.items():
            for each in names:
                await self.box.tell("hand", {"do": "delete", "kind": kind, "name": f"^{each}$"})
