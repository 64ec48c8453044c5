"""The lab that these tests run in: its addresses, and what runs in it. tests/system/run makes it."""

import os
import pathlib
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
DIRECTORY = pathlib.Path(os.environ["MORPHEUS_LAB"])
ROOT = pathlib.Path(os.environ["MORPHEUS_ROOT"])
BUILD = pathlib.Path(os.environ["MORPHEUS_BUILD"]).resolve()
ADDRESS = "fd77:0:0:ffff::1"  # of the daemon and of the server of downloads
IPV6_RANGE = "fd77::/48"  # the machines' networks are in it, each a /64
IPV4_PREFIX = "10.77"  # the machines' addresses, where they have such
NETWORKS = [IPV6_RANGE, f"{IPV4_PREFIX}.0.0/16"]
LOOK_SECONDS = 0.1


def wait_until(condition, limit, what):
    """What the condition returned when it became true; fails after `limit` seconds, saying `what` did not happen."""
    deadline = time.monotonic() + limit
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {limit} s: {what() if callable(what) else what}")
        time.sleep(LOOK_SECONDS)


def command(*arguments, limit=60, check=True):
    """What a command printed."""
    done = subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(arguments)}: {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def processes():
    """Id -> command line of all that runs in the lab and is not yet dead."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue
        if words:  # neither a zombie nor the kernel's
            found[int(entry.name)] = words
    return found


def mounts():
    """The places in the lab's directory where something is mounted."""
    lines = pathlib.Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    return sorted(line.split()[1] for line in lines if line.split()[1].startswith(f"{DIRECTORY}/"))


def cards():
    """The names of the lab's network cards."""
    return sorted(line.split(": ")[1].split("@")[0] for line in command("ip", "-o", "link").splitlines())


def control_groups():
    """The control groups of the lab's machines."""
    places = [line for line in command("find", "/sys/fs/cgroup", "-type", "d", "-name", DIRECTORY.name).splitlines() if line]
    return sorted(str(each) for place in places for each in pathlib.Path(place).iterdir() if each.is_dir())


def remains():
    """All that machines are made of, as far as it is there."""
    machines = {pid: words for pid, words in processes().items() if "systemd" in words}
    found = {"processes": machines, "mounts": mounts(), "cards": [each for each in cards() if each not in ("lo", "lab")],
             "control groups": control_groups()}
    return {kind: things for kind, things in found.items() if things}
