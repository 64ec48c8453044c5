"""What a machine is told, with names and secrets that every language in it could trip over: real tools take it, and it means what it says."""

import json
import pathlib
import shutil
import unittest
import urllib.parse

import yaml

import lab
import nats
import releases
from cloud import Cloud
from disk import Disk
from download_server import DownloadServer

BOOT_LIMIT = 60
KINDS = ("first", "core", "edge", "bare")
NAME = "a\"b\\c$HOME`id`%41%s#d'e;f&g木ü"  # as render_image.cpp has them
SECRET = "p\"a\\s$HOME`id`%41#//'\n\ttab: {}[] 木ü"
URL_PATH = "a$HOME%20b'c\"d{x,y}[1-3];e&f木.bin"


def told(kind, nats_url="http://localhost/nats", nimsforest_url="http://localhost/nimsforest"):
    """The cloud-config of a node."""
    version = releases.version_of()
    return lab.command(str(lab.BUILD / "tests/system/render-image"), kind, version, nats_url, nimsforest_url)


class RealToolsTest(unittest.TestCase):
    """Each takes each rendered file, and refuses it once it is broken."""

    def setUp(self):
        self.disk = Disk()
        self.addCleanup(self.disk.remove)

    def lay_out(self, kind):
        """The files of a node, by path."""
        config = yaml.safe_load(told(kind))
        files = {each["path"]: each for each in config["write_files"]}
        for path, each in files.items():
            self.disk.write(path, each["content"], each["permissions"])
        for name in ("nats-server", "nimsforest"):
            place = "/usr/local/bin/nats-server" if name == "nats-server" else "/opt/nimsforest/bin/nimsforest"
            self.disk.write(place, "", "0755")
        shutil.copy(releases.SERVER, self.disk.root / "usr/local/bin/nats-server")
        self.disk.run("systemd-sysusers")
        return files

    def each_kind(self):
        """The files of each, laid out."""
        for kind in KINDS:
            yield self.lay_out(kind)

    def refuses(self, *command):
        """The command fails."""
        with self.assertRaises(AssertionError):
            self.disk.run(*command)

    def test_cloud_init_schema(self):
        for kind in KINDS:
            with self.subTest(kind):
                self.disk.write("/tmp/told", told(kind), "0600")
                self.assertIn("Valid", self.disk.run("cloud-init", "schema", "--config-file", "/tmp/told"))
        self.disk.write("/tmp/told", told("core").replace("runcmd:", "runcmd: 7\nruncmds:"), "0600")
        self.refuses("cloud-init", "schema", "--config-file", "/tmp/told")

    def test_systemd_analyze_verify(self):
        for files in self.each_kind():
            units = [path for path in files if path.startswith("/etc/systemd/system/") and path.count("/") == 4 and "@" not in path]
            self.assertGreater(len(units), 4)
            self.assertEqual(self.disk.run("systemd-analyze", "verify", "--man=no", *units, "morpheus-report@x.service"), "")
        self.disk.write("/etc/systemd/system/nats.service", "[Service]\nExecStart=/nowhere\n", "0644")
        self.refuses("systemd-analyze", "verify", "--man=no", "nats.service")

    def test_nats_server_t(self):
        for files in self.each_kind():
            confs = [path for path in files if path.endswith(".conf") and path.startswith("/etc/nats/")]
            self.assertIn("/etc/nats/nats.conf", confs)
            for conf in confs:
                self.disk.run("nats-server", "-t", "-c", conf)
        self.disk.write("/etc/nats/nats.conf", files["/etc/nats/nats.conf"]["content"].replace('"', "", 1), "0600")
        self.refuses("nats-server", "-t", "-c", "/etc/nats/nats.conf")

    def test_nft_c(self):
        for _ in self.each_kind():
            self.disk.run("nft", "--check", "--file", "/etc/morpheus/firewall.nft")
        rules = self.disk.root / "etc/morpheus/firewall.nft"
        rules.write_text(rules.read_text(encoding="utf-8").replace("policy drop", "policy perhaps"), encoding="utf-8")
        self.refuses("nft", "--check", "--file", "/etc/morpheus/firewall.nft")

    def test_shellcheck(self):
        sources = self.disk.directory / "sources"  # as the scripts say where what they share is
        (sources / "daemon/image").mkdir(parents=True)
        (sources / "daemon/image/machine").symlink_to(self.disk.root)
        for files in self.each_kind():
            scripts = [path for path, each in files.items() if each["content"].startswith(("#!/bin/sh", "#!/bin/bash", "# shellcheck"))]
            self.assertGreater(len(scripts), 3)
            places = [str(self.disk.root / path.lstrip("/")) for path in scripts]
            lab.command("shellcheck", "--external-sources", f"--source-path={sources}", *places)


