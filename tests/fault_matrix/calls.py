"""Every call that the daemon makes, and what it reads of the answer. A call that is not here fails the matrix."""

import re
import urllib.parse
from dataclasses import dataclass

_LABELS = ["labels", "labels.morpheus-controller", "labels.morpheus-forest", "labels.morpheus-node"]
_SERVER = ["id", "name", "status", *_LABELS, "labels.morpheus-intent", "public_net", "public_net.ipv4", "public_net.ipv4.ip",
           "public_net.ipv6", "server_type", "server_type.name", "server_type.cores", "server_type.memory", "location", "location.name"]
_ADDRESS = ["id", "name", "ip", *_LABELS, "location", "location.name", "assignee_id"]
_FIREWALL = ["id", "name", "labels", "labels.morpheus-controller", "labels.morpheus-forest", "labels.morpheus-acting", "rules", "rules[]",
             "rules[].direction", "rules[].protocol", "rules[].port", "rules[].source_ips", "rules[].source_ips[]", "applied_to", "applied_to[]", "applied_to[].type", "applied_to[].server",
             "applied_to[].server.id"]
_GROUP = ["id", "name", "servers", "labels", "labels.morpheus-controller", "labels.morpheus-forest"]
_KEY = ["id", "name", "fingerprint"]
_TYPE = ["name", "architecture", "cores", "memory", "prices", "prices[]", "prices[].location", "prices[].price_hourly",
         "prices[].price_hourly.net", "prices[].price_monthly", "prices[].price_monthly.net", "locations", "locations[]",
         "locations[].name", "locations[].available"]
_PRICING = ["currency", "primary_ips", "primary_ips[]", "primary_ips[].type", "primary_ips[].prices", "primary_ips[].prices[]",
            "primary_ips[].prices[].location", "primary_ips[].prices[].price_hourly", "primary_ips[].prices[].price_hourly.net",
            "primary_ips[].prices[].price_monthly.net"]
_ACTION = ["action", "action.id", "action.status"]
_PAGE = ["meta", "meta.pagination", "meta.pagination.next_page", "meta.pagination.total_entries"]


def _listed(key, fields):
    return [key, f"{key}[]"] + [f"{key}[].{field}" for field in fields] + _PAGE


def _single(key, fields):
    return [key] + [f"{key}.{field}" for field in fields]


@dataclass(frozen=True)
class Call:
    """One kind of call: how it is recognized, by which stage of a forest's life it is met, and the fields that are read."""

    name: str
    method: str
    path: str
    stage: str
    fields: tuple
    query: str = ""
    body_name: str = ""  # of the body's or the query's name
    lags: bool = False   # a list of things that come and go
    confirms: str = ""   # made only where a deletion (of this path) found nothing
    provoked: str = ""   # made only where a creation (of this path) said that the name is taken

    @property
    def is_list(self):
        """Its answer has pages."""
        return "meta" in self.fields

    def match(self):
        """For the fake."""
        match = {"method": self.method, "path": self.path}
        if self.query:
            match["query"] = self.query
        if self.body_name:
            match["name"] = self.body_name
        return match

    def is_it(self, method, path, query, name):
        """Whether a line of the fake's journal is of this kind."""
        return bool(method == self.method and re.search(self.path, path) and re.search(self.query, query) and
                    re.search(self.body_name, name))


_FOREST = "morpheus-forest"            # selectors: of a forest, of this daemon, of all daemons
_OWN = "morpheus-controller=[^,&]*(&|$)"
_MANAGED = "managed-by=morpheus(&|$)"
_NAME = "(^|&)name="


def _pattern(path):
    return "^" + re.escape(path).replace("ID", r"\d+") + "$"


def _call(name, stage, fields, query="", body_name="", **more):
    method, path = name.split()[:2]
    return Call(name, method, _pattern(path), stage, tuple(fields), query, body_name, **more)


def _confirmation(path, stage):
    return _call(f"GET {path}", stage, [], confirms=_pattern(path))


