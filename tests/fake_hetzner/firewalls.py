"""/firewalls"""

import ipaddress

from labels import check_labels, select
from refusal import Refusal, invalid, not_found
from validation import check_fields

MOST_RULES = 50
MOST_NETWORKS = 100


def _canonical(networks):
    """As the API writes them; refused with host bits."""
    try:
        return [str(ipaddress.ip_network(network)) for network in networks]
    except ValueError as error:
        raise invalid(f"{error}", "rules") from error


def _check_rules(rules):
    if not isinstance(rules, list) or len(rules) > MOST_RULES:
        raise invalid(f"at most {MOST_RULES} rules", "rules")
    checked = []
    for rule in rules:
        check_fields(rule, ["direction", "protocol"], ["port", "source_ips", "destination_ips", "description"])
        side = "source_ips" if rule["direction"] == "in" else "destination_ips"
        networks = rule.get(side) or []
        if not 1 <= len(networks) <= MOST_NETWORKS:
            raise invalid(f"a rule has 1 to {MOST_NETWORKS} networks", "rules")
        if rule["protocol"] in ("tcp", "udp") and not rule.get("port"):
            raise invalid("a port is required", "rules")
        checked.append({"description": None, "destination_ips": [], "source_ips": [], "port": None, **rule, side: _canonical(networks)})
    return checked


def _resource(cloud, target):
    if target.get("type") == "server":
        server = cloud.things["servers"].get(target["server"]["id"])
        if not server:
            raise not_found("server")
        return {"type": "server", "server": {"id": server["id"]}}
    if target.get("type") == "label_selector":
        return {"type": "label_selector", "label_selector": {"selector": target["label_selector"]["selector"]}}
    raise invalid("must be server or label_selector", "type")


def create(cloud, body):
    """POST /firewalls"""
    check_fields(body, ["name"], ["rules", "apply_to", "labels"])
    cloud.check_name("firewalls", body["name"])
    rules = _check_rules(body.get("rules") or [])
    targets = [_resource(cloud, target) for target in body.get("apply_to") or []]
    firewall = cloud.add("firewalls", {"name": body["name"], "labels": check_labels(body.get("labels")), "rules": rules,
                                       "applied_to": targets})
    return {"firewall": firewall, "actions": [_act(cloud, firewall, "set_firewall_rules")]}


def _act(cloud, firewall, command):
    return cloud.act(command, [{"id": firewall["id"], "type": "firewall"}])


def attach(firewall, server):
    """The firewall guards the server: both say so."""
    firewall["applied_to"].append({"type": "server", "server": {"id": server["id"]}})
    server["public_net"]["firewalls"].append({"id": firewall["id"], "status": "applied"})


def detach(firewall, server):
    """It does no more."""
    firewall["applied_to"] = [each for each in firewall["applied_to"] if each.get("server", {}).get("id") != server["id"]]
    net = server["public_net"]
    net["firewalls"] = [each for each in net["firewalls"] if each["id"] != firewall["id"]]


def set_rules(cloud, firewall, body):
    """POST /firewalls/{id}/actions/set_rules"""
    check_fields(body, ["rules"], [])
    firewall["rules"] = _check_rules(body["rules"])
    return {"actions": [_act(cloud, firewall, "set_firewall_rules")]}


def apply_to(cloud, firewall, body):
    """POST /firewalls/{id}/actions/apply_to_resources"""
    check_fields(body, ["apply_to"], [])
    resources = [_resource(cloud, target) for target in body["apply_to"]]
    if any(resource in firewall["applied_to"] for resource in resources):
        raise Refusal(409, "firewall_already_applied", "firewall was already applied to resource")
    for resource in resources:
        if resource["type"] == "server":
            attach(firewall, cloud.things["servers"][resource["server"]["id"]])
        else:
            firewall["applied_to"].append(resource)
    return {"actions": [_act(cloud, firewall, "apply_firewall")]}


def remove_from(cloud, firewall, body):
    """POST /firewalls/{id}/actions/remove_from_resources"""
    check_fields(body, ["remove_from"], [])
    resources = [_resource(cloud, target) for target in body["remove_from"]]
    if any(resource not in firewall["applied_to"] for resource in resources):
        raise Refusal(422, "firewall_resource_not_found", "firewall is not applied to resource")
    for resource in resources:
        if resource["type"] == "server":
            detach(firewall, cloud.things["servers"][resource["server"]["id"]])
        else:
            firewall["applied_to"].remove(resource)
    return {"actions": [_act(cloud, firewall, "remove_firewall")]}


def delete(cloud, firewall):
    """Refused while a server has it."""
    for target in firewall["applied_to"]:
        if target["type"] == "server" or select(cloud.things["servers"].values(), target["label_selector"]["selector"]):
            raise Refusal(422, "resource_in_use", f"firewall with ID '{firewall['id']}' is still in use")
    del cloud.things["firewalls"][firewall["id"]]
