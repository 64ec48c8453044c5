"""A daemon in a directory of its own, with a database that was filled for it."""

import contextlib
import os
import socket
import sqlite3
import subprocess
import time

from running import process, wait_until

DAY_MS = 86_400_000
POLL_SECONDS = 5


class Box:
    """A daemon with a database that says it has `nodes` ready nodes, all of them really the server at `address`.

    Their provider is the cloud, without a token: it lists nothing, so that nothing is taken for gone, and the nodes are polled and
    decided about as any others."""

    def __init__(self, build, directory, nodes, address="", poll_seconds=POLL_SECONDS):
        self.program = build / "daemon/morpheusd"
        self.client = build / "ctl/morpheusctl"
        self.directory = directory
        self.nodes = nodes
        self.address = address
        self.database = directory / "morpheus.db"
        self.socket = directory / "control.sock"
        self.config = directory / "morpheusd.yaml"
        self.config.write_text(
            f"daemon:\n  socket: {self.socket}\n  database: {self.database}\n  state_dir: {directory}/state\n"
            f"monitor:\n  poll_interval: {poll_seconds}s\ngrowth:\n  enabled: true\n  max_nodes: 3\n"
            f"hetzner:\n  token_file: {directory}/no-token\n")
        with self.daemon():
            pass
        if nodes:
            self.fill()

    @contextlib.contextmanager
    def daemon(self, wrapper=()):
        with process([*wrapper, self.program, "--config", self.config], self.directory / "daemon.log", self.environment()) as child:
            wait_until(self.answers, "the daemon's answer")
            yield child

    @staticmethod
    def environment():
        return {name: value for name, value in os.environ.items() if name not in ("HCLOUD_TOKEN", "CREDENTIALS_DIRECTORY")}

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
                         "futility_cleared_op, created) VALUES ('bench', 'hetzner', 'active', 0, ?, 1, 0, ?)",
                         (self.nodes + 1, now))
            base.executemany(
                "INSERT INTO nodes (forest_id, node_index, name, server_name, intent, role, state, since_wall, since_boot, "
                "since_boot_id, witness, machine_id, address, cores, memory_bytes, operation_id, in_meta_group, reason, "
                "created) VALUES (1, ?, ?, ?, 'x', 'edge', 'ready', ?, 0, 'x', 0, 'x', ?, 2, 4294967296, 0, 0, '', ?)",
                ((n, f"bench-node-{n}", "bench", now, self.address, now) for n in range(1, self.nodes + 1)))

    def fill_samples(self, days):
        """Samples as thinning leaves them: one a minute of each node."""
        now = int(time.time() * 1000) // 60_000 * 60_000
        with self.sql() as base, base:
            base.execute("INSERT OR IGNORE INTO boots (id, boot_id) VALUES (1, 'x')")
            base.executemany("INSERT INTO servers (id, node_id, server_id) VALUES (?, ?, ?)",
                             ((n, n, f"S{n}") for n in range(1, self.nodes + 1)))
            rows = ((at, n, at, 1, 12.5, 20.25, 900_000_000, 10, at, at, at, at, 0, n)
                    for at in range(now - int(days * DAY_MS), now, 60_000) for n in range(1, self.nodes + 1))
            base.executemany("INSERT INTO samples VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def samples(self):
        with self.sql() as base:
            return base.execute("SELECT count(*) FROM samples").fetchone()[0]

    def decisions(self):
        with self.sql() as base:
            return base.execute("SELECT coalesce(sum(times), 0) FROM decisions").fetchone()[0]

    def ready_nodes(self):
        with self.sql() as base:
            return base.execute("SELECT count(*) FROM nodes WHERE state = 'ready'").fetchone()[0]

    def ctl(self, *arguments):
        return subprocess.run([self.client, "--socket", self.socket, *arguments], check=True, capture_output=True, text=True).stdout
