"""A call in which everything happens, as facts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from voicebot.core.call import CallId
from voicebot.core.record import Fact, FactKind

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def told() -> list[Fact]:
    """A call in which everything happens; media began at noon."""
    facts: list[Fact] = []

    def say(kind: str, at_ms: int, **data: Any) -> None:
        time = NOON + timedelta(milliseconds=at_ms)
        facts.append(Fact(CallId("c1"), len(facts), at_ms, time, FactKind(kind), data))

    say("rang", 0, caller="+4917055501", called="hotline")
    say("answered", 0, flow="bank_en", flow_version="v1", language="en", rate=8000)
    say("moved", 0, node="start", via="", step_ms=0.5)
    say("resumed", 900, reason="no speech")
    say(
        "barged_in",
        2_300,
        by="speech",
        onset_ms=2_000,
        silent_ms=180,
        heard_ms=2_100,
        total_ms=5_000,
    )
    say("said", 2_300, text="Welcome.", prompt="hello", start_ms=0, first_sound_ms=30,
        heard_ms=2_150, total_ms=5_000, interrupted=True)  # fmt: skip
    say("heard", 3_500, text="i lost my card", confidence=0.9, hypotheses=[], start_ms=2_000,
        end_ms=3_000, reason="complete", rejected=False, wait_ms=400, decode_ms=200,
        understand_ms=10)  # fmt: skip
    say(
        "understood",
        3_500,
        match="choice",
        choice="lost_card",
        confidence=0.9,
        slots={},
        runner_up="",
    )
    say("moved", 3_500, node="block", via="lost_card", step_ms=1.5)
    say("requested", 3_600, node="block", method="POST", status=201, took_ms=100, error="")
    say("said", 5_000, text="Done.", prompt="done", start_ms=3_600, first_sound_ms=50,
        heard_ms=1_350, total_ms=1_350, interrupted=False)  # fmt: skip
    say("keyed", 6_000, digits="4321", reason="complete")
    say("key_dropped", 6_100, method="inband", reason="duplicate", count=2)
    say("moved", 6_000, node="wait", via="", step_ms=0.1)
    say("queued", 6_200, queue="cards", position=1)
    say("offered", 6_300, queue="cards", agent="anna")
    say("offer_ended", 8_000, queue="cards", agent="anna", outcome="busy")
    say("offered", 8_100, queue="cards", agent="ben")
    say("bridged", 12_200, queue="cards", agent="ben", wait_ms=6_000)
    say("unbridged", 42_200, agent="ben", talk_ms=30_000, by="agent")
    say("measured", 42_300, leg="caller", packets=1_980, lost=10, late=10, doubled=1, reordered=2,
        jitter_ms=4.0, jitter_max_ms=20.0, far_lost=3, underruns=1, overruns=160, refused=0,
        keys_left_out={"unknown key": 1})  # fmt: skip
    say("ended", 42_300, by="agent", outcome="handled", code=200, node="wait")
    return facts
