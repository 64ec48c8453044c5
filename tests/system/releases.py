"""Releases of nats-server as its release page has them, made of Debian's."""

import hashlib
import os
import re
import tarfile

import lab

SERVER = os.environ["MORPHEUS_NATS_SERVER"]


def version_of(server=SERVER):
    """What it says itself."""
    return re.search(r"(\d+\.\d+\.\d+)", lab.command(server, "--version"))[1]


def architecture():
    """As NATS and Debian call it."""
    return lab.command("dpkg", "--print-architecture").strip()


def make_release(directory, server=SERVER):
    """Puts the archive of one version into `directory`, adds it to SHA256SUMS, and returns its version."""
    version = version_of(server)
    name = f"nats-server-v{version}-linux-{architecture()}"
    archive = directory / f"{name}.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        tar.add(server, f"{name}/nats-server")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    with open(directory / "SHA256SUMS", "a", encoding="ascii") as sums:
        sums.write(f"{digest}  {archive.name}\n")
    return version
