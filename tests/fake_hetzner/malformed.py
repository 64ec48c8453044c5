"""Answers that are not what they should be: each function takes a whole answer and gives the one to send, or None where it cannot be played."""

import copy
import time

_DEEP = 300_000  # levels: a decoder that recurses over them has no stack left


def _list_of(answer):
    """The name of the list in an answer that is a page of one."""
    keys = [key for key, value in (answer or {}).items() if isinstance(value, list)] if isinstance(answer, dict) else []
    return keys[0] if keys and "meta" in answer else None


def _page(answer, change):
    key = _list_of(answer)
    if not key or not answer[key]:
        return None
    changed = copy.deepcopy(answer)
    change(changed[key], changed["meta"]["pagination"])
    return changed


def lost_page(answer):
    """The entries are on a page that is missing: their number is still given."""
    return _page(answer, lambda entries, _: entries.clear())


def duplicate(answer):
    """The first entry comes twice."""
    return _page(answer, lambda entries, _: entries.insert(0, entries[0]))


def miscounted(answer):
    """One more is counted than there are."""
    key = _list_of(answer)
    if not key:
        return None
    changed = copy.deepcopy(answer)
    changed["meta"]["pagination"]["total_entries"] += 1
    return changed


def endless_pages(answer):
    """The next page is this one."""
    key = _list_of(answer)
    if not key:
        return None
    changed = copy.deepcopy(answer)
    changed["meta"]["pagination"]["next_page"] = changed["meta"]["pagination"]["page"]
    return changed


PAGES = {"lost": lost_page, "duplicate": duplicate, "miscounted": miscounted, "endless": endless_pages}


def _other(value):
    """A value of another type."""
    if isinstance(value, str):
        return 7
    if isinstance(value, dict):
        return [1]
    if isinstance(value, list):
        return {"a": 1}
    return {} if value is None else "seven"


def with_other_type(answer, path):
    """`path` has a value of another type; None: it is not there."""
    return with_field(answer, path, _other)


def with_field(answer, path, value):
    """`path` ("servers[].public_net.ipv4") has another value in the first entry that has it; None: it is not there."""
    changed = copy.deepcopy(answer)
    place = _place(changed, path.replace("[]", ".[]").split("."))
    if not place:
        return None
    holder, key = place
    holder[key] = value(holder[key]) if callable(value) else value
    return changed


def _place(here, steps):
    """Who holds the value at the end of `steps`, and by which key; None: nobody does."""
    step, rest = steps[0], steps[1:]
    if step == "[]":
        keys = range(len(here)) if isinstance(here, list) else []
    else:
        keys = [step] if isinstance(here, dict) and step in here else []
    if not rest:
        return (here, keys[0]) if keys else None
    return next((place for place in (_place(here[key], rest) for key in keys) if place), None)


def without_field(answer, path):
    """`path` is left out; None: it is not there."""
    mark = object()
    changed = with_field(answer, path, mark)
    return _drop(changed, mark)


def _drop(value, mark):
    if isinstance(value, dict):
        return {key: _drop(each, mark) for key, each in value.items() if each is not mark}
    if isinstance(value, list):
        return [_drop(each, mark) for each in value]
    return value


def lagging(answer, seconds, things):
    """The list as it was so many seconds ago, as far as things that came or went since: those are missing, or there still."""
    key = _list_of(answer)
    if not key or key not in things:
        return None
    since = time.monotonic() - seconds
    known = things[key]
    wanted = [each for each in answer[key] if known.born.get(each["id"], 0) <= since]
    ids = {each["id"] for each in wanted}
    wanted += [each for when, each in known.gone if when >= since and known.born.get(each["id"], 0) <= since and each["id"] not in ids]
    if [each["id"] for each in wanted] == [each["id"] for each in answer[key]]:
        return None
    changed = {**answer, key: wanted, "meta": copy.deepcopy(answer["meta"])}
    changed["meta"]["pagination"]["total_entries"] = len(wanted)
    return changed


def deep():
    """A text that is nested as deep as no honest answer is."""
    return '{"error": ' + '{"a":[' * (_DEEP // 2) + "]}" * (_DEEP // 2) + "}"
