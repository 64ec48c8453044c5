#!/usr/bin/env python3
"""docs/openapi.yaml against the running daemon: each route, status, schema and bound.

A life of a forest reaches the statuses that the document names; then requests made of the document's schemas, fitting and not, are sent by
chance. Every answer is held to the document. The seed is printed: --seed gives the same requests again."""

import argparse
import hashlib
import os
import random
import re
import socket
import sqlite3
import sys
import time
import unittest
import zlib

import generate
from checked import Checked
from daemon import Connection, Daemon, ask_as
from document import METHODS, Document

NOBODY = 65534
LARGEST_BODY = 64 * 1024
LARGEST_HEADER = 16 * 1024
DEEPEST = 16
REQUEST_LIMIT = 10  # seconds to send a request

ACKNOWLEDGEMENT = "/v1/backup/move/{digest}/acknowledgement"

# What a name that nothing has is answered with, where that is not 404.
UNKNOWN_NAME = {
    ("DELETE", "/v1/orphans/{name}"): {200, 400, 404},  # nothing of that name is success
    ("POST", ACKNOWLEDGEMENT): {409},  # no move waits
}

# Documented statuses that a test of this kind does not reach, each with its reason.
OUT_OF_REACH = {}
if os.geteuid() != 0:
    OUT_OF_REACH["GET", "/v1/forests/{forest}/image", 403] = "only root can ask as somebody else"

OPTIONS = None
SEED = 0


