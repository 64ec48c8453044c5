"""What a daemon spends on polling, storing and deciding, beside wrk's bare GET of the same /varz, and how soon it answers meanwhile."""

import resource
import socket
import statistics
import subprocess
import time

from box import POLL_SECONDS, Box
from running import PATIENCE_SECONDS, cpu_seconds, measured_nothing, memory_mib, nats_server

SAMPLE_BUDGET = 5  # times wrk
PAUSE_SECONDS = 0.05  # between two questions at the control socket
LOOK_SECONDS = 0.5    # between two looks whether all were sampled


def version_latency_ms(path):
    began = time.perf_counter()
    answer = b""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        client.sendall(b"GET /v1/version HTTP/1.1\r\nConnection: close\r\n\r\n")
        while part := client.recv(65536):
            answer += part
    if not answer.startswith(b"HTTP/1.1 200"):
        measured_nothing(f"the control socket answered {answer[:80]!r}")
    return (time.perf_counter() - began) * 1000


class Polling:
    """CPU of windows of a whole number of sweeps, each with a sample of every node at least; then, as long as half of them, how soon the
    control socket answers. Nobody asks it while CPU is measured."""

    def __init__(self, box, scale):
        self.per_sample, self.core_percent, self.latency_ms = [], [], []
        with box.daemon() as daemon:
            time.sleep(scale.warm_up)
            decided = box.decisions()
            for _ in range(scale.repeats):
                self.measure(box, daemon, scale.window)
            self.ask(box, scale.repeats * scale.window / 2)
            self.memory_mib = memory_mib(daemon.pid)
            if box.decisions() == decided:
                measured_nothing("the daemon decided nothing meanwhile")
        if box.ready_nodes() != box.nodes:
            measured_nothing(f"{box.ready_nodes()} of {box.nodes} nodes are still ready")
        self.latency_ms.sort()

    def measure(self, box, daemon, window):
        before, cpu, began = box.samples(), cpu_seconds(daemon.pid), time.monotonic()
        time.sleep(window)
        while (samples := box.samples() - before) < box.nodes:
            time.sleep(LOOK_SECONDS)
            if time.monotonic() - began > window + PATIENCE_SECONDS:
                measured_nothing(f"{samples} samples of {box.nodes} nodes in {window + PATIENCE_SECONDS} s")
        spent, took = cpu_seconds(daemon.pid) - cpu, time.monotonic() - began
        self.per_sample.append(spent / samples * 1e6)
        self.core_percent.append(spent / took * 100)
        self.per_sweep = samples / took * POLL_SECONDS

    def ask(self, box, seconds):
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            self.latency_ms.append(version_latency_ms(box.socket))
            time.sleep(PAUSE_SECONDS)

    def latency(self, share):
        return self.latency_ms[min(int(len(self.latency_ms) * share), len(self.latency_ms) - 1)]


def wrk_microseconds(url, scale):
    """CPU of wrk for one GET over kept connections."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(["wrk", "-t1", "-c50", f"-d{scale.wrk_seconds}s", url], check=False, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    requests = next((int(line.split()[0]) for line in done.stdout.splitlines() if "requests in" in line), 0)
    if done.returncode != 0 or requests == 0 or "Non-2xx" in done.stdout or spent == 0:
        measured_nothing("wrk says " + (done.stderr or done.stdout))
    return spent / requests * 1e6


def polling(table, directory, build, scale):
    with nats_server(directory) as address:
        wrk = statistics.median(wrk_microseconds(f"http://{address}:8222/varz", scale) for _ in range(scale.repeats))
        for nodes, core_budget, latency_budget in zip(scale.polled, (5, 50), (10, 50)):
            place = directory / f"poll-{nodes}"
            place.mkdir()
            found = Polling(Box(build, place, nodes, address), scale)
            sample, core = statistics.median(found.per_sample), statistics.median(found.core_percent)
            table.add(f"CPU a sample, {nodes} nodes", f"{sample:.0f} us", f"wrk {wrk:.0f} us a GET: {sample / wrk:.1f}x", f"{SAMPLE_BUDGET}x",
                      sample <= SAMPLE_BUDGET * wrk)
            table.add(f"CPU, {nodes} nodes each {POLL_SECONDS} s", f"{core:.1f} % of a core", f"{found.per_sweep:.0f} samples a sweep",
                      f"{core_budget} %", core <= core_budget)
            table.add(f"memory, {nodes} nodes", f"{found.memory_mib:.0f} MiB", "", "64 MiB" if nodes == 1000 else "",
                      nodes != 1000 or found.memory_mib <= 64)
            table.add(f"control socket under it, {nodes} nodes", f"p50 {found.latency(0.5):.1f} ms, "
                      f"p99 {found.latency(0.99):.1f} ms, max {found.latency_ms[-1]:.1f} ms", f"{len(found.latency_ms)} requests",
                      f"p99 {latency_budget} ms", found.latency(0.99) <= latency_budget)
