"""One fake cloud and one real daemon on it, in a directory of their own."""

import asyncio
import base64
import json
import os
import pathlib
import secrets
import shutil
import signal
import tempfile
import urllib.parse
import urllib.request

FAKE = pathlib.Path(__file__).resolve().parent.parent / "fake_hetzner"
DAEMON, SOMEBODY = "daemon", "somebody"  # tokens
START_LIMIT = 30.0
COMMAND_LIMIT = 70.0
STOP_LIMIT = 20.0
CONFIG = """daemon: {{socket: {dir}/control.sock, database: {dir}/morpheus.db, state_dir: {dir}/state}}
monitor: {{poll_interval: 500ms}}
growth: {{enabled: false, max_nodes: 8, cooldown_minutes: 0, sustain_seconds: 1, settle_seconds: 1}}
jetstream: {{core_nodes: 1, max_memory: 16MB, max_file: 64MB}}
integration: {{nats_install: false, nimsforest_install: false}}
hetzner: {{endpoint: "http://127.0.0.1:{port}/v1", server_types: [cx23, cpx22, cx33, cpx32], locations: [fsn1, nbg1, hel1], ssh_keys: ["{key}"]}}
security: {{admin_cidrs: [127.0.0.0/8]}}
"""


def some_key():
    """A public key that no other has."""
    kind = b"ssh-ed25519"
    blob = len(kind).to_bytes(4, "big") + kind + (32).to_bytes(4, "big") + secrets.token_bytes(32)
    return f"ssh-ed25519 {base64.b64encode(blob).decode()} op"


class Done:
    """How a command of the client ended; status None: it did not, within its limit."""

    def __init__(self, status, out, err):
        self.status = status
        self.out = out
        self.err = err.strip()


class Box:
    """`build` has the programs; `number` keeps the addresses of boxes apart."""

    def __init__(self, build, number):
        self.build = pathlib.Path(build)
        self.number = number
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix=f"matrix-{number}-"))
        self.fake = None
        self.daemon = None
        self.base = ""
        self.shared = set()  # names of the armed cells that any life may meet

    async def start(self):
        """Both answer."""
        self.fake = await self._spawn("fake-log", "/usr/bin/python3", str(FAKE), "--dir", str(self.dir / "fake"), "--machines", "nats",
                                      "--action-seconds", "0.05", "--rate-limit", "1000000", "--address-prefix", f"127.{10 + self.number}",
                                      "--token", DAEMON, "--token", SOMEBODY)
        port = self.dir / "fake/port"
        await until(port.exists, START_LIMIT, "the fake serves")
        self.base = f"http://127.0.0.1:{port.read_text().strip()}"
        text = CONFIG.format(dir=self.dir, port=port.read_text().strip(), key=some_key())
        (self.dir / "morpheusd.yaml").write_text(text, encoding="utf-8")
        await self.start_daemon()

    async def start_daemon(self):
        """Until it answers."""
        self.daemon = await self._spawn("log", str(self.build / "daemon/morpheusd"), "--config", str(self.dir / "morpheusd.yaml"))
        for _ in range(int(START_LIMIT * 20)):
            if (await self.ctl("list")).status in (0, 5):
                return
            await asyncio.sleep(0.05)
        raise RuntimeError("the daemon does not start: " + self.log())

    async def _spawn(self, log, *arguments):
        environment = {**os.environ, "HCLOUD_TOKEN": DAEMON, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.dir}/no-bus"}
        with open(self.dir / log, "ab") as out:
            return await asyncio.create_subprocess_exec(*arguments, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out, env=environment)

    async def stop_daemon(self):
        """SIGTERM; its status."""
        if self.daemon.returncode is None:
            self.daemon.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.daemon.wait(), STOP_LIMIT)

    async def close(self):
        """Nothing is left of it."""
        for process in (self.daemon, self.fake):
            if process and process.returncode is None:
                process.send_signal(signal.SIGTERM)
                try:
                    await asyncio.wait_for(process.wait(), STOP_LIMIT)
                except asyncio.TimeoutError:
                    process.kill()
                    await process.wait()
        shutil.rmtree(self.dir, ignore_errors=True)

    def is_alive(self):
        """The daemon that was started runs still."""
        return self.daemon.returncode is None

    def log(self):
        """The daemon's."""
        return (self.dir / "log").read_text(encoding="utf-8", errors="replace")

    async def ctl(self, *arguments, limit=COMMAND_LIMIT):
        """A command of the client, to its end or the limit."""
        process = await asyncio.create_subprocess_exec(
            str(self.build / "ctl/morpheusctl"), "--socket", str(self.dir / "control.sock"), *arguments,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        try:
            out, err = await asyncio.wait_for(process.communicate(), limit)
        except asyncio.TimeoutError:
            process.kill()
            await process.wait()
            return Done(None, "", f"no end within {limit:.0f} s")
        return Done(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))

    async def ask(self, *arguments):
        """What a command says as JSON; None: it refuses."""
        done = await self.ctl(*arguments, "-o", "json")
        return json.loads(done.out) if done.status == 0 else None

    async def tell(self, what, body=None, method="POST"):
        """Asks the fake itself."""
        return await asyncio.to_thread(self._call, method, "/_fake/" + what, body)

    async def api(self, method, path, body=None):
        """As somebody else with a token."""
        return await asyncio.to_thread(self._call, method, "/v1" + path, body)

    def _call(self, method, path, body):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {SOMEBODY}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.base + path, data=data, method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=START_LIMIT) as answer:
            return json.loads(answer.read() or b"null")

    async def state(self):
        """What exists in the cloud."""
        return await self.tell("state", method="GET")

    async def fired(self):
        """How often each fault fired, by name."""
        return {fault["name"]: fault["fired"] for fault in await self.tell("faults", method="GET")}

    async def forget_faults(self, pattern):
        """Those whose names it finds."""
        await self.tell("faults?name=" + urllib.parse.quote(pattern), method="DELETE")

    def journal(self):
        """Every call of the daemon so far."""
        lines = (self.dir / "fake/journal.jsonl").read_text(encoding="utf-8").splitlines()
        return [line for line in map(json.loads, lines) if line["token"] == DAEMON]


async def until(condition, limit, what):
    """Waits for it; RuntimeError after the limit."""
    for _ in range(int(limit / 0.05)):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise RuntimeError(f"not within {limit:.0f} s: {what}")
