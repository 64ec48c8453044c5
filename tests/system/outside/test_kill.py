"""What is left of a lab that was killed in the middle of its work: nothing. It runs outside of labs."""

import os
import pathlib
import signal
import subprocess
import time
import unittest

SYSTEM = pathlib.Path(__file__).resolve().parent.parent
LIMIT = 30


def wait_until(condition):
    """True as soon as it is; False after the limit."""
    deadline = time.monotonic() + LIMIT
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def processes(word):
    """Those with the word in their command line, in any namespace."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace") if entry.name.isdigit() else ""
        except OSError:
            continue
        if word in words:
            found[int(entry.name)] = words
    return found


def control_groups(name):
    """Where there is one of that name."""
    return [where for where, names, _ in os.walk("/sys/fs/cgroup") if name in names]


class KillTest(unittest.TestCase):
    """Killed from outside, by the process that a time-out would kill."""

    def hold(self):
        """A lab with a machine in it, and the lab's name."""
        run = subprocess.Popen([SYSTEM / "run", "hold"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(run.stdout.close)
        self.addCleanup(run.wait)
        self.addCleanup(run.kill)
        self.assertEqual(run.stdout.readline().strip(), "held")
        words = next(words for words in processes("systemd-nspawn").values() if "morpheus-lab." in words and self.is_of(run, words))
        return run, "morpheus-lab." + words.split("morpheus-lab.")[1].split("/")[0]

    @staticmethod
    def is_of(run, words):
        """Other labs may run beside it."""
        name = "morpheus-lab." + words.split("morpheus-lab.")[1].split("/")[0]
        file = pathlib.Path(os.environ.get("TMPDIR", "/tmp")) / f"{name}.pid"
        return file.exists() and file.read_text(encoding="ascii").strip() == str(run.pid)

    @staticmethod
    def is_cleaned(name):
        """The dying count as living: it may take more than one go."""
        subprocess.run([SYSTEM / "clean"], check=True)
        return not control_groups(name)

    def check(self, how, clean):
        """Nothing is left after that signal."""
        run, name = self.hold()
        self.assertTrue(processes(name))
        self.assertTrue(control_groups(name))
        run.send_signal(how)
        run.wait(LIMIT)
        self.assertTrue(wait_until(lambda: not processes(name)), processes(name))
        self.assertNotIn(name, pathlib.Path("/proc/self/mounts").read_text(encoding="utf-8"))
        if clean:
            self.assertTrue(wait_until(lambda: self.is_cleaned(name)), control_groups(name))
        self.assertEqual(control_groups(name), [])
        self.assertEqual([each.name for each in pathlib.Path(os.environ.get("TMPDIR", "/tmp")).iterdir() if name in each.name], [])

    def test_killed(self):
        """It can do nothing any more; `clean` does."""
        self.check(signal.SIGKILL, clean=True)

    def test_terminated(self):
        """It cleans up itself."""
        self.check(signal.SIGTERM, clean=False)


if __name__ == "__main__":
    unittest.main()
