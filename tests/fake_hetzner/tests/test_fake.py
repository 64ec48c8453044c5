"""The fake refuses what the real one refuses, and plays the faults that it is asked for."""

import array
import fcntl
import http.client
import json
import signal
import socket
import subprocess
import sys
import termios
import unittest
import urllib.error
import urllib.request

from running import PROGRAM, START_LIMIT, FakeCase, wait_until

SERVER = {"name": "web", "server_type": "cx23", "image": "debian-12", "location": "fsn1"}


def unacknowledged(connection):
    """Bytes that were sent and have not arrived at the other side."""
    count = array.array("i", [0])
    fcntl.ioctl(connection, termios.TIOCOUTQ, count)
    return count[0]


class StrictnessTest(FakeCase):
    """What is wrong is refused, and changes nothing."""

    arguments = ["--action-seconds", "0.05", "--token", "token", "--read-only-token", "reader"]

    def refused(self, body, status, code, path="/v1/servers"):
        answer = self.call("POST", path, body)
        self.assertEqual((answer[0], answer[1]["error"]["code"]), (status, code), answer[1])
        self.assertEqual(self.state()["counts"]["servers"], 0)

    def test_servers(self):
        self.refused({**SERVER, "datacenter": "fsn1-dc14"}, 422, "invalid_input")
        self.refused({**SERVER, "name": "a_b"}, 422, "invalid_input")
        self.refused({**SERVER, "server_type": "cx99"}, 404, "not_found")
        self.refused({**SERVER, "location": "ash"}, 422, "invalid_input")
        self.refused({**SERVER, "labels": {"a b": "c"}}, 422, "invalid_input")
        self.refused({**SERVER, "user_data": "x" * 32769}, 422, "invalid_input")
        self.refused({**SERVER, "public_net": {"ipv5": 1}}, 422, "invalid_input")
        self.refused({**SERVER, "firewalls": [{"firewall": 7}]}, 404, "not_found")
        self.refused([], 422, "invalid_input")

    def test_names_are_unique(self):
        self.assertEqual(self.call("POST", "/v1/servers", SERVER)[0], 201)
        answer = self.call("POST", "/v1/servers", SERVER)
        self.assertEqual((answer[0], answer[1]["error"]["code"]), (409, "uniqueness_error"))

    def test_tokens(self):
        self.assertEqual(self.call("GET", "/v1/servers", token="nobody")[0], 401)
        self.assertEqual(self.call("GET", "/v1/servers", token="reader")[0], 200)
        answer = self.call("POST", "/v1/servers", SERVER, token="reader")
        self.assertEqual((answer[0], answer[1]["error"]["code"]), (401, "token_readonly"))
        self.assertEqual(self.call("POST", "/v1/placement_groups", {}, token="reader")[0], 401)

    def test_what_is_gone(self):
        self.assertEqual(self.call("GET", "/v1/datacenters")[0], 410)
        self.assertEqual(self.call("GET", "/v1/actions")[0], 422)

    def test_a_busy_server_is_locked_and_then_gone(self):
        made = self.call("POST", "/v1/servers", SERVER)[1]["server"]
        path = f"/v1/servers/{made['id']}"
        self.assertGreater(made["id"], 2**32)
        self.assertEqual(self.call("DELETE", path)[0], 423)
        self.assertTrue(wait_until(lambda: self.call("DELETE", path)[0] == 200))
        self.assertTrue(wait_until(lambda: self.call("GET", path)[0] == 404))

    def test_groups_have_room_for_ten(self):
        group = self.call("POST", "/v1/placement_groups", {"name": "g", "type": "spread"})[1]["placement_group"]["id"]
        for number in range(10):
            self.assertEqual(self.call("POST", "/v1/servers", {**SERVER, "name": f"s{number}", "placement_group": group})[0], 201)
        answer = self.call("POST", "/v1/servers", {**SERVER, "name": "s10", "placement_group": group})
        self.assertEqual(answer[1]["error"]["code"], "placement_group_member_limit_reached")

    def test_a_firewall_in_use_stays(self):
        wall = self.call("POST", "/v1/firewalls", {"name": "w"})[1]["firewall"]["id"]
        self.assertEqual(self.call("POST", "/v1/servers", {**SERVER, "firewalls": [{"firewall": wall}]})[0], 201)
        self.assertEqual(self.call("DELETE", f"/v1/firewalls/{wall}")[1]["error"]["code"], "resource_in_use")
        rule = {"direction": "in", "protocol": "tcp", "port": "22", "source_ips": ["10.0.0.1/8"]}
        self.assertEqual(self.call("POST", f"/v1/firewalls/{wall}/actions/set_rules", {"rules": [rule]})[0], 422, "host bits are set")

    def test_an_update_replaces_all_labels_and_nothing_else(self):
        wall = self.call("POST", "/v1/firewalls", {"name": "w", "labels": {"a": "b", "c": "d"}})[1]["firewall"]
        self.call("POST", "/v1/firewalls", {"name": "other"})
        path = f"/v1/firewalls/{wall['id']}"
        answer = self.call("PUT", path, {"labels": {"a": "4-0123abcd"}})
        self.assertEqual((answer[0], answer[1]["firewall"]), (200, {**wall, "labels": {"a": "4-0123abcd"}}))
        for refused in ({"labels": {"a": "x" * 64}}, {"labels": {"a": "-x"}}, {"labels": {"a": 4}}, {"rules": []}, {"auto_delete": True},
                        {"name": ""}):
            self.assertEqual(self.call("PUT", path, refused)[0], 422, refused)
        self.assertEqual(self.call("PUT", path, {"name": "other"})[0], 409)
        self.assertEqual(self.call("PUT", path, {"name": "w"})[0], 200, "its own name is free to it")
        self.assertEqual(self.call("PUT", "/v1/firewalls/1", {"labels": {}})[0], 404)
        self.assertEqual(self.call("PUT", path, {"labels": {}}, token="reader")[0], 401)
        self.assertEqual(self.call("GET", path)[1]["firewall"]["labels"], {"a": "4-0123abcd"})

    def test_an_address_that_is_assigned_stays(self):
        body = {"name": "a", "type": "ipv6", "location": "fsn1", "auto_delete": True}
        ip = self.call("POST", "/v1/primary_ips", body)[1]["primary_ip"]
        self.assertEqual((ip["assignee_type"], ip["assignee_id"]), ("unassigned", None))
        self.refused({**SERVER, "location": "nbg1", "public_net": {"ipv6": ip["id"]}}, 422, "primary_ip_datacenter_mismatch")
        self.refused({**SERVER, "public_net": {"ipv4": ip["id"]}}, 412, "primary_ip_version_mismatch")
        wanted = {**SERVER, "public_net": {"enable_ipv4": False, "ipv6": ip["id"]}}
        made = self.call("POST", "/v1/servers", wanted)[1]["server"]
        self.assertEqual(made["public_net"]["ipv6"]["id"], ip["id"])
        self.assertEqual(self.call("GET", f"/v1/primary_ips/{ip['id']}")[1]["primary_ip"]["assignee_type"], "server")
        self.assertEqual(self.call("DELETE", f"/v1/primary_ips/{ip['id']}")[1]["error"]["code"], "must_be_unassigned")
        answer = self.call("POST", "/v1/servers", {**wanted, "name": "second"})
        self.assertEqual((answer[0], answer[1]["error"]["code"]), (422, "primary_ip_assigned"))

    def test_names_of_addresses_are_unique_over_both_types(self):
        body = {"name": "a", "type": "ipv6", "assignee_type": "server", "location": "fsn1"}
        self.assertEqual(self.call("POST", "/v1/primary_ips", body)[0], 201)
        answer = self.call("POST", "/v1/primary_ips", {**body, "type": "ipv4"})
        self.assertEqual((answer[0], answer[1]["error"]["code"]), (409, "uniqueness_error"))

    def test_a_server_is_locked_while_an_action_runs_and_says_what_comes_next(self):
        made = self.call("POST", "/v1/servers", SERVER)[1]
        self.assertTrue(made["server"]["locked"])
        self.assertEqual([each["command"] for each in made["next_actions"]], ["start_server"])
        path = f"/v1/servers/{made['server']['id']}"
        self.assertTrue(wait_until(lambda: not self.call("GET", path)[1]["server"]["locked"]))
        self.assertEqual(self.call("GET", f"/v1/actions/{made['next_actions'][0]['id']}")[1]["action"]["status"], "success")

    def running(self, body=None):
        """The path of a server without an action."""
        path = f"/v1/servers/{self.call('POST', '/v1/servers', body or SERVER)[1]['server']['id']}"
        self.assertTrue(wait_until(lambda: not self.call("GET", path)[1]["server"]["locked"]))
        return path

    def test_what_is_protected_stays(self):
        server = self.running()
        self.assertEqual(self.call("POST", server + "/actions/change_protection", {"delete": True})[0], 422, "both or none")
        self.assertEqual(self.call("POST", server + "/actions/change_protection", {"delete": True, "rebuild": True})[0], 201)
        self.assertTrue(wait_until(lambda: not self.call("GET", server)[1]["server"]["locked"]))
        for method, path, body in (("DELETE", server, None), ("POST", server + "/actions/rebuild", {"image": "debian-13"})):
            answer = self.call(method, path, body)
            self.assertEqual((answer[0], answer[1]["error"]["code"]), (423, "protected"))
        ip = self.call("POST", "/v1/primary_ips", {"name": "a", "type": "ipv6", "location": "fsn1"})[1]["primary_ip"]
        path = f"/v1/primary_ips/{ip['id']}"
        self.assertEqual(self.call("POST", path + "/actions/change_protection", {"delete": True})[0], 201)
        self.assertEqual(self.call("DELETE", path)[1]["error"]["code"], "protected")

    def test_a_rebuilt_server_is_the_same_one_with_another_image(self):
        path = self.running()
        before = self.call("GET", path)[1]["server"]
        self.assertEqual(self.call("POST", path + "/actions/rebuild", {"image": "debian-13", "user_data": "#!/bin/sh"})[0], 201)
        self.assertEqual(self.call("GET", path)[1]["server"]["status"], "rebuilding")
        self.assertTrue(wait_until(lambda: self.call("GET", path)[1]["server"]["status"] == "running"))
        after = self.call("GET", path)[1]["server"]
        self.assertEqual((after["image"]["name"], after["public_net"]), ("debian-13", before["public_net"]))

    def test_a_firewall_says_what_it_guards(self):
        wall = self.call("POST", "/v1/firewalls", {"name": "w"})[1]["firewall"]["id"]
        server = self.running({**SERVER, "firewalls": [{"firewall": wall}]})
        guarded = [{"type": "server", "server": {"id": int(server.rsplit("/", 1)[1])}}]

        def both():
            """What the firewall says, and what the server says."""
            return (self.call("GET", f"/v1/firewalls/{wall}")[1]["firewall"]["applied_to"],
                    [each["id"] for each in self.call("GET", server)[1]["server"]["public_net"]["firewalls"]])

        self.assertEqual(both(), (guarded, [wall]))
        act = f"/v1/firewalls/{wall}/actions/"
        self.assertEqual(self.call("POST", act + "remove_from_resources", {"remove_from": guarded})[0], 201)
        self.assertEqual(both(), ([], []))
        self.assertEqual(self.call("POST", act + "remove_from_resources", {"remove_from": guarded})[0], 422)
        self.assertEqual(self.call("POST", act + "apply_to_resources", {"apply_to": guarded})[0], 201)
        self.assertEqual(both(), (guarded, [wall]))

    def test_what_the_list_of_types_says_of_a_location(self):
        def place():
            """fsn1 of cx23."""
            return self.call("GET", "/v1/server_types?name=cx23")[1]["server_types"][0]["locations"][0]

        self.assertEqual((place()["available"], place()["recommended"], place()["deprecation"]), (True, True, None))
        said = {"server_type": "cx23", "location": "fsn1", "available": "unsupported", "recommended": False,
                "deprecation": {"announced": "2026-09-01T00:00:00+00:00", "unavailable_after": "2026-12-01T00:00:00+00:00"}}
        self.call("POST", "/_fake/availability", said)
        self.assertEqual((place()["available"], place()["recommended"], place()["deprecation"]), (True, False, said["deprecation"]))
        self.refused(SERVER, 422, "invalid_input")
        self.call("POST", "/_fake/availability", {"server_type": "cx23", "withdrawn": True})
        self.assertEqual(self.call("GET", "/v1/server_types?name=cx23")[1]["server_types"], [])
        self.refused(SERVER, 404, "not_found")


