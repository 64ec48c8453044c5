"""The API's paths: what each answers."""

import asyncio
import re

from aiohttp import web

import catalog
import firewalls
import placement_groups
import primary_ips
import servers
import ssh_keys
from labels import check_labels
from refusal import Refusal, invalid, not_found
from validation import check_fields, check_host_name, page_of

MOST_ACTIONS = 25
_LISTS = {
    "servers": ("name", "status"), "ssh_keys": ("name", "fingerprint"), "firewalls": ("name",),
    "placement_groups": ("name", "type"), "primary_ips": ("name", "ip"),
}
_SINGULAR = {"servers": "server", "ssh_keys": "ssh_key", "firewalls": "firewall", "placement_groups": "placement_group",
             "primary_ips": "primary_ip"}
_ACTIONS = {
    ("servers", "rebuild"): servers.rebuild, ("servers", "change_protection"): servers.protect,
    ("primary_ips", "change_protection"): primary_ips.protect, ("firewalls", "set_rules"): firewalls.set_rules,
    ("firewalls", "apply_to_resources"): firewalls.apply_to, ("firewalls", "remove_from_resources"): firewalls.remove_from,
}


class Api:
    """Answers requests about one cloud. What was carried out is carried out when a handler returns."""

    def __init__(self, cloud):
        self.cloud = cloud

    def answer(self, method, path, query, body, effects):
        """Status and JSON (None: no content)."""
        parts = path.strip("/").split("/")
        if parts[0] == "datacenters":
            raise Refusal(410, "deprecated_api_endpoint", "datacenters are gone")
        if parts[0] in _LISTS:
            return self._resource(method, parts, query, body, effects)
        if method == "GET":
            return 200, self._read(parts, query)
        raise not_found("path")

    def _read(self, parts, query):
        if parts[0] == "actions":
            return self._actions(parts, query)
        if parts == ["pricing"]:
            return {"pricing": catalog.pricing()}
        lists = {"server_types": self.cloud.server_types, "images": catalog.images, "locations": lambda: catalog.LOCATIONS}
        if parts[0] not in lists or len(parts) > 2:
            raise not_found("path")
        things = lists[parts[0]]()
        if len(parts) == 2:
            for thing in things:
                if str(thing["id"]) == parts[1]:
                    return {parts[0][:-1]: thing}
            raise not_found(parts[0][:-1])
        things = [{"labels": {}, **thing} for thing in things]
        return page_of(parts[0], things, query, ("name", "architecture", "type", "status"))

    def _actions(self, parts, query):
        known = self.cloud.things["actions"]
        if len(parts) == 2:
            if not parts[1].isdigit() or int(parts[1]) not in known:
                raise not_found("action")
            return {"action": known[int(parts[1])]}
        wanted = query.getall("id", [])
        if not 1 <= len(wanted) <= MOST_ACTIONS:
            raise invalid(f"1 to {MOST_ACTIONS} ids are required", "id")
        found = [{"labels": {}, **known[int(each)]} for each in wanted if each.isdigit() and int(each) in known]
        return page_of("actions", found, query, ("status",))

    def _resource(self, method, parts, query, body, effects):
        kind = parts[0]
        if len(parts) == 1:
            if method == "GET":
                return 200, page_of(kind, list(self.cloud.things[kind].values()), query, _LISTS[kind])
            if method == "POST":
                return 201, self._create(kind, body, effects)
            raise not_found("path")
        thing = self.cloud.things[kind].get(int(parts[1]) if parts[1].isdigit() else -1)
        if not thing:
            raise not_found(_SINGULAR[kind])
        if len(parts) == 2:
            return self._of_one(method, kind, thing, body, effects)
        if len(parts) == 4 and parts[2] == "actions" and method == "POST":
            return 201, self._act(kind, thing, parts[3], body)
        if kind == "servers" and parts[2:] == ["metrics"] and method == "GET":
            return 200, self._metrics(query)
        raise not_found("path")

    def _create(self, kind, body, effects):
        if kind == "servers":
            return servers.create(self.cloud, body, effects)
        room = {"ssh_keys": ssh_keys, "firewalls": firewalls, "placement_groups": placement_groups, "primary_ips": primary_ips}
        return room[kind].create(self.cloud, body)

    def _of_one(self, method, kind, thing, body, effects):
        if method == "GET":
            return 200, {_SINGULAR[kind]: thing}
        if method == "PUT":
            return 200, {_SINGULAR[kind]: self._update(kind, thing, body)}
        if method != "DELETE":
            raise not_found("path")
        if kind == "servers":
            servers.check_idle(self.cloud, thing)
            return 200, servers.delete(self.cloud, thing, effects)
        if kind == "ssh_keys":
            del self.cloud.things[kind][thing["id"]]
        else:
            {"firewalls": firewalls, "placement_groups": placement_groups, "primary_ips": primary_ips}[kind].delete(
                self.cloud, thing)
        return 204, None

    def _update(self, kind, thing, body):
        """What is given replaces what was there: all labels, too."""
        check_fields(body, [], ["name", "labels"] + (["auto_delete"] if kind == "primary_ips" else []))
        changes = {field: value for field, value in body.items() if value is not None}
        if "name" in changes:
            if kind == "servers":
                check_host_name(changes["name"])
            elif not isinstance(changes["name"], str) or not changes["name"]:
                raise invalid("must be a text", "name")
            if changes["name"] != thing["name"]:
                self.cloud.check_name(kind, changes["name"])
        if "labels" in changes:
            changes["labels"] = check_labels(changes["labels"])
        thing.update(changes)
        return thing

    def _act(self, kind, thing, command, body):
        if kind == "servers" and servers.is_power(command):
            return servers.power(self.cloud, thing, command)
        if (kind, command) in _ACTIONS:
            return _ACTIONS[(kind, command)](self.cloud, thing, body)
        raise not_found("path")

    def _metrics(self, query):
        if query.get("type") != "cpu" or not re.match(r"\d{4}-", query.get("start", "")):
            raise invalid("type=cpu, start and end are required", "type")
        return {"metrics": {"start": query["start"], "end": query.get("end"), "step": 60.0,
                            "time_series": {"cpu": {"values": [[1435781430.781, "42"]]}}}}


async def endless(request):
    """An answer that never ends."""
    response = web.StreamResponse(status=200, headers={"Content-Type": "application/json"})
    await response.prepare(request)
    try:
        while True:
            await response.write(b'{"servers": [' + b" " * 4096)
            await asyncio.sleep(0.05)
    except ConnectionError:
        return response
