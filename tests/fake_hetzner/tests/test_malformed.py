"""Each malformed answer is sent as it was asked for, counted, and not counted where there was nothing to change."""

import http.client
import json
import unittest

from running import START_LIMIT, FakeCase, wait_until
from test_fake import SERVER


class MalformedTest(FakeCase):
    """One server is there; faults are asked for by name."""

    def setUp(self):
        super().setUp()
        self.path = f"/v1/servers/{self.call('POST', '/v1/servers', SERVER)[1]['server']['id']}"
        self.assertTrue(wait_until(lambda: not self.call("GET", self.path)[1]["server"]["locked"]))

    def fault(self, **description):
        self.assertEqual(self.call("POST", "/_fake/faults", description)[0], 200)

    def fired(self):
        """Of each fault, by name."""
        return {each["name"]: each["fired"] for each in self.call("GET", "/_fake/faults")[1]}

    def raw(self, path="/v1/servers", connection=None):
        """Status and body as they came."""
        if not connection:
            connection = http.client.HTTPConnection(self.base.removeprefix("http://"), timeout=START_LIMIT)
            self.addCleanup(connection.close)
        connection.request("GET", path, headers={"Authorization": "Bearer token"})
        answer = connection.getresponse()
        return answer.status, answer.read()

    def test_whole_bodies(self):
        for body in ("", "{}", "[1]", "null"):
            self.fault(name=body, match={"path": "^/servers$"}, body=body)
            self.assertEqual(self.raw(), (200, body.encode()))
            self.assertEqual(self.fired()[body], 1)
        self.fault(deep=True)
        self.assertGreater(self.raw()[1].count(b"["), 100_000)

    def test_a_field_of_another_type_or_none(self):
        self.fault(name="name", field={"path": "servers[].name", "value": 7})
        self.fault(name="ip", field={"path": "servers[].public_net.ipv4.ip", "value": {}})
        self.fault(name="label", other_type="servers[].labels")
        self.fault(name="entry", other_type="servers[]")
        self.fault(name="status", without="servers[].status")
        self.fault(name="absent", field={"path": "servers[].nothing", "value": 7})
        answers = [json.loads(self.raw()[1])["servers"][0] for _ in range(6)]
        self.assertEqual((answers[0]["name"], answers[1]["public_net"]["ipv4"]["ip"]), (7, {}))
        self.assertEqual((answers[2]["labels"], answers[3]), ([1], [1]))
        self.assertNotIn("status", answers[4])
        self.assertEqual((answers[5]["name"], answers[5]["status"]), ("web", "running"))
        self.assertEqual(self.fired(), {"name": 1, "ip": 1, "label": 1, "entry": 1, "status": 1, "absent": 0})

    def test_pages(self):
        for page, count, total in (("lost", 0, 1), ("duplicate", 2, 1), ("miscounted", 1, 2), ("endless", 1, 1)):
            self.fault(name=page, page=page)
            self.raw("/v1/firewalls")
            answer = json.loads(self.raw()[1])
            listed = [] if page in ("miscounted", "endless") else answer["servers"]
            if listed or page == "lost":
                self.assertEqual((len(answer["servers"]), answer["meta"]["pagination"]["total_entries"]), (count, total))
            self.assertEqual(self.fired()[page], 1)
        self.assertEqual(self.call("POST", "/_fake/faults", {"page": "torn"})[0], 400)

    def test_a_list_that_lags(self):
        self.fault(name="lag", lag_seconds=30, times=3)
        self.assertEqual(json.loads(self.raw()[1])["servers"], [], "it came since")
        self.assertEqual(json.loads(self.raw("/v1/server_types")[1])["meta"]["pagination"]["page"], 1)
        self.assertEqual(self.fired(), {"lag": 1}, "what never changes does not lag")

    def test_what_went_is_in_a_list_that_lags(self):
        self.assertEqual(self.call("DELETE", self.path)[0], 200)
        self.assertTrue(wait_until(lambda: self.state()["counts"]["servers"] == 0))
        self.fault(name="lag", lag_seconds=0.0)
        self.raw()
        self.assertEqual(self.fired(), {"lag": 0})

    def test_an_answer_before_the_answer(self):
        self.fault(name="103", interim=103)
        self.assertIn(self.raw()[0], (103, 200), "http.client takes 103 for the answer, or not, by its version")
        self.assertEqual(self.fired(), {"103": 1})

    def test_a_connection_that_is_closed_after_its_answer(self):
        connection = http.client.HTTPConnection(self.base.removeprefix("http://"), timeout=START_LIMIT)
        self.addCleanup(connection.close)
        self.fault(name="close", close=True)
        self.assertEqual(self.raw(connection=connection)[0], 200)
        with self.assertRaises((http.client.RemoteDisconnected, ConnectionError)):
            connection.sock.settimeout(START_LIMIT)
            if connection.sock.recv(1) == b"":
                raise ConnectionResetError
        self.assertEqual(self.fired(), {"close": 1})

    def test_faults_of_one_thing(self):
        self.call("POST", "/v1/firewalls", {"name": "morpheus-oak", "labels": {"forest": "oak"}})
        self.fault(name="by name", match={"about": r"\boak\b"}, bare=502)
        self.assertEqual(self.raw("/v1/firewalls?name=morpheus-elm")[0], 200)
        self.assertEqual(self.raw("/v1/firewalls?label_selector=forest%3Doak")[0], 502)
        wall = self.state()["firewalls"][0]["id"]
        self.fault(name="by id", match={"about": r"\boak\b", "method": "DELETE"}, bare=503)
        self.assertEqual(self.call("DELETE", f"/v1/firewalls/{wall}")[0], 503)
        self.fault(name="by action", match={"about": r"^web$|\bweb\b", "path": "^/actions$"}, bare=504)
        action = self.call("POST", self.path + "/actions/shutdown", {})[1]["action"]["id"]
        self.assertEqual(self.raw(f"/v1/actions?id={action}")[0], 504)
        self.call("DELETE", "/_fake/faults?name=by+name")
        self.assertEqual(self.fired(), {"by id": 1, "by action": 1})


