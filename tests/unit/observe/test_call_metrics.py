from __future__ import annotations

from collections.abc import Callable

import pytest
from prometheus_client import CollectorRegistry

from voicebot.core.record import Fact
from voicebot.observe.call_metrics import CallMetrics


class Folded:
    """Metrics, and a short way to ask for a value."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.metrics = CallMetrics(self.registry)

    def take(self, *facts: Fact) -> Folded:
        for fact in facts:
            self.metrics.take(fact)
        return self

    def __call__(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"voicebot_{name}", labels)


def test_a_call_by_state_and_outcome(story: list[Fact]) -> None:
    value = Folded().take(*story)
    assert value("calls_started_total") == 1
    assert value("calls_ended_total", flow="bank_en", outcome="handled", by="agent") == 1
    assert value("call_seconds_sum") == pytest.approx(42.3)


@pytest.mark.parametrize(
    ("stage", "seconds", "count"),
    [
        ("endpointing", 0.4, 1),
        ("recognition", 0.2, 1),
        ("recognition_wait", 0.1, 1),
        ("understanding", 0.01, 1),
        ("flow", 0.0021, 3),
        ("first_sound", 0.08, 2),
    ],
)
def test_the_stages_of_a_turn(story: list[Fact], stage: str, seconds: float, count: int) -> None:
    value = Folded().take(*story)
    assert value("turn_seconds_sum", stage=stage) == pytest.approx(seconds)
    assert value("turn_seconds_count", stage=stage) == count


def test_a_response_is_from_the_end_of_speech_to_the_first_sound(story: list[Fact]) -> None:
    value = Folded().take(*story)
    assert value("response_seconds_sum", by="speech") == pytest.approx(0.650)
    assert value("response_seconds_count", by="speech") == 1
    assert value("response_seconds_count", by="keys") is None, "nothing was said after the keys"


def test_barge_ins_true_and_false(story: list[Fact]) -> None:
    value = Folded().take(*story)
    assert value("barge_in_seconds_sum", by="speech") == pytest.approx(0.18)
    assert value("barge_ins_resumed_total", reason="no speech") == 1


def test_waiting_talking_and_asking_back(story: list[Fact]) -> None:
    value = Folded().take(*story)
    assert value("queue_wait_seconds_sum", queue="cards", outcome="answered") == 6
    assert value("talk_seconds_sum") == 30
    assert value("offers_failed_total", outcome="busy") == 1
    assert value("backend_request_seconds_sum", result="2xx") == pytest.approx(0.1)
    assert value("inputs_total", result="answer") == 1


def test_the_sound_of_a_leg(story: list[Fact]) -> None:
    value = Folded().take(*story)
    assert value("rtp_packets_total", leg="caller", fate="lost") == 10
    assert value("rtp_loss_ratio_sum", leg="caller") == pytest.approx(20 / 1_990)
    assert value("rtp_jitter_seconds_sum", leg="caller") == pytest.approx(0.004)
    assert value("pcm_underruns_total", leg="caller") == 1
    assert value("pcm_overrun_samples_total", leg="caller") == 160
    assert value("dtmf_discards_total", method="inband", reason="duplicate") == 2
    assert value("dtmf_discards_total", method="signaled", reason="unknown key") == 1


def test_a_leg_without_a_packet_has_no_loss(fact: Callable[..., Fact], story: list[Fact]) -> None:
    measured = next(f for f in story if f.kind == "measured")
    silent = {**measured.data, "packets": 0, "lost": 0, "late": 0}
    value = Folded().take(fact("measured", **silent))
    assert value("rtp_loss_ratio_count", leg="caller") is None


def test_failures_and_requests_without_an_answer(fact: Callable[..., Fact]) -> None:
    value = Folded().take(
        fact("failed", what="speech recognition", error="the words of a caller"),
        fact("requested", node="n", method="GET", status=0, took_ms=9_000, error="timeout"),
    )
    assert value("call_failures_total", what="speech recognition") == 1
    assert value("backend_request_seconds_count", result="timeout") == 1


def test_nothing_of_a_caller_is_a_label(story: list[Fact]) -> None:
    value = Folded().take(*story)
    shown = [
        label
        for family in value.registry.collect()
        for sample in family.samples
        for label in sample.labels.values()
    ]
    for private in ("c1", "+4917055501", "i lost my card", "4321", "anna", "ben"):
        assert private not in shown


def test_a_gap_forgets_running_calls_and_is_counted(story: list[Fact]) -> None:
    value = Folded().take(*story[:7])
    value.metrics.missed()
    value.take(*story[7:])
    assert value("feed_gaps_total") == 1
    assert value("response_seconds_count", by="speech") is None
    assert value("calls_ended_total", flow="", outcome="handled", by="agent") == 1
