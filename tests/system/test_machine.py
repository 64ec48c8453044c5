"""What a node's machine lets in, keeps to itself, and does without."""

import json
import re
import resource
import socket
import ssl

import yaml

import lab
from daemon import Settings
from forest_case import ForestCase

SETTLE_LIMIT = 60
KNOCK_SECONDS = 1.0
OPEN_FILES = 131072
LEAST_SECRET = 16  # a shorter one could be found by accident
PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\n([^-]+)-")


def told_in(connection, key=None):
    """The next INFO that has the key."""
    lines = connection.makefile("rb", buffering=0)
    while True:
        line = lines.readline()
        if not line:
            raise AssertionError(f"the server ended without a word about {key}")
        if line.startswith(b"INFO ") and (not key or key in json.loads(line[5:])):
            return json.loads(line[5:])


class MachineTest(ForestCase):
    """The machine of a forest of one."""

    def plant(self, **settings):
        """Its machine, once all of its units have come to rest."""
        self.begin(Settings(**settings))
        self.daemon.do("plant", "cloud", "small", "--yes", "--name", "ash")
        machine = self.cloud.machine("ash-node-1")
        lab.wait_until(lambda: machine.cloud_init() is not None, SETTLE_LIMIT, "cloud-init ends")
        self.assertEqual(machine.cloud_init(), [])
        self.assertEqual(machine.run("systemctl", "is-system-running", "--wait").strip(), "running")
        return machine

    def test_ssh_is_by_key_alone(self):
        machine = self.plant()
        effective = dict(line.split(" ", 1) for line in machine.run("/usr/sbin/sshd", "-T").splitlines() if " " in line)
        self.assertEqual(effective["passwordauthentication"], "no")
        self.assertEqual(effective["kbdinteractiveauthentication"], "no")
        self.assertIn(effective["permitrootlogin"], ("prohibit-password", "without-password"))

    def test_updates_clock_and_journal_look_after_themselves(self):
        machine = self.plant()
        settings = machine.run("apt-config", "dump")
        for each in ('APT::Periodic::Unattended-Upgrade "1";', 'APT::Periodic::Update-Package-Lists "1";'):
            self.assertIn(each, settings)
        self.assertIn("security", machine.run("unattended-upgrade", "--dry-run", "--debug").lower())
        self.assertEqual(machine.run("systemctl", "is-enabled", "systemd-timesyncd.service").strip(), "enabled")
        self.assertIn("max 200.0M", machine.run("journalctl", "--no-pager", "--identifier=systemd-journald"))

    def test_the_firewall_opens_the_ports_of_a_node_and_no_other(self):
        machine = self.plant()
        address = self.daemon.addresses("ash")[0]
        machine.run("systemd-run", "--unit=stray", "--", "/usr/bin/python3", "-m", "http.server", "--bind", "::", "9999")
        lab.wait_until(lambda: "9999" in machine.run("ss", "--no-header", "--listening", "--tcp", "--numeric"), SETTLE_LIMIT, "it listens")
        self.assertIn("Directory listing", machine.run("curl", "-sS", "http://[::1]:9999/"))
        with self.assertRaises(TimeoutError):
            socket.create_connection((address, 9999), timeout=KNOCK_SECONDS)
        for port in (22, 4222, 6222, 6223, 8222):
            socket.create_connection((address, port), timeout=SETTLE_LIMIT).close()

    @staticmethod
    def secrets_of(machine):
        """What nobody else may read: a line of the private key, and the password of the user that the witness' unit is."""
        told = yaml.safe_load((machine.root / "var/lib/cloud/seed/nocloud/user-data").read_text(encoding="utf-8"))
        files = {each["path"]: each["content"] for each in told["write_files"]}
        keys = PRIVATE_KEY.search(files["/etc/nats/tls/node.key"])[1].split()
        return [max(keys, key=len), json.loads(files["/etc/morpheus/retire.json"])["pass"]]

    def test_no_other_user_reads_a_secret(self):
        machine = self.plant()
        secrets = self.secrets_of(machine)
        self.assertTrue(all(len(each) >= LEAST_SECRET for each in secrets), secrets)
        patterns = [word for each in secrets for word in ("-e", each)]
        search = ["grep", "--recursive", "--files-with-matches", "--fixed-strings", "--no-messages", *patterns,
                  "/etc", "/var", "/run", "/usr/local", "/opt", "/root", "/home", "/tmp"]
        found = machine.run(*search, check=False).split()
        self.assertIn("/etc/nats/tls/node.key", found)
        self.assertIn("/etc/morpheus/retire.json", found)
        for user in ("nobody", "nimsforest"):
            number = machine.run("id", "--user", user).strip()
            as_user = ["setpriv", f"--reuid={number}", f"--regid={number}", "--clear-groups"]
            self.assertEqual(machine.run(*as_user, *search, check=False), "", user)
            for pid in machine.run("pgrep", "").split():
                printed = machine.run(*as_user, "cat", f"/proc/{pid}/cmdline", f"/proc/{pid}/environ", check=False)
                self.assertFalse([each for each in secrets if each in printed], f"{user}: {pid}")

    def test_the_server_is_shut_in_and_may_serve_many(self):
        machine = self.plant()
        printed = machine.run("systemd-analyze", "security", "--no-pager", "nats.service")
        exposure = float(re.search(r"Overall exposure level for nats.service: ([\d.]+)", printed)[1])
        self.assertLessEqual(exposure, 2.0)
        pid, wanted = (machine.run("systemctl", "show", f"--property={each}", "--value", "nats.service").strip()
                       for each in ("MainPID", "LimitNOFILE"))
        self.assertEqual(int(wanted), OPEN_FILES)
        limits = machine.run("cat", f"/proc/{pid}/limits")
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]  # a machine in a box may be allowed no more than the box is
        self.assertEqual(int(re.search(r"Max open files\s+(\d+)", limits)[1]), min(OPEN_FILES, most))
        self.assertRegex(machine.run("cat", f"/proc/{pid}/status"), r"NoNewPrivs:\s+1\n")

    @staticmethod
    def knock(address, port):
        """A connection to the server, and what it says of itself before any TLS: a client port does, a route port does not."""
        connection = socket.create_connection((address, port), timeout=SETTLE_LIMIT)
        return connection, told_in(connection) if port == 4222 else None

    def shakes_hands(self, address, port, context):
        """Whether the server goes on talking to somebody who proves himself like that."""
        connection, _ = self.knock(address, port)
        with connection:
            try:
                with context.wrap_socket(connection, server_hostname=address) as secured:
                    secured.sendall(b"PING\r\n")  # what a certificate is worth is told with the first answer
                    return bool(secured.recv(1))
            except (ssl.SSLError, ConnectionError):
                return False

    def test_clients_are_offered_tls_and_routes_ask_for_a_certificate_of_the_forest(self):
        machine = self.plant()
        address = self.daemon.addresses("ash")[0]
        files = machine.root / "etc/nats/tls"
        connection, info = self.knock(address, 4222)
        connection.close()
        self.assertTrue(info.get("tls_available"), info)
        self.assertFalse(info.get("tls_required", False), info)
        self.assertTrue(self.shakes_hands(address, 4222, ssl.create_default_context(cafile=files / "ca.crt")), "named by its address")
        self.assertFalse(self.shakes_hands(address, 4222, ssl.create_default_context()), "nobody else vouches for it")

        context = ssl.create_default_context(cafile=files / "ca.crt")
        self.assertFalse(self.shakes_hands(address, 6222, context), "without a certificate")
        stranger = lab.DIRECTORY / "stranger"
        lab.command("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=ash-node-9", "-keyout",
                    f"{stranger}.key", "-out", f"{stranger}.crt")
        context.load_cert_chain(f"{stranger}.crt", f"{stranger}.key")
        self.assertFalse(self.shakes_hands(address, 6222, context), "with one that the forest's authority did not sign")
        context.load_cert_chain(files / "node.crt", files / "node.key")
        self.assertTrue(self.shakes_hands(address, 6222, context), "with one that it did")

    def test_stopping_the_server_drains_it(self):
        machine = self.plant()
        connection, _ = self.knock(self.daemon.addresses("ash")[0], 4222)
        with connection:
            connection.sendall(b'CONNECT {"verbose": false, "protocol": 1}\r\nPING\r\n')
            lab.wait_until(lambda: b"PONG" in connection.recv(4096), SETTLE_LIMIT, "it is a client")
            machine.run("systemctl", "stop", "--no-block", "nats.service")
            told = told_in(connection, "ldm")
        self.assertTrue(told["ldm"], "it asks its clients to go")
        lab.wait_until(lambda: machine.run("systemctl", "is-active", "nats.service", check=False).strip() == "inactive", SETTLE_LIMIT,
                       machine.report)
        self.assertEqual(machine.run("systemctl", "show", "--property=Result", "--value", "nats.service").strip(), "success")

    def test_nimsforest_switched_off_leaves_nothing(self):
        machine = self.plant(nimsforest=False)
        self.assertEqual(machine.run("find", "/", "-xdev", "-iname", "*nimsforest*", "-not", "-path", "/proc/*"), "")
        self.assertEqual(machine.run("getent", "passwd", "nimsforest", check=False), "")
        self.assertNotIn("nimsforest", machine.run("systemctl", "list-units", "--all", "--no-pager").lower())
        self.assertEqual([each["path"] for each in self.downloads.journal() if "nimsforest" in each["path"]], [])
        self.assertIn("nats.service", machine.run("systemctl", "list-units", "--no-pager"), "the search would have found it")
