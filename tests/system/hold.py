"""Not a test of its own: boots a machine and waits to be killed (outside/test_kill.py)."""

import threading
import unittest

import lab
from cloud import Cloud


class Hold(unittest.TestCase):
    """One machine, up."""

    def test_hold(self):
        """Until somebody ends the lab."""
        cloud = Cloud()
        cloud.hcloud("server", "create", "--name", "web", "--type", "cx23", "--image", "debian-12")
        lab.wait_until(lambda: cloud.machine("web").cloud_init() is not None, 60, "cloud-init ends")
        print("held", flush=True)
        threading.Event().wait()
