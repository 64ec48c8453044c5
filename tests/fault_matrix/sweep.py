"""Faults at the calls of the comparison that a daemon begins with: each is met by a new one, over a forest that must not suffer."""

import asyncio
import time

from life import Broken, Life

QUIET = 0.4   # seconds without a call: the comparison is over
LONGEST = 12.0


async def play(box, pending, until):
    """A forest of one, and a daemon for each cell."""
    life = Life(box, f"f{box.number}", pending)
    planted = await box.ctl("plant", "cloud", "small", "--name", life.name, "--yes")
    if planted.status != 0:
        raise Broken(f"{life.name} is not planted: {planted.err}")
    while time.monotonic() < until:
        queues = [queue for queue in pending.by_call.values() if queue]
        if not queues:
            break
        cell = max(queues, key=len).pop(0)
        await box.stop_daemon()
        if "lag_seconds" in cell.effects:
            await _come_and_go(box)
        await box.tell("faults", cell.described())
        log = len(box.log())
        await box.start_daemon()
        await _quiet(box, cell)
        cell.fired += (await box.fired()).get(cell.name, 0)
        await box.forget_faults(".")
        await _judge(box, life, cell, box.log()[log:])
    ended = await box.ctl("teardown", life.name, "--yes")
    if ended.status != 0 or not await life.is_gone():
        raise Broken(f"{life.name} is not torn down: {ended.err}")


async def _come_and_go(box):
    """So that a list has something to lag behind of."""
    labels = {"managed-by": "morpheus", "morpheus-controller": "another"}
    name = f"elm-{time.monotonic_ns()}"
    await box.api("POST", "/primary_ips", {"name": name, "type": "ipv4", "location": "fsn1", "labels": labels})
    await box.tell("seed", {"servers": 1, "labels": labels, "name": name})


async def _quiet(box, cell):
    """Until the daemon has fired the fault and asks for nothing more."""
    began, lines, since = time.monotonic(), -1, time.monotonic()
    while time.monotonic() - began < LONGEST:
        now = len(box.journal())
        if now != lines:
            lines, since = now, time.monotonic()
        fired = (await box.fired()).get(cell.name, 0)
        if fired and time.monotonic() - since > QUIET:
            return
        await asyncio.sleep(0.1)


async def _judge(box, life, cell, log):
    if not box.is_alive():
        cell.say("the daemon died", failed=True)
        raise Broken(f"the daemon died at {cell.name}: {box.log()[-1500:]}")
    if not await life.has(1):
        cell.say(f"the forest suffered: {await life.nodes()} of {await life.seen()}", failed=True)
        raise Broken(f"{cell.name}: the forest suffered: {await life.nodes()}")
    said = [line for line in log.splitlines() if "warning: " in line and "without TLS" not in line and ("hetzner" in line or life.name in line)]
    cell.say(f"said: {said[0].split('warning: ')[1][:150]}" if said else "not noticed")
