"""/primary_ips"""

import catalog
from labels import check_labels
from refusal import Refusal, invalid, not_found
from validation import check_fields

FREE = {"assignee_type": "unassigned", "assignee_id": None}


def _location(name):
    for place in catalog.LOCATIONS:
        if name in (place["name"], place["id"]):
            return place
    raise not_found("location")


def reserve(cloud, name, kind, location, labels, auto_delete):
    """A free address."""
    cloud.check_limit("primary_ips", "Primary IP")
    cloud.check_name("primary_ips", name)
    return cloud.add("primary_ips", {
        "name": name, "type": kind, "ip": next(cloud.ipv4 if kind == "ipv4" else cloud.ipv6), "labels": labels, **FREE,
        "auto_delete": auto_delete, "blocked": False, "dns_ptr": [], "protection": {"delete": False}, "location": location})


def create(cloud, body):
    """POST /primary_ips"""
    check_fields(body, ["name", "type"], ["assignee_type", "location", "auto_delete", "labels"])
    if body["type"] not in ("ipv4", "ipv6"):
        raise invalid("must be ipv4 or ipv6", "type")
    if body.get("assignee_type", "server") not in ("server", "unassigned"):
        raise invalid("must be server or unassigned", "assignee_type")
    if not body.get("location"):
        raise invalid("is required", "location")
    labels = check_labels(body.get("labels"))
    ip = reserve(cloud, body["name"], body["type"], _location(body["location"]), labels, bool(body.get("auto_delete")))
    return {"primary_ip": ip, "action": None}


def choose(cloud, net, kind, location):
    """The address of a new server: the one that was reserved, or a new one. None: it is to have none."""
    if not net.get(f"enable_{kind}", True):
        return None
    wanted = net.get(kind)
    if wanted is None:
        cloud.check_limit("primary_ips", "Primary IP")
        return {"new": True}
    ip = cloud.things["primary_ips"].get(wanted)
    if not ip:
        raise not_found("primary_ip")
    if ip["type"] != kind:
        raise Refusal(412, "primary_ip_version_mismatch", f"primary IP is not of type {kind}")
    if ip["assignee_id"] is not None:
        raise Refusal(422, "primary_ip_assigned", "primary IP is already assigned")
    if ip["location"]["name"] != location["name"]:
        raise Refusal(422, "primary_ip_datacenter_mismatch", "primary IP and server are in different locations")
    return ip


def assign(ip, server_id):
    """The server has it from now on."""
    ip.update(assignee_type="server", assignee_id=server_id)


def release_all(cloud, server_id):
    """The server's addresses are free, or gone where `auto_delete` says so."""
    for ip in list(cloud.things["primary_ips"].values()):
        if ip["assignee_id"] != server_id:
            continue
        ip.update(FREE)
        if ip["auto_delete"] and not ip["protection"]["delete"]:
            del cloud.things["primary_ips"][ip["id"]]


def protect(cloud, ip, body):
    """POST /primary_ips/{id}/actions/change_protection"""
    check_fields(body, ["delete"], [])
    ip["protection"] = {"delete": bool(body["delete"])}
    return {"action": cloud.act("change_protection", [{"id": ip["id"], "type": "primary_ip"}])}


def delete(cloud, ip):
    """Refused while a server has it, or a hand protects it."""
    cloud.check_deletable("primary IP", ip)
    if ip["assignee_id"] is not None:
        raise Refusal(422, "must_be_unassigned", "primary IP must be unassigned to be deleted")
    del cloud.things["primary_ips"][ip["id"]]
