"""CPU of prometheus for one scrape of a small page, of as many targets, as often."""

import contextlib
import http.server
import json
import statistics
import threading
import time

from box import POLL_SECONDS
from running import cpu_seconds, free_port, get, measured_nothing, memory_mib, process, wait_until

HOST = "127.0.0.1"
# As node_exporter tells the load average.
PAGE = "".join(f"# HELP node_load{n} {n}m load average.\n# TYPE node_load{n} gauge\nnode_load{n} 0.25\n" for n in (1, 5, 15)).encode()


class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # kept connections

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def page():
    """Serves the page; yields its port."""
    server = http.server.ThreadingHTTPServer((HOST, 0), Page)
    server.daemon_threads = True
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def write_config(file, port, targets):
    """Each target is the same page under a name of its own."""
    listed = [{"targets": [f"{HOST}:{port}"], "labels": {"node": str(n)}} for n in range(targets)]
    config = {"global": {"scrape_interval": f"{POLL_SECONDS}s", "scrape_timeout": "3s"},
              "scrape_configs": [{"job_name": "bench", "static_configs": listed}]}
    file.write_text(json.dumps(config))  # JSON is YAML


def scrapes(web, what):
    found = json.loads(get(f"http://{HOST}:{web}/api/v1/query?query={what}") or "{}")
    values = found.get("data", {}).get("result", [])
    return int(values[0]["value"][1]) if values else 0


def prometheus(table, directory, build, scale):
    del build
    targets, web, spent = scale.nodes, free_port(HOST), []
    with page() as port:
        write_config(directory / "prometheus.yml", port, targets)
        server = ["prometheus", f"--config.file={directory}/prometheus.yml", f"--storage.tsdb.path={directory}/tsdb",
                  f"--web.listen-address={HOST}:{web}"]
        with process(server, directory / "prometheus.log") as child:
            wait_until(lambda: get(f"http://{HOST}:{web}/-/ready"), "prometheus's answer")
            wait_until(lambda: scrapes(web, "sum(up)") == targets, f"{targets} targets' first scrape by prometheus")
            time.sleep(scale.warm_up)
            for _ in range(scale.repeats):
                cpu = cpu_seconds(child.pid)
                time.sleep(scale.window)
                spent.append((cpu_seconds(child.pid) - cpu) / (targets * scale.window / POLL_SECONDS) * 1e6)
            up, memory = scrapes(web, "sum(up)"), memory_mib(child.pid)
    if up != targets:
        measured_nothing(f"prometheus reaches {up} of {targets} targets")
    table.add(f"prometheus, {targets} targets", f"{statistics.median(spent):.0f} us a scrape", f"{memory:.0f} MiB")