class PausesTest(unittest.TestCase):
    """What cannot be installed is tried for ever."""

    def test_pauses_grow_up_to_a_minute(self):
        script = """. "$1"; say() { :; }; sleep() { echo "$1"; }; tries=0
                    attempt() { reason=no; ((++tries == 8)); }; for_ever attempt"""
        common = lab.HERE.parent.parent / "daemon/image/machine/usr/local/lib/morpheus/common"
        printed = lab.command("bash", "-euo", "pipefail", "-c", script, "bash", str(common))
        self.assertEqual(printed.split(), ["5", "10", "20", "40", "60", "60", "60"])


class AwkwardMachineTest(unittest.TestCase):
    """A machine that was told awkward names and secrets, and downloads from awkward addresses."""

    def setUp(self):
        files = pathlib.Path(lab.DIRECTORY / "awkward")
        files.mkdir()
        releases.make_release(files)
        archive = next(files.glob("*.tar.gz"))
        (files / urllib.parse.unquote(URL_PATH)).write_bytes((lab.HERE / "nimsforest/nimsforest").read_bytes())
        self.downloads = DownloadServer(files)
        self.addCleanup(self.downloads.stop)
        self.cloud = Cloud()
        self.addCleanup(self.cloud.stop)
        self.told = told("first", self.downloads.url(lab.ADDRESS, archive.name), self.downloads.url(lab.ADDRESS, URL_PATH))
        file = lab.DIRECTORY / "user-data"
        file.write_text(self.told, encoding="utf-8")
        self.cloud.hcloud("server", "create", "--name", "awkward", "--type", "cx23", "--image", "debian-12", "--location", "fsn1",
                          "--without-ipv4", "--user-data-from-file", str(file))
        self.machine = self.cloud.machine("awkward")
        self.address = self.cloud.state()["servers"][0]["public_net"]["ipv6"]["ip"].split("/")[0] + "1"

    def login(self, password):
        """As the user of the unit that retires the witness."""
        return nats.Client(self.address, login={"user": "retire", "pass": password})

    def test_everything_means_what_it_says(self):
        varz = lab.wait_until(lambda: nats.monitor(self.address, "varz"), BOOT_LIMIT, self.machine.report)
        self.assertEqual((varz["server_name"], varz["cluster"]["name"]), (NAME, NAME))
        lab.wait_until(lambda: len(nats.monitor(self.address, "routez")["routes"] or []) == 1, BOOT_LIMIT, "its witness is connected")

        with self.login(SECRET) as client:
            self.assertEqual(sorted(json.loads(each)["server"]["name"] for each in client.request_all("$SYS.REQ.SERVER.PING.JSZ")),
                             sorted([NAME, f"{NAME}-witness"]))
        with self.assertRaises((nats.NatsError, ConnectionError)):
            self.login(SECRET + "x")

        pid = lab.wait_until(lambda: int(self.machine.run("systemctl", "show", "--property=MainPID", "--value", "nimsforest.service")),
                             BOOT_LIMIT, self.machine.report)
        lab.wait_until(lambda: f"FOREST_ID={NAME}" in self.machine.run("cat", f"/proc/{pid}/environ").split("\0"), BOOT_LIMIT,
                       self.machine.report)
        self.assertIn(f"/{urllib.parse.unquote(URL_PATH)}", [each["path"] for each in self.downloads.journal()])

        for each in yaml.safe_load(self.told)["write_files"]:
            written = (self.machine.root / each["path"].lstrip("/")).read_text(encoding="utf-8")
            self.assertEqual(written, each["content"], each["path"])
        info = json.loads((self.machine.root / "etc/nimsforest/node-info.json").read_text(encoding="utf-8"))
        self.assertEqual((info["forest"], info["role"], info["index"]), (NAME, "core", 1))
        self.assertEqual(self.machine.run("systemctl", "show", "--property=NRestarts", "--value", "nats-witness-retire.service").strip(), "0")
