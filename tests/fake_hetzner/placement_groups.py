"""/placement_groups"""

from labels import check_labels
from refusal import Refusal, invalid
from validation import check_fields

SERVERS_A_GROUP = 10


def create(cloud, body):
    """POST /placement_groups"""
    check_fields(body, ["name", "type"], ["labels"])
    if body["type"] != "spread":
        raise invalid("must be spread", "type")
    cloud.check_name("placement_groups", body["name"])
    group = cloud.add("placement_groups", {"name": body["name"], "type": "spread", "servers": [],
                                           "labels": check_labels(body.get("labels"))})
    return {"placement_group": group, "action": None}


def check_room(group):
    """422 when it is full."""
    if len(group["servers"]) >= SERVERS_A_GROUP:
        raise Refusal(422, "placement_group_member_limit_reached", "placement group has reached its member limit")


def delete(cloud, group):
    """Refused while a server is in it."""
    if group["servers"]:
        raise Refusal(422, "resource_in_use", f"placement group with ID '{group['id']}' is still in use")
    del cloud.things["placement_groups"][group["id"]]
