"""Child processes of a benchmark, what the kernel knows of them, and waits with a bound."""

import contextlib
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request

TICK = os.sysconf("SC_CLK_TCK")
PATIENCE_SECONDS = 60
NATS_PORTS = (4222, 8222)  # the daemon asks nodes at the second
ADDRESS_TRIES = 50


def measured_nothing(what):
    """Ends the run: there is no figure that may be printed."""
    sys.exit(f"bench: NOTHING WAS MEASURED: {what}")


def wait_until(condition, what):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            measured_nothing(f"{what} did not come within {PATIENCE_SECONDS} s")
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
    return measured_nothing(f"process {pid} has no memory")


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.read()
    except OSError:
        return b""


def is_free(address, port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def free_address():
    """A loopback address whose NATS ports nobody has: several runs may be beside each other."""
    for _ in range(ADDRESS_TRIES):
        address = f"127.77.{random.randrange(256)}.{random.randrange(1, 255)}"
        if all(is_free(address, port) for port in NATS_PORTS):
            return address
    return measured_nothing(f"no free address among {ADDRESS_TRIES} of 127.77.0.0/16")


def free_port(address):
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def process(arguments, log, environment=None):
    with open(log, "ab") as out:
        child = subprocess.Popen(arguments, stdout=out, stderr=out, env=environment)
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
    """The one server that is every node; yields its address."""
    address = free_address()
    client, monitor = NATS_PORTS
    arguments = ["nats-server", "-n", "bench", "-a", address, "-p", str(client), "-m", str(monitor)]
    log = directory / "nats.log"
    with process(arguments, log) as child:
        wait_until(lambda: child.poll() is not None or get(f"http://{address}:{monitor}/varz"), "nats-server's answer")
        if child.poll() is not None:
            measured_nothing("nats-server ended: " + last_line(log))
        yield address
