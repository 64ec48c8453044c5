#!/usr/bin/env python3
"""Benchmarks, each beside its reference in one run. Called by scripts/bench; prints one table. Each figure is the median of
five measurements; CPU is user and system time of the whole process, from the kernel's own accounting."""

import argparse
import contextlib
import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
DAEMON = ROOT / "build/daemon/morpheusd"
CTL = ROOT / "build/ctl/morpheusctl"
TICK = os.sysconf("SC_CLK_TCK")
REPEATS = 5
POLL_SECONDS = 5
WARM_UP_SECONDS = 12
WINDOW_SECONDS = 10
PATIENCE_SECONDS = 60
DAY_MS = 86_400_000
SERVER = "127.77.0.1"


def median(measure, repeats=REPEATS):
    return statistics.median(measure() for _ in range(repeats))


def wait_until(condition, what):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"bench: {what} did not happen within {PATIENCE_SECONDS} s")
        time.sleep(0.02)


def last_line(file):
    return (file.read_text().splitlines() or [""])[-1]


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def memory_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def target(number):
    """An address of its own for each of prometheus's targets, which it tells apart by it."""
    return f"127.77.{number // 250}.{number % 250 + 1}"


@contextlib.contextmanager
def process(arguments, log):
    with open(log, "ab") as out:
        child = subprocess.Popen(arguments, stdout=out, stderr=out)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextlib.contextmanager
def nats_server(directory):
    """The one server that is every node."""
    with process(["nats-server", "-n", "bench", "-a", SERVER, "-p", "4222", "-m", "8222"], directory / "nats.log") as child:
        wait_until(lambda: child.poll() is not None or get(f"http://{SERVER}:8222/varz"), "nats-server's answer")
        if child.poll() is not None:
            sys.exit("bench: nats-server ended: " + last_line(directory / "nats.log"))
        yield child


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.read()
    except OSError:
        return b""


