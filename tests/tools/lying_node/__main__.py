#!/usr/bin/python3
"""Answers as a node that lies: lying_node ADDRESS LIES JOURNAL.

HTTP at ADDRESS:8222 and the client protocol of NATS at ADDRESS:4222. LIES is a file of JSON, read again for each answer:

    {"/varz": [LIE, ...], "/routez": [...], "/jsz": [...], "/healthz": [...],
     "$SYS.REQ.SERVER.PING.JSZ": [...], "$JS.API.SERVER.REMOVE": [...], "INFO": [...], "GREETED": [...]}

An endpoint's lies take turns. One that has none answers 404; a subject that has none is not answered; INFO may add to the server's first line;
what GREETED has is sent behind that line as it is, again and again if it is endless.
A LIE has a name and one of
    json      any value, sent as JSON
    text      sent as it is
    hex       bytes
    deep      that many arrays in each other
    routes    {"bytes": N}: /routez with so many bytes of {"routes":[{},{},...]}
    long      {"field": F, "bytes": N}: an object with one text of that length
and may have
    status    of HTTP, 200
    pace      seconds between two bytes of the body
    chunked   true: a chunk for each 1,000 bytes
    endless   true: the answer goes on and never ends
    fields    of INFO: an object whose fields replace those of the first line
    silent    of INFO, true: nothing comes after the first line
    announce  of a subject: a message of so many bytes is announced, and they come
    headers   with announce: so many of these are said to be headers (HMSG)
Each answer is a line of JOURNAL: the endpoint and the lie's name."""

import collections
import itertools
import json
import socketserver
import sys
import threading
import time

HTTP_PORT = 8222
NATS_PORT = 4222
CHUNK = 1000
BIG_CHUNK = 1 << 16


def body_of(lie):
    if "json" in lie:
        return json.dumps(lie["json"]).encode()
    if "hex" in lie:
        return bytes.fromhex(lie["hex"])
    if "deep" in lie:
        return b"[" * lie["deep"] + b"]" * lie["deep"]
    if "routes" in lie:
        return b'{"routes":[' + b"{}," * (lie["routes"]["bytes"] // 3) + b"{}]}"
    if "long" in lie:
        return json.dumps({lie["long"]["field"]: "x" * lie["long"]["bytes"]}).encode()
    return lie.get("text", "").encode()


class Lies:
    """What is to be said, and what was."""

    def __init__(self, lies, journal):
        self.lies, self.journal = lies, journal
        self.turns = collections.Counter()
        self.lock = threading.Lock()

    def next(self, endpoint):
        with self.lock:
            with open(self.lies, encoding="utf-8") as file:
                all_of_it = json.load(file).get(endpoint, [])
            if not all_of_it:
                return None
            lie = all_of_it[self.turns[endpoint] % len(all_of_it)]
            self.turns[endpoint] += 1
            return lie

    def said(self, endpoint, lie):
        with self.lock, open(self.journal, "a", encoding="utf-8") as file:
            file.write(f"{endpoint} {lie.get('name', '')}\n")


def pieces(lie):
    body = body_of(lie)
    size = 1 if "pace" in lie else CHUNK
    parts = (body[i : i + size] for i in range(0, len(body), size))
    return itertools.chain(parts, itertools.repeat(b" " * size)) if lie.get("endless") else parts


class Monitoring(socketserver.StreamRequestHandler):
    """HTTP/1.1, with connections that are kept."""

    def handle(self):
        try:
            while self.one():
                pass
        except OSError:
            pass  # it has heard enough

    def one(self):
        request = self.rfile.readline(65536).split()
        while self.rfile.readline(65536) not in (b"\r\n", b"\n", b""):
            pass
        if len(request) < 2:
            return False
        endpoint = request[1].decode("latin-1").split("?")[0]
        lie = self.server.lies.next(endpoint)
        if lie is None:
            self.wfile.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return True
        self.server.lies.said(endpoint, lie)
        chunked = lie.get("chunked") or lie.get("endless")
        head = f"HTTP/1.1 {lie.get('status', 200)} Said\r\n"
        head += "Transfer-Encoding: chunked\r\n\r\n" if chunked else f"Content-Length: {len(body_of(lie))}\r\n\r\n"
        self.wfile.write(head.encode())
        for piece in pieces(lie):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
            time.sleep(lie.get("pace", 0))
        if chunked:
            self.wfile.write(b"0\r\n\r\n")
        return True


class Nats(socketserver.StreamRequestHandler):
    """As much of the client protocol as a request needs."""

    def handle(self):
        try:
            self.serve()
        except OSError:
            pass

    def serve(self):
        info = {"server_id": "LIAR", "version": "2.10.0", "proto": 1, "headers": True, "max_payload": 1048576, "nonce": "abcdefghijklmnop"}
        more = self.server.lies.next("INFO")
        if more is not None:
            info.update(more.get("fields", {}))
        line = b"INFO " + json.dumps(info).encode()
        if more is not None:
            self.server.lies.said("INFO", more)
            if body_of(more):
                line = line[:-1] + b', "more": ' + body_of(more) + b"}"
        self.wfile.write(line + b"\r\n")
        if more is not None and more.get("silent"):
            self.rfile.read()
            return
        behind = self.server.lies.next("GREETED")
        if behind is not None:
            self.server.lies.said("GREETED", behind)
            self.wfile.write(body_of(behind))
            while behind.get("endless"):
                self.wfile.write(body_of(behind) * CHUNK)
        inboxes = {}
        for line in self.rfile:
            words = line.decode("latin-1").split()
            if not words:
                continue
            verb = words[0].upper()
            if verb == "PING":
                self.wfile.write(b"PONG\r\n")
            elif verb == "SUB":
                inboxes[words[1]] = words[-1]
            elif verb in ("PUB", "HPUB"):
                self.rfile.read(int(words[-1]) + 2)
                if len(words) > (4 if verb == "HPUB" else 3):
                    self.reply(words[1], words[2], inboxes)

    def reply(self, subject, inbox, inboxes):
        sid = next((sid for pattern, sid in inboxes.items() if matches(pattern, inbox)), None)
        lie = self.server.lies.next(subject)
        if lie is None or sid is None:
            return
        self.server.lies.said(subject, lie)
        if "announce" in lie:
            verb, headers = ("HMSG", f"{lie['headers']} ") if "headers" in lie else ("MSG", "")
            self.wfile.write(f"{verb} {inbox} {sid} {headers}{lie['announce']}\r\n".encode())
            for _ in range(lie["announce"] // BIG_CHUNK + 1):
                self.wfile.write(b"x" * BIG_CHUNK)
            return
        message = f"MSG {inbox} {sid} ".encode()
        if "pace" in lie:
            body = body_of(lie)
            self.wfile.write(message + b"%d\r\n" % len(body))
            for i in range(len(body)):
                self.wfile.write(body[i : i + 1])
                time.sleep(lie["pace"])
            self.wfile.write(b"\r\n")
            return
        body = body_of(lie)
        whole = message + b"%d\r\n" % len(body) + body + b"\r\n"
        self.wfile.write(whole)
        while lie.get("endless"):
            self.wfile.write(whole)


def matches(pattern, subject):
    return pattern == subject or (pattern.endswith(".*") and subject.startswith(pattern[:-1]))


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64


def main():
    address, lies = sys.argv[1], Lies(sys.argv[2], sys.argv[3])
    servers = [Server((address, HTTP_PORT), Monitoring), Server((address, NATS_PORT), Nats)]
    for server in servers:
        server.lies = lies
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print("ready", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
