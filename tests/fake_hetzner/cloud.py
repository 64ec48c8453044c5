"""The account: everything that exists in it, and what it allows."""

import asyncio
import datetime
import ipaddress
import itertools
import time

import catalog
from refusal import Refusal

KINDS = ("servers", "actions", "ssh_keys", "firewalls", "placement_groups", "primary_ips")
ACTIONS_REMEMBERED = 1000
GONE_REMEMBERED = 1000


def now():
    """The time as the API writes it."""
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")


class Things(dict):
    """By id. It remembers when each came, and what went: a list may lag behind."""

    def __init__(self):
        super().__init__()
        self.born = {}
        self.gone = []  # when, and what

    def __setitem__(self, key, thing):
        self.born.setdefault(key, time.monotonic())
        super().__setitem__(key, thing)

    def __delitem__(self, key):
        self.pop(key)

    def pop(self, key, *default):
        """As a dict's."""
        if key in self:
            self.gone = self.gone[-GONE_REMEMBERED:] + [(time.monotonic(), self[key])]
        return super().pop(key, *default)


class Cloud:
    """State, ids and addresses. One at a time touches it: the fake has one loop."""

    def __init__(self, action_seconds, address_prefix, ipv6_range, machines):
        self.action_seconds = action_seconds
        self.machines = machines
        self.things = {kind: Things() for kind in KINDS}
        self.ids = itertools.count(2**32 + 1000)
        self.ipv4 = (f"{address_prefix}.{high}.{low}" for high in range(256) for low in range(1, 255))
        self.ipv6 = (str(net) for net in ipaddress.ip_network(ipv6_range).subnets(new_prefix=64))
        self.offers = {}  # (type, location) -> what a test said of it
        self.withdrawn = set()  # names of types
        self.limits = {}  # kind -> how many
        self.user_data = {}  # server id -> text
        self.tasks = set()
        self.carrying = {}  # action id -> its task

    def add(self, kind, thing):
        """Gives it an id and a date."""
        thing = {"id": next(self.ids), "created": now(), **thing}
        self.things[kind][thing["id"]] = thing
        return thing

    def check_limit(self, kind, what):
        """403 once the account's limit is met."""
        if len(self.things[kind]) >= self.limits.get(kind, 10**9):
            raise Refusal(403, "resource_limit_exceeded", f"{what} limit exceeded")

    def check_name(self, kind, name):
        """409 if a thing of that kind has the name."""
        if any(thing["name"] == name for thing in self.things[kind].values()):
            raise Refusal(409, "uniqueness_error", f"{kind} name {name!r} is already used")

    def check_deletable(self, what, thing):
        """423 while it is protected."""
        if thing["protection"]["delete"]:
            raise Refusal(423, "protected", f"{what} deletion is protected")

    def offer(self, server_type, location):
        """What the list of types says of that pair, and what a create gets; see README.md."""
        return self.offers.get((server_type, location), {"available": True})

    def server_types(self):
        """The types that are not withdrawn, with their availability."""
        return [each for each in catalog.server_types(self.offer) if each["name"] not in self.withdrawn]

    def spawn(self, coroutine):
        """Work that goes on behind an answer."""
        task = asyncio.get_running_loop().create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def act(self, command, resources, work=None, error=None, seconds=None):
        """Starts an action; `work` is awaited before it succeeds. With `error` (code, message) it fails, after `work`."""
        action = self.add("actions", {
            "command": command, "status": "running", "progress": 0, "started": now(), "finished": None,
            "resources": resources, "error": None})
        while len(self.things["actions"]) > ACTIONS_REMEMBERED:
            oldest = self.things["actions"].pop(next(iter(self.things["actions"])))
            self.carrying.pop(oldest["id"], None)
        self._lock(action)
        self.carrying[action["id"]] = self.spawn(self._carry_out(action, work, error, self.action_seconds if seconds is None else seconds))
        return action

    def act_after(self, first, command, resources):
        """An action that runs from now on, and ends as `first` does."""
        async def work():
            await asyncio.wait([self.carrying[first["id"]]])
            if first["status"] == "error":
                action["error"] = {"code": "action_failed", "message": f"{first['command']} failed"}

        action = self.act(command, resources, work)
        return action

    def _lock(self, action):
        """A server is locked while an action runs on it."""
        for resource in action["resources"]:
            server = self.things["servers"].get(resource["id"]) if resource["type"] == "server" else None
            if server:
                server["locked"] = self.is_busy("server", server["id"])

    async def _carry_out(self, action, work, error, seconds):
        await asyncio.sleep(seconds)
        if work:
            await work()
        if error:
            action["error"] = {"code": error["code"], "message": error["message"]}
        action.update(status="error" if action["error"] else "success", progress=100, finished=now())
        self._lock(action)

    def is_busy(self, kind, thing_id):
        """An action runs on it."""
        return any(action["status"] == "running" and {"id": thing_id, "type": kind} in action["resources"]
                   for action in self.things["actions"].values())

    def counts(self):
        """How many of each there are."""
        return {kind: len(things) for kind, things in self.things.items() if kind != "actions"}
