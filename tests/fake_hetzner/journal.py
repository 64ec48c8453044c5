"""What was asked for, on record: tests count here."""

import hashlib
import json
import time


class Journal:
    """A file of JSON lines, one a request, written as it ends."""

    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8")
        self.number = 0

    def record(self, **entry):
        """Adds a line."""
        self.number += 1
        body = entry.get("body")
        if isinstance(body, dict) and isinstance(body.get("user_data"), str):
            text = body["user_data"].encode()
            entry["body"] = {**body, "user_data": {"sha256": hashlib.sha256(text).hexdigest(), "bytes": len(text)}}
        line = {"n": self.number, "time": time.time(), **entry}
        self.file.write(json.dumps(line) + "\n")
        self.file.flush()