class Box:
    """A daemon with a database that says it has `nodes` ready nodes, all of them really one server."""

    def __init__(self, directory, nodes, poll_seconds=POLL_SECONDS):
        self.directory = directory
        self.nodes = nodes
        self.database = directory / "morpheus.db"
        self.socket = directory / "control.sock"
        self.config = directory / "morpheusd.yaml"
        self.config.write_text(
            f"daemon:\n  socket: {self.socket}\n  database: {self.database}\n  state_dir: {directory}/state\n"
            f"monitor:\n  poll_interval: {poll_seconds}s\ngrowth:\n  enabled: true\n  max_nodes: 3\n")
        with self.daemon():
            pass
        if nodes:
            self.fill()

    @contextlib.contextmanager
    def daemon(self):
        with process([DAEMON, "--config", self.config], self.directory / "daemon.log") as child:
            wait_until(self.answers, "the daemon's answer")
            yield child

    def answers(self):
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(str(self.socket))
                return True
            except OSError:
                return False

    def sql(self):
        return contextlib.closing(sqlite3.connect(self.database, timeout=10))

    def fill(self):
        now = int(time.time() * 1000)
        with self.sql() as base, base:
            base.execute("INSERT INTO forests (name, provider, state, paused, next_index, witness_retired, "
                         "futility_cleared_op, created) VALUES ('bench', 'local', 'active', 0, ?, 1, 0, ?)",
                         (self.nodes + 1, now))
            base.executemany(
                "INSERT INTO nodes (forest_id, node_index, name, server_name, intent, role, state, since_wall, since_boot, "
                "since_boot_id, witness, machine_id, address, cores, memory_bytes, operation_id, in_meta_group, reason, "
                "created) VALUES (1, ?, ?, ?, 'x', 'edge', 'ready', ?, 0, 'x', 0, 'x', ?, 2, 4294967296, 0, 0, '', ?)",
                ((n, f"bench-node-{n}", "bench", now, SERVER, now) for n in range(1, self.nodes + 1)))

    def fill_week(self):
        """A week of samples as thinning leaves them: one a minute of each node."""
        now = int(time.time() * 1000) // 60_000 * 60_000
        with self.sql() as base, base:
            base.execute("INSERT OR IGNORE INTO boots (id, boot_id) VALUES (1, 'x')")
            base.executemany("INSERT INTO servers (id, node_id, server_id) VALUES (?, ?, ?)",
                             ((n, n, f"S{n}") for n in range(1, self.nodes + 1)))
            rows = ((at, n, at, 1, 12.5, 20.25, 900_000_000, 10, at, at, at, at, 0, n)
                    for at in range(now - 7 * DAY_MS, now, 60_000) for n in range(1, self.nodes + 1))
            base.executemany("INSERT INTO samples VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def samples(self):
        with self.sql() as base:
            return base.execute("SELECT count(*) FROM samples").fetchone()[0]

    def decisions(self):
        with self.sql() as base:
            return base.execute("SELECT coalesce(sum(times), 0) FROM decisions").fetchone()[0]

    def ctl(self, *arguments):
        return subprocess.run([CTL, "--socket", self.socket, *arguments], check=True, capture_output=True, text=True)


class Polling:
    """What a daemon spends on polling, storing and deciding, over windows of a whole number of sweeps."""

    def __init__(self, box):
        self.per_sample, self.core_percent, self.latency_ms = [], [], []
        with box.daemon() as daemon:
            time.sleep(WARM_UP_SECONDS)
            for _ in range(REPEATS):
                samples, cpu = box.samples(), cpu_seconds(daemon.pid)
                began = time.monotonic()
                while time.monotonic() - began < WINDOW_SECONDS:
                    self.latency_ms.append(version_latency_ms(box.socket))
                    time.sleep(0.1)
                spent = cpu_seconds(daemon.pid) - cpu
                self.per_sample.append(spent / max(1, box.samples() - samples) * 1e6)
                self.core_percent.append(spent / (time.monotonic() - began) * 100)
            self.memory_mib = memory_mib(daemon.pid)
            self.per_sweep = (box.samples() - samples) / WINDOW_SECONDS * POLL_SECONDS
        self.latency_ms.sort()


def version_latency_ms(path):
    began = time.perf_counter()
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        client.sendall(b"GET /v1/version HTTP/1.1\r\nConnection: close\r\n\r\n")
        while client.recv(65536):
            pass
    return (time.perf_counter() - began) * 1000


def wrk_microseconds():
    """CPU of wrk for one GET of the same /varz over kept connections."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(["wrk", "-t1", "-c50", "-d5s", f"http://{SERVER}:8222/varz"], check=True, capture_output=True,
                          text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    requests = next(int(line.split()[0]) for line in done.stdout.splitlines() if "requests in" in line)
    return spent / requests * 1e6


def prometheus_microseconds(directory, targets):
    """CPU of prometheus for one scrape of a small page (node_exporter's load average), as many targets, as often."""
    listed = json.dumps([f"{target(n)}:19100" for n in range(1, targets + 1)])
    (directory / "prometheus.yml").write_text(
        f"global: {{scrape_interval: {POLL_SECONDS}s, scrape_timeout: 3s}}\n"
        f"scrape_configs: [{{job_name: bench, static_configs: [{{targets: {listed}}}]}}]\n")
    exporter = ["prometheus-node-exporter", "--web.listen-address=:19100", "--collector.disable-defaults",
                "--collector.loadavg", "--web.disable-exporter-metrics"]
    server = ["prometheus", f"--config.file={directory}/prometheus.yml", f"--storage.tsdb.path={directory}/tsdb",
              "--web.listen-address=127.0.0.1:19090"]
    spent = []
    with process(exporter, directory / "exporter.log"), process(server, directory / "prometheus.log") as prometheus:
        wait_until(lambda: get("http://127.0.0.1:19090/-/ready"), "prometheus's answer")
        time.sleep(WARM_UP_SECONDS)
        for _ in range(REPEATS):
            cpu = cpu_seconds(prometheus.pid)
            time.sleep(WINDOW_SECONDS)
            spent.append((cpu_seconds(prometheus.pid) - cpu) / (targets * WINDOW_SECONDS / POLL_SECONDS) * 1e6)
        up = json.loads(get("http://127.0.0.1:19090/api/v1/query?query=sum(up)"))["data"]["result"][0]["value"][1]
        if int(up) != targets:
            sys.exit(f"bench: prometheus reaches {up} of {targets} targets")
        return statistics.median(spent), memory_mib(prometheus.pid)


def milliseconds(run):
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1000


def first_decision_ms(box):
    """From the daemon's start to its first decision, as its database says."""
    before = box.decisions()
    began = time.perf_counter()
    with process([DAEMON, "--config", box.config], box.directory / "daemon.log"):
        wait_until(lambda: box.decisions() > before, "a decision")
        return (time.perf_counter() - began) * 1000


def growth_seconds(directory, nodes):
    """Of a forest of one on the local provider, by `nodes` edges."""
    directory.mkdir()
    box = Box(directory, 0, poll_seconds=1)
    box.config.write_text(box.config.read_text().replace("max_nodes: 3", "max_nodes: 10").replace("enabled: true", "enabled: false")
                          + "jetstream:\n  core_nodes: 1\n")
    with box.daemon():
        box.ctl("plant", "local", "small", "--name", "bench")
        began = time.perf_counter()
        box.ctl("grow", "bench", "--nodes", str(nodes), "--yes")
        took = time.perf_counter() - began
        box.ctl("teardown", "bench", "--yes")
    shutil.rmtree(directory)
    return took


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


def polling(table, directory, many):
    with nats_server(directory):
        wrk = median(wrk_microseconds)
        for nodes in (1000, many):
            place = directory / f"poll-{nodes}"
            place.mkdir()
            found = Polling(Box(place, nodes))
            sample, core = statistics.median(found.per_sample), statistics.median(found.core_percent)
            table.add(f"CPU a sample, {nodes} nodes", f"{sample:.0f} us", f"wrk {wrk:.0f} us a GET: {sample / wrk:.1f}x", "4x",
                      sample <= 4 * wrk)
            table.add(f"CPU, {nodes} nodes each {POLL_SECONDS} s", f"{core:.1f} % of a core", f"{found.per_sweep:.0f} samples a sweep",
                      "5 %" if nodes == 1000 else "50 %", core <= (5 if nodes == 1000 else 50))
            table.add(f"memory, {nodes} nodes", f"{found.memory_mib:.0f} MiB", "", "64 MiB" if nodes == 1000 else "",
                      nodes != 1000 or found.memory_mib <= 64)
            latency = found.latency_ms
            table.add(f"control socket under it, {nodes} nodes", f"p50 {latency[len(latency) // 2]:.1f} ms, "
                      f"p99 {latency[int(len(latency) * 0.99)]:.1f} ms, max {latency[-1]:.1f} ms", f"{len(latency)} requests")


def prometheus(table, directory):
    spent, memory = prometheus_microseconds(directory, 1000)
    table.add("prometheus, 1000 targets", f"{spent:.0f} us a scrape", f"{memory:.0f} MiB")


def client(table, directory):
    with nats_server(directory):
        place = directory / "status"
        place.mkdir()
        box = Box(place, 1000)
        with box.daemon():
            wait_until(lambda: box.samples() >= 1000, "a sweep")
            status = median(lambda: milliseconds(lambda: box.ctl("status", "bench")), 25)
            version = median(lambda: milliseconds(lambda: box.ctl("version")), 25)
            true = median(lambda: milliseconds(lambda: subprocess.run(["/bin/true"], check=True)), 25)
        table.add("morpheusctl version, start to exit", f"{version:.1f} ms", f"/bin/true {true:.1f} ms", "10 ms", version <= 10)
        table.add("morpheusctl status, 1000 nodes", f"{status:.1f} ms", f"/bin/true {true:.1f} ms", "50 ms", status <= 50)


def restart(table, directory):
    with nats_server(directory):
        place = directory / "week"
        place.mkdir()
        box = Box(place, 100)
        box.fill_week()
        size = box.database.stat().st_size / 1e6
        took = median(lambda: first_decision_ms(box))
        table.add("restart to first decision, 100 nodes", f"{took:.0f} ms", f"a week of samples, {size:.0f} MB", "1000 ms", took <= 1000)


def growth(table, directory):
    one = median(lambda: growth_seconds(directory / "grow", 1))
    five = median(lambda: growth_seconds(directory / "grow", 5))
    table.add("growth by 1, local", f"{one:.1f} s")
    table.add("growth by 5, local", f"{five:.1f} s", f"by 1: {five / one:.1f}x", "about 1x", five <= 2 * one)


PARTS = {"polling": None, "prometheus": prometheus, "client": client, "restart": restart, "growth": growth}


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("part", nargs="*", choices=[*PARTS, []], help="which parts; default: all")
    parser.add_argument("--many", type=int, default=10000, help="the larger number of nodes (default 10000)")
    options = parser.parse_args()
    table = Table()
    with tempfile.TemporaryDirectory(prefix="morpheus-bench-") as directory:
        for name in options.part or PARTS:
            place = pathlib.Path(directory) / name
            place.mkdir()
            if name == "polling":
                polling(table, place, options.many)
            else:
                PARTS[name](table, place)
    table.print()
    return 1 if table.missed() else 0


if __name__ == "__main__":
    sys.exit(main())