class BodiesTest(FakeCase):
    """A body is read to its end, however it comes, and no further than it may go."""

    def post(self, length, pieces):
        """The answer's status to a body that comes in these pieces, a segment each."""
        host, port = self.base.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=START_LIMIT) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(b"POST /v1/placement_groups HTTP/1.1\r\nHost: fake\r\nAuthorization: Bearer token\r\n"
                               b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % length)
            for piece in pieces:
                self.assertTrue(wait_until(lambda: unacknowledged(connection) == 0), "a piece is on its way still")
                connection.sendall(piece)
            return int(connection.makefile("rb").readline().split()[1])

    def test_a_body_in_pieces_is_one_body(self):
        body = json.dumps({"name": "apart", "type": "spread", "labels": {f"l{at}": "v" * 60 for at in range(3000)}}).encode()
        pieces = [body[:1], body[1:100], body[100:100_000], body[100_000:]]
        self.assertEqual(self.post(len(body), pieces), 201)
        self.assertEqual(len(self.state()["placement_groups"][0]["labels"]), 3000)

    def test_a_body_that_is_too_large_is_refused(self):
        self.assertEqual(self.post(2 << 20, [b" " * (1 << 20), b" "]), 413)
        self.assertEqual(self.state()["placement_groups"], [])


class FaultsTest(FakeCase):
    """Each effect, and the journal's word for it."""

    def fault(self, **description):
        self.assertEqual(self.call("POST", "/_fake/faults", description)[0], 200)

    def create(self):
        try:
            return self.call("POST", "/v1/servers", SERVER)[0]
        except (urllib.error.URLError, http.client.HTTPException, ConnectionError, json.JSONDecodeError) as error:
            return type(error).__name__

    def last(self):
        lines = (self.dir / "journal.jsonl").read_text().splitlines()
        return json.loads(lines[-1])

    def test_a_refusal(self):
        self.fault(match={"method": "POST", "name": "^web$"}, skip=1, status=412, code="resource_unavailable")
        self.assertEqual(self.create(), 201)
        self.assertEqual(self.create(), 412)
        self.assertFalse(self.last()["committed"])
        self.assertEqual(self.call("GET", "/_fake/faults")[1][0]["fired"], 1)

    def test_dropped_before_and_after_the_commit(self):
        self.fault(drop="before")
        self.assertNotEqual(self.create(), 201)
        self.assertEqual(self.state()["counts"]["servers"], 0)
        self.fault(drop="committed")
        self.assertNotEqual(self.create(), 201)
        self.assertEqual(self.state()["counts"]["servers"], 1)
        self.assertEqual(self.last()["created"][-1]["kind"], "primary_ips")
        self.assertTrue(self.last()["committed"])

    def test_half_an_answer(self):
        self.fault(drop="answered")
        self.assertNotEqual(self.create(), 201)
        self.assertEqual(self.state()["counts"]["servers"], 1)

    def test_gateways(self):
        self.fault(bare=502)
        self.assertEqual(self.create(), 502)
        self.assertEqual(self.state()["counts"]["servers"], 0)
        self.fault(status_after_commit=504)
        self.assertEqual(self.create(), 504)
        self.assertEqual(self.state()["counts"]["servers"], 1)

    def test_an_action_that_fails_takes_its_server_along(self):
        self.fault(match={"path": "^/servers$"}, action_error={"code": "server_error", "message": "no"})
        self.assertEqual(self.create(), 201)
        self.assertTrue(wait_until(lambda: self.state()["counts"]["servers"] == 0))

    def test_states_that_never_become_running(self):
        for effect, status in (("stay_initializing", "initializing"), ("end_off", "off")):
            self.fault(match={"method": "POST"}, **{effect: True})
            made = self.call("POST", "/v1/servers", {**SERVER, "name": effect.replace("_", "-")})[1]
            action = f"/v1/actions/{made['action']['id']}"
            self.assertTrue(wait_until(lambda path=action: self.call("GET", path)[1]["action"]["status"] == "success"))
            self.assertEqual(self.call("GET", f"/v1/servers/{made['server']['id']}")[1]["server"]["status"], status)

    def test_sold_out_although_the_list_says_no_such_thing(self):
        self.call("POST", "/_fake/availability", {"server_type": "cx23", "location": "fsn1", "available": "lies"})
        self.assertEqual(self.create(), 412)
        listed = self.call("GET", "/v1/server_types?name=cx23")[1]["server_types"][0]["locations"]
        self.assertTrue([place["available"] for place in listed if place["name"] == "fsn1"][0])

    def test_limits(self):
        self.call("POST", "/_fake/limits", {"servers": 0})
        self.assertEqual(self.create(), 403)

    def test_an_unknown_effect_is_refused(self):
        self.assertEqual(self.call("POST", "/_fake/faults", {"explode": True})[0], 400)


