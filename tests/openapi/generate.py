"""Values that fit a schema, and values that do not: bounds first, then chance."""

import re
import string

AWKWARD_TEXTS = ("", "x" * 300, "\u00fc\U0001f332", "../../etc", "a b", "%2F", "\x1b[2J", "null", "-1", "a\nb", "\u202ecod", "'; DROP TABLE forests; --")
AWKWARD_QUERY = ("", "x", "1.5", "0x10", "1e3", "99999999999999999999", "-99999999999999999999", "+1", " 1", "1 ", "true1", "\x00", "\u0661")
NAMES = string.ascii_lowercase + string.digits


def name(chance):
    return "zz" + "".join(chance.choice(NAMES) for _ in range(10))


def fitting(schema, chance):
    """A value that the schema lets through."""
    if schema.get("nullable") and chance.random() < 0.2:
        return None
    if "enum" in schema:
        return chance.choice(schema["enum"])
    kind = schema.get("type")
    if kind == "boolean":
        return chance.random() < 0.5
    if kind in ("integer", "number"):
        return number(schema, chance)
    if kind == "string":
        if schema.get("format") == "date-time":
            return chance.choice(("1970-01-01T00:00:00Z", "2026-11-23T03:12:00.000Z", "2026-11-23T05:12:00+02:00", "9999-12-31T23:59:59Z"))
        return name(chance)
    raise ValueError(f"no value for {schema}")


def number(schema, chance):
    whole = schema["type"] == "integer"
    least = schema.get("minimum", -1000)
    most = schema.get("maximum", least + 100_000)
    if schema.get("exclusiveMinimum"):
        least = least + 1 if whole else least + 0.001
    inside = chance.randint(least, most) if whole else chance.uniform(least, most)
    return chance.choice((least, most, inside))


def misfits(schema, chance):
    """Values of JSON that the schema does not let through. An unset field is no misfit: null stands for it."""
    kind = schema.get("type")
    wrong = {
        "boolean": ["true", 1, [], {}], "integer": ["1", 1.5, True, [], {}, -1.0e300, 2**70], "number": ["1", True, [], {}],
        "string": [1, True, [], {}, 1.5],
    }[kind]
    if "enum" in schema:
        wrong += ["", "no-such-" + name(chance), schema["enum"][0].upper(), schema["enum"][0] + " "]
    return wrong + beyond(schema)


def beyond(schema):
    values = []
    if "minimum" in schema:
        values += [schema["minimum"] - 1] + ([schema["minimum"]] if schema.get("exclusiveMinimum") else [])
    if "maximum" in schema:
        values += [schema["maximum"] + 1]
    if "maxLength" in schema:
        values += ["x" * (schema["maxLength"] + 1)]
    if "pattern" in schema:
        values += [text for text in AWKWARD_TEXTS if not re.search(schema["pattern"], text)]
    return values


def query_misfits(schema, chance):
    """The same as texts of a query."""
    kind = schema.get("type")
    if "enum" in schema:
        return ["no-such-" + name(chance), schema["enum"][0].upper(), schema["enum"][0] + " "]
    if kind == "boolean":
        return [*AWKWARD_QUERY, "TRUE", "1", "yes"]
    if kind == "integer":
        return [*AWKWARD_QUERY, *map(str, beyond(schema))]
    if schema.get("format") == "date-time":
        return ["x", "2026", "2026-11-23", "2026-11-23T03:12:00", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "12:00", "now"]
    return []
