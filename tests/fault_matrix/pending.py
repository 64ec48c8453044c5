"""Cells that are still to be played, and how many of them a stage of a life can take."""

from life import FREE

MOST_LIVES = 12  # in which a cell may be armed without firing
MOST_SHARED = 1  # cells armed in a box at once that any life may meet: a life that met one after the other would wait for minutes

MOST_BESIDE_SHARED = 2  # faults of its own that a life meets in one loop of retries meanwhile: at each retry it may meet a shared one too

SHARED = ["GET /firewalls (own)"]  # the look who acts is one for all forests

# Of each stage: groups of calls that share a loop of retries, and how many faults it may meet. Pauses double: 1, 2, 4 s.
QUOTAS = {
    "plant": [(["GET /primary_ips (name)", "POST /primary_ips"], 1), (["POST /firewalls"], 1), (["POST /servers"], 2), (["GET /servers (name)"], 1), (["GET /actions"], 2), (SHARED, 1)],
    "plant without a server": [
        (["GET /primary_ips (name)", "POST /primary_ips"], 3), (["POST /firewalls"], 2), (SHARED, 2),
        (["GET /placement_groups (forest)", "POST /placement_groups", "POST /ssh_keys", "GET /ssh_keys (fingerprint)"], 3)],
    "dud": [(["DELETE /primary_ips/ID", "GET /primary_ips/ID"], 2), (["GET /servers (name)"], 1)],
    "grow": [(["PUT /firewalls/ID"], 1), (["POST /firewalls/ID/actions/set_rules", "POST /firewalls/ID/actions/apply_to_resources"], 2), (["POST /servers/ID/actions/poweron"], 1),
             (["GET /servers (name)"], 1), (SHARED, 1)],
    "adopt": [(["PUT /servers/ID"], 1), (["GET /servers/ID"], 2)],  # a command that does not try again by itself
    "shrink": [(["POST /servers/ID/actions/shutdown"], 1), (["DELETE /servers/ID", "GET /servers/ID"], 2)],
    "teardown": [(["GET /servers (forest)", "GET /primary_ips (forest)", "GET /firewalls (forest)", "DELETE /firewalls/ID",
                   "DELETE /placement_groups/ID", "GET /firewalls/ID", "GET /placement_groups/ID", "GET /placement_groups (forest)"], 3), (SHARED, 1)],
}

# Calls of which a stage is sure to make the second only if the first is answered as it should be: one of them is played at a time.
EITHER = {"plant": ("POST /servers", "GET /actions"), "shrink": ("GET /servers/ID", "POST /servers/ID/actions/shutdown")}
# Stages that are sure to have what such faults of a call change; each stage has all else.
_SHOWN = [("GET /placement_groups (forest)", "an entry", {"teardown"}), ("GET /servers (name)", "an entry", {"grow"}),
          ("GET /firewalls (own)", "applied_to[", {"teardown"}), ("GET /servers/ID", "labels.morpheus-node", {"shrink"})]


def _can_show(cell, stage):
    changes_an_entry = "[]" in cell.fault or "lag_seconds" in cell.effects or cell.effects.get("page") in ("lost", "duplicate")
    return all(stage in stages for call, what, stages in _SHOWN
               if call == cell.call.name and (what in cell.fault or (what == "an entry" and changes_an_entry)))


class Pending:
    """By call, oldest first."""

    def __init__(self, cells):
        self.by_call = {}
        for cell in cells:
            self.by_call.setdefault(cell.call.name, []).append(cell)
        self.spent = []  # were armed too often without firing

    def left(self, stages):
        """How many cells these stages could play."""
        calls = {call for stage in stages for group, _ in QUOTAS[stage] for call in group}
        return sum(len(self.by_call.get(call, [])) for call in calls)

    def take(self, stage, shared):
        """For one go of a stage; `shared` cells that any life may meet are armed already."""
        taken = []
        spared = self._spared(stage)
        beside_shared = shared > 0 or any(self.by_call.get(call) for call in SHARED)
        for calls, most in QUOTAS.get(stage, []):
            if calls == SHARED:
                most = min(most, MOST_SHARED - shared)
            elif beside_shared:
                most = min(most, MOST_BESIDE_SHARED)
            costly = 0
            while costly < most:
                queues = [queue for queue in (self._shown(call, stage) for call in calls if call != spared) if queue]
                if not queues:
                    break
                cell = max(queues, key=len)[0]
                self.by_call[cell.call.name].remove(cell)
                costly += cell.fault not in FREE
                taken.append(cell)
        return taken

    def _shown(self, call, stage):
        return [cell for cell in self.by_call.get(call, []) if _can_show(cell, stage)]

    def _spared(self, stage):
        """The call that is not played this time, for the other's sake."""
        return min(EITHER.get(stage, [""]), key=lambda call: len(self.by_call.get(call, [])))

    def give_back(self, cells):
        """They did not fire: each is the first of its call the next time."""
        for cell in reversed(cells):
            cell.tries += 1
            if cell.tries >= MOST_LIVES:
                self.spent.append(cell)
            else:
                queue = self.by_call[cell.call.name]
                queue.insert(len(queue) if cell.call.stage == "keys" else 0, cell)  # keys share helpers: there, each has another neighbour
