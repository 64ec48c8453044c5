"""A web server for downloads that can play faults, and remembers who asked for what."""

import http.server
import pathlib
import socket
import sys
import threading
import urllib.parse

SLOW_PIECE = 64 * 1024
SLOW_SECONDS = 0.2


class _Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6
    daemon_threads = True
    faults = {}
    journal = []
    directory = pathlib.Path()
    ended = threading.Event()

    def handle_error(self, request, client_address):
        """A client may go at any time."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):  # pylint: disable=invalid-name
        """A file of the directory, or the fault of its path."""
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        fault = self.server.faults.get(path) or None
        fault = fault.pop(0) if isinstance(fault, list) else fault
        self.server.journal.append({"path": path, "client": self.client_address[0], "fault": fault})
        file = self.server.directory / path.lstrip("/")
        if isinstance(fault, int) or not file.is_file():
            self.send_error(fault or 404)
            return
        content = file.read_bytes()
        if fault == "wrong":
            content = content[:-1] + bytes([content[-1] ^ 1])
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if fault == "drop":
            self.wfile.write(content[:len(content) // 2])
            self.close_connection = True
        elif fault == "slow":
            self._drip(content)
        else:
            self.wfile.write(content)

    def _drip(self, content):
        for at in range(0, len(content), SLOW_PIECE):
            self.wfile.write(content[at:at + SLOW_PIECE])
            if self.server.ended.wait(SLOW_SECONDS):
                return

    def log_message(self, *_):
        """The journal has it."""


class DownloadServer:
    """Serves the files of a directory, over IPv4 and IPv6, until `stop`."""

    def __init__(self, directory):
        self._server = _Server(("::", 0), _Handler)
        self._server.faults, self._server.journal, self._server.ended = {}, [], threading.Event()
        self.directory = self._server.directory = pathlib.Path(directory)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        self.port = self._server.server_address[1]

    def url(self, host, path=""):
        """The address of a file."""
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/{path}"

    def play(self, path, fault):
        """For a path: a status (404, 500), "wrong" content, "drop" half-way, "slow"; a list: one for each of the next requests."""
        self._server.faults[path] = fault

    def asked_for(self, path, client=None):
        """How often, by one client or all."""
        return sum(entry["path"] == path and client in (None, entry["client"]) for entry in self._server.journal)

    def journal(self):
        """{path, client, fault} of every request."""
        return list(self._server.journal)

    def stop(self):
        """Ends it."""
        self._server.ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
