"""Debian's hcloud works on the fake."""

import json
import subprocess
import unittest

from running import FakeCase, wait_until


class HcloudTest(FakeCase):
    """Each command does what it does on the real one."""

    def key_file(self):
        """A public key."""
        path = self.dir / "id"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
        return f"{path}.pub"

    def test_a_server_with_everything_around_it(self):
        self.hcloud("ssh-key", "create", "--name", "op", "--public-key-from-file", self.key_file())
        (self.dir / "rules.json").write_text(json.dumps(
            [{"direction": "in", "protocol": "tcp", "port": "22", "source_ips": ["10.0.0.0/8"]}]))
        self.hcloud("firewall", "create", "--name", "wall", "--rules-file", str(self.dir / "rules.json"))
        self.hcloud("placement-group", "create", "--name", "apart", "--type", "spread")
        (self.dir / "user-data").write_text("#cloud-config\n")
        self.hcloud("server", "create", "--name", "web", "--type", "cx23", "--image", "debian-12", "--location", "nbg1",
                    "--ssh-key", "op", "--firewall", "wall", "--placement-group", "apart", "--label", "a=b",
                    "--user-data-from-file", str(self.dir / "user-data"))
        self.assertIn("web", self.hcloud("server", "list", "-l", "a=b"))
        self.assertNotIn("web", self.hcloud("server", "list", "-l", "a=c"))
        described = json.loads(self.hcloud("server", "describe", "web", "-o", "json"))
        self.assertEqual(described["location"]["name"], "nbg1")
        self.assertEqual(described["status"], "running")
        self.assertIn("web", self.hcloud("firewall", "describe", "wall"))
        self.hcloud("server", "shutdown", "web")
        self.assertTrue(wait_until(lambda: self.state()["servers"][0]["status"] == "off"))
        self.hcloud("server", "delete", "web")
        self.assertTrue(wait_until(lambda: not self.state()["servers"]))
        self.assertEqual(self.state()["primary_ips"], [])
        for kind, name in (("firewall", "wall"), ("placement-group", "apart"), ("ssh-key", "op")):
            self.hcloud(kind, "delete", name)
        self.assertEqual(set(self.state()["counts"].values()), {0})

    def labels(self):
        """Of the one firewall."""
        return self.state()["firewalls"][0]["labels"]

    def test_labels_of_a_firewall(self):
        self.hcloud("firewall", "create", "--name", "wall")
        self.hcloud("firewall", "add-label", "wall", "a=b")
        self.hcloud("firewall", "add-label", "wall", "acting=4-0123abcd")
        self.assertEqual(self.labels(), {"a": "b", "acting": "4-0123abcd"})
        self.hcloud("firewall", "add-label", "--overwrite", "wall", "acting=5-0123abcd")
        self.hcloud("firewall", "remove-label", "wall", "a")
        self.assertEqual(self.labels(), {"acting": "5-0123abcd"})
        self.assertIn("wall", self.hcloud("firewall", "list", "-l", "acting=5-0123abcd"))

    def test_a_server_without_ipv4(self):
        self.hcloud("server", "create", "--name", "six", "--type", "cx23", "--image", "debian-12", "--without-ipv4")
        self.assertIsNone(self.state()["servers"][0]["public_net"]["ipv4"])
        self.assertIn("/64", self.state()["servers"][0]["public_net"]["ipv6"]["ip"])

    def test_the_lists(self):
        self.assertIn("cpx32", self.hcloud("server-type", "list"))
        self.assertIn("8", self.hcloud("server-type", "describe", "cx33"))
        self.assertIn("hel1", self.hcloud("location", "list"))
        self.assertIn("ubuntu-24.04", self.hcloud("image", "list"))
        self.call("POST", "/_fake/seed", {"servers": 60, "labels": {"x": "y"}})
        self.assertEqual(len(self.hcloud("server", "list", "-l", "x=y", "-o", "noheader").splitlines()), 60)


if __name__ == "__main__":
    unittest.main()
