"""/servers"""

import catalog
import firewalls
import placement_groups
import primary_ips
from labels import check_labels
from refusal import Refusal, invalid, not_found
from validation import check_fields, check_host_name, find

LONGEST_USER_DATA = 32 * 1024
_OPTIONAL = ["location", "ssh_keys", "firewalls", "placement_group", "networks", "labels", "user_data",
             "start_after_create", "public_net", "volumes", "automount"]
_POWER = {"poweron": "start_server", "poweroff": "stop_server", "shutdown": "shutdown_server", "reboot": "reboot_server",
          "reset": "reset_server"}


def _image(wanted, architecture):
    found = [image for image in catalog.images() if wanted in (image["name"], image["id"]) or str(wanted) == str(image["id"])]
    if not found:
        raise not_found("image")
    for image in found:
        if image["architecture"] == architecture:
            return image
    raise invalid("image architecture does not fit the server type", "image")


def _place(cloud, server_type, name):
    if name is None:
        name = server_type["locations"][0]["name"]
    place = find(catalog.LOCATIONS, name, "location")
    offer = cloud.offer(server_type["name"], place["name"])["available"]
    if offer == "unsupported" or place["name"] not in [each["name"] for each in server_type["locations"]]:
        raise Refusal(422, "invalid_input", "unsupported location for server type")
    if offer is not True:
        raise Refusal(412, "resource_unavailable", f"error during placement: {server_type['name']} is not available in {place['name']}")
    return place


def _known(cloud, kind, ids, what):
    return [find(cloud.things[kind].values(), wanted, what) for wanted in ids or []]


def _user_data(body):
    text = body.get("user_data") or ""
    if len(text.encode()) > LONGEST_USER_DATA:
        raise invalid(f"must be at most {LONGEST_USER_DATA} bytes", "user_data")
    return text


def _plan(cloud, body):
    """Everything that a create needs, checked before anything is changed."""
    check_fields(body, ["name", "server_type", "image"], _OPTIONAL)
    check_host_name(body["name"])
    server_type = find(cloud.server_types(), body["server_type"], "server type")
    plan = {
        "user_data": _user_data(body), "type": server_type, "image": _image(body["image"], server_type["architecture"]),
        "keys": _known(cloud, "ssh_keys", body.get("ssh_keys"), "SSH key"),
        "firewalls": _known(cloud, "firewalls", [each.get("firewall") for each in body.get("firewalls") or []], "firewall"),
        "labels": check_labels(body.get("labels")), "group": None,
    }
    cloud.check_name("servers", body["name"])
    cloud.check_limit("servers", "server")
    if body.get("placement_group"):
        plan["group"] = find(cloud.things["placement_groups"].values(), body["placement_group"], "placement group")
        placement_groups.check_room(plan["group"])
    plan["place"] = _place(cloud, server_type, body.get("location"))
    net = body.get("public_net") or {}
    check_fields(net, [], ["enable_ipv4", "enable_ipv6", "ipv4", "ipv6"])
    plan["ips"] = {kind: primary_ips.choose(cloud, net, kind, plan["place"]) for kind in ("ipv4", "ipv6")}
    return plan


def _take_address(cloud, server_id, kind, chosen, place):
    if chosen is None:
        return None
    if chosen.get("new"):
        chosen = primary_ips.reserve(cloud, f"primary_ip-{server_id}-{kind}", kind, place, {}, True)
    primary_ips.assign(chosen, server_id)
    ip = chosen["ip"] if kind == "ipv4" else f"{chosen['ip'].split('/')[0]}/64"
    return {"id": chosen["id"], "ip": ip, "blocked": False, "dns_ptr": [] if kind == "ipv6" else f"static.{ip}.example"}


def create(cloud, body, effects):
    """POST /servers. `effects` may say how it goes wrong behind the answer."""
    plan = _plan(cloud, body)
    server = cloud.add("servers", {
        "name": body["name"], "status": "initializing", "labels": plan["labels"], "server_type": plan["type"],
        "image": plan["image"], "location": plan["place"], "placement_group": plan["group"] and {
            key: plan["group"][key] for key in ("id", "name", "type", "labels", "created", "servers")},
        "rescue_enabled": False, "locked": False, "backup_window": None, "iso": None, "included_traffic": 21990232555520,
        "ingoing_traffic": 0, "outgoing_traffic": 0, "primary_disk_size": plan["type"]["disk"], "private_net": [],
        "protection": {"delete": False, "rebuild": False}, "volumes": [], "load_balancers": []})
    server["public_net"] = {kind: _take_address(cloud, server["id"], kind, chosen, plan["place"])
                            for kind, chosen in plan["ips"].items()}
    server["public_net"]["floating_ips"] = []
    server["public_net"]["firewalls"] = []
    for firewall in plan["firewalls"]:
        firewalls.attach(firewall, server)
    if plan["group"]:
        plan["group"]["servers"].append(server["id"])
    cloud.user_data[server["id"]] = plan["user_data"]
    action = cloud.act("create_server", _resources(server), lambda: _finish_create(cloud, server, effects),
                       error=effects.get("action_error"))
    next_actions = [cloud.act_after(action, "start_server", _resources(server))]
    return {"server": server, "action": action, "next_actions": next_actions, "root_password": None if plan["keys"] else "fake"}


