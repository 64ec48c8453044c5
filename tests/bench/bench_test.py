#!/usr/bin/env python3
"""A benchmark that measured nothing fails, and says what was missing."""

import argparse
import pathlib
import sys
import tempfile
import unittest
from dataclasses import replace
from unittest import mock

import bench
import polling
from box import Box
from running import nats_server

BUILD = bench.ROOT / "build"


class MeasuredNothing(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="morpheus-bench-")
        self.addCleanup(place.cleanup)
        self.directory = pathlib.Path(place.name)
        self.scale = replace(bench.SMALL, window=1)
        self.enterContext(mock.patch.object(polling, "PATIENCE_SECONDS", 1))

    def box_with_nodes(self, states):
        address = self.enterContext(nats_server(self.directory))
        box = Box(BUILD, self.directory, len(states), address, poll_seconds=1)
        with box.sql() as base, base:
            base.executemany("UPDATE nodes SET state = ? WHERE node_index = ?", ((state, n + 1) for n, state in enumerate(states)))
        return box

    def test_when_no_node_is_polled(self):
        box = self.box_with_nodes(["gone", "gone"])
        with self.assertRaisesRegex(SystemExit, "NOTHING WAS MEASURED: 0 samples of 2 nodes"):
            polling.Polling(box, self.scale)

    def test_when_a_node_is_left_out(self):
        box = self.box_with_nodes(["ready", "gone"])
        with mock.patch.object(polling.Polling, "measure", lambda self, *_: self.latency_ms.append(1)):
            with self.assertRaisesRegex(SystemExit, "NOTHING WAS MEASURED"):
                polling.Polling(box, replace(self.scale, warm_up=3))

    def test_when_wrk_reaches_nothing(self):
        address = self.enterContext(nats_server(self.directory))
        with self.assertRaisesRegex(SystemExit, "NOTHING WAS MEASURED: wrk says"):
            polling.wrk_microseconds(f"http://{address}:8222/no-such-page", self.scale)

    def test_when_a_part_gives_no_figure(self):
        with mock.patch.dict(bench.PARTS, {"restart": lambda *_: None}), mock.patch.object(sys, "argv", ["bench", "--small", "restart"]):
            with self.assertRaisesRegex(SystemExit, "NOTHING WAS MEASURED: restart gave no figure"):
                bench.main()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=BUILD)
    options, rest = parser.parse_known_args()
    BUILD = options.build
    unittest.main(argv=[sys.argv[0], *rest])