CALLS = [
    _call("GET /locations", "doctor", _listed("locations", ["name"])),
    _call("POST /placement_groups (nothing)", "doctor", [], body_name="^$"),
    _call("GET /server_types", "doctor", _listed("server_types", _TYPE)),
    _call("GET /pricing", "doctor", _single("pricing", _PRICING)),
    _call("GET /images", "doctor", _listed("images", ["architecture"]), _NAME),
    _call("GET /ssh_keys", "doctor", _listed("ssh_keys", _KEY), r"^(?!.*fingerprint=)"),
    _call("GET /servers (all daemons')", "orphans", _listed("servers", _SERVER), _MANAGED, lags=True),
    _call("GET /primary_ips (all daemons')", "orphans", _listed("primary_ips", _ADDRESS), _MANAGED, lags=True),
    _call("GET /firewalls (own)", "any", _listed("firewalls", _FIREWALL), _OWN),
    _call("GET /primary_ips (name)", "plant", _listed("primary_ips", _ADDRESS), _NAME, lags=True),
    _call("POST /primary_ips", "plant", _single("primary_ip", ["id", "name", "ip", "location", "location.name"])),
    _call("POST /firewalls", "plant", _single("firewall", ["id"])),
    _call("GET /servers (name)", "plant", _listed("servers", _SERVER), _NAME, lags=True),
    _call("GET /placement_groups (forest)", "plant", _listed("placement_groups", _GROUP), _FOREST, lags=True),
    _call("POST /placement_groups", "plant", _single("placement_group", _GROUP), body_name="."),
    _call("POST /servers", "plant", _single("server", _SERVER) + _ACTION),
    _call("GET /actions", "plant", ["actions", "actions[]", "actions[].id", "actions[].status"]),
    _call("POST /ssh_keys", "keys", _single("ssh_key", ["id"])),
    _call("GET /ssh_keys (fingerprint)", "keys", _listed("ssh_keys", _KEY), "fingerprint=", provoked="^/ssh_keys$"),
    _call("DELETE /primary_ips/ID", "dud", []),
    _call("PUT /firewalls/ID", "grow", []),
    _call("POST /firewalls/ID/actions/set_rules", "grow", ["actions", "actions[]", "actions[].id", "actions[].status"]),
    _call("POST /firewalls/ID/actions/apply_to_resources", "grow", ["actions", "actions[]", "actions[].id", "actions[].status"]),
    _call("POST /servers/ID/actions/poweron", "grow", _ACTION),
    _call("PUT /servers/ID", "adopt", _single("server", _SERVER)),
    _call("POST /servers/ID/actions/shutdown", "shrink", _ACTION),
    _call("DELETE /servers/ID", "shrink", _ACTION),
    _call("GET /servers (forest)", "teardown", _listed("servers", _SERVER), _FOREST, lags=True),
    _call("GET /primary_ips (forest)", "teardown", _listed("primary_ips", _ADDRESS), _FOREST, lags=True),
    _call("GET /firewalls (forest)", "teardown", _listed("firewalls", [field for field in _FIREWALL if "applied_to[" not in field]), _FOREST),
    _call("DELETE /firewalls/ID", "teardown", []),
    _call("DELETE /placement_groups/ID", "teardown", []),
    _call("GET /servers/ID", "shrink", _single("server", _SERVER)),
    _confirmation("/primary_ips/ID", "dud"), _confirmation("/firewalls/ID", "teardown"),
    _confirmation("/placement_groups/ID", "teardown"),
]


def call_of(line):
    """The kind of a line of the journal; None: the matrix does not know it."""
    body = line["body"] if isinstance(line["body"], dict) else {}
    query = urllib.parse.unquote(line["query"])
    name = body.get("name") or dict(urllib.parse.parse_qsl(line["query"])).get("name", "")
    for call in CALLS:
        if call.is_it(line["method"], line["path"], query, name):
            return call
    return None
