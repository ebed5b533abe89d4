"""What whole calls leave in logs, metrics and traces."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from desk_hotline import world
from prometheus_client import CollectorRegistry
from test_hotline import SCENARIOS

from voicebot.core.meaning import Expectation, Interpretation
from voicebot.core.record import Fact, FactKind
from voicebot.core.speech import Transcript
from voicebot.observe.call_metrics import CallMetrics
from voicebot.observe.log_lines import formatter
from voicebot.observe.settings import LogFormat, LogSettings
from voicebot.observe.spans import spans
from voicebot.scenario.world import World

NUMBER, WORDS, DIGITS = "+4917055501", "i lost my card", "9876"

CALL = f"""
  0.0  ring     {NUMBER} → desk
  6.0  caller   "{WORDS}"
 12.0  keys     {DIGITS}
 20.0  hangup   caller
"""


@pytest.fixture(params=list(LogFormat))
def log(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """All that is logged, down to the smallest, as a serving hotline would write it."""
    yield from captured(LogSettings(request.param))


def captured(settings: LogSettings) -> Iterator[io.StringIO]:
    text, root = io.StringIO(), logging.getLogger()
    handler, before = logging.StreamHandler(text), root.level
    handler.setFormatter(formatter(settings))
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield text
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


class Quoting:
    """An understanding with a fault: its exception quotes what was said."""

    def worded(self, expectation: Expectation) -> Expectation:
        return expectation

    async def interpret(self, transcript: Transcript, expectation: Expectation) -> Interpretation:
        raise RuntimeError(f"cannot make sense of {transcript.text}")


def broken() -> World:
    hotline = world()
    hotline.understanding = Quoting()
    return hotline


def private_in(text: str) -> list[str]:
    words = [NUMBER, NUMBER[1:], WORDS, "lost", DIGITS]
    return [word for word in words if word in text.lower()]


def test_a_call_is_logged_without_number_words_and_keys(log: io.StringIO) -> None:
    facts = world().play(CALL)
    assert any(f.kind is FactKind.HEARD and f.data["text"] == WORDS for f in facts)
    assert "call began" in log.getvalue()
    assert "call ended" in log.getvalue()
    assert private_in(log.getvalue()) == []


def test_a_fault_that_quotes_the_caller_is_logged_without_the_quotation(log: io.StringIO) -> None:
    hotline = broken()
    facts = hotline.play(CALL)
    assert facts[-1].data["outcome"] == "failed"
    assert any(np.any(frame.samples == 2) for frame in hotline.leg.said), "no apology"
    assert "call failed" in log.getvalue()
    assert "RuntimeError" in log.getvalue()
    assert private_in(log.getvalue()) == []
    assert private_in(str([f.data for f in facts if f.kind is FactKind.FAILED])) == []


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_no_scenario_says_anything_personal(path: Path, log: io.StringIO) -> None:
    text = path.read_text("utf-8")
    facts = world().play(text)
    for fact in facts:
        heard = fact.data.get("text") if fact.kind is FactKind.HEARD else ""
        for private in (heard, fact.data.get("caller"), fact.data.get("digits")):
            if private and len(private) > 1:
                assert private not in log.getvalue()


def test_what_is_personal_is_shown_where_the_setting_says_so() -> None:
    for log in captured(LogSettings(LogFormat.JSON, personal=True)):
        broken().play(CALL)
        lines = [json.loads(line) for line in log.getvalue().splitlines()]
    [began] = [line for line in lines if line["message"] == "call began"]
    assert began["caller"] == NUMBER
    assert any(WORDS in str(line.get("exception")) for line in lines)


# ---------------------------------------------------------------- figures


def folded(facts: list[Fact]) -> CollectorRegistry:
    registry = CollectorRegistry()
    metrics = CallMetrics(registry)
    for fact in facts:
        metrics.take(fact)
    return registry


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_scenario_is_counted_once_and_is_a_tree(path: Path) -> None:
    facts = world().play(path.read_text("utf-8"))
    registry = folded(facts)
    assert registry.get_sample_value("voicebot_calls_started_total") == 1
    [ended] = [
        sample
        for family in registry.collect()
        for sample in family.samples
        if sample.name == "voicebot_calls_ended_total"
    ]
    assert ended.value == 1
    assert ended.labels["outcome"] == facts[-1].data["outcome"]
    root = spans(facts)
    assert root is not None
    assert (root.start, root.end) == (facts[0].time, facts[-1].time)


def test_the_stages_of_a_spoken_turn_are_measured() -> None:
    facts = world().play(CALL)
    registry = folded(facts)

    def stage(name: str) -> float | None:
        return registry.get_sample_value("voicebot_turn_seconds_count", {"stage": name})

    heard = [f for f in facts if f.kind is FactKind.HEARD]
    assert stage("endpointing") == stage("recognition") == len(heard) > 0
    assert all(f.data["wait_ms"] >= 300 for f in heard)
    responses = registry.get_sample_value("voicebot_response_seconds_count", {"by": "speech"})
    assert responses == len(heard)


def test_a_barge_in_tells_how_soon_the_bot_fell_silent() -> None:
    facts = world().play(
        f'  0.0  ring     1 → desk\n  1.5  caller   "{WORDS}"\n 20.0  hangup   caller'
    )
    [barged_in] = [f for f in facts if f.kind is FactKind.BARGED_IN]
    assert 0 < barged_in.data["silent_ms"] <= 250
    assert barged_in.data["silent_ms"] < barged_in.at_ms - barged_in.data["onset_ms"]
