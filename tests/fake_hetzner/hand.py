"""A hand in the console: what somebody else does to things of the account, between any two calls."""

import asyncio
import re

import firewalls
import servers

_LOOK_SECONDS = 0.02  # at a server whose action has not ended: the console waits for it, too


def _targets(cloud, deed):
    kind = deed.get("kind", "servers")
    return [thing for thing in list(cloud.things[kind].values()) if re.search(deed.get("name", ""), thing["name"])]


def _walls_of(cloud, server):
    return [wall for wall in cloud.things["firewalls"].values()
            if any(each.get("server", {}).get("id") == server["id"] for each in wall["applied_to"])]


def _rename(_cloud, thing, deed):
    thing["name"] = deed["to"]


def _relabel(_cloud, thing, deed):
    labels = {**thing["labels"], **deed["labels"]}
    thing["labels"] = {key: value for key, value in labels.items() if value is not None}


def _protect(_cloud, thing, deed):
    thing["protection"] = {key: deed.get("on", True) for key in thing["protection"]}


def _power_off(cloud, server, _deed):
    server["status"] = "off"
    cloud.spawn(cloud.machines.power_off(server))


def _take_out(cloud, server, _deed):
    for wall in _walls_of(cloud, server):
        firewalls.detach(wall, server)


def _delete(cloud, thing, deed):
    kind = deed.get("kind", "servers")
    if kind == "servers":
        cloud.spawn(servers.vanish(cloud, thing))
        return
    if kind == "firewalls":  # the console takes the servers out of it first
        for server in cloud.things["servers"].values():
            firewalls.detach(thing, server)
    if kind == "placement_groups":
        for server in cloud.things["servers"].values():
            if (server.get("placement_group") or {}).get("id") == thing["id"]:
                server["placement_group"] = None
    cloud.things[kind].pop(thing["id"], None)


DEEDS = {"rename": _rename, "relabel": _relabel, "protect": _protect, "power_off": _power_off, "take_out": _take_out,
         "delete": _delete}


def check(deed):
    """ValueError for one that nobody can do."""
    if deed.get("do") not in DEEDS:
        raise ValueError(f"a hand cannot {deed.get('do')!r}: {sorted(DEEDS)}")


def can(cloud, deed):
    """Whether there is something to do it to."""
    return bool(_targets(cloud, deed))


def is_idle(cloud, deed):
    """No action runs on what it is done to."""
    return not any(cloud.is_busy("server", thing["id"]) for thing in _targets(cloud, deed))


async def act(cloud, deed):
    """Does it to each thing that is meant, once no action runs on it; how many there were."""
    while not is_idle(cloud, deed):
        await asyncio.sleep(_LOOK_SECONDS)
    found = _targets(cloud, deed)
    for thing in found:
        DEEDS[deed["do"]](cloud, thing, deed)
    return len(found)
