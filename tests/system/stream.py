"""A JetStream stream whose every message is accounted for."""

import base64
import json
import time

import nats

AGAIN_SECONDS = 0.2
UNREACHABLE = (OSError, ValueError, nats.NatsError)


class Stream:
    """Publishes numbered messages through any of the addresses, and remembers which were acknowledged."""

    def __init__(self, name, addresses):
        self.name = name
        self.addresses = list(addresses)
        self.acknowledged = []
        self._client = None
        self._turn = 0

    def _connect(self):
        if not self._client:
            self._turn += 1
            self._client = nats.Client(self.addresses[self._turn % len(self.addresses)])
        return self._client

    def _disconnect(self):
        if self._client:
            self._client.close()
            self._client = None

    def _until(self, action, limit):
        """What the action returned, tried through one server after the other."""
        deadline = time.monotonic() + limit
        while True:
            try:
                return action(self._connect())
            except UNREACHABLE as error:
                self._disconnect()
                if time.monotonic() > deadline:
                    raise AssertionError(f"stream {self.name}: not within {limit} s: {error}") from error
                time.sleep(AGAIN_SECONDS)

    def _config(self, replicas):
        return {"name": self.name, "subjects": [f"{self.name}.>"], "num_replicas": replicas, "storage": "file"}

    def create(self, replicas, limit=30):
        """With so many copies; again is the same."""
        self._until(lambda client: client.api(f"STREAM.CREATE.{self.name}", self._config(replicas)), limit)

    def replicate(self, replicas, limit=30):
        """Changes how many copies there are."""
        self._until(lambda client: client.api(f"STREAM.UPDATE.{self.name}", self._config(replicas)), limit)

    def publish(self, count, limit=60):
        """Each until it is acknowledged; told twice by the same id, one is stored once."""
        for _ in range(count):
            content = f"message {len(self.acknowledged)} of {self.name}".encode()
            self._until(lambda client, content=content: self._publish_one(client, content), limit)
            self.acknowledged.append(content)

    def _publish_one(self, client, content):
        answer = client.request(f"{self.name}.a", content, message_id=str(len(self.acknowledged)))
        if not answer:
            raise nats.NatsError("nobody acknowledges")
        answer = json.loads(answer)
        if "error" in answer:
            raise nats.NatsError(str(answer["error"]))

    def info(self, limit=30):
        """As the API tells it."""
        return self._until(lambda client: client.api(f"STREAM.INFO.{self.name}"), limit)

    def copies(self, limit=30):
        """How many servers hold all of it."""
        cluster = self.info(limit).get("cluster") or {}
        return bool(cluster.get("leader")) + sum(each.get("current", False) for each in cluster.get("replicas") or [])

    def stored(self, limit=60):
        """The contents of all messages, in order."""
        state = self.info(limit)["state"]
        return [self._until(lambda client, at=at: self._message(client, at), limit)
                for at in range(state["first_seq"], state["last_seq"] + 1)]

    def _message(self, client, sequence):
        found = client.api(f"STREAM.MSG.GET.{self.name}", {"seq": sequence})
        return base64.b64decode(found["message"].get("data", ""))

    def close(self):
        """Ends the connection."""
        self._disconnect()
