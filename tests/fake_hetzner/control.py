"""/_fake/: what a test asks of the fake itself. No token, no rate limit, not in the journal."""

from aiohttp import web

import hand


class Control:
    """Faults, availability, limits, and a look at the truth."""

    def __init__(self, cloud, faults, rate):
        self.cloud = cloud
        self.faults = faults
        self.rate = rate

    def routes(self):
        """For aiohttp."""
        return [
            web.get("/_fake/faults", self.list_faults), web.post("/_fake/faults", self.add_fault),
            web.delete("/_fake/faults", self.clear_faults), web.post("/_fake/availability", self.set_availability),
            web.post("/_fake/limits", self.set_limits), web.post("/_fake/calls", self.set_calls), web.get("/_fake/state", self.state), web.post("/_fake/seed", self.seed),
            web.post("/_fake/hand", self.hand),
        ]

    async def list_faults(self, _):
        """With how often each fired."""
        return web.json_response([fault.describe() for fault in self.faults.all])

    async def add_fault(self, request):
        """A fault, or a list of them; see README.md."""
        asked = await request.json()
        try:
            for description in asked if isinstance(asked, list) else [asked]:
                self.faults.add(description)
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({})

    async def clear_faults(self, request):
        """No fault fires any more; with ?name=REGEX, none of those."""
        self.faults.clear(request.query.get("name"))
        return web.json_response({})

    async def hand(self, request):
        """Somebody does something in the console, once no action runs on what it is done to."""
        deed = await request.json()
        try:
            hand.check(deed)
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({"done": await hand.act(self.cloud, deed)})

    async def set_availability(self, request):
        """{server_type, location, available: true, false, "lies" or "unsupported"}, or {server_type, withdrawn: true or false}"""
        body = await request.json()
        if "withdrawn" in body:
            (self.cloud.withdrawn.add if body["withdrawn"] else self.cloud.withdrawn.discard)(body["server_type"])
        else:
            self.cloud.offers[(body.pop("server_type"), body.pop("location"))] = body
        return web.json_response({})

    async def set_limits(self, request):
        """{servers: N, primary_ips: N}"""
        self.cloud.limits = await request.json()
        return web.json_response({})

    async def set_calls(self, request):
        """{left: N}: the rest was used by somebody else."""
        self.rate.leave((await request.json())["left"])
        return web.json_response({})

    async def state(self, _):
        """How many there are, and all of them."""
        things = {kind: list(all.values()) for kind, all in self.cloud.things.items() if kind != "actions"}
        return web.json_response({"counts": self.cloud.counts(), **things})

    async def seed(self, request):
        """{servers: N, labels: {...}}: somebody else's servers."""
        body = await request.json()
        for number in range(body["servers"]):
            self.cloud.add("servers", {
                "name": f"{body.get('name', 'other')}-{number}", "status": "running", "labels": body.get("labels", {}),
                "server_type": self.cloud.server_types()[0], "location": {"name": "fsn1"},
                "public_net": {"ipv4": None, "ipv6": None, "floating_ips": [], "firewalls": []}, "private_net": [],
                "protection": {"delete": False, "rebuild": False}, "locked": False})
        return web.json_response({})
