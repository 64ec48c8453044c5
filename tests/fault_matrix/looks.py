"""Faults at the calls of commands that only look: each is asked for as often as there are faults."""

import json
import time

from life import Broken
from pending import QUOTAS

_LOOKS = ["GET /locations", "POST /placement_groups (nothing)", "GET /ssh_keys", "GET /servers (all daemons')",
          "GET /primary_ips (all daemons')", "GET /server_types", "GET /pricing", "GET /images"]
_SWEEP = ["GET /firewalls (own)", "GET /servers (all daemons')", "GET /primary_ips (all daemons')"]
_KEYS = ["POST /ssh_keys", "GET /ssh_keys (fingerprint)"]


def calls_of(part):
    """Names of the calls that a part plays."""
    if part == "looks":
        return _LOOKS
    if part == "sweep":
        return _SWEEP
    if part == "keys":
        return _KEYS
    around = _calls_in(["plant without a server"]) - set(_KEYS)
    if part == "around":
        return around
    teardown = _calls_in(["teardown"]) - around
    lists = {call for call in teardown if call.endswith("(forest)")}
    if part in ("teardown", "removals"):
        return lists if part == "teardown" else teardown - lists
    return _calls_in(["plant", "dud", "grow", "adopt", "shrink"]) - around - teardown


def _calls_in(stages):
    return {call for stage in stages for group, _ in QUOTAS[stage] for call in group}


async def forget_keys(box):
    """The project has no key any more: it is uploaded again."""
    for key in (await box.state())["ssh_keys"]:
        await box.api("DELETE", f"/ssh_keys/{key['id']}")


async def _make_strangers(box):
    """So that each list has an entry: a server and an address of another daemon."""
    labels = {"managed-by": "morpheus", "morpheus-controller": "another", "morpheus-forest": "elm", "morpheus-node": "elm-node-1",
              "morpheus-intent": "1"}
    await box.api("POST", "/servers", {"name": "elm-node-1", "server_type": "cx23", "image": "debian-12", "location": "fsn1", "labels": labels})
    await box.api("POST", "/primary_ips", {"name": "elm-node-2", "type": "ipv4", "location": "fsn1", "labels": labels})
    await forget_keys(box)
    await box.api("POST", "/ssh_keys", {"name": "another", "public_key": "ssh-ed25519 " + "A" * 68})


async def play(box, pending, until):
    """Cells of commands that only look, one after the other."""
    await _make_strangers(box)
    while time.monotonic() < until:
        cells = [queue for queue in pending.by_call.values() if queue]
        if not cells:
            return
        cell = max(cells, key=len).pop(0)
        if "lag_seconds" in cell.effects:
            await box.api("POST", "/primary_ips", {"name": f"elm-{time.monotonic_ns()}", "type": "ipv4", "location": "fsn1",
                                                   "labels": {"managed-by": "morpheus", "morpheus-controller": "another"}})
            if "servers" in cell.call.name:
                await box.tell("seed", {"servers": 1, "labels": {"managed-by": "morpheus"}, "name": f"s-{time.monotonic_ns()}"})
        await _look(box, cell)
        if not box.is_alive():
            cell.say("the daemon died", failed=True)
            raise Broken(f"the daemon died at {cell.name}: {box.log()[-1500:]}")


async def _look(box, cell):
    """The doctor looks at everything; what was read before is not read again but by a new daemon."""
    for new in (False, True):
        if new:
            await box.stop_daemon()
            await box.start_daemon()
        await box.tell("faults", cell.described())
        done = await box.ctl("doctor", "-o", "json")
        cell.fired += (await box.fired()).get(cell.name, 0)
        await box.forget_faults(".")
        if cell.fired or not box.is_alive():
            break
    if done.status is None:
        cell.say("no end", failed=True)
        return
    cell.say(_words_of(done, cell))


def _words_of(done, cell):
    try:
        findings = json.loads(done.out)
    except (ValueError, KeyError, TypeError):
        cell.failed = True
        return f"the doctor says nothing: {done.out}{done.err}"
    bad = [each["message"] for each in findings if each["level"] == "failed"]
    return f"a finding: {bad[0][:160]}" if bad else "not noticed"
