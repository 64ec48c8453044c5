"""The disk of a booted machine: an overlay of the common root, in memory."""

import os
import pathlib
import subprocess

DISK_SIZE = "2g"


def run(*arguments):
    """A command that must succeed; what it printed is in the error."""
    done = subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(arguments)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


class MachineDisk:
    """`directory` must not exist before, and does not after `remove`."""

    def __init__(self, directory, lower):
        self.directory = pathlib.Path(directory)
        self.lower = pathlib.Path(lower)
        self.root = self.directory / "root"

    def make(self):
        """Mounts an empty layer over the root."""
        self.directory.mkdir(parents=True)
        run("mount", "-t", "tmpfs", "-o", f"size={DISK_SIZE},mode=755", "disk", str(self.directory))
        for name in ("root", "upper", "work"):
            (self.directory / name).mkdir()
        layers = f"lowerdir={self.lower},upperdir={self.directory}/upper,workdir={self.directory}/work"
        run("mount", "-t", "overlay", "-o", layers, "overlay", str(self.root))

    def seed(self, name, instance, user_data):
        """What cloud-init finds on the machine."""
        seed = self.root / "var/lib/cloud/seed/nocloud"
        seed.mkdir(parents=True)
        (seed / "meta-data").write_text(f"instance-id: {instance}\nlocal-hostname: {name}\n", encoding="utf-8")
        (seed / "user-data").write_text(user_data, encoding="utf-8")
        (seed / "user-data").chmod(0o600)
        (self.root / "etc/hostname").write_text(f"{name}\n", encoding="utf-8")

    def remove(self):
        """Unmounts first: what is below is the root of all machines. The files went with the memory then."""
        for place in (self.root, self.directory):
            if os.path.ismount(place):
                run("umount", str(place))
        if self.directory.exists():
            self.directory.rmdir()