class RateLimitTest(FakeCase):
    """Calls run out, and come back."""

    arguments = ["--rate-limit", "3", "--refill-per-second", "5"]

    def test_a_call_without_a_token_is_counted(self):
        for _ in range(3):
            self.assertEqual(self.call("GET", "/v1/servers", token="nobody")[0], 401)
        self.assertTrue(wait_until(lambda: self.call("GET", "/v1/servers", token="nobody")[0] == 429))

    def test_the_fourth_call_is_refused_and_a_later_one_is_not(self):
        remaining = [self.call("GET", "/v1/servers")[2]["RateLimit-Remaining"] for _ in range(3)]
        self.assertEqual(remaining[0], "2")
        self.assertTrue(wait_until(lambda: self.call("GET", "/v1/servers")[0] == 429))
        self.assertTrue(wait_until(lambda: self.call("GET", "/v1/servers")[0] == 200))


NATS_CONF = """
server_name: web
listen: "ADDRESS:4222"
http: "ADDRESS:8222"
jetstream { store_dir: "/var/lib/nats" }
"""


class AddressPrefixTest(FakeCase):
    """Two fakes never give out the same addresses."""

    arguments = ["--address-prefix", "127.78", "--address-prefix", "127.79"]

    def address(self):
        body = {"name": "ip", "type": "ipv4", "assignee_type": "server", "location": "fsn1", "auto_delete": True}
        return self.call("POST", "/v1/primary_ips", body)[1]["primary_ip"]["ip"]

    def test_a_prefix_that_another_fake_holds_is_left_to_it(self):
        self.assertTrue(self.address().startswith("127.78."))
        second = AddressPrefixTest("address")
        second.setUp()
        self.addCleanup(second.doCleanups)
        self.assertTrue(second.address().startswith("127.79."))
        third = subprocess.run([sys.executable, str(PROGRAM), "--dir", str(self.dir / "third"), *self.arguments],
                               capture_output=True, text=True, timeout=START_LIMIT, check=False)
        self.assertEqual(third.returncode, 1)
        self.assertIn("other fakes hold every address prefix of 127.78, 127.79", third.stderr)