class HandTest(FakeCase):
    """What somebody does in the console, at once or between two calls."""

    def setUp(self):
        super().setUp()
        self.wall = self.call("POST", "/v1/firewalls", {"name": "wall"})[1]["firewall"]["id"]
        group = self.call("POST", "/v1/placement_groups", {"name": "apart", "type": "spread"})[1]["placement_group"]["id"]
        body = {**SERVER, "labels": {"a": "b", "c": "d"}, "firewalls": [{"firewall": self.wall}], "placement_group": group}
        self.path = f"/v1/servers/{self.call('POST', '/v1/servers', body)[1]['server']['id']}"

    def hand(self, **deed):
        answer = self.call("POST", "/_fake/hand", deed)
        self.assertEqual(answer[:2], (200, {"done": 1}))

    def server(self):
        return self.call("GET", self.path)[1]["server"]

    def test_at_once(self):
        self.hand(do="rename", name="^web$", to="mine")
        self.hand(do="relabel", name="^mine$", labels={"a": None, "c": "e"})
        self.hand(do="protect", name="^mine$")
        self.hand(do="take_out", name="^mine$")
        self.hand(do="power_off", name="^mine$")
        seen = self.server()
        self.assertEqual((seen["name"], seen["labels"], seen["status"]), ("mine", {"c": "e"}, "off"))
        self.assertEqual((seen["protection"]["delete"], seen["public_net"]["firewalls"]), (True, []))
        self.assertEqual(self.state()["firewalls"][0]["applied_to"], [])
        self.hand(do="delete", kind="placement_groups", name="apart")
        self.assertIsNone(self.server()["placement_group"])
        self.hand(do="delete", kind="firewalls", name="wall")
        self.hand(do="delete", name="mine")
        self.assertTrue(wait_until(lambda: set(self.state()["counts"].values()) == {0}))
        self.assertEqual(self.call("POST", "/_fake/hand", {"do": "burn"})[0], 400)

    def test_between_two_calls(self):
        deed = {"match": {"method": "GET", "path": "^/servers$"}, "skip": 1, "hand": {"do": "rename", "name": "web", "to": "mine"}}
        self.assertTrue(wait_until(lambda: not self.server()["locked"]))
        self.assertEqual(self.call("POST", "/_fake/faults", deed)[0], 200)
        names = [self.call("GET", "/v1/servers")[1]["servers"][0]["name"] for _ in range(3)]
        self.assertEqual((names[0], names[2]), ("web", "mine"))
        self.assertEqual(self.call("GET", "/_fake/faults")[1][0]["fired"], 1)


if __name__ == "__main__":
    unittest.main()
