"""A machine's disk that is not booted: the root of all machines, with files of its own over it."""

import pathlib
import tempfile

import lab


class Disk:
    """Until `remove`."""

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="disk-", dir=lab.DIRECTORY))
        self.root = self.directory / "root"
        for each in ("root", "upper", "work"):
            (self.directory / each).mkdir()
        layers = f"lowerdir={lab.ROOT},upperdir={self.directory}/upper,workdir={self.directory}/work"
        lab.command("mount", "-t", "overlay", "-o", layers, "overlay", str(self.root))
        for each in ("dev", "proc"):
            lab.command("mount", "--rbind", f"/{each}", str(self.root / each))

    def write(self, path, content, mode):
        """A file as cloud-init writes it."""
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode())
        file.chmod(int(mode, 8))
        return file

    def run(self, *arguments):
        """What a program of the disk printed; it must succeed."""
        environment = ["/usr/bin/env", "-i", "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"]
        return lab.command("chroot", str(self.root), *environment, *arguments)

    def remove(self):
        """Unmounts first: what is below is the root of all machines."""
        lab.command("umount", "--recursive", "--lazy", str(self.root))
