"""NATS servers of the lab: what they say about themselves, and a tiny client."""

import json
import socket
import ssl
import urllib.error
import urllib.parse
import urllib.request
import uuid

MONITOR = 8222
CLIENT = 4222
LIMIT = 5.0
QUIET_SECONDS = 1.0  # after which nobody answers any more


def monitor(address, path):
    """The JSON of a monitoring endpoint; None: no answer, or not (yet) a good one."""
    host = f"[{address}]" if ":" in address else address
    try:
        with urllib.request.urlopen(f"http://{host}:{MONITOR}/{path}", timeout=LIMIT) as answer:
            return json.load(answer)
    except (OSError, ValueError):
        return None


def is_mesh(addresses):
    """Whether each server has a route to each other one, and to no more."""
    ids, seen = set(), []
    for address in addresses:
        routez = monitor(address, "routez")
        if not routez:
            return False
        ids.add(routez["server_id"])
        seen.append({routez["server_id"]} | {route["remote_id"] for route in routez.get("routes") or []})
    return len(ids) == len(addresses) and all(each == ids for each in seen)


class NatsError(Exception):
    """What the server or JetStream refused."""


class Client:
    """One connection, used by one caller; offers TLS where the server asks for it (and believes any certificate)."""

    def __init__(self, address, user=None, password=None):
        self._socket = socket.create_connection((address, CLIENT), timeout=LIMIT)
        self._stream = self._socket.makefile("rwb")
        self.info = json.loads(self._stream.readline().split(b" ", 1)[1])
        if self.info.get("tls_required"):
            self._upgrade(address)
        options = {"verbose": False, "pedantic": False, "name": "system-test", "lang": "python", "version": "0", "protocol": 1,
                   "headers": True, "no_responders": True}
        if user:
            options.update(user=user, **{"pass": password})
        self._inbox = f"_INBOX.{uuid.uuid4().hex}"
        self._requests = 0
        self._send(b"CONNECT " + json.dumps(options).encode() + b"\r\nSUB " + self._inbox.encode() + b".* 1\r\nPING\r\n")
        while self._read() != "PONG":
            pass

    def _upgrade(self, address):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self._socket = context.wrap_socket(self._socket, server_hostname=address)
        self._stream = self._socket.makefile("rwb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stream.close()
        self._socket.close()

    def _send(self, data):
        self._stream.write(data)
        self._stream.flush()

    # A message as (subject, content), or the word that the server said.
    def _read(self):
        line = self._stream.readline()
        if not line:
            raise ConnectionError("the server closed the connection")
        words = line.decode().split()
        if words[0] == "PING":
            self._send(b"PONG\r\n")
        elif words[0] == "-ERR":
            raise NatsError(line.decode().strip())
        elif words[0] in ("MSG", "HMSG"):
            content = self._stream.read(int(words[-1]) + 2)[:-2]
            return words[1], content[int(words[-2]):] if words[0] == "HMSG" else content
        return words[0]

    def publish(self, subject, content=b"", reply=""):
        """Without waiting."""
        self._send(f"PUB {subject} {reply} {len(content)}\r\n".encode() + content + b"\r\n")

    def request(self, subject, content=b"", limit=LIMIT):
        """The first answer's content; raises TimeoutError, or NatsError where nobody listens."""
        return self._collect(subject, content, 1, limit)[0]

    def request_all(self, subject, content=b"", limit=QUIET_SECONDS):
        """The contents of all answers, until `limit` seconds pass without one."""
        return self._collect(subject, content, None, limit)

    def _collect(self, subject, content, most, limit):
        self._requests += 1
        reply = f"{self._inbox}.{self._requests}"
        self.publish(subject, content, reply)
        answers = []
        self._socket.settimeout(limit)
        try:
            while most is None or len(answers) < most:
                got = self._read()
                if isinstance(got, tuple) and got[0] == reply:
                    answers.append(got[1])
        except TimeoutError:
            if most is not None:
                raise
            # A file object of a socket that timed out reads no more: a new one does.
            self._stream = self._socket.makefile("rwb")
        finally:
            self._socket.settimeout(LIMIT)
        return answers

    def api(self, subject, body=None):
        """A request of JetStream's API."""
        answer = self.request(f"$JS.API.{subject}", json.dumps(body).encode() if body is not None else b"")
        if not answer:
            raise NatsError(f"nobody answers {subject}")
        answer = json.loads(answer)
        if "error" in answer:
            raise NatsError(f"{subject}: {answer['error']}")
        return answer
