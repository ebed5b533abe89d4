"""Queues and agents in hotline.toml: every mistake at once, each at its line."""

from __future__ import annotations

from pathlib import Path

from voicebot.config.people import check_people
from voicebot.config.settings import HotlineFile
from voicebot.config.toml_file import TomlFile
from voicebot.core.queueing import AgentState, RelaxStep, Strategy, WrapUp

GOOD = """\
[[queues]]
name = "service"
strategy = "ring_progressive"
ring_agents = 3
wrap_up = "mandatory"
absent = ["offline", "paused"]
relax = [
  {expr = "sticky", for_s = 20},
  {expr = "english >= 50 and ring <= 1", for_s = 30},
  {expr = "serves cards or any"},
]

[[queues]]
name = "cards"

[[agents]]
name = "anna"
address = "sip:anna@192.168.1.20"
queues = ["service"]
skills = {english = 80}
rings = {service = 2}
"""

BAD = """\
[[queues]]
name = "service"
max_length = 0
announce_every_ms = 1000
strategy = "longest-idle"
absent = ["available"]
relax = [{expr = "sticky"}, {expr = "englisch > 5", for_s = 9}, {expr = "serves card"}]

[[queues]]
name = "service"
relax = [{expr = "any and", for_s = 5}]
wrap_up_ms = 200000

[[agents]]
name = "anna"
address = "sip:anna@192.168.1.20"
queues = ["servce"]
skills = {english = 101, ring = 5}
rings = {cards = 0}
"""


def read(folder: Path, text: str) -> tuple[HotlineFile, TomlFile]:
    path = folder / "hotline.toml"
    path.write_text(text, "utf-8")
    file = TomlFile(path)
    hotline = file.read(HotlineFile)
    assert hotline is not None
    check_people(file, hotline.queues, hotline.agents)
    return hotline, file


def test_all_that_there_is_to_set_is_read(tmp_path: Path) -> None:
    hotline, file = read(tmp_path, GOOD)
    assert file.problems == []
    queue, agent = hotline.queues[0], hotline.agents[0]
    assert queue.strategy is Strategy.RING_PROGRESSIVE
    assert queue.wrap_up is WrapUp.MANDATORY
    assert queue.absent == (AgentState.OFFLINE, AgentState.PAUSED)
    assert queue.relax[0] == RelaxStep("sticky", 20)
    assert (agent.skills, agent.rings) == ({"english": 80}, {"service": 2})


def test_every_mistake_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    _, file = read(tmp_path, BAD)
    found = {(p.line, p.code) for p in file.problems}
    assert found == {
        (3, "bad-value"),  # max_length
        (4, "bad-value"),  # announce_every_ms
        (5, "bad-value"),  # strategy
        (6, "bad-value"),  # absent
        (7, "bad-value"),  # a step without a time
        (7, "unknown-agent"),  # englisch
        (7, "unknown-queue"),  # serves card
        (10, "twice"),
        (11, "bad-expression"),
        (9, "bad-value"),  # the cap below the wrap-up
        (17, "unknown-queue"),  # servce
        (18, "bad-value"),  # a level, and a name that is a word
        (19, "unknown-queue"),  # rings of a queue that the agent does not serve
        (19, "bad-value"),
    }
    text = "\n".join(map(str, file.problems))
    assert "did you mean english?" in text
    assert "did you mean service?" in text
    assert "'ring' is no name of a skill" in text


def test_who_agents_are_on_the_phone_is_checked_and_no_digits_are_shown(tmp_path: Path) -> None:
    text = GOOD + (
        'language = "tlh"\nnumber = "17"\npin = "12"\n\n[[agents]]\nname = "ben"\n'
        'address = "sip:ben@192.168.1.21"\nqueues = []\nnumber = "17"\npin = "12ab56"\n'
    )
    problems = read(tmp_path, text)[1].problems
    assert [(p.code, p.message.split(":")[0]) for p in problems] == [
        ("bad-value", "agents[0].pin"),
        ("unknown-language", "agents[0].language"),
        ("bad-value", "agents[1].pin"),
        ("twice", "agents[1].number"),
    ]
    assert not [p for p in problems if "12" in p.message]
