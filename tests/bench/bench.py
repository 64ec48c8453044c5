#!/usr/bin/env python3
"""Benchmarks, each beside its reference in one run. Called by scripts/bench; prints one table. Each figure is the median of
five measurements; CPU is user and system time of the whole process, from the kernel's own accounting. A benchmark that measured
nothing fails."""

import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

from box import Box
from polling import polling
from prometheus import prometheus
from running import measured_nothing, nats_server, process, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNS = 25  # of the client, a figure


@dataclass
class Scale:
    """How much is measured, and for how long."""
    nodes: int = 1000
    polled: tuple = (1000, 10000)  # numbers of nodes
    week_nodes: int = 100
    week_days: float = 7
    grown: int = 5  # nodes, beside 1
    repeats: int = 5
    runs: int = RUNS
    warm_up: int = 12  # seconds
    window: int = 10   # seconds, a whole number of sweeps
    wrk_seconds: int = 5


SMALL = Scale(nodes=20, polled=(20,), week_nodes=3, week_days=0.1, grown=2, repeats=1, runs=1, warm_up=0, window=5, wrk_seconds=1)


def median(measure, repeats):
    return statistics.median(measure() for _ in range(repeats))


def milliseconds(run):
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1000


def known_nodes(box):
    return sum(node["cpu_percent"] is not None for node in json.loads(box.ctl("status", "bench", "-o", "json"))["nodes"])


def client(table, directory, build, scale):
    with nats_server(directory) as address:
        box = Box(build, directory, scale.nodes, address)
        with box.daemon():
            wait_until(lambda: known_nodes(box) == scale.nodes, f"a sample of each of {scale.nodes} nodes")
            status = median(lambda: milliseconds(lambda: box.ctl("status", "bench")), scale.runs)
            version = median(lambda: milliseconds(lambda: box.ctl("version")), scale.runs)
            true = median(lambda: milliseconds(lambda: subprocess.run(["/bin/true"], check=True)), scale.runs)
    table.add("morpheusctl version, start to exit", f"{version:.1f} ms", f"/bin/true {true:.1f} ms", "10 ms", version <= 10)
    table.add(f"morpheusctl status, {scale.nodes} nodes", f"{status:.1f} ms", f"/bin/true {true:.1f} ms", "50 ms", status <= 50)


def first_decision_ms(box):
    """From the daemon's start to its first decision, as its database says."""
    before = box.decisions()
    began = time.perf_counter()
    with process([box.program, "--config", box.config], box.directory / "daemon.log", box.environment()):
        wait_until(lambda: box.decisions() > before, "a decision")
        return (time.perf_counter() - began) * 1000


def restart(table, directory, build, scale):
    with nats_server(directory) as address:
        box = Box(build, directory, scale.week_nodes, address)
        box.fill_samples(scale.week_days)
        filled, size = box.samples(), box.database.stat().st_size / 1e6
        if filled == 0:
            measured_nothing("no samples to start with")
        took = median(lambda: first_decision_ms(box), scale.repeats)
    table.add(f"restart to first decision, {scale.week_nodes} nodes", f"{took:.0f} ms", f"{filled} samples, {size:.0f} MB", "1000 ms",
              took <= 1000)


def growth_seconds(build, directory, nodes):
    """Of a forest of one on the local provider, by `nodes` edges."""
    directory.mkdir()
    box = Box(build, directory, 0, poll_seconds=1)
    box.config.write_text(box.config.read_text().replace("max_nodes: 3", "max_nodes: 10").replace("enabled: true", "enabled: false")
                          + "jetstream:\n  core_nodes: 1\n")
    with box.daemon():
        box.ctl("plant", "local", "small", "--name", "bench")
        began = time.perf_counter()
        box.ctl("grow", "bench", "--nodes", str(nodes), "--yes")
        took = time.perf_counter() - began
        ready = box.ready_nodes()
        box.ctl("teardown", "bench", "--yes")
    if ready != 1 + nodes:
        measured_nothing(f"a growth by {nodes} left {ready} nodes ready")
    shutil.rmtree(directory)
    return took


def growth(table, directory, build, scale):
    one = median(lambda: growth_seconds(build, directory / "grow", 1), scale.repeats)
    more = median(lambda: growth_seconds(build, directory / "grow", scale.grown), scale.repeats)
    table.add("growth by 1, local", f"{one:.1f} s")
    table.add(f"growth by {scale.grown}, local", f"{more:.1f} s", f"by 1: {more / one:.1f}x", "about 1x", more <= 2 * one)


class Table:
    def __init__(self):
        self.rows = []

    def add(self, what, value, reference="", budget="", good=True):
        self.rows.append((what, value, reference, budget, "" if good else "MISSED"))
        print(f"  {what}: {value}", file=sys.stderr, flush=True)

    def print(self):
        head = ("what", "measured", "reference in the same run", "budget", "")
        widths = [max(len(row[i]) for row in [head, *self.rows]) for i in range(5)]
        for row in [head, tuple("-" * width for width in widths), *self.rows]:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())

    def missed(self):
        return any(row[4] for row in self.rows)


PARTS = {"polling": polling, "prometheus": prometheus, "client": client, "restart": restart, "growth": growth}


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("part", nargs="*", choices=[*PARTS, []], help="which parts; default: all")
    parser.add_argument("--many", type=int, default=10000, help="the larger number of nodes (default 10000)")
    parser.add_argument("--small", action="store_true", help="whether each measures at all: a few nodes for some seconds; budgets are not held")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", help="where the programs are")
    options = parser.parse_args()
    scale = SMALL if options.small else Scale(polled=(1000, options.many))
    table = Table()
    with tempfile.TemporaryDirectory(prefix="morpheus-bench-") as directory:
        for name in options.part or PARTS:
            place = pathlib.Path(directory) / name
            place.mkdir()
            rows = len(table.rows)
            PARTS[name](table, place, options.build, scale)
            if len(table.rows) == rows:
                measured_nothing(f"{name} gave no figure")
    table.print()
    return 1 if table.missed() and not options.small else 0


if __name__ == "__main__":
    sys.exit(main())
