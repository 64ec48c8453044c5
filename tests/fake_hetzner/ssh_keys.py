"""/ssh_keys"""

import base64
import binascii
import hashlib

from labels import check_labels
from refusal import Refusal, invalid
from validation import check_fields


def fingerprint_of(public_key):
    """MD5, as ssh-keygen -E md5 prints it."""
    words = public_key.split()
    try:
        blob = base64.b64decode(words[1], validate=True)
    except (IndexError, binascii.Error) as error:
        raise invalid("is not a valid public key", "public_key") from error
    digest = hashlib.md5(blob).hexdigest()
    return ":".join(digest[at:at + 2] for at in range(0, len(digest), 2))


def create(cloud, body):
    """POST /ssh_keys"""
    check_fields(body, ["name", "public_key"], ["labels"])
    fingerprint = fingerprint_of(body["public_key"])
    cloud.check_name("ssh_keys", body["name"])
    if any(key["fingerprint"] == fingerprint for key in cloud.things["ssh_keys"].values()):
        raise Refusal(409, "uniqueness_error", "SSH key with the same fingerprint already exists")
    key = cloud.add("ssh_keys", {"name": body["name"], "fingerprint": fingerprint, "public_key": body["public_key"],
                                 "labels": check_labels(body.get("labels"))})
    return {"ssh_key": key}
