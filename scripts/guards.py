#!/usr/bin/env python3
"""Guards over the C++ sources. Called by scripts/lint: guards.py FILE... or guards.py --self-test."""

import os
import re
import sys

# Who may include whom; a room may always include itself. tests/ may include everything.
ROOMS = {
    "common": set(),
    "ctl": {"common"},
    "policy": {"common"},
    "image": {"common"},
    "runtime": {"common"},
    "http": {"common", "runtime"},
    "store": {"common", "runtime"},
    "backup": {"common", "runtime", "store"},
    "monitor": {"common", "policy", "image", "runtime", "store", "http"},
    "systemd": {"common", "runtime", "store", "monitor", "provider"},
    "provider": {"common", "image", "runtime", "http"},
    "nats": {"common", "image", "runtime", "monitor", "secrets"},
    "secrets": {"common", "image", "runtime"},
    "forest": {"common", "policy", "image", "runtime", "store", "monitor", "provider", "nats",
               "secrets"},
    "metrics": {"common", "policy", "image", "runtime", "store", "monitor", "provider", "nats", "secrets", "forest"},
    "control": {"common", "runtime", "forest", "metrics", "backup"},
    "app": {"common", "backup", "policy", "image", "runtime", "systemd", "http", "store", "monitor", "provider", "nats", "secrets",
            "forest", "metrics", "control"},
    "main": {"common", "app"},
}
# Of some rooms only one header may be included, by room.
ONLY = {
    ("systemd", "provider"): "daemon/provider/local/server_starter.hpp",
}
# The raw client of Hetzner's API, which changes something without asking who acts, and who may have it.
RAW_API = "daemon/provider/hetzner/api/api.hpp"
HAS_RAW_API = re.compile(r"daemon/provider/hetzner/(?:api|fence)/|tests/")
PURE = {"policy", "image"}
IMPURE = re.compile(r'#\s*include\s*[<"](fstream|spdlog/[^>"]*|boost/asio[^>"]*|boost/beast[^>"]*)[>"]')
# Reviewed: the one place where the two halves of a parallel_group are taken apart, in a named function.
STRUCTURED_BINDINGS = re.compile(r"^daemon/runtime/timeout\.[ch]pp$")

SHAPES = ("co_await stands alone: `co_await f(x);`, `const auto r = co_await f(x);`, `r = co_await f(x);` or "
          "`co_return co_await f(x);`; name every other value first (g++ 12 miscompiles the rest)")


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def strip(text):
    """The code alone: comments blank, literals empty, each character where it was."""
    token = re.compile(r'R"(?P<tag>[^(\s]*)\((?:.|\n)*?\)(?P=tag)"|//[^\n]*|/\*(?:.|\n)*?\*/'
                       r'|"(?:\\.|[^"\\\n])*"|(?<![0-9a-zA-Z_])\'(?:\\.|[^\'\\\n])+\'')

    def replace(match):
        found = match.group(0)
        if found.startswith(("//", "/*")):
            return blank(match)
        return '"' + re.sub(r"[^\n]", " ", found[1:-1]) + '"'

    return token.sub(replace, text)


LAMBDA = re.compile(r"(?:^|[=(,{&|?:]|\breturn\b|\bco_return\b)\s*\[[^\[\]]*\]\s*(?:\([^{}]*\))?[^(){};]*$", re.S)
BLOCK = re.compile(r"(?:^|[){};:\]]|\b(?:else|do|try|const|noexcept|override|final|mutable)"
                   r"|->\s*[\w:<>,\s&*]+)\s*$", re.S)


class Block:
    """One level of braces: code (statements begin in it) or a list of values (part of the statement around it)."""

    def __init__(self, start, is_lambda):
        self.start, self.depth, self.is_lambda = start, 0, is_lambda


