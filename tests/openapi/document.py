"""docs/openapi.yaml: its routes, and whether a value is what a schema says."""

import re
from datetime import datetime

import yaml

METHODS = ("get", "post", "put", "delete", "patch")


class Document:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.root = yaml.safe_load(file)

    def resolve(self, node):
        while "$ref" in node:
            found = self.root
            for name in node["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            node = found
        return node

    def routes(self):
        """(path, method, operation, parameters) of each."""
        for path, item in self.root["paths"].items():
            for method in METHODS:
                if method in item:
                    operation = item[method]
                    given = item.get("parameters", []) + operation.get("parameters", [])
                    yield path, method.upper(), operation, [self.resolve(each) for each in given]

    def methods(self, path):
        return {method.upper() for method in METHODS if method in self.root["paths"][path]}

    def response(self, operation, status):
        """What is documented for this status; None: nothing is."""
        found = operation["responses"].get(str(status), operation["responses"].get("default"))
        return None if found is None else self.resolve(found)

    def faults(self, schema, value, at="$"):
        """Each place where `value` is not what the schema says. A field that the document does not have, or that is not there, is one."""
        schema = self.resolve(schema)
        if value is None and schema.get("nullable"):
            return []
        if "oneOf" in schema:
            tried = [self.faults(each, value, at) for each in schema["oneOf"]]
            return [] if sum(not each for each in tried) == 1 else [f"{at}: fits not exactly one of {len(tried)}: {tried}"]
        for each in schema.get("allOf", []):
            return self.faults(each, value, at)
        wrong = self.type_fault(schema, value, at)
        if wrong:
            return [wrong]
        return self.bound_faults(schema, value, at) + self.inner_faults(schema, value, at)

    @staticmethod
    def type_fault(schema, value, at):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        fits = {
            "object": isinstance(value, dict), "array": isinstance(value, list), "string": isinstance(value, str),
            "boolean": isinstance(value, bool), "number": number, "integer": number and isinstance(value, int),
        }
        kind = schema.get("type")
        return None if kind is None or fits[kind] else f"{at}: {value!r} is no {kind}"

    @staticmethod
    def bound_faults(schema, value, at):
        faults = []
        if "enum" in schema and value not in schema["enum"]:
            faults.append(f"{at}: {value!r} is none of {schema['enum']}")
        if "minimum" in schema and (value < schema["minimum"] or schema.get("exclusiveMinimum") and value == schema["minimum"]):
            faults.append(f"{at}: {value!r} is below {schema['minimum']}")
        if "maximum" in schema and value > schema["maximum"]:
            faults.append(f"{at}: {value!r} is above {schema['maximum']}")
        if "maxLength" in schema and len(value) > schema["maxLength"]:
            faults.append(f"{at}: it is longer than {schema['maxLength']}")
        if "pattern" in schema and not re.search(schema["pattern"], value):
            faults.append(f"{at}: {value!r} does not match {schema['pattern']}")
        if schema.get("format") == "date-time" and not is_time(value):
            faults.append(f"{at}: {value!r} is no time of RFC 3339")
        return faults

    def inner_faults(self, schema, value, at):
        faults = []
        if isinstance(value, list):
            for index, each in enumerate(value):
                faults += self.faults(schema.get("items", {}), each, f"{at}[{index}]")
        if isinstance(value, dict) and "properties" in schema:
            known = schema["properties"]
            faults += [f"{at}.{name}: it is not documented" for name in value.keys() - known.keys()]
            faults += [f"{at}.{name}: it is not there" for name in known.keys() - value.keys()]
            for name in value.keys() & known.keys():
                faults += self.faults(known[name], value[name], f"{at}.{name}")
        return faults


def is_time(text):
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ") is not None
    except ValueError:
        return False
