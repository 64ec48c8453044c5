"""The real daemon and its client in the lab."""

import base64
import json
import os
import subprocess
import tempfile

import lab
from program import Program

START_LIMIT = 20
CONFIG = """daemon: {{socket: {dir}/control.sock, database: {dir}/morpheus.db, state_dir: {dir}/state}}
monitor: {{poll_interval: 500ms}}
growth: {{enabled: {growth}, max_nodes: 8, threshold_cpu: {threshold_cpu}, cooldown_minutes: 0, sustain_seconds: 3, settle_seconds: 5}}
jetstream: {{max_memory: 256MB, max_file: 512MB}}
integration:
  nats_version: "{version}"
  nats_download_urls: {urls}
  nats_sha256: {sha256}
  nimsforest_install: {nimsforest}
  nimsforest_download_url: "{nimsforest_url}"
hetzner:
  endpoint: {endpoint}
  server_types: [cx23]
  locations: [fsn1]
  ipv4: {ipv4}
{more}
security: {{admin_cidrs: {networks}}}
"""


class Settings:
    """What a test wants otherwise."""

    def __init__(self, growth=False, threshold_cpu=80, ipv4=False, sha256=(), urls=None, nimsforest=True, more=""):
        self.growth = growth
        self.threshold_cpu = threshold_cpu
        self.ipv4 = ipv4
        self.sha256 = list(sha256)
        self.urls = urls
        self.nimsforest = nimsforest
        self.more = more


class Daemon:
    """One that provisions in a cloud and lets its machines download from a server of the lab."""

    def __init__(self, cloud, downloads, version, settings=None):
        settings = settings or Settings()
        self.directory = lab.DIRECTORY / os.path.basename(tempfile.mkdtemp(prefix="daemon-", dir=lab.DIRECTORY))
        host = lab.ADDRESS if not settings.ipv4 else f"{lab.IPV4_PREFIX}.255.1"
        archive = "nats-server-v{version}-linux-{arch}.tar.gz"
        text = CONFIG.format(
            dir=self.directory, growth=str(settings.growth).lower(), threshold_cpu=settings.threshold_cpu, version=version,
            urls=json.dumps(settings.urls or [downloads.url(host, archive)]), sha256=json.dumps(settings.sha256),
            nimsforest=str(settings.nimsforest).lower(), nimsforest_url=downloads.url(host, "nimsforest"),
            endpoint=cloud.endpoint, ipv4=str(settings.ipv4).lower(), more=settings.more, networks=json.dumps(lab.NETWORKS))
        self.config = self.directory / "morpheusd.yaml"
        self.config.write_text(text, encoding="utf-8")
        self.program = None
        self.start()

    def start(self):
        """Until it answers."""
        environment = {**os.environ, "HCLOUD_TOKEN": "token"}
        self.program = Program(self.directory.name, [str(lab.BUILD / "daemon/morpheusd"), "--config", str(self.config)], environment)
        self.program.wait_for(lambda: self.ctl("list")[0] in (0, 5), START_LIMIT, "the daemon answers")

    def stop(self):
        """Its machines go on."""
        return self.program.stop()

    def ctl(self, *arguments, limit=200):
        """Status, and all that was printed."""
        done = subprocess.run([str(lab.BUILD / "ctl/morpheusctl"), "--socket", str(self.directory / "control.sock"), *arguments],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit, check=False)
        return done.returncode, done.stdout + done.stderr

    def start_command(self, *arguments):
        """A client that goes on beside the test."""
        return Program(f"{self.directory.name}-{arguments[0]}",
                       [str(lab.BUILD / "ctl/morpheusctl"), "--socket", str(self.directory / "control.sock"), *arguments])

    def do(self, *arguments):
        """It must succeed."""
        status, printed = self.ctl(*arguments)
        if status != 0:
            raise AssertionError(f"morpheusctl {' '.join(arguments)}: {status}: {printed}\n{self.program.log()[-4000:]}")
        return printed

    def ask(self, *arguments):
        """What `-o json` printed."""
        return json.loads(self.do(*arguments, "-o", "json"))

    def nodes(self, forest):
        """Of `status`, in their order."""
        return self.ask("status", forest)["nodes"]

    def addresses(self, forest):
        """Of its nodes."""
        return [node["address"] for node in self.nodes(forest)]

    def system_user(self, forest):
        """Who may ask servers about themselves: the public key, and the private one's 32 bytes."""
        secrets = json.loads((self.directory / "state/forests" / forest / "secrets.json").read_text(encoding="utf-8"))
        seed = secrets["system_seed"]
        return secrets["system_key"], base64.b32decode(seed + "=" * (-len(seed) % 8))[2:34]
