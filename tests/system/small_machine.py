"""A user_data of the box's own: a machine that downloads nats-server and runs it."""

import json

UNIT = """[Unit]
Description=NATS server
[Service]
ExecStart=/usr/local/bin/nats-server --config /etc/nats.conf
ExecStop=/bin/kill -s SIGUSR2 $MAINPID
ExecStopPost=/bin/sh -c 'date +%s >/var/drained'
TimeoutStopSec=30
[Install]
WantedBy=multi-user.target
"""

CONF = """server_name: "{name}"
listen: "[::]:4222"
http: "[::]:8222"
lame_duck_duration: "30s"
lame_duck_grace_period: "1s"
"""


def user_data(name, release_url, nimsforest_url):
    """What the machine is told. Its NimsForest starts once the server serves."""
    install = (f"curl --fail --silent --show-error --retry 3 {release_url} | tar --extract --gzip --strip-components=1 "
               "--directory=/usr/local/bin")
    fetch = f"curl --fail --silent --show-error --output /usr/local/bin/nimsforest {nimsforest_url}"
    forest = ["systemd-run", "--unit=nimsforest", "--setenv=NATS_URL=nats://[::1]:4222", "--setenv=FOREST_ID=box",
              "/usr/local/bin/nimsforest"]
    files = [{"path": "/etc/nats.conf", "content": CONF.format(name=name)},
             {"path": "/etc/systemd/system/nats.service", "content": UNIT}]
    commands = [install, fetch, "chmod 755 /usr/local/bin/nimsforest", "systemctl daemon-reload",
                "systemctl enable --now nats.service", forest]
    return "#cloud-config\n" + json.dumps({"write_files": files, "runcmd": commands})
