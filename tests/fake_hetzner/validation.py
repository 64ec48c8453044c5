"""Reading requests as strictly as it gets: what is not known is refused."""

import re

from labels import select
from refusal import invalid, not_found

_HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
LARGEST_PAGE = 50


def check_fields(body, required, optional):
    """Refuses a body that lacks a field, or has one that does not exist."""
    if not isinstance(body, dict):
        raise invalid("must be an object", "body")
    for field in required:
        if body.get(field) is None:
            raise invalid("is required", field)
    for field in body:
        if field not in required and field not in optional:
            raise invalid("is not a known field", field)


def check_host_name(name):
    """RFC 1123."""
    if not isinstance(name, str) or len(name) > 253 or not _HOST_NAME.fullmatch(name):
        raise invalid("is not a valid hostname", "name")


def find(things, wanted, what):
    """By id or name."""
    for thing in things:
        if wanted in (thing["id"], thing["name"]) or str(wanted) == str(thing["id"]):
            return thing
    raise not_found(what)


def page_of(key, things, query, fields=("name",)):
    """A page of a list, filtered as asked for."""
    for field in fields:
        if field in query:
            wanted = query.getall(field)
            things = [thing for thing in things if str(thing.get(field)) in wanted]
    things = select(things, query.get("label_selector"))
    size, page = int(query.get("per_page", 25)), int(query.get("page", 1))
    if not 1 <= size <= LARGEST_PAGE:
        raise invalid(f"must be 1 to {LARGEST_PAGE}", "per_page")
    last = max(1, -(-len(things) // size))
    pagination = {"page": page, "per_page": size, "previous_page": page - 1 if page > 1 else None,
                  "next_page": page + 1 if page < last else None, "last_page": last, "total_entries": len(things)}
    return {key: things[(page - 1) * size:page * size], "meta": {"pagination": pagination}}
