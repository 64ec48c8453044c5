"""What goes wrong, as a test asked for it."""

import re

import hand
import malformed

# Those that are played instead of an answer, or beside it.
EFFECTS = {"status", "code", "message", "details", "drop", "status_after_commit", "bare", "delay_seconds", "not_json",
           "endless", "action_error", "stay_initializing", "end_off", "delete_delay_seconds", "kill", "unplugged",
           "blocked_ports", "close", "interim", "unfiltered"}
# Those that change an answer that was given, where it has what they change.
SHAPES = {"body", "deep", "field", "other_type", "without", "page", "lag_seconds"}


class Call:
    """A request, as far as faults look at it. `about` is a text with the names of all that it concerns."""

    def __init__(self, method, path, query, name, about):
        self.method = method
        self.path = path
        self.query = query
        self.name = name
        self.about = about


class Fault:
    """One fault: which requests it meets, how many it lets pass, how often it fires, and what it does."""

    def __init__(self, description):
        self.match = description.pop("match", {})
        self.skip = description.pop("skip", 0)
        self.times = description.pop("times", 1)
        self.name = description.pop("name", None)
        unknown = set(description) - EFFECTS - SHAPES - {"hand"}
        if unknown:
            raise ValueError(f"unknown effects: {sorted(unknown)}")
        if description.get("page", "lost") not in malformed.PAGES:
            raise ValueError(f"there is no such page: {description['page']}")
        if "hand" in description:
            hand.check(description["hand"])
        self.effects = description
        self.fired = 0

    def is_shape(self):
        """It changes an answer."""
        return bool(SHAPES & set(self.effects))

    def meets(self, call):
        """Takes note of a request; true if the fault may fire on it."""
        if "method" in self.match and self.match["method"] != call.method:
            return False
        for part in ("path", "query", "name", "about"):
            if part in self.match and not re.search(self.match[part], getattr(call, part) or ""):
                return False
        if self.skip > 0:
            self.skip -= 1
            return False
        return self.fired < self.times

    def shape(self, answer, things):
        """The answer that is sent instead, a value or a text; None: it has nothing that this fault changes."""
        effects = self.effects
        if "body" in effects:
            return effects["body"]
        if "deep" in effects:
            return malformed.deep()
        if answer is None:
            return None
        if "field" in effects:
            return malformed.with_field(answer, effects["field"]["path"], effects["field"]["value"])
        if "other_type" in effects:
            return malformed.with_other_type(answer, effects["other_type"])
        if "without" in effects:
            return malformed.without_field(answer, effects["without"])
        if "page" in effects:
            return malformed.PAGES[effects["page"]](answer)
        return malformed.lagging(answer, effects["lag_seconds"], things)

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

    def clear(self, name=None):
        """Forgets all, or those whose names a regular expression finds."""
        self.all = [] if name is None else [fault for fault in self.all if not re.search(name, fault.name or "")]

    def of(self, call):
        """The fault that fires on this request before or beside its answer; None: none."""
        for fault in self.all:
            if not fault.is_shape() and "hand" not in fault.effects and fault.meets(call):
                fault.fired += 1
                return fault
        return None

    def shaping(self, call, answer, things):
        """The fault that changes this answer, and what is sent instead; None: none does."""
        for fault in self.all:
            if not fault.is_shape() or not fault.meets(call):
                continue
            shaped = fault.shape(answer, things)
            if shaped is not None:
                fault.fired += 1
                return fault, shaped
        return None, None

    async def hands(self, call, cloud):
        """Hands that act now that this request was carried out, and before it is answered; where an action runs, as soon as it has ended."""
        for fault in self.all:
            if "hand" in fault.effects and fault.meets(call) and hand.can(cloud, fault.effects["hand"]):
                fault.fired += 1
                if not hand.is_idle(cloud, fault.effects["hand"]):
                    cloud.spawn(hand.act(cloud, fault.effects["hand"]))
                    continue
                await hand.act(cloud, fault.effects["hand"])