def statements(code):
    """(begin, end, inside a lambda) of each statement, and of each head that a block follows."""
    stack = [Block(0, False)]
    lists = []  # depth of stack at which a list of values was opened, with the block's paren depth
    for at, char in enumerate(code):
        block = stack[-1]
        if char == "(":
            block.depth += 1
        elif char == ")":
            block.depth -= 1
        elif char == "{":
            head = code[block.start:at]
            is_lambda = bool(LAMBDA.search(head))
            if is_lambda or (block.depth == 0 and BLOCK.search(head)):
                yield block.start, at, any(b.is_lambda for b in stack)
                lists.append(None)
                stack.append(Block(at + 1, is_lambda))
            elif block.depth == 0 and re.search(r"\b(?:struct|class|union|enum|namespace)\b[^=()]*$", head):
                lists.append(None)
                stack.append(Block(at + 1, False))
            else:
                lists.append(block)
        elif char == "}":
            opened = lists.pop() if lists else None
            if opened is None and len(stack) > 1:
                yield block.start, at, any(b.is_lambda for b in stack)
                inner = stack.pop()
                if not inner.is_lambda:
                    stack[-1].start = at + 1
        elif char == ";" and block.depth == 0:
            yield block.start, at, any(b.is_lambda for b in stack)
            block.start = at + 1


