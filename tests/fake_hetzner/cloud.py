"""The account: everything that exists in it, and what it allows."""

import asyncio
import datetime
import ipaddress
import itertools

import catalog
from refusal import Refusal

KINDS = ("servers", "actions", "ssh_keys", "firewalls", "placement_groups", "primary_ips")
ACTIONS_REMEMBERED = 1000


def now():
    """The time as the API writes it."""
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")


class Cloud:
    """State, ids and addresses. One at a time touches it: the fake has one loop."""

    def __init__(self, action_seconds, address_prefix, ipv6_range, machines):
        self.action_seconds = action_seconds
        self.machines = machines
        self.things = {kind: {} for kind in KINDS}
        self.ids = itertools.count(2**32 + 1000)
        self.ipv4 = (f"{address_prefix}.{high}.{low}" for high in range(256) for low in range(1, 255))
        self.ipv6 = (str(net) for net in ipaddress.ip_network(ipv6_range).subnets(new_prefix=64))
        self.unavailable = {}  # (type, location) -> False or "lies"
        self.limits = {}  # kind -> how many
        self.user_data = {}  # server id -> text
        self.tasks = set()

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

    def is_sold(self, server_type, location):
        """Whether a create gets one."""
        return self.unavailable.get((server_type, location), True) is True

    def claims_to_sell(self, server_type, location):
        """What the list of types says, which may be a lie."""
        return self.unavailable.get((server_type, location), True) is not False

    def server_types(self):
        """The types with their availability."""
        return catalog.server_types(self.claims_to_sell)

    def spawn(self, coroutine):
        """Work that goes on behind an answer."""
        task = asyncio.get_running_loop().create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def act(self, command, resources, work=None, error=None, seconds=None):
        """Starts an action; `work` is awaited before it succeeds. With `error` (code, message) it fails, after `work`."""
        action = self.add("actions", {
            "command": command, "status": "running", "progress": 0, "started": now(), "finished": None,
            "resources": resources, "error": None})
        while len(self.things["actions"]) > ACTIONS_REMEMBERED:
            self.things["actions"].pop(next(iter(self.things["actions"])))
        self.spawn(self._carry_out(action, work, error, self.action_seconds if seconds is None else seconds))
        return action

    async def _carry_out(self, action, work, error, seconds):
        await asyncio.sleep(seconds)
        if work:
            await work()
        action.update(status="error" if error else "success", progress=100, finished=now())
        if error:
            action["error"] = {"code": error["code"], "message": error["message"]}

    def is_busy(self, kind, thing_id):
        """An action runs on it."""
        return any(action["status"] == "running" and {"id": thing_id, "type": kind} in action["resources"]
                   for action in self.things["actions"].values())

    def counts(self):
        """How many of each there are."""
        return {kind: len(things) for kind, things in self.things.items() if kind != "actions"}