class MachinesTest(FakeCase):
    """Servers that are nats-servers."""

    arguments = ["--machines", "nats", "--action-seconds", "0.05", "--address-prefix", "127.77"]

    def boot(self):
        body = {"name": "ip", "type": "ipv4", "assignee_type": "server", "location": "fsn1", "auto_delete": True}
        ip = self.call("POST", "/v1/primary_ips", body)[1]["primary_ip"]
        conf = NATS_CONF.replace("ADDRESS", ip["ip"])
        user_data = "#cloud-config\n" + json.dumps({"write_files": [{"path": "/etc/nats/nats.conf", "content": conf}]})
        made = self.call("POST", "/v1/servers", {**SERVER, "user_data": user_data, "public_net": {"ipv4": ip["id"]}})[1]["server"]
        self.monitor = f"http://{ip['ip']}:8222/varz"
        self.assertTrue(wait_until(self.serves), "the machine does not serve")
        return made

    def serves(self):
        try:
            with urllib.request.urlopen(self.monitor, timeout=1) as answer:
                return json.load(answer)["server_name"] == "web"
        except OSError:
            return False

    def test_a_deleted_server_serves_no_more(self):
        made = self.boot()
        self.assertEqual(self.call("DELETE", f"/v1/servers/{made['id']}")[0], 200)
        self.assertTrue(wait_until(lambda: not self.serves()))
        self.assertTrue(wait_until(lambda: not (self.dir / "machines/web").exists()))

    def test_nothing_outlives_the_fake(self):
        self.boot()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.assertTrue(wait_until(lambda: not self.serves()))


if __name__ == "__main__":
    unittest.main()