def balanced(text, begin):
    """The position behind the parenthesis that closes the one at `begin`."""
    depth = 0
    for at in range(begin, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return at + 1
    return len(text)


def without_heads(text):
    """The statement behind `if (..)`, `else`, `for (..)`, `while (..)` and labels; None if a head awaits."""
    while True:
        text = text.lstrip()
        label = re.match(r"(?:case\b[^:;{}]*(?:::[^:;{}]*)*|default|public|private|protected):(?!:)", text)
        head = re.match(r"(?:else\s+)?(?:if(?:\s+constexpr)?|for|while|switch)\s*\(", text)
        other = re.match(r"(?:else|do)\b", text)
        if label:
            text = text[label.end():]
        elif head:
            end = balanced(text, head.end() - 1)
            if "co_await" in text[:end]:
                return None
            text = text[end:]
        elif other:
            text = text[other.end():]
        else:
            return text


# Values of these are no aggregates, so that braces around a number are safe.
DURATION = re.compile(r"\b(?:Millis|(?:std::)?chrono::\w+)\{([^{}]*)\}")


def simple_call(text):
    """`a.b->c(..).d(..)`, a name, nothing behind it, and nothing in braces, no choice, no lambda and no co_await inside."""
    text = DURATION.sub(r"value(\1)", text)
    if re.search(r"[{}?]|\bco_await\b", text) or re.search(r"[(,]\s*\[", text):
        return False
    outside = text
    while "(" in outside:
        begin = outside.index("(")
        outside = outside[:begin] + "@" + outside[balanced(outside, begin):]
    name = r"\w+(?:::\w+)*(?:<[\w:,\s<>*&]*>)?@*"
    return re.fullmatch(rf"\s*{name}(?:\s*(?:\.|->)\s*{name})*\s*", outside) is not None


def awaits_well(path, statement):
    text = without_heads(statement)
    if text is None:
        return False
    before, _, after = text.partition("co_await")
    before = before.strip()
    known = (not before or before == "co_return" or re.fullmatch(r"(?:const\s+)?(?:auto|bool)\s+\w+\s*=", before) or
             re.fullmatch(r"[\w.>-]+\s*=", before) or
             (STRUCTURED_BINDINGS.match(path) and re.fullmatch(r"(?:const\s+)?auto\s+\[[\w\s,]+\]\s*=", before)))
    return bool(known) and simple_call(after)


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def coroutines(path, _, code):
    for begin, end, in_lambda in statements(code):
        part = code[begin:end]
        word = re.search(r"\bco_(?:await|return|yield)\b", part)
        if not word:
            continue
        line = line_of(code, begin + word.start())
        if in_lambda:
            yield line, "a lambda is no coroutine: its captures die at the first co_await; write a named function"
        elif "co_await" in part and not awaits_well(path, part):
            yield line, SHAPES
    for match in re.finditer(r"\]\s*(?:\([^(){}]*\))?[^(){};\[\]]*->\s*(?:\w+::)*awaitable\b", code):
        yield line_of(code, match.start()), "a lambda is no coroutine: write a named function"


def room_of(path):
    if path in ("daemon/main.cpp", "ctl/main.cpp"):
        return "main" if path.startswith("daemon") else "ctl"
    parts = path.split("/")
    return parts[1] if parts[0] == "daemon" and len(parts) > 2 else parts[0]


def includes(path, text, _):
    room = room_of(path)
    if room == "tests":
        return
    if room not in ROOMS:
        yield 1, f"room \"{room}\" is not in the table of scripts/guards.py: say there what it may include"
        return
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
        if match and re.match(r"(?:common|daemon|ctl|tests)/", match.group(1)):
            other = room_of(match.group(1))
            if other != room and other not in ROOMS[room]:
                yield number, f"{room} must not include {other}: includes go one way (the table in scripts/guards.py)"
            elif ONLY.get((room, other), match.group(1)) != match.group(1):
                yield number, f"of {other}, {room} includes {ONLY[room, other]} alone"
            if match.group(1) == RAW_API and not HAS_RAW_API.match(path):
                yield number, "whoever changes something at the API has a FencedApi: the raw client asks nobody who acts"
        if room in PURE and IMPURE.match(line):
            yield number, f"{room} is pure: no files, no log, no I/O in it"


def swallowed(_, __, code):
    for match in re.finditer(r"\bcatch\s*\([^()]*\)\s*\{\s*\}", code):
        yield line_of(code, match.start()), "an empty catch swallows an error: log it, or turn it into a Result"
    for match in re.finditer(r"\bdetached\b|\.\s*detach\s*\(\s*\)", code):
        yield line_of(code, match.start()), "what is detached is never joined and loses its exceptions: use TaskGroup"


def sleeps(_, __, code):
    for match in re.finditer(r"\bthis_thread\s*::\s*sleep_(?:for|until)\b", code):
        yield line_of(code, match.start()), "nothing sleeps: wait on the Clock, or for what is awaited"


def dangling(_, __, code):
    for match in re.finditer(r"\bfor\s*\(", code):
        head = code[match.end() - 1:balanced(code, match.end() - 1)]
        _, colon, range_ = head.partition(" : ")
        if colon and re.search(r"\)\s*\[", range_):
            yield line_of(code, match.start()), "a range-for over a part of a temporary dangles: name the whole first"


BORDER = "common/decode/"  # the only place where the JSON of others is parsed
PARSES_JSON = re.compile(r"\b[jJ]son\s*::\s*(?:parse|accept|sax_parse|from_(?:cbor|msgpack|ubjson|bson|bjdata))\b"
                         r"|\bjson_sax\b|\bsimdjson\b")


def foreign_json(path, _, code):
    if path.startswith((BORDER, "tests/")):
        return
    for match in PARSES_JSON.finditer(code):
        yield line_of(code, match.start()), f"JSON is parsed in {BORDER} only: decode it there, into types and within bounds"


def parser_links(path, text):
    """Of a CMakeLists.txt: the border's target alone links the parser."""
    for match in re.finditer(r"target_link_libraries\s*\(\s*(\S+)([^)]*)\)", text):
        if "simdjson" in match.group(2) and match.group(1) != "morpheus_decode":
            yield "parser_links", f"{path}:{line_of(text, match.start())}: morpheus_decode alone links a parser of JSON"


PATH = re.compile(r"`((?:common|ctl|daemon|docs|etc|packaging|scripts|tests)/[^`\s]+)`")
PLACEHOLDER = re.compile(r"[*<>{}]|[A-Z]{3}")  # NAME_command.cpp


def documented_paths(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        for named in PATH.findall(line):
            if not PLACEHOLDER.search(named) and not os.path.exists(named):
                yield "documented_paths", f"{path}:{number}: `{named}` is not there (any more): name what is"


GUARDS = (coroutines, includes, swallowed, sleeps, dangling, foreign_json)


def findings(path, text):
    if path.endswith(".md"):
        yield from documented_paths(path, text)
        return
    if path.endswith("CMakeLists.txt"):
        yield from parser_links(path, text)
        return
    code = strip(text)
    for guard in GUARDS:
        for line, message in guard(path, text, code):
            yield guard.__name__, f"{path}:{line}: {message}"


# (guard, path, code): each is found by that guard.
BAD = [
    ("coroutines", "daemon/x/a.cpp", "void f() { if (co_await g()) h(); }"),
    ("coroutines", "daemon/x/a.cpp", "void f() { while (!co_await g()) { h(); } }"),
    ("coroutines", "daemon/x/a.cpp", "void f() { switch (co_await g()) { case 1: break; } }"),
    ("coroutines", "daemon/x/a.cpp", "void f() { for (auto x : co_await g()) h(x); }"),
    ("coroutines", "daemon/x/a.cpp", "void f() { auto r = c ? co_await a() : b; }"),
    ("coroutines", "daemon/x/a.cpp", "void f() { h(co_await g()); }"),
    ("coroutines", "daemon/x/a.cpp", "void f() { co_await g(co_await h()); }"),
    ("coroutines", "daemon/x/a.cpp", "void f() { co_await g(Agg{1, 2}); }"),
    ("coroutines", "daemon/x/a.cpp", "void f() {\n  const auto r =\n      co_await g(\n          {.x = 1});\n}"),
    ("coroutines", "daemon/x/a.cpp", "void f() { const auto r = (co_await g()).value(); }"),
    ("coroutines", "daemon/x/a.cpp", "void f() { const auto r = 1 + co_await g(); }"),
    ("coroutines", "daemon/x/a.cpp", "void f() { const auto r = co_await g() + 1; }"),
    ("coroutines", "daemon/x/a.cpp", "void f() { const auto r = !co_await g(); }"),
    ("coroutines", "daemon/x/a.cpp", "void f() { const auto [a, b] = co_await g(); }"),
    ("coroutines", "daemon/x/a.cpp", "void f() { const Big r = co_await g(); }"),
    ("coroutines", "daemon/x/a.cpp", "void f() { return Agg{co_await g()}; }"),
    ("coroutines", "daemon/x/a.cpp", "void f() { Agg a{1, co_await g()}; }"),
    ("coroutines", "daemon/x/a.cpp", "void f() { co_await g(c ? a : b); }"),
    ("coroutines", "daemon/x/a.cpp", "void f() { const auto r = co_await g(x, c ? Millis{1} : Millis{2}); }"),
    ("coroutines", "daemon/x/a.cpp", "void f() { co_return co_await (c ? a : b).g(x); }"),
    ("coroutines", "daemon/x/a.cpp", "void f() { co_await g([&] { return 1; }); }"),
    ("coroutines", "daemon/x/a.cpp", "void f() { spawn([this]() -> asio::awaitable<void> { co_await g(); }); }"),
    ("coroutines", "tests/x/a.cpp", "void f() { auto l = [x] { co_return x; }; }"),
    ("coroutines", "tests/x/a.cpp", "void f() { run([](int x) -> asio::awaitable<int> { return g(x); }); }"),
    ("includes", "common/model/a.hpp", '#include "daemon/store/store.hpp"'),
    ("includes", "ctl/main.cpp", '#include "daemon/control/server.hpp"'),
    ("includes", "daemon/policy/a.cpp", '#include "daemon/store/store.hpp"'),
    ("includes", "daemon/store/a.cpp", '#include "daemon/forest/forest_service.hpp"'),
    ("includes", "daemon/forest/a.cpp", '#include "daemon/control/server.hpp"'),
    ("includes", "daemon/main.cpp", '#include "daemon/forest/forest_service.hpp"'),
    ("includes", "daemon/store/a.cpp", '#include "daemon/policy/input.hpp"'),
    ("includes", "daemon/control/a.cpp", '#include "daemon/store/store.hpp"'),
    ("includes", "daemon/systemd/a.cpp", '#include "daemon/provider/local/server_process.hpp"'),
    ("includes", "daemon/provider/hetzner/resource/a.cpp", '#include "daemon/provider/hetzner/api/api.hpp"'),
    ("includes", "daemon/kitchen/a.cpp", ""),
    ("includes", "daemon/policy/a.cpp", "#include <fstream>"),
    ("includes", "daemon/policy/a.cpp", "#include <spdlog/spdlog.h>"),
    ("includes", "daemon/image/a.cpp", "#include <boost/asio/awaitable.hpp>"),
    ("swallowed", "daemon/store/a.cpp", "void f() { try { g(); } catch (...) {\n  // never mind\n} }"),
    ("swallowed", "daemon/store/a.cpp", "void f() { try { g(); } catch (const std::exception& e) {} }"),
    ("swallowed", "daemon/store/a.cpp", "asio::co_spawn(loop, f(), asio::detached);"),
    ("swallowed", "daemon/store/a.cpp", "std::thread(f).detach();"),
    ("sleeps", "tests/x/a.cpp", "std::this_thread::sleep_for(1s);"),
    ("foreign_json", "daemon/x/a.cpp", "const auto json = nlohmann::json::parse(text, nullptr, false);"),
    ("foreign_json", "ctl/a.cpp", "if (json::accept(text)) f();"),
    ("foreign_json", "daemon/x/a.cpp", "class OwnFields : public nlohmann::json_sax<json> {};"),
    ("foreign_json", "daemon/x/a.cpp", "simdjson::dom::parser parser;"),
    ("parser_links", "daemon/x/CMakeLists.txt", "target_link_libraries(morpheus_x PUBLIC a\n PRIVATE PkgConfig::simdjson)"),
    ("documented_paths", "docs/a.md", "it is in `daemon/store/nowhere.cpp`"),
    ("dangling", "tests/x/a.cpp", "void f() { for (const auto& node : ask({\"x\"})[\"nodes\"]) g(node); }"),
]

GOOD = [
    ("daemon/store/a.cpp", """
asio::awaitable<int> f(int x) {
  co_await g(x);
  const auto a = co_await g(std::min(x, 2), h(x));
  auto b = co_await c.of(x)->find<int>(x.name);
  const auto executor = co_await asio::this_coro::executor;
  const bool done = co_await g(x);
  const Millis pause = slow ? chance(5, 90) : Millis{20};
  co_await clock_.sleep_for(Millis{chance.between(20, 300)});
  if (a) co_await g(x);
  for (const int n : all) co_await g(n);
  for (const auto& [name, value] : all.find(x)) co_await g(name);
  for (int i = 0; i < list_of(x)[0]; ++i) co_await g(i);
  if (!b) { state_.last = co_await g(x); } else b = co_await g(x);
  switch (a) {
    case Kind::one: co_await g(x); break;
    default: co_await g(x);
  }
  const std::vector<int> list{1, 2};
  std::ranges::sort(list, [](int l, int r) { return l < r; });
  const auto size = co_await s.read(buffer.prepare(4096), asio::redirect_error(asio::use_awaitable, error));
  try {
    co_await g(x);
  } catch (const std::exception& e) {
    log(e);  // co_await in a comment, if (co_await f())
  }
  log("if (co_await f()) detached");
  co_return co_await g(
      x);
}
"""),
    ("daemon/runtime/timeout.cpp", "void f() { const auto [a, b, c] = co_await group.async_wait(x, y); }"),
    ("daemon/forest/a.cpp", '#include "daemon/store/store.hpp"\n#include "common/error.hpp"\n#include <fstream>'),
    ("tests/unit/a.cpp", '#include "daemon/app/app.hpp"'),
    ("common/decode/a.cpp", "auto tree = nlohmann::json::parse(text, nullptr, false);"),
    ("daemon/store/a.cpp", "const nlohmann::json body{{\"name\", name}}; log(body.dump());"),
    ("docs/a.md", "`daemon/main.cpp`, `daemon/forest/command/NAME_command.cpp` and `tests/*`"),
    ("common/CMakeLists.txt", "target_link_libraries(morpheus_decode PUBLIC a PRIVATE PkgConfig::simdjson)"),
]


def self_test():
    wrong = []
    for guard, path, code in BAD:
        if guard not in {name for name, _ in findings(path, code)}:
            wrong.append(f"{guard} let this pass: {code}")
    for path, code in GOOD:
        wrong += [f"{name} refuses what is right: {message}" for name, message in findings(path, code)]
    return wrong


def main(arguments):
    if arguments == ["--self-test"]:
        messages = self_test()
    else:
        messages = []
        for path in arguments:
            with open(path, encoding="utf-8") as file:
                messages += [message for _, message in findings(path, file.read())]
    for message in messages:
        print(message, file=sys.stderr)
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
