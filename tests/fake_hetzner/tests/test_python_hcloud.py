"""Debian's python3-hcloud works on the fake."""

import unittest

import hcloud
from hcloud.images.domain import Image
from hcloud.server_types.domain import ServerType

from running import FakeCase, wait_until


class PythonHcloudTest(FakeCase):
    """The calls that make, find and delete servers."""

    def setUp(self):
        super().setUp()
        self.client = hcloud.Client(token="token", api_endpoint=self.base + "/v1", poll_interval=0.05)

    def test_a_server_is_made_found_and_deleted(self):
        made = self.client.servers.create(name="web", server_type=ServerType("cx23"), image=Image(name="debian-12"),
                                          labels={"a": "b"})
        made.action.wait_until_finished(max_retries=100)
        found = self.client.servers.get_all(label_selector="a=b")
        self.assertEqual([server.name for server in found], ["web"])
        self.assertEqual(found[0].status, "running")
        self.assertEqual(self.client.servers.get_by_name("web").id, made.server.id)
        self.client.servers.delete(found[0]).wait_until_finished(max_retries=100)
        self.assertTrue(wait_until(lambda: self.client.servers.get_by_name("web") is None))

    def test_an_update_replaces_the_labels_of_a_firewall(self):
        made = self.client.firewalls.create(name="wall", labels={"a": "b"}).firewall
        changed = self.client.firewalls.update(made, labels={"acting": "4-0123abcd"})
        self.assertEqual(changed.labels, {"acting": "4-0123abcd"})
        self.assertEqual([each.name for each in self.client.firewalls.get_all(label_selector="acting=4-0123abcd")], ["wall"])
        self.assertEqual(self.client.firewalls.get_all(label_selector="a=b"), [])

    def test_a_refusal_is_its_exception(self):
        self.client.placement_groups.create(name="apart", type="spread")
        with self.assertRaises(hcloud.APIException) as refused:
            self.client.placement_groups.create(name="apart", type="spread")
        self.assertEqual(refused.exception.code, "uniqueness_error")


if __name__ == "__main__":
    unittest.main()
