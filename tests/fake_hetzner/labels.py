"""Labels and label selectors, in the API's syntax."""

import re

from refusal import invalid

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?"
_KEY = re.compile(rf"(?:[a-z0-9.-]{{1,253}}/)?{_NAME}")
_VALUE = re.compile(rf"(?:{_NAME})?")
_TERM = re.compile(r"^\s*(!?)\s*([A-Za-z0-9_./-]+)\s*(?:(==|=|!=)\s*([A-Za-z0-9_.-]*)|(in|notin)\s*\(([^)]*)\))?\s*$")


def check_labels(labels):
    """The labels as they will be stored; refuses what the API refuses."""
    if labels is None:
        return {}
    if not isinstance(labels, dict):
        raise invalid("must be an object", "labels")
    for key, value in labels.items():
        if not _KEY.fullmatch(key) or not isinstance(value, str) or not _VALUE.fullmatch(value):
            raise invalid(f"label {key!r} is not allowed", "labels")
    return dict(labels)


def _split(selector):
    depth, term, terms = 0, "", []
    for char in selector:
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            terms.append(term)
            term = ""
        else:
            term += char
    return terms + [term]


def _matches(term, labels):
    found = _TERM.match(term)
    if not found:
        raise invalid(f"{term!r} is no label selector", "label_selector")
    absent, key, sign, value, word, values = found.groups()
    if sign in ("=", "=="):
        return labels.get(key) == value
    if sign == "!=":
        return labels.get(key) != value
    if word:
        listed = labels.get(key) in [each.strip() for each in values.split(",")]
        return listed if word == "in" else not listed
    return (key in labels) != bool(absent)


def select(things, selector):
    """Those whose labels fit."""
    if not selector:
        return list(things)
    terms = _split(selector)
    return [thing for thing in things if all(_matches(term, thing["labels"]) for term in terms)]
