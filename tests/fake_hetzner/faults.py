"""What goes wrong, as a test asked for it."""

import re

EFFECTS = {"status", "code", "message", "details", "drop", "status_after_commit", "bare", "delay_seconds", "not_json",
           "endless", "action_error", "stay_initializing", "end_off", "delete_delay_seconds", "kill", "unplugged",
           "blocked_ports"}


class Fault:
    """One fault: which requests it meets, how many it lets pass, how often it fires, and what it does."""

    def __init__(self, description):
        self.match = description.pop("match", {})
        self.skip = description.pop("skip", 0)
        self.times = description.pop("times", 1)
        self.name = description.pop("name", None)
        unknown = set(description) - EFFECTS
        if unknown:
            raise ValueError(f"unknown effects: {sorted(unknown)}")
        self.effects = description
        self.fired = 0

    def meets(self, method, path, name):
        """Takes note of a request; true if the fault fires on it."""
        wanted = self.match
        if "method" in wanted and wanted["method"] != method:
            return False
        if "path" in wanted and not re.search(wanted["path"], path):
            return False
        if "name" in wanted and not re.search(wanted["name"], name or ""):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.fired >= self.times:
            return False
        self.fired += 1
        return True

    def describe(self):
        """For GET /_fake/faults."""
        return {"name": self.name, "match": self.match, "skip": self.skip, "times": self.times, "fired": self.fired,
                **self.effects}


class Faults:
    """All that were asked for; the first that fires on a request is the one."""

    def __init__(self):
        self.all = []

    def add(self, description):
        """Adds one."""
        self.all.append(Fault(description))

    def clear(self):
        """Forgets all."""
        self.all = []

    def of(self, method, path, name):
        """The effects for this request; empty: none."""
        for fault in self.all:
            if fault.meets(method, path, name):
                return fault
        return None