def _resources(server):
    return [{"id": server["id"], "type": "server"}]


async def _finish_create(cloud, server, effects):
    if effects.get("action_error"):
        await _forget(cloud, server)
    elif effects.get("end_off"):
        server["status"] = "off"
    elif not effects.get("stay_initializing"):
        await _boot(cloud, server, effects)


async def _boot(cloud, server, effects):
    server["status"] = "running"
    await cloud.machines.start(server, cloud.user_data[server["id"]], effects)


async def _forget(cloud, server):
    """With its addresses, as auto_delete says."""
    cloud.things["servers"].pop(server["id"], None)
    cloud.user_data.pop(server["id"], None)
    primary_ips.release_all(cloud, server["id"])
    for firewall in cloud.things["firewalls"].values():
        firewalls.detach(firewall, server)
    for group in cloud.things["placement_groups"].values():
        group["servers"] = [each for each in group["servers"] if each != server["id"]]


async def vanish(cloud, server):
    """It is gone at once, and its machine with it."""
    await _forget(cloud, server)
    await cloud.machines.delete(server)


def check_idle(cloud, server):
    """423 while an action runs on it."""
    if cloud.is_busy("server", server["id"]):
        raise Refusal(423, "locked", "server is locked by another action")


def delete(cloud, server, effects):
    """DELETE /servers/{id}"""
    check_idle(cloud, server)
    cloud.check_deletable("server", server)
    server["status"] = "deleting"

    async def work():
        await cloud.machines.delete(server)
        await _forget(cloud, server)

    seconds = effects.get("delete_delay_seconds")
    return {"action": cloud.act("delete_server", _resources(server), work, seconds=seconds)}


def is_power(command):
    """Whether `power` knows it."""
    return command in _POWER


def power(cloud, server, command):
    """POST /servers/{id}/actions/{poweron,poweroff,shutdown,reboot,reset}"""
    check_idle(cloud, server)

    async def work():
        if command == "poweron":
            await _boot(cloud, server, {})
        elif command == "reset":
            await cloud.machines.power_off(server)
            await _boot(cloud, server, {})
        elif command == "reboot":
            await cloud.machines.reboot(server)
        elif command == "poweroff":
            await cloud.machines.power_off(server)
            server["status"] = "off"

    async def drain():
        await cloud.machines.shut_down(server)
        if server["status"] == "running":
            server["status"] = "off"

    if command == "shutdown":
        cloud.spawn(drain())
    return {"action": cloud.act(_POWER[command], _resources(server), work)}


def rebuild(cloud, server, body):
    """POST /servers/{id}/actions/rebuild: the same server and address, an empty disk."""
    check_fields(body, ["image"], ["user_data"])
    check_idle(cloud, server)
    if server["protection"]["rebuild"]:
        raise Refusal(423, "protected", "server rebuild is protected")
    image = _image(body["image"], server["server_type"]["architecture"])
    user_data = _user_data(body)
    server["status"] = "rebuilding"

    async def work():
        await cloud.machines.delete(server)
        server["image"] = image
        cloud.user_data[server["id"]] = user_data
        await _boot(cloud, server, {})

    return {"action": cloud.act("rebuild_server", _resources(server), work), "root_password": None}


def protect(cloud, server, body):
    """POST /servers/{id}/actions/change_protection: both together, as the API demands."""
    check_fields(body, [], ["delete", "rebuild"])
    check_idle(cloud, server)
    wanted = {**server["protection"], **body}
    if wanted["delete"] is not wanted["rebuild"] or not isinstance(wanted["delete"], bool):
        raise invalid("delete and rebuild protection must be the same", "delete")
    server["protection"] = wanted
    return {"action": cloud.act("change_server_protection", _resources(server))}
