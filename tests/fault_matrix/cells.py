"""What is played: each fault, at each call where it can be."""

from dataclasses import dataclass, field

from calls import CALLS

SAID = "as the matrix asked"


def _code(status, code):
    return {"status": status, "code": code}


# On the way, at any call.
_ANYWHERE = {
    "closed after the answer": {"close": True}, "103 before the answer": {"interim": 103}, "100 before the answer": {"interim": 100},
    "dropped before": {"drop": "before"}, "dropped, carried out": {"drop": "committed"}, "half an answer": {"drop": "answered"},
    "empty body": {"body": ""}, "{}": {"body": "{}"}, "[1]": {"body": "[1]"}, "null": {"body": "null"},
    "not JSON": {"body": "this is not JSON"}, "deep": {"deep": True},
    "502 page": {"bare": 502}, "504 page, carried out": {"status_after_commit": 504},
}
# Codes that pass by themselves, and codes that last; any call may answer them.
_CODES = {
    code: _code(status, code) for status, code in [
        (409, "conflict"), (423, "locked"), (429, "rate_limit_exceeded"), (500, "server_error"), (502, "bad_gateway"),
        (503, "unavailable"), (504, "timeout"), (422, "service_error"), (403, "maintenance"),
        (401, "unauthorized"), (403, "forbidden"), (404, "not_found"), (410, "gone"), (422, "invalid_input"), (418, "something_new")]
}
# What may end an operation with a reason. All else passes, and the operation goes on by itself.
LASTING = {"unauthorized", "forbidden", "not_found", "gone", "invalid_input", "something_new", "token_readonly", "protected", "uniqueness_error",
           "primary_ip_datacenter_mismatch", "primary_ip_version_mismatch"}
# Codes of one method or call.
_CHANGING = {"token_readonly": _code(401, "token_readonly")}
_OF_CALLS = {
    "POST /servers": [(412, "resource_unavailable"), (422, "placement_error"), (422, "placement_group_member_limit_reached"),
                      (409, "uniqueness_error"), (422, "primary_ip_assigned"), (422, "primary_ip_datacenter_mismatch"),
                      (412, "primary_ip_version_mismatch")],
    "POST /primary_ips": [(409, "uniqueness_error"), (412, "resource_unavailable")],
    "POST /firewalls": [(409, "uniqueness_error")],
    "POST /placement_groups": [(409, "uniqueness_error")],
    "POST /ssh_keys": [(409, "uniqueness_error")],
    "DELETE /servers/ID": [(423, "protected")],
    "DELETE /primary_ips/ID": [(423, "protected"), (422, "must_be_unassigned")],
    "DELETE /firewalls/ID": [(422, "resource_in_use")],
    "DELETE /placement_groups/ID": [(422, "resource_in_use")],
}
_PAGES = {"a page is missing": {"page": "lost"}, "an entry comes twice": {"page": "duplicate"},
          "total_entries is wrong": {"page": "miscounted"}, "the next page is this one": {"page": "endless"}}
_LAG = {"lags by 5 s": {"lag_seconds": 5}}


@dataclass
class Cell:
    """A pair of call and fault, and what came of it."""

    call: object
    fault: str
    effects: dict
    fired: int = 0
    tries: int = 0
    outcomes: list = field(default_factory=list)
    failed: bool = False

    @property
    def name(self):
        """Of the fault, in the fake."""
        return f"{self.call.name} | {self.fault}"

    @property
    def is_shared(self):
        """Any life may meet it, not only the one that armed it."""
        return self.call.stage == "any"

    @property
    def passes(self):
        """An operation outlasts it."""
        return self.fault not in LASTING

    @property
    def told(self):
        """What a refusal says; empty: it is none."""
        return f"{SAID} of {self.call.name}: {self.effects['code']}" if "code" in self.effects else ""

    @property
    def where(self):
        """For the table."""
        return self.call.name

    @property
    def what(self):
        """Likewise."""
        return self.fault

    def described(self, about=None):
        """For the fake: it fires once. `about` is a regular expression over what the call concerns."""
        match = self.call.match()
        if about:
            match["about"] = about
        effects = {**self.effects, "message": self.told} if self.told else self.effects
        return {"name": self.name, "match": match, "times": 1, **effects}

    def say(self, outcome, failed=False):
        """What came of it."""
        self.outcomes.append(outcome)
        self.failed = self.failed or failed


def _faults_of(call):
    faults = {**_ANYWHERE, **_CODES}
    if call.confirms:  # the deletion said so, too: there is nobody else to ask
        faults = {name: effects for name, effects in faults.items() if effects.get("status") not in (404, 410)}
    if call.method != "GET":
        faults.update(_CHANGING)
    faults.update({code: _code(status, code) for status, code in _OF_CALLS.get(call.name, [])})
    if call.is_list:
        faults.update(_PAGES)
    if call.lags:
        faults.update(_LAG)
    faults.update({f"{path} of another type": {"other_type": path} for path in call.fields})
    return faults


def all_cells():
    """In the order of the table."""
    return [Cell(call, fault, effects) for call in CALLS for fault, effects in _faults_of(call).items()]
