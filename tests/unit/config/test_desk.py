"""Tokens and the agents' desk in hotline.toml: every mistake at once, each at its line."""

from __future__ import annotations

from pathlib import Path

from voicebot.config.desk import check_desk
from voicebot.config.settings import HotlineFile
from voicebot.config.toml_file import TomlFile

TEXT = """\
[[queues]]
name = "service"

[[agents]]
name = "anna"
address = "sip:anna@192.168.1.20"
queues = ["service"]

[console]
token = "0123456789abcdef"

[[console.tokens]]
name = "anna"
token = "anna-anna-anna-anna"

[[console.tokens]]
name = "ana"
token = "too short"

[[console.tokens]]
name = "eva"
role = "supervisor"
token = "0123456789abcdef"
queues = ["servce"]

[desk]
dispositions = ["resolved", "not resolved"]
screen_pop = "http://crm.example/{caller}"
lagged_after_s = -1
earlier_calls = 500
"""


def test_every_mistake_is_found_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "hotline.toml"
    path.write_text(TEXT, "utf-8")
    file = TomlFile(path)
    hotline = file.read(HotlineFile)
    assert hotline is not None
    assert not file.problems
    check_desk(file, hotline.console, hotline.desk, hotline.queues, hotline.agents)
    lines = TEXT.splitlines()
    found = [(problem.code, lines[problem.line - 1]) for problem in file.problems]
    assert found == [
        ("bad-value", 'token = "too short"'),
        ("unknown-agent", 'name = "ana"'),
        ("twice", 'token = "0123456789abcdef"'),
        ("unknown-queue", 'queues = ["servce"]'),
        ("bad-address", 'screen_pop = "http://crm.example/{caller}"'),
        ("bad-value", 'dispositions = ["resolved", "not resolved"]'),
        ("bad-value", "lagged_after_s = -1"),
        ("bad-value", "earlier_calls = 500"),
    ]
    assert all(problem.hint for problem in file.problems)
    assert not [p for p in file.problems if "0123456789abcdef" in f"{p.message}{p.hint}"]
