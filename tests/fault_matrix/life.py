"""A forest's life, with a fault here and there. From outside it must be as if there had been none."""

import asyncio
import re

from cells import SAID

HELPER = "on purpose"  # what a refusal says that belongs to the life
FAILED = " failed: "  # of an operation, as the client and the event say
MOST_TRIES = 6  # of a command: each may be refused by another fault
FREE = {"closed after the answer", "103 before the answer", "100 before the answer"}  # they cost no time


class Broken(Exception):
    """A promise is broken."""


class Life:
    """One forest on one box. `pending` gives it cells to play, and takes back those that did not fire."""

    def __init__(self, box, name, pending):
        self.box = box
        self.name = name
        self.pending = pending
        self.about = rf"(^|[^a-z0-9])({name})([^a-z0-9]|$)"
        self.armed = []

    async def arm(self, stage, helper=None):
        """So many of each group of calls as their loop can take."""
        taken = self.pending.take(stage, len(self.box.shared))
        self.armed += taken
        self.box.shared |= {cell.name for cell in taken if cell.is_shared}
        faults = [cell.described(None if cell.is_shared or cell.call.stage == "keys" else self.about) for cell in taken]
        helpers = [helper] if helper else []
        for cell in taken:
            if cell.call.confirms:
                helpers.append({"match": {"method": "DELETE", "path": cell.call.confirms}, "status": 404, "code": "not_found"})
            if cell.call.provoked:
                helpers.append({"match": {"method": "POST", "path": cell.call.provoked}, "status_after_commit": 409, "code": "uniqueness_error"})
        faults += [self._helper(**each) for each in helpers]
        if faults:
            await self.box.tell("faults", faults)

    def _helper(self, match, **effects):
        about = {} if match["path"] == "^/ssh_keys$" else {"about": self.about}
        return {"name": f"helper {self.name}", "match": {**match, **about}, **effects}

    async def fired_now(self):
        """Cells that fired since the last time."""
        counts = await self.box.fired()
        fired = [cell for cell in self.armed if counts.get(cell.name)]
        for cell in fired:
            cell.fired += counts[cell.name]
            self.armed.remove(cell)
            self.box.shared.discard(cell.name)
            await self.box.forget_faults("^" + re.escape(cell.name) + "$")
        return fired

    async def disarm(self):
        """What did not fire is played another time."""
        for cell in await self.fired_now():
            cell.say("not noticed")
        for cell in self.armed:
            await self.box.forget_faults("^" + re.escape(cell.name) + "$")
        self.box.shared -= {cell.name for cell in self.armed}
        self.pending.give_back(self.armed)
        self.armed = []
        await self.box.forget_faults(f"^helper {self.name}$")

    async def run(self, stage, *arguments, done, refused_on_purpose=False):
        """A command, until `done` says so. What fired meanwhile gets its outcome."""
        for _ in range(MOST_TRIES):
            ended = await self.box.ctl(*arguments)
            fired = await self.fired_now()
            if not self.box.is_alive():
                self._blame(fired, "the daemon died", failed=True)
                raise Broken(f"the daemon died in {stage} of {self.name}: {self.box.log()[-2000:]}")
            if ended.status is None:
                self._blame(fired, "no end", failed=True)
                raise Broken(f"{stage} of {self.name}: {ended.err}; {await self._words()}")
            good = ended.status == 0 or (refused_on_purpose and HELPER in ended.err)
            await self._judge(stage, fired, "" if good else ended.err)
            if good or await done():
                break
            await self.recover(stage)
        else:
            raise Broken(f"{stage} of {self.name} is refused for ever: {ended.err}")
        if not await done():
            self._blame(fired, "not what was asked for", failed=True)
            raise Broken(f"after {stage} of {self.name}: {await self.seen()}; {ended.err}")

    async def recover(self, stage):
        """A forest that was not planted stands in the way of the next try."""
        if stage == "plant" and await self.exists():
            ended = await self.box.ctl("teardown", self.name, "--yes")
            for cell in await self.fired_now():
                cell.say("recovered" if ended.status == 0 else "refused: " + ended.err, failed=ended.status != 0)
            if ended.status != 0:
                raise Broken(f"{self.name} cannot be torn down: {ended.err}")

    @staticmethod
    def _blame(fired, outcome, failed=False):
        for cell in fired:
            cell.say(outcome, failed)

    async def _judge(self, stage, fired, reason):
        named = [cell for cell in fired if reason and self._names(cell, reason)]
        named = [cell for cell in named if not cell.passes] or named  # what ended it may stand beside what it waited for
        guilty = named or fired[-1:]
        words = (await self.box.ctl("events", "--forest", self.name)).out if reason and fired else ""
        for cell in fired:
            if not reason or cell not in guilty:
                cell.say("recovered")
                continue
            visible = FAILED not in reason or FAILED in words  # else it was refused before anything was begun
            outcome = f"refused in {stage}: {' '.join(reason.split())[:160]}"
            cell.say(outcome if visible else outcome + " (and no event says so)", failed=not visible or (FAILED in reason and cell in named and cell.passes))

    @staticmethod
    def _names(cell, reason):
        return (cell.told and cell.told in reason) or (SAID not in reason and cell.call.name.split(" (")[0].replace("ID", "") in reason)

    async def _words(self):
        status = await self.box.ctl("status", self.name)
        events = await self.box.ctl("events", "--forest", self.name)
        return f"status: {status.out}{status.err}; events: {events.out[-1500:]}; log: {self.box.log()[-1500:]}"

    async def exists(self):
        """The daemon knows the forest."""
        return await self.box.ask("status", self.name) is not None

    async def seen(self):
        """Names of all in the cloud that is of this forest, by kind."""
        state = await self.box.state()
        seen = {}
        for kind in ("servers", "primary_ips", "firewalls", "placement_groups"):
            seen[kind] = sorted(each["name"] for each in state[kind] if re.search(self.about, each["name"]) or
                                each["labels"].get("morpheus-forest") == self.name)
        return seen

    async def nodes(self):
        """Names of ready nodes, as the daemon says."""
        status = await self.box.ask("status", self.name)
        return sorted(node["name"] for node in (status or {"nodes": []})["nodes"] if node["state"] == "ready")

    async def has(self, servers):
        """So many servers, which are the ready nodes, with an address each, and nothing else."""
        seen, nodes = await self.seen(), await self.nodes()
        return seen["servers"] == nodes and len(nodes) == servers and seen["primary_ips"] == nodes

    async def is_guarded(self):
        """Each of its servers is in a firewall."""
        servers = (await self.box.state())["servers"]
        return all(each["public_net"]["firewalls"] for each in servers if re.search(self.about, each["name"]))

    async def is_gone(self):
        """Nothing is left."""
        return not await self.exists() and not any((await self.seen()).values())

    async def plant(self):
        """One server."""
        await self.arm("plant")
        await self.run("plant", "plant", "cloud", "small", "--name", self.name, "--yes", done=lambda: self.has(1))
        await self.disarm()

    async def plant_in_vain(self):
        """A forest that gets no server: what stands around it is made all the same."""
        await self.arm("plant without a server", {"match": {"method": "POST", "path": "^/servers$"}, "status": 422, "times": 100,
                                                  "code": "invalid_input", "message": HELPER})

        async def nothing():
            return not (await self.seen())["servers"]

        await self.run("plant", "plant", "cloud", "small", "--name", self.name, "--yes", done=nothing, refused_on_purpose=True)
        await self.disarm()

    async def leave_something(self):
        """Made in its name by nobody knows whom: the teardown has something to find."""
        wall = [each for each in (await self.box.state())["firewalls"] if each["name"] == f"morpheus-{self.name}"]
        if not wall:
            return
        labels = {key: value for key, value in wall[0]["labels"].items() if key != "morpheus-acting"}
        for number, path, body in ((8, "/servers", {"server_type": "cx23", "image": "debian-12", "firewalls": [{"firewall": wall[0]["id"]}]}), (9, "/primary_ips", {"type": "ipv4"})):
            name = f"{self.name}-node-{number}"
            await self.box.api("POST", path, {"name": name, "location": "fsn1", "labels": {**labels, "morpheus-node": name, "morpheus-intent": "left"}, **body})

    async def grow_in_vain(self):
        """A machine that the API refuses: its address is given back."""
        before = len(await self.nodes())
        await self.arm("dud", {"match": {"method": "POST", "path": "^/servers$"}, "status": 422, "code": "invalid_input", "message": HELPER})
        await self.run("dud", "grow", self.name, "--yes", done=lambda: self.has(before), refused_on_purpose=True)
        await self.disarm()

    async def grow(self):
        """One more, which is made and not answered, and is off; and a hand took the first out of the firewall and the
        firewall's claim away."""
        before = len(await self.nodes())
        await self.box.tell("hand", {"do": "relabel", "kind": "firewalls", "name": f"^morpheus-{self.name}$", "labels": {"morpheus-acting": None}})
        await self.box.tell("hand", {"do": "take_out", "name": f"^{self.name}-node-1$"})
        await self.arm("grow", {"match": {"method": "POST", "path": "^/servers$"}, "drop": "committed", "end_off": True})
        await self.run("grow", "grow", self.name, "--yes", done=lambda: self.has(before + 1))
        await self.disarm()

    async def adopt(self):
        """Its first server was renamed, and lost a label, by a hand."""
        node = f"{self.name}-node-1"
        before = len(await self.nodes())
        await self.box.tell("hand", {"do": "relabel", "name": f"^{node}$", "labels": {"morpheus-node": None}})
        await self.box.tell("hand", {"do": "rename", "name": f"^{node}$", "to": f"{self.name}-astray"})
        await self.arm("adopt")
        await self.run("adopt", "adopt", node, done=lambda: self.has(before))
        await self.disarm()

    async def shrink(self):
        """Its edge goes."""
        status = await self.box.ask("status", self.name)
        edge = [node["name"] for node in status["nodes"] if node["role"] == "edge" and node["state"] == "ready"][-1]
        before = len(await self.nodes())
        await self.arm("shrink")

        async def done():
            return await self.has(before - 1) and await self.is_guarded()

        await self.run("shrink", "shrink", self.name, "--node", edge, "--yes", done=done)
        await self.disarm()

    async def tear_down(self):
        """Nothing is left."""
        await self.arm("teardown")
        await self.run("teardown", "teardown", self.name, "--yes", done=self.is_gone)
        await self.disarm()


async def whole_life(life):
    """Each stage once."""
    for stage in (life.plant, life.grow_in_vain, life.grow, life.adopt, life.shrink, life.tear_down):
        await stage()


async def short_life(life):
    """Without a server of its own; but one that was left over, and an address."""
    await life.plant_in_vain()
    await life.leave_something()
    await life.tear_down()


async def settle(box):
    """Nothing of any life is left in the cloud."""
    await asyncio.sleep(0.2)
    counts = (await box.state())["counts"]
    counts.pop("ssh_keys")
    if any(counts.values()):
        raise Broken(f"left in the cloud: {counts}")
