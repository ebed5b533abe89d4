"""Mistakes in three files, of every kind: all of them are named, and nothing is started."""

from __future__ import annotations

import socket
from pathlib import Path

from hotline import quiet_port, voicebot

SIP = """\
capacity = "many"
colour = "red"

[[transports]]
protocol = "carrier pigeon"
port = {port}

[media]
codec = ["PCMU"]
"""

HOTLINE = """\
[calls]
default_flow = "shop"

[calls.flows]
"4711" = "shopp"

[[queues]]
name = "service"
ring_ms = "long"

[[agents]]
name = "anna"
address = "sip:anna@127.0.0.1"
queue = ["service"]
queues = ["servise"]

[console]
prot = 8080
"""

FLOW = """\
flow: shop
language: en
start: welcome
on_error: trouble
prompts:
  hello: "Hello."
nodes:
  welcome: {kind: say, prompt: helo, to: main}
  main: {kind: menue, prompt: hello}
  trouble: {kind: hangup, prompt: hello, to: welcome}
"""

EXPECTED = [
    ("sip.toml", 1, "capacity"),
    ("sip.toml", 2, "colour"),
    ("sip.toml", 5, "protocol"),
    ("sip.toml", 9, "codec"),
    ("hotline.toml", 9, "ring_ms"),
    ("hotline.toml", 14, "queue"),
    ("hotline.toml", 15, "servise"),
    ("hotline.toml", 18, "prot"),
    ("shop.yaml", 8, "helo"),
    ("shop.yaml", 9, "menue"),
    ("shop.yaml", 10, "to"),
]


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    port = quiet_port()
    config, flows, data = (tmp_path / name for name in ("config", "flows", "data"))
    config.mkdir()
    flows.mkdir()
    (config / "sip.toml").write_text(SIP.format(port=port))
    (config / "hotline.toml").write_text(HOTLINE)
    (flows / "shop.yaml").write_text(FLOW)
    words = ["serve", "--config", str(config), "--flows", str(flows), "--data", str(data)]
    done = voicebot(*words)
    lines = done.stderr.splitlines()
    assert done.returncode == 2, done.stderr
    for file, line, word in EXPECTED:
        found = [text for text in lines if f"{file}:{line}:" in text and word in text]
        assert found, f"{file}:{line} {word} is missing in\n{done.stderr}"
    assert "nothing was started" in lines[-1]
    assert "Traceback" not in done.stderr
    assert not data.exists()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", port))
