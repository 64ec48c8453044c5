"""NATS servers of the lab: what they say about themselves, and a tiny client."""

import base64
import json
import pathlib
import socket
import tempfile
import urllib.request
import uuid

import lab

MONITOR = 8222
CLIENT = 4222
LIMIT = 5.0
QUIET_SECONDS = 1.0  # after which nobody answers any more
PKCS8_ED25519 = bytes.fromhex("302e020100300506032b657004220420")  # what stands before the key in DER


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


def sign(secret, nonce):
    """A server's nonce, with an Ed25519 key; as CONNECT has it."""
    with tempfile.TemporaryDirectory() as directory:
        key, text, signature = (pathlib.Path(directory) / name for name in ("key", "text", "signature"))
        key.write_bytes(PKCS8_ED25519 + secret)
        text.write_text(nonce, encoding="ascii")
        lab.command("openssl", "pkeyutl", "-sign", "-rawin", "-inkey", str(key), "-keyform", "DER", "-in", str(text),
                    "-out", str(signature))
        return base64.urlsafe_b64encode(signature.read_bytes()).decode().rstrip("=")


class Client:
    """One connection, used by one caller. `user` is an nkey: its public and its private part; `login` {user, pass}."""

    def __init__(self, address, user=None, login=None):
        self._socket = socket.create_connection((address, CLIENT), timeout=LIMIT)
        self._stream = self._socket.makefile("rwb")
        self.info = json.loads(self._stream.readline().split(b" ", 1)[1])
        options = {"verbose": False, "pedantic": False, "name": "system-test", "lang": "python", "version": "0", "protocol": 1,
                   "headers": True, "no_responders": True, **(login or {})}
        if user:
            options.update(nkey=user[0], sig=sign(user[1], self.info["nonce"]))
        self._inbox = f"_INBOX.{uuid.uuid4().hex}"
        self._requests = 0
        self._send(b"CONNECT " + json.dumps(options).encode() + b"\r\nSUB " + self._inbox.encode() + b".* 1\r\nPING\r\n")
        try:
            while self._read() != "PONG":
                pass
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends it, if the server has not."""
        try:
            self._stream.close()
        except OSError:
            pass  # what was still to be sent is of no use to anyone
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

    def publish(self, subject, content=b"", reply="", message_id=None):
        """Without waiting. JetStream stores one of all messages with the same id."""
        if message_id is None:
            self._send(f"PUB {subject} {reply} {len(content)}\r\n".encode() + content + b"\r\n")
            return
        headers = f"NATS/1.0\r\nNats-Msg-Id: {message_id}\r\n\r\n".encode()
        sizes = f"{len(headers)} {len(headers) + len(content)}"
        self._send(f"HPUB {subject} {reply} {sizes}\r\n".encode() + headers + content + b"\r\n")

    def subscribe(self, subject):
        """Returns once the server knows of it."""
        self._send(b"SUB " + subject.encode() + b" 2\r\nPING\r\n")
        while self._read() != "PONG":
            pass

    def heard(self, limit):
        """The content of the next message; None: none within `limit` seconds."""
        self._socket.settimeout(limit)
        try:
            while not isinstance(got := self._read(), tuple):
                pass
            return got[1]
        except TimeoutError:
            self._stream = self._socket.makefile("rwb")  # one that timed out reads no more
            return None
        finally:
            self._socket.settimeout(LIMIT)

    def request(self, subject, content=b"", limit=LIMIT, message_id=None):
        """The first answer's content, empty where nobody listens; raises TimeoutError."""
        return self._collect(subject, content, 1, limit, message_id)[0]

    def request_all(self, subject, content=b"", limit=QUIET_SECONDS):
        """The contents of all answers, until `limit` seconds pass without one."""
        return self._collect(subject, content, None, limit, None)

    def _collect(self, subject, content, most, limit, message_id):
        self._requests += 1
        reply = f"{self._inbox}.{self._requests}"
        self.publish(subject, content, reply, message_id)
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
