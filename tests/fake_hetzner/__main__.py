"""A fake of the Hetzner Cloud API: python3 tests/fake_hetzner --dir DIR [--port 0]"""

import argparse
import asyncio
import errno
import ipaddress
import os
import pathlib
import signal
import socket
import ssl
import sys

from aiohttp import web

from api import Api
from cloud import Cloud
from control import Control
from faults import Faults
from front import LARGEST_BODY, PREFIX, Front
from journal import Journal
from machines import NatsMachines, NoMachines
from nspawn_machines import NspawnMachines
from rate_limit import RateLimit

SECOND_BYTES = range(100, 200)  # 127.200 and above are the tests' free_address()


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(prog="fake_hetzner", description=__doc__)
    parser.add_argument("--dir", type=pathlib.Path, required=True, help="of the journal, the port's file and the machines")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", action="append", default=[], help="one that may write; default: token")
    parser.add_argument("--read-only-token", action="append", default=[])
    parser.add_argument("--action-seconds", type=float, default=0.2)
    parser.add_argument("--machines", choices=["none", "nats", "nspawn"], default="none")
    parser.add_argument("--nats-server", default="/usr/sbin/nats-server")
    parser.add_argument("--rate-limit", type=int, default=3600)
    parser.add_argument("--refill-per-second", type=float, default=1)
    parser.add_argument("--address-prefix", action="append", help="of IPv4 addresses, the first that no other fake holds; default: 127.A")
    parser.add_argument("--ipv6-range", default="fd00:f4ce::/48", help="of IPv6 networks, a /64 an address")
    parser.add_argument("--root", type=pathlib.Path, help="what machines boot from (tests/system/make_root); of nspawn")
    parser.add_argument("--bridge", default="lab", help="where machines are plugged in; of nspawn")
    parser.add_argument("--tls-cert")
    parser.add_argument("--tls-key")
    options = parser.parse_args()
    if options.machines == "nspawn" and not options.root:
        parser.error("--machines nspawn needs --root")
    return options


def make_machines(options):
    """What runs behind the servers."""
    if options.machines == "nats":
        return NatsMachines(options.dir / "machines", options.nats_server)
    if options.machines == "nspawn":
        prefix = ipaddress.ip_network(options.ipv6_range).prefixlen
        return NspawnMachines(options.dir / "machines", options.root, options.bridge, prefix)
    return NoMachines()


def tls_context(options):
    """None: plain HTTP."""
    if not options.tls_cert:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.tls_cert, options.tls_key)
    return context


def claim_prefix(prefixes):
    """The first that nobody holds, and the socket that holds it as long as the process lives.

    Two fakes with one prefix would run servers of one address, and each daemon would take the other's for its own.
    """
    for prefix in prefixes:
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0fake-hetzner-{prefix}")
            return prefix, claim
        except OSError as error:
            claim.close()
            if error.errno != errno.EADDRINUSE:
                raise
    sys.exit(f"other fakes hold every address prefix of {', '.join(prefixes)}: end one, or name another")


def loopback_prefixes():
    """Beginning at another one in each process: an address rests before it is used again."""
    first = os.getpid() % len(SECOND_BYTES)
    return [f"127.{each}" for each in [*SECOND_BYTES[first:], *SECOND_BYTES[:first]]]


async def run(options):
    """Serves until SIGTERM."""
    options.dir.mkdir(parents=True, exist_ok=True)
    machines = make_machines(options)
    prefix, claim = claim_prefix(options.address_prefix or loopback_prefixes())
    cloud = Cloud(options.action_seconds, prefix, options.ipv6_range, machines)
    faults = Faults()
    rate = RateLimit(options.rate_limit, options.refill_per_second)
    front = Front(Api(cloud), rate, faults, Journal(options.dir / "journal.jsonl"),
                  options.token or ["token"], options.read_only_token)
    app = web.Application(client_max_size=LARGEST_BODY)
    app.add_routes(Control(cloud, faults, rate).routes())
    app.router.add_route("*", PREFIX + "/{path:.*}", front.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", options.port, ssl_context=tls_context(options), shutdown_timeout=0.5)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]  # aiohttp 3.8 has no other way to ask
    (options.dir / "port.new").write_text(f"{port}\n", encoding="utf-8")
    (options.dir / "port.new").rename(options.dir / "port")
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await ended.wait()
    await machines.close()
    await runner.cleanup()
    claim.close()


asyncio.run(run(parse_arguments()))
