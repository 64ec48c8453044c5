"""The package on a bare Debian: installed, upgraded, removed, purged."""

import lab
from admin_box import STATE
from package_case import CONFIG, PackageCase, package_of_version

OLDER = "0.0.1"
PAGES = ("morpheusd(8)", "morpheusctl(1)", "morpheusd.yaml(5)")


class PackageTest(PackageCase):
    """Each test begins with a box that has never seen the package, and ends with one that has forgotten it."""

    def purge(self):
        """What it printed."""
        return self.box.do("apt-get", "purge", "--yes", "-q", "morpheusd")

    def test_apt_install_is_all_that_it_takes(self):
        self.box.install("man-db")
        self.box.install(self.package)
        self.assertEqual(self.box.show("morpheusd.service", "ActiveState", "UnitFileState"), ["active", "enabled"])
        self.assertEqual(self.box.show("morpheusd.socket", "ActiveState", "UnitFileState"), ["active", "enabled"])
        self.assertIn("0 forests, 0 nodes", self.box.do("systemctl", "status", "--no-pager", "morpheusd.service"))
        self.assertIn("morpheus-view", self.box.do("getent", "group", "morpheus-view"))
        self.assertIn(f" {CONFIG} ", self.box.do("dpkg-query", "--show", "--showformat", "${Conffiles}", "morpheusd"))
        for page in PAGES:
            name, section = page[:-1].split("(")
            self.assertIn(page.upper(), self.box.do("env", "MANPAGER=cat", "MANWIDTH=100", "man", section, name).upper())
        self.assertIn("complete", self.box.do("bash", "-c", ". /usr/share/bash-completion/completions/morpheusctl && complete -p morpheusctl"))
        self.assertIn("ok", self.box.do("morpheusctl", "config", "check"))
        self.plant("small", "oak")
        self.is_ready("oak", 1)
        self.tear_down("oak")
        self.purge()
        self.assertFalse((self.box.root / STATE.lstrip("/")).exists(), "nothing costs: nothing is kept")
        self.assertFalse((self.box.root / CONFIG.lstrip("/")).exists())

    def test_an_upgrade_keeps_state_and_running_forests(self):
        self.box.install(self.box.bring(package_of_version(OLDER)))
        self.assertIn(OLDER, self.box.do("dpkg-query", "--show", "morpheusd"))
        self.plant("medium", "oak")
        servers, before = self.box.servers(), self.box.main_pid()
        edited = self.box.read(CONFIG) + "# mine\n"
        self.box.write(CONFIG, edited)
        self.box.install(self.package)
        self.assertNotIn(OLDER, self.box.do("dpkg-query", "--show", "morpheusd"))
        self.assertNotIn(self.box.main_pid(), (0, before), "the new program runs")
        self.assertEqual(self.box.read(CONFIG), edited)
        self.assertEqual(self.box.servers(), servers)
        self.is_ready("oak", 3)
        self.tear_down("oak")
        self.purge()

    def users(self):
        """Of the nats-servers that run."""
        return {self.box.user_of(pid) for pids in self.box.servers().values() for pid in pids}

    def test_nodes_that_ran_as_the_daemons_user_go_on_and_have_their_own_after_a_boot(self):
        self.box.install(self.box.bring(package_of_version(OLDER)))
        self.box.do("gpasswd", "--delete", "morpheus", "morpheus-node")
        self.box.do("userdel", "morpheus-node")
        drop_in = "/etc/systemd/system/morpheus-node@.service.d"
        self.box.write(f"{drop_in}/older.conf", "[Service]\nUser=morpheus\nGroup=morpheus\n")
        self.box.do("systemctl", "daemon-reload")
        self.box.do("systemctl", "restart", "morpheusd.service")
        self.plant("medium", "oak")
        self.plant("small", "elm")
        self.assertEqual(self.users(), {"morpheus"})
        address = self.box.ask("status", "oak")["nodes"][0]["address"]
        self.assertIn('"stream":"S"', self.asked(address, "$JS.API.STREAM.CREATE.S", '{"name":"S","subjects":["s"],"storage":"file","num_replicas":3}') +
                      self.asked(address, "s", "hello"))
        servers = self.box.servers()
        self.box.do("rm", "-r", drop_in)
        self.box.install(self.package)
        self.assertEqual((self.box.servers(), self.users()), (servers, {"morpheus"}), "a running node goes on")
        self.is_ready("oak", 3)
        self.tear_down("elm")
        self.reboot("systemctl", "reboot")
        self.is_ready("oak", 3)
        self.assertEqual(self.users(), {"morpheus-node"})
        lab.wait_until(lambda: '"messages":1' in self.asked(address, "$JS.API.STREAM.INFO.S", ""), 30, "its data is there")
        lab.wait_until(lambda: '"seq":2' in self.asked(address, "s", "again"), 30, "and can be written")
        self.tear_down("oak")
        self.purge()
        self.assertFalse((self.box.root / STATE.lstrip("/")).exists())

    def asked(self, address, subject, content):
        """What a server of the box answers a client of the application; nothing within some seconds is an empty answer."""
        script = r"""
import socket, sys
address, subject, content = sys.argv[1:]
with socket.create_connection((address, 4222), 5) as server:
    server.settimeout(5)
    server.sendall(f'CONNECT {{"verbose":false}}\r\nSUB answer 1\r\nPUB {subject} answer {len(content)}\r\n{content}\r\n'.encode())
    got = b""
    try:
        while b"MSG answer" not in got or not got.endswith(b"}\r\n"):
            got += server.recv(65536)
    except TimeoutError:
        pass
    print(got[got.find(b"MSG answer"):].decode().replace(" ", "") if b"MSG answer" in got else "")
"""
        return self.box.call("python3", "-c", script, address, subject, content)[1]

    def test_removed_it_keeps_its_database_and_its_forests_go_on(self):
        self.box.install(self.package)
        self.plant("small", "oak")
        servers = self.box.servers()
        printed = self.box.do("apt-get", "remove", "--yes", "-q", "morpheusd")
        self.assertIn("oak-node-1", printed, "it says what goes on")
        self.assertEqual(self.box.call("morpheusctl", "list")[0], 127)
        self.assertEqual(self.box.servers(), servers)
        self.assertTrue((self.box.root / STATE.lstrip("/") / "morpheus.db").exists())

        printed = self.purge()
        self.assertIn("oak-node-1", printed, "it says what goes on")
        self.assertTrue((self.box.root / STATE.lstrip("/") / "morpheus.db").exists(), "while a forest is planted")
        self.assertEqual(self.box.servers(), servers)

        self.box.install(self.package)
        self.is_ready("oak", 1)
        self.assertEqual(self.box.servers(), servers)
        self.tear_down("oak")
        self.purge()
        lab.wait_until(lambda: not (self.box.root / STATE.lstrip("/")).exists(), 10, "nothing is kept")
        self.assertEqual(self.box.servers(), {})
