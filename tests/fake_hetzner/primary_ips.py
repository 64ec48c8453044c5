"""/primary_ips"""

import catalog
from labels import check_labels
from refusal import Refusal, invalid, not_found
from validation import check_fields


def _location(name):
    for place in catalog.LOCATIONS:
        if name in (place["name"], place["id"]):
            return place
    raise not_found("location")


def reserve(cloud, name, kind, location, labels, auto_delete):
    """A free address."""
    cloud.check_limit("primary_ips", "Primary IP")
    if any(ip["name"] == name and ip["type"] == kind for ip in cloud.things["primary_ips"].values()):
        raise Refusal(409, "uniqueness_error", f"primary_ip name {name!r} is already used")
    return cloud.add("primary_ips", {
        "name": name, "type": kind, "ip": next(cloud.ipv4 if kind == "ipv4" else cloud.ipv6), "labels": labels,
        "assignee_type": "server", "assignee_id": None, "auto_delete": auto_delete, "blocked": False, "dns_ptr": [],
        "protection": {"delete": False}, "location": location})


def create(cloud, body):
    """POST /primary_ips"""
    check_fields(body, ["name", "type", "assignee_type"], ["location", "auto_delete", "labels", "assignee_id"])
    if body["type"] not in ("ipv4", "ipv6") or body["assignee_type"] != "server":
        raise invalid("must be ipv4 or ipv6, for a server", "type")
    if not body.get("location"):
        raise invalid("is required", "location")
    labels = check_labels(body.get("labels"))
    ip = reserve(cloud, body["name"], body["type"], _location(body["location"]), labels, bool(body.get("auto_delete")))
    return {"primary_ip": ip, "action": None}


def choose(cloud, net, kind, server_name, location):
    """The address of a new server: the one that was reserved, or a new one. None: it is to have none."""
    if not net.get(f"enable_{kind}", True):
        return None
    wanted = net.get(kind)
    if wanted is None:
        cloud.check_limit("primary_ips", "Primary IP")
        return {"name": f"primary_ip-{server_name}-{kind}", "new": True}
    ip = cloud.things["primary_ips"].get(wanted)
    if not ip or ip["type"] != kind:
        raise not_found("primary_ip")
    if ip["assignee_id"] is not None:
        raise Refusal(409, "primary_ip_already_assigned", "primary IP is already assigned")
    if ip["location"]["name"] != location["name"]:
        raise invalid("primary IP is in another location", f"public_net.{kind}")
    return ip


def delete(cloud, ip):
    """Refused while a server has it."""
    if ip["assignee_id"] is not None:
        raise Refusal(422, "must_be_unassigned", "primary IP must be unassigned to be deleted")
    del cloud.things["primary_ips"][ip["id"]]