class OpenApi(unittest.TestCase):
    """In order of the names: the forest of the first is there for those that follow."""

    @classmethod
    def setUpClass(cls):
        cls.document = Document(OPTIONS.document)
        cls.daemon = Daemon(OPTIONS.daemon)
        cls.addClassCleanup(cls.daemon.stop)
        cls.client = Checked(cls.daemon, cls.document)
        cls.chance = random.Random(SEED)

    def ask(self, method, path, *arguments, expect, query=None, body=None):
        return self.client.ask(method, path, arguments, query, body, {expect} if isinstance(expect, int) else expect)

    def end(self, operation):
        self.assertEqual(self.daemon.wait(operation["id"]), "succeeded", self.daemon.said())

    def test_00_what_is_not_as_documented_is_found(self):
        event = {"id": 1, "at": "2026-11-23T03:12:00.000Z", "level": "info", "kind": "node", "forest": "", "node": "", "operation_id": 0, "message": "x"}
        schema = {"$ref": "#/components/schemas/Event"}
        self.assertEqual(self.document.faults(schema, event), [])
        self.assertTrue(self.document.faults(schema, {name: event[name] for name in event if name != "kind"}), "a field is not there")
        for wrong in ({"more": 1}, {"id": "1"}, {"id": True}, {"id": 1.5}, {"level": "debug"}, {"at": "yesterday"}, {"at": "2026-11-23 03:12:00"}, {"message": None}):
            self.assertTrue(self.document.faults(schema, event | wrong), wrong)
        self.assertTrue(self.document.faults({"type": "integer", "minimum": 1, "maximum": 9}, 10))
        self.assertTrue(self.document.faults({"type": "array", "items": {"type": "string"}}, ["x", 1]))

    def test_01_an_empty_daemon_answers(self):
        for path in ("/v1/version", "/v1/duty", "/v1/doctor", "/v1/forests", "/v1/orphans", "/v1/operations", "/v1/events", "/metrics"):
            self.ask("GET", path, expect=200)
        self.ask("POST", "/v1/takeover", expect=200)

    def test_02_planting(self):
        request = {"provider": "local", "size": "small", "name": "oak"}
        self.ask("POST", "/v1/forests", expect=200, body=request | {"dry_run": True})
        planted = self.ask("POST", "/v1/forests", expect=202, body=request).json()
        self.ask("POST", "/v1/forests", expect=409, body=request)
        self.ask("GET", "/v1/operations/{id}/progress", planted["id"], expect=200)
        self.end(planted)
        self.ask("GET", "/v1/operations/{id}", planted["id"], expect=200)

    def test_03_looking(self):
        for path in ("/v1/forests/{forest}", "/v1/forests/{forest}/explain", "/v1/forests/{forest}/history", "/v1/forests/{forest}/image"):
            self.ask("GET", path, "oak", expect=200)
            self.ask("GET", path, "nowhere", expect=404)
        for path in ("/v1/operations", "/v1/events"):
            self.ask("GET", path, expect=200, query={"forest": "oak"})
            self.ask("GET", path, expect=404, query={"forest": "nowhere"})
        for path in ("/v1/operations/{id}", "/v1/operations/{id}/progress"):
            self.ask("GET", path, 4711, expect=404)

    def test_04_growing_and_shrinking(self):
        grow, node = "/v1/forests/{forest}/grow", "/v1/forests/{forest}/nodes/{node}"
        self.ask("POST", grow, "oak", expect=200, body={"dry_run": True})
        self.ask("POST", grow, "nowhere", expect=404)
        answer = self.ask("POST", grow, "oak", expect=202, body={"nodes": 2}).json()
        self.ask("DELETE", node, "oak", "node-2", expect=409)
        for what in ("resume", "abort"):
            self.ask("POST", "/v1/operations/{id}/" + what, answer["operation"]["id"], expect=409)  # it is at work
        self.ask("POST", grow, "oak", expect={200, 409})
        self.end(answer["operation"])
        self.ask("DELETE", node, "oak", "node-9", expect=404)
        self.ask("DELETE", node, "oak", "node-1", expect=409)
        self.end(self.ask("DELETE", node, "oak", "node-3", expect=202).json())

    def test_05_pausing(self):
        for path in ("/v1/forests/{forest}/pause", "/v1/forests/{forest}/resume"):
            self.ask("POST", path, "oak", expect=200)
            self.ask("POST", path, "nowhere", expect=404)

    def test_06_orphans(self):
        adopt, delete = "/v1/orphans/{name}/adopt", "/v1/orphans/{name}"
        self.ask("POST", adopt, "nowhere", expect=404)
        self.ask("POST", adopt, "oak-node-2", expect=409)
        self.ask("DELETE", delete, "oak-node-2", expect=409)
        self.ask("DELETE", delete, "nowhere", expect=200)
        self.forget("oak-node-2")
        self.assertEqual([each["name"] for each in self.ask("GET", "/v1/orphans", expect=200).json()["orphans"]], ["oak-node-2"])
        self.ask("POST", adopt, "oak-node-2", expect=200)
        self.forget("oak-node-2")
        self.ask("DELETE", delete, "oak-node-2", expect=200)

    def change(self, statement, *values):
        """Changes the database under a daemon that rests meanwhile."""
        self.daemon.pause()
        database = sqlite3.connect(self.daemon.path / "morpheus.db")
        with database:
            changed = database.execute(statement, values).rowcount
        database.close()
        self.daemon.start()
        self.assertEqual(changed, 1, statement)

    def forget(self, node):
        """Makes a node's machine an orphan: as a database of yesterday does."""
        self.change("DELETE FROM nodes WHERE name = ?", node)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and not self.daemon.ask("GET", "/v1/orphans").json()["orphans"]:
            time.sleep(0.1)

    def test_07_parked_operations(self):
        grown = next(each for each in self.ask("GET", "/v1/operations", expect=200, query={"forest": "oak"}).json() if each["kind"] == "grow")["id"]
        for what, end in (("resume", "succeeded"), ("abort", "failed")):
            path = "/v1/operations/{id}/" + what
            self.ask("POST", path, 4711, expect=404)
            self.ask("POST", path, grown, expect=409)  # it has ended
            self.park(grown)
            self.assertTrue(self.ask("GET", "/v1/operations/{id}", grown, expect=200).json()["parked"])
            self.assertEqual(self.daemon.wait(grown), "running", "a parked one is not waited for")
            self.ask("DELETE", "/v1/forests/{forest}/nodes/{node}", "oak", "oak-node-1", expect=409)
            for each in ("/v1/doctor", "/v1/forests", "/v1/operations", "/v1/events"):
                self.ask("GET", each, expect=200)
            self.assertIn("parked", [each["reason"] for each in self.ask("GET", "/v1/forests/{forest}", "oak", expect=200).json()["waits"]])
            self.assertFalse(self.ask("POST", path, grown, expect=202).json()["parked"])
            self.assertEqual(self.daemon.wait(grown), end, self.daemon.said())
            self.ask("POST", path, grown, expect=409)

    def park(self, operation):
        """As three crashes over it do."""
        self.change("UPDATE operations SET state = 'running', parked = 'the daemon crashed', parked_at = started_wall, ended_wall = NULL, "
                    "ended_boot = NULL, ended_boot_id = NULL WHERE id = ?", operation)

    @unittest.skipIf(os.geteuid() != 0, "only root can ask as somebody else")
    def test_08_who_may_not_is_told_so(self):
        for path, method, _, _ in self.document.routes():
            target = re.sub(r"\{[^}]*\}", "1", path)
            status, answer = ask_as(self.daemon, NOBODY, method, target)
            self.assertEqual((status, answer["error"]["code"]), (403, "denied"), f"{method} {target}")
            self.client.note(method, path, status)

    def test_09_paths_and_methods(self):
        for path in self.document.root["paths"]:
            target = path.replace("{id}", "1").replace("{", "").replace("}", "")
            known = self.document.methods(path)
            for method in {each.upper() for each in METHODS} - known:
                reply = self.daemon.ask(method, target)
                self.assertEqual(reply.status, 405, f"{method} {target}")
                self.assertEqual(set(reply.allow.split(", ")), known)
            for other in (target + "/", target + "/more", target.upper(), "/" + target):
                self.assertIn(self.daemon.ask("GET", other).status, (404, 405), other)

    def test_10_bounds_of_a_request(self):
        path = "/v1/forests"
        deep = lambda levels: b'{"x":' * (levels - 1) + b"{}" + b"}" * (levels - 1)
        request = {"provider": "local", "size": "small", "dry_run": True}
        filler = lambda size: ('{"provider":"local","size":"small","dry_run":true,"x":"' + "x" * (size - 58) + '"}').encode()
        self.ask("POST", path, expect=200, body=request)
        self.ask("POST", path, expect=200, body=filler(LARGEST_BODY - 64))
        self.ask("POST", path, expect=413, body=filler(LARGEST_BODY + 64))
        for body in (b"{", b"[]", b"1", b"null", b"\xff", b'{"a":1}}', deep(DEEPEST + 1), b"[" * 60_000, b'{"provider": "\xff"}'):
            self.ask("POST", path, expect=400, body=body)
        self.assertEqual(self.daemon.ask("GET", path, headers={"X": "x" * (LARGEST_HEADER - 1024)}).status, 200)
        self.assertEqual(self.daemon.ask("GET", path, headers={"X": "x" * LARGEST_HEADER}).status, 431)

    def test_11_a_request_has_ten_seconds(self):
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.connect(str(self.daemon.socket))
        client.sendall(b"GET /v1/version HT")
        client.settimeout(3 * REQUEST_LIMIT)
        begun = time.monotonic()
        said = client.recv(4096)
        self.assertIn(b" 408 ", said)
        self.assertGreaterEqual(time.monotonic() - begun, REQUEST_LIMIT - 1)
        client.close()

    def test_12_queries_by_chance(self):
        for path, method, _, parameters in self.document.routes():
            queries = {each["name"]: each["schema"] for each in parameters if each["in"] == "query"}
            if method != "GET" or not queries:
                continue
            arguments = ["oak" if each["name"] == "forest" else 1 for each in parameters if each["in"] == "path"]
            for _ in range(OPTIONS.rounds):
                self.fitting_query(path, arguments, queries)
            for name, schema in queries.items():
                for value in generate.query_misfits(schema, self.chance):
                    self.ask("GET", path, *arguments, expect=400, query={name: value})

    def fitting_query(self, path, arguments, queries):
        chosen = {name: generate.fitting(schema, self.chance) for name, schema in queries.items() if self.chance.random() < 0.6}
        query = {name: str(value).lower() if isinstance(value, bool) else value for name, value in chosen.items()}
        if query.get("follow") == "true":
            query["follow"] = "false"  # its answer has no end
        if "secrets" in query and "node" in query:
            del query["node"]
        if "forest" in query:
            query["forest"] = "oak"
        self.ask("GET", path, *arguments, expect={200, 404} if "node" in query else 200, query=query)

    def test_13_names_by_chance(self):
        for path, method, _, parameters in self.document.routes():
            places = [each["name"] for each in parameters if each["in"] == "path"]
            for _ in range(OPTIONS.rounds if places else 0):
                awkward = [self.chance.choice((*generate.AWKWARD_TEXTS[1:], generate.name(self.chance), 2**70)) for _ in places]
                self.ask(method, path, *awkward, expect=UNKNOWN_NAME.get((method, path), {400, 404}), body={} if method == "POST" else None)

    def test_14_bodies_by_chance(self):
        for path, arguments, fixed in (("/v1/forests", (), {"provider": "local", "size": "small"}), ("/v1/forests/{forest}/grow", ("oak",), {})):
            body = self.client.operations["POST", path]["requestBody"]["content"]["application/json"]["schema"]
            properties = self.document.resolve(body)["properties"]
            for _ in range(OPTIONS.rounds):
                chosen = {name: generate.fitting(schema, self.chance) for name, schema in properties.items() if self.chance.random() < 0.6}
                self.ask("POST", path, *arguments, expect=200, body=chosen | fixed | {"dry_run": True, generate.name(self.chance): [None, {}]})
            for name, schema in properties.items():
                for value in generate.misfits(schema, self.chance):
                    self.ask("POST", path, *arguments, expect=400, body=fixed | {"dry_run": True} | {name: value})
            for name in self.document.resolve(body).get("required", []):
                self.ask("POST", path, *arguments, expect=400, body={"dry_run": True} | {each: fixed[each] for each in fixed if each != name})

    def test_15_backup_and_move(self):
        self.ask("POST", "/v1/backup", expect=200)
        self.ask("POST", ACKNOWLEDGEMENT, "0" * 64, expect=409)
        self.move()
        self.assertEqual(self.ask("GET", "/v1/duty", expect=200).json()["state"], "retired")
        self.ask("POST", "/v1/forests", expect=409, body={"provider": "local", "size": "small"})
        self.ask("POST", "/v1/forests/{forest}/grow", "oak", expect=409, body={})
        self.ask("DELETE", "/v1/forests/{forest}", "oak", expect=409)
        self.ask("POST", "/v1/takeover", expect=200)

    def move(self):
        """Its stream lasts until the archive is acknowledged."""
        connection = Connection(self.daemon.socket)
        self.addCleanup(connection.close)
        connection.request("POST", "/v1/backup/move")
        response = connection.getresponse()
        self.assertEqual((response.status, response.getheader("Content-Type")), (200, "application/gzip"))
        archive, unpacked = b"", zlib.decompressobj(zlib.MAX_WBITS | 16)
        while not unpacked.eof:
            piece = response.read1(65536)
            self.assertTrue(piece, "the archive has no end")
            archive += piece
            unpacked.decompress(piece)
        self.client.note("POST", "/v1/backup/move", response.status)
        self.ask("POST", ACKNOWLEDGEMENT, "0" * 64, expect=409)
        self.ask("POST", ACKNOWLEDGEMENT, hashlib.sha256(archive).hexdigest(), expect=200)
        self.assertEqual(response.read(), b"")

    def test_16_tearing_down(self):
        self.ask("DELETE", "/v1/forests/{forest}", "nowhere", expect=404)
        self.end(self.ask("DELETE", "/v1/forests/{forest}", "oak", expect=202).json())
        self.ask("GET", "/v1/forests/{forest}", "oak", expect=404)
        self.ask("GET", "/v1/events", expect=200, query={"forest": "oak"})

    def test_17_every_documented_status_was_reached(self):
        missing = set(self.client.not_reached())
        self.assertEqual(missing - OUT_OF_REACH.keys(), set(), "reach them, or say in OUT_OF_REACH why not")
        self.assertEqual(OUT_OF_REACH.keys() - missing, set(), "these are reached: OUT_OF_REACH need not name them")
        print(f"{self.client.requests} requests, {len(self.client.reached)} pairs of route and status; seed {SEED}")


def main():
    global OPTIONS, SEED
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--daemon", required=True, help="the morpheusd to run")
    parser.add_argument("--document", required=True, help="docs/openapi.yaml")
    parser.add_argument("--seed", type=int, help="default: another one each time")
    parser.add_argument("--rounds", type=int, default=25, help="fitting requests for each route, by chance")
    OPTIONS, rest = parser.parse_known_args()
    SEED = OPTIONS.seed if OPTIONS.seed is not None else time.time_ns() % 1_000_000
    print(f"seed {SEED}", flush=True)
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2, failfast=False)


if __name__ == "__main__":
    main()
