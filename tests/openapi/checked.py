"""Requests whose every answer is held to the document, and a book of what was reached."""

import gzip
import json
import re
from urllib.parse import quote

CODES = {400: {"invalid"}, 403: {"denied"}, 404: {"not_found"}, 405: {"invalid"}, 408: {"invalid"}, 409: {"conflict", "refused"}, 413: {"invalid"},
         431: {"invalid"}, 500: {"failed"}, 502: {"ambiguous"}, 503: {"unavailable"}}


class Disagreement(AssertionError):
    pass


class Checked:
    def __init__(self, daemon, document):
        self.daemon = daemon
        self.document = document
        self.reached = set()  # (method, path, status)
        self.requests = 0
        self.operations = {(method, path): operation for path, method, operation, _ in document.routes()}

    def ask(self, method, path, arguments=(), query=None, body=None, expect=None):
        """`path` as the document has it. What comes back has been checked."""
        target = re.sub(r"\{[^}]*\}", lambda _, given=iter(arguments): quote(str(next(given)), safe=""), path)
        if query:
            target += "?" + "&".join(f"{name}={quote(str(value), safe='')}" for name, value in query.items())
        reply = self.daemon.ask(method, target, body)
        self.note(method, path, reply.status)
        self.check(method, path, target, reply)
        if expect is not None and reply.status not in expect:
            raise Disagreement(f"{method} {target} with {shortened(body)}: {reply.status} instead of {sorted(expect)}: {reply.body[:300]!r}")
        return reply

    def note(self, method, path, status):
        self.requests += 1
        self.reached.add((method, path, status))

    def check(self, method, path, target, reply):
        faults = self.faults(self.document.response(self.operations[method, path], reply.status), reply)
        if faults:
            raise Disagreement(f"{method} {target}: {reply.status}: " + "; ".join(faults[:10]))

    def faults(self, described, reply):
        if described is None:
            return [f"the document has no status {reply.status}"]
        content = described.get("content", {}).get(reply.type)
        if content is None:
            return [f"its type is {reply.type!r}, not one of {list(described.get('content', {}))}"]
        schema = content["schema"]
        if reply.type == "application/x-ndjson":
            lines = [json.loads(line) for line in reply.body.splitlines() if line]
            return [fault for line in lines for fault in self.document.faults(schema, line)]
        if reply.type == "application/gzip":
            return [] if gzip.decompress(reply.body) else ["the archive is empty"]
        if reply.type != "application/json":
            return self.document.faults(schema, reply.body.decode())
        value = reply.json()
        faults = self.document.faults(schema, value)
        if reply.status >= 400 and not faults and value["error"]["code"] not in CODES.get(reply.status, set()):
            faults = [f"{value['error']['code']} does not go with {reply.status}"]
        return faults

    def not_reached(self):
        """Statuses that the document names, and that never came."""
        for (method, path), operation in self.operations.items():
            for status in operation["responses"]:
                if status != "default" and (method, path, int(status)) not in self.reached:
                    yield method, path, int(status)


def shortened(body):
    text = repr(body)
    return text if len(text) < 200 else text[:200] + "..."
