"""The way in: tokens, the rate limit, faults and the journal, around each request."""

import asyncio
import json
import os
import secrets
import signal
import urllib.parse

from aiohttp import web

from api import endless
from faults import Call
from refusal import Refusal, invalid

PREFIX = "/v1"
LARGEST_BODY = 1 << 20


def _token(request):
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


class Front:
    """One handler for all of /v1."""

    def __init__(self, api, limit, faults, journal, tokens, read_only_tokens):
        self.api = api
        self.limit = limit
        self.faults = faults
        self.journal = journal
        self.tokens = tokens
        self.read_only_tokens = read_only_tokens

    async def handle(self, request):
        """Whatever comes; what became of it is in the journal."""
        path = request.path[len(PREFIX):]
        entry = {"token": _token(request), "method": request.method, "path": path, "query": request.query_string, "body": None, "status": None,
                 "committed": False, "created": [], "deleted": [], "fault": None, "correlation_id": secrets.token_hex(8)}
        try:
            return await self._handle(request, path, entry)
        finally:
            self.journal.record(**entry)

    async def _handle(self, request, path, entry):
        try:
            self._let_in(request)
            body = entry["body"] = await self._body(request)
        except Refusal as refusal:
            return self._reply(entry, refusal.status, refusal.body())
        call = self._call(request, path, body)
        fault = self.faults.of(call)
        effects = fault.effects if fault else {}
        entry["fault"] = fault and (fault.name or json.dumps(fault.effects))
        if "interim" in effects:
            request.transport.write(f"HTTP/1.1 {effects['interim']} Wait\r\n\r\n".encode())
        if "delay_seconds" in effects:
            await asyncio.sleep(effects["delay_seconds"])
        early = await self._before(request, entry, effects)
        if early is not None:
            return early
        status, answer = self._carry_out(request, path, body, effects, entry)
        await self.faults.hands(call, self.api.cloud)
        if not fault:
            fault, answer = self._shaped(call, entry, answer)
        return await self._after(request, entry, effects, status, answer)

    def _call(self, request, path, body):
        """With the names of all that it concerns."""
        name = (body if isinstance(body, dict) else {}).get("name") or request.query.get("name")
        name = name if isinstance(name, str) else None
        things = self.api.cloud.things
        about = [name or "", *request.query.values()]
        ids = [int(part) for part in path.split("/") + request.query.getall("id", []) if part.isdigit()]
        for resource in [each for number in ids for each in things["actions"].get(number, {}).get("resources", [])]:
            ids.append(resource["id"])
        about += [known[number]["name"] for number in ids for known in things.values() if "name" in known.get(number, {})]
        return Call(request.method, path, urllib.parse.unquote(request.query_string), name, " ".join(about))

    def _shaped(self, call, entry, answer):
        fault, shaped = self.faults.shaping(call, answer, self.api.cloud.things)
        if not fault:
            return None, answer
        entry["fault"] = fault.name or json.dumps(fault.effects)
        return fault, shaped

    def _let_in(self, request):
        self.limit.spend()  # a call without a token is counted, too
        token = _token(request)
        if token not in self.tokens + self.read_only_tokens:
            raise Refusal(401, "unauthorized", "unable to authenticate")
        if token in self.read_only_tokens and request.method != "GET":
            raise Refusal(401, "token_readonly", "token is only allowed to perform GET requests")

    async def _body(self, request):
        raw = await request.read()  # client_max_size bounds it
        if not raw:
            return {} if request.method in ("POST", "PUT") else None
        if request.content_type != "application/json":
            raise invalid("must be application/json", "Content-Type")
        try:
            return json.loads(raw)
        except ValueError as error:
            raise Refusal(400, "json_error", "invalid JSON") from error

    async def _before(self, request, entry, effects):
        """What happens instead of carrying it out; None: nothing does."""
        kill = effects.get("kill", {})
        if kill.get("at") == "before":
            os.kill(kill["pid"], signal.SIGKILL)
        if kill.get("at") == "before" or effects.get("drop") == "before":
            return self._drop(request)
        if "bare" in effects:
            return web.Response(status=effects["bare"], text="<html>Bad Gateway</html>", content_type="text/html")
        if "status" in effects:
            error = {"code": effects.get("code"), "message": effects.get("message", ""), "details": effects.get("details")}
            return self._reply(entry, effects["status"], {"error": error})
        if effects.get("not_json"):
            return web.Response(text="this is not JSON", content_type="application/json")
        if effects.get("endless"):
            return await endless(request)
        return None

    def _carry_out(self, request, path, body, effects, entry):
        known = {kind: dict(things) for kind, things in self.api.cloud.things.items() if kind != "actions"}
        try:
            query = request.query.copy()
            if "unfiltered" in effects:
                query.popall("label_selector", None)
            status, answer = self.api.answer(request.method, path, query, body, effects)
            entry["committed"] = request.method != "GET"
        except Refusal as refusal:
            status, answer = refusal.status, refusal.body()
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            refusal = invalid(f"{type(error).__name__}: {error}")
            status, answer = refusal.status, refusal.body()
        for kind, before in known.items():
            after = self.api.cloud.things[kind]
            entry["created"] += [{"kind": kind, "id": id, "name": after[id]["name"], "ip": after[id].get("ip")}
                                 for id in after if id not in before]
            entry["deleted"] += [{"kind": kind, "id": id, "name": before[id]["name"]} for id in before if id not in after]
        if request.method == "DELETE" and path.startswith("/servers/") and status == 200:
            server = known["servers"][int(path.rsplit("/", 1)[1])]
            entry["deleted"].append({"kind": "servers", "id": server["id"], "name": server["name"]})
        return status, answer

    async def _after(self, request, entry, effects, status, answer):
        kill = effects.get("kill", {})
        if kill.get("at") == "committed":
            os.kill(kill["pid"], signal.SIGKILL)
        if kill.get("at") == "committed" or effects.get("drop") == "committed":
            return self._drop(request)
        if "status_after_commit" in effects and "code" in effects:
            return self._reply(entry, effects["status_after_commit"], {"error": {"code": effects["code"], "message": "as asked for"}})
        if "status_after_commit" in effects:
            return web.Response(status=effects["status_after_commit"], text="<html>Gateway Timeout</html>",
                                content_type="text/html")
        response = self._reply(entry, status, answer)
        if effects.get("close"):
            return await self._close_after(request, response)
        if effects.get("drop") == "answered":
            return await self._half(request, response)
        if kill.get("at") == "answered":
            await response.prepare(request)
            await response.write_eof()
            os.kill(kill["pid"], signal.SIGKILL)
        return response

    @staticmethod
    async def _half(request, whole):
        response = web.StreamResponse(status=whole.status, headers={"Content-Length": str(len(whole.body))})
        await response.prepare(request)
        await response.write(whole.body[:len(whole.body) // 2])
        request.transport.close()
        return response

    @staticmethod
    async def _close_after(request, whole):
        """The answer says nothing of it."""
        await whole.prepare(request)
        await whole.write_eof()
        request.transport.close()
        return whole

    @staticmethod
    def _drop(request):
        request.transport.abort()
        return web.Response(status=500)

    def _reply(self, entry, status, answer):
        entry["status"] = status
        headers = {**self.limit.headers(), "X-Correlation-Id": entry["correlation_id"]}
        if answer is None:
            return web.Response(status=status, headers=headers)
        return web.Response(status=status, headers=headers, body=(answer if isinstance(answer, str) else json.dumps(answer)).encode(), content_type="application/json")
