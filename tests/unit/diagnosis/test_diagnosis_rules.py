"""Every rule on journals that are written by hand: what it finds, and what it leaves alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from voicebot.core.audio import Pcm
from voicebot.core.call import CallId
from voicebot.core.errors import Severity
from voicebot.core.record import Fact, FactKind
from voicebot.diagnosis.case import Case, Expected
from voicebot.diagnosis.finding import Finding
from voicebot.diagnosis.meaning import nearest
from voicebot.diagnosis.rules import RULES, diagnose
from voicebot.diagnosis.sound import Sound

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
RATE = 8_000
Line = tuple[int, str, dict[str, Any]]

MAIN: Line = (0, "moved", {"node": "main", "via": "start"})
SAID: Line = (2_000, "said", {"text": "Yes?", "start_ms": 0, "heard_ms": 2_000, "total_ms": 2_000})
SERVED: Line = (20_000, "ended", {"by": "bot", "outcome": "contained", "code": 200, "node": "bye"})


def heard(at_ms: int, start_ms: int, end_ms: int, text: str = "my order", **more: Any) -> Line:
    data = {"text": text, "confidence": 0.9, "start_ms": start_ms, "end_ms": end_ms}
    data |= {"reason": "complete", "rejected": False, "wait_ms": at_ms - end_ms}
    return at_ms, "heard", {**data, **more}


def understood(at_ms: int, choice: str = "order", confidence: float = 0.9) -> Line:
    data = {"match": "choice", "choice": choice, "confidence": confidence, "slots": {}}
    return at_ms, "understood", {**data, "runner_up": ""}


def facts_of(*lines: Line) -> tuple[Fact, ...]:
    return tuple(
        Fact(CallId("c"), seq, at_ms, NOON + timedelta(milliseconds=at_ms), FactKind(kind), data)
        for seq, (at_ms, kind, data) in enumerate(lines)
    )


def found(*lines: Line, sound: Sound | None = None, **expected: Expected) -> list[Finding]:
    return list(diagnose(Case(facts_of(*lines), expected, sound)))


def rules(*lines: Line, sound: Sound | None = None, **expected: Expected) -> list[str]:
    return [one.rule for one in found(*lines, sound=sound, **expected)]


GOOD = (MAIN, SAID, heard(3_700, 2_500, 3_300), understood(3_700))
REPLY: Line = (5_000, "said", {"text": "It is.", "start_ms": 3_700, "heard_ms": 1_300})


def measured(**values: int) -> Line:
    return 20_000, "measured", {"leg": "caller", "packets": 1_000, "lost": 0, "late": 0, **values}


def requested(took_ms: int, status: int = 200, error: str = "") -> Line:
    data = {"node": "look", "method": "GET", "status": status, "took_ms": took_ms, "error": error}
    return 3_700 + took_ms, "requested", data


def test_nothing_is_found_in_a_good_call() -> None:
    assert rules(*GOOD, REPLY, SERVED, measured(lost=3, jitter_ms=9)) == []


def test_each_rule_is_there_once() -> None:
    assert len(set(RULES)) == len(RULES)


@pytest.mark.parametrize(
    ("rule", "severity", "lines"),
    [
        ("packets-lost", "error", [*GOOD, measured(lost=60)]),
        ("packets-lost", "warning", [*GOOD, measured(lost=15)]),
        ("packets-late", "warning", [*GOOD, measured(late=20)]),
        ("jitter", "warning", [*GOOD, measured(jitter_ms=80)]),
        ("far-end-lost", "warning", [*GOOD, measured(far_lost=40)]),
        ("gaps-in-our-sound", "warning", [*GOOD, measured(underruns=3)]),
        ("back-end-failed", "error", [*GOOD, requested(300, 503)]),
        ("back-end-failed", "error", [*GOOD, requested(300, 0, "timeout")]),
        ("back-end-slow", "warning", [*GOOD, requested(2_500)]),
        ("failed", "error", [*GOOD, (4_000, "failed", {"what": "speech synthesis", "error": "x"})]),
        ("recording-stopped", "warning", [*GOOD, (4_000, "recording", {"failed": "disk full"})]),
        ("prompt-paused", "warning", [MAIN, (1_900, "resumed", {"paused_ms": 900})]),
        ("keys-dropped", "warning", [MAIN, (900, "key_dropped", {"reason": "not_wanted"})]),
        (
            "recognizer-failed",
            "error",
            [MAIN, (9_000, "read", {"asked_ms": 900, "final": True, "error": "late"})],
        ),
        (
            "recognizer-slow",
            "warning",
            [MAIN, heard(3_700, 2_500, 3_300, decode_ms=1_400), understood(3_700)],
        ),
        (
            "speech-cut-off",
            "warning",
            [MAIN, heard(18_000, 3_000, 18_000, reason="max_speech"), understood(18_000)],
        ),
        (
            "transfer-failed",
            "error",
            [*GOOD, (9_000, "transferred", {"target": "shop", "outcome": "busy", "code": 486})],
        ),
        (
            "offers-in-vain",
            "warning",
            [*GOOD, (9_000, "offer_ended", {"agent": "anna", "outcome": "no_answer"})],
        ),
    ],
)
def test_one_fact_that_tells(rule: str, severity: str, lines: list[Line]) -> None:
    [one] = [finding for finding in found(*lines) if finding.rule == rule]
    assert (one.severity, one.node != "", one.remedy != "") == (severity, True, True)
    assert one.evidence
    assert rules(*lines).count(rule) == 1


def test_few_packets_and_an_answer_of_the_flow_are_no_fault() -> None:
    few = (900, "measured", {"leg": "caller", "packets": 10, "lost": 5, "late": 2, "far_lost": 9})
    assert rules(*GOOD, REPLY, few, requested(300, 404), requested(300, 403)) == []


def test_an_utterance_that_went_on_behind_its_end() -> None:
    lines = [MAIN, SAID, heard(3_700, 2_500, 3_300), understood(3_700)]
    cut = [*lines, heard(5_000, 3_900, 4_600, "please"), understood(5_000)]
    [one] = found(*cut)
    assert (one.rule, one.at_ms, one.node) == ("endpoint-cut", 3_300, "main")
    assert '"my order"' in one.evidence[0].text
    assert "please" in one.evidence[1].text
    later = [*lines, REPLY, heard(8_000, 6_900, 7_600, "please"), understood(8_000)]
    assert rules(*later) == []


def sound(*spans: tuple[int, int, int], length_ms: int = 8_000) -> Sound:
    """A tone of a peak from and to, over a soft line."""
    samples = np.random.default_rng(1).integers(-20, 20, length_ms * RATE // 1000)
    for start_ms, end_ms, peak in spans:
        first, last = start_ms * RATE // 1000, end_ms * RATE // 1000
        wave = np.sin(np.arange(last - first) * 2 * np.pi * 440 / RATE) * peak
        samples[first:last] = np.clip(wave, -32_124, 32_124)
    return Sound(Pcm(samples.astype(np.int16), RATE))


def test_the_recording_tells_that_speech_went_on() -> None:
    lines = [*GOOD, REPLY]
    assert rules(*lines, sound=sound((2_500, 3_300, 8_000))) == []
    assert rules(*lines, sound=sound((2_500, 3_900, 8_000))) == ["endpoint-cut"]


def test_the_recording_tells_of_levels() -> None:
    assert rules(*GOOD, REPLY, sound=sound((2_500, 3_300, 60_000))) == ["clipped-speech"]
    assert rules(*GOOD, REPLY, sound=sound((2_500, 3_300, 120))) == ["soft-speech"]


def test_the_recording_tells_of_speech_that_was_not_heard() -> None:
    lines = [MAIN, SAID, (7_000, "timed_out", {"node": "main", "count": 1})]
    assert rules(*lines, sound=sound()) == []
    assert rules(*lines, sound=sound((4_000, 5_000, 8_000))) == ["speech-not-heard"]


def test_unsure_by_the_levels_of_the_node() -> None:
    asked = [
        MAIN,
        SAID,
        heard(3_700, 2_500, 3_300, confidence=0.5),
        understood(3_700, "order", 0.5),
    ]
    [one] = found(*asked)
    assert (one.rule, one.severity) == ("unsure", Severity.WARNING)
    assert "accept 0.6, confirm 0.35" in one.message
    assert rules(*asked, main=Expected(accept=0.4, confirm=0.2)) == []
    [one] = found(*asked, main=Expected(accept=0.8, confirm=0.7))
    assert one.severity is Severity.ERROR


def test_readings_are_evidence() -> None:
    readings = {"hypotheses": ["my odor"], "confidences": [0.31], "rejected": True}
    [one] = found(MAIN, heard(3_700, 2_500, 3_300, confidence=0.33, **readings))
    assert 'or "my odor" 0.31' in [e.text for e in one.evidence]


def test_a_phrase_that_is_lacking() -> None:
    no: Line = (3_700, "not_understood", {"node": "main", "count": 1, "text": "where is my order"})
    said = heard(3_700, 2_500, 3_300, "where is my order")
    known = Expected(("my order", "a person", "what about my order"))
    [one] = found(MAIN, SAID, said, no, main=known)
    assert one.rule == "phrase-lacking"
    assert "what about my order" in one.remedy
    [one] = found(MAIN, SAID, said, no)
    assert "not known" in one.evidence[1].text
    unsure = heard(3_700, 2_500, 3_300, "where is my order", confidence=0.1)
    assert rules(MAIN, SAID, unsure, no, main=known) == ["unsure"]


def test_what_is_near() -> None:
    assert nearest("my orders", ("a person", "my order")) == [("my order", 0.941)]
    assert nearest("weather", ("a person", "my order")) == []


def test_a_denial() -> None:
    no: Line = (6_000, "not_understood", {"node": "main", "count": 1, "text": ""})
    yes_no = [heard(6_000, 5_000, 5_600, "no"), understood(6_000, "no")]
    assert rules(*GOOD, REPLY, *yes_no, no) == ["denied"]


def test_a_prompt_that_was_cut_by_nothing() -> None:
    cut = {"by": "speech", "onset_ms": 900, "silent_ms": 100, "heard_ms": 1_000, "total_ms": 3_000}
    lines = [MAIN, (1_600, "said", {"start_ms": 0, "heard_ms": 1_000, "interrupted": True})]
    lines.append((1_600, "barged_in", cut))
    noise = heard(2_600, 900, 1_900, "", rejected=True, confidence=0.0)
    assert "false-barge-in" in rules(*lines, noise)
    assert "false-barge-in" not in rules(*lines, heard(2_600, 900, 1_900), understood(2_600))
    silence: Line = (9_000, "timed_out", {"node": "main", "count": 1})
    assert "false-barge-in" in rules(*lines, silence)


def test_talking_at_once() -> None:
    over = heard(4_000, 500, 1_900)
    assert rules(MAIN, SAID, over, understood(4_000)) == ["talked-over"]
    assert rules(MAIN, SAID, heard(4_000, 1_700, 3_500), understood(4_000)) == []


def test_a_beginning_that_is_missing() -> None:
    lines = [
        MAIN,
        SAID,
        heard(3_700, 2_040, 3_300, confidence=0.4),
        understood(3_700, "order", 0.4),
    ]
    assert rules(*lines) == ["start-clipped", "unsure"]


def test_dead_air() -> None:
    late: Line = (12_000, "said", {"text": "It is.", "start_ms": 10_000, "heard_ms": 2_000})
    ask = requested(6_000)
    assert rules(*GOOD, ask, late) == ["dead-air", "back-end-slow"]
    [one, _] = found(*GOOD, ask, late)
    assert (one.at_ms, "6.7 s" in one.message) == (3_300, True)
    assert any("took_ms=6000" in evidence.text for evidence in one.evidence)


def test_time_that_callers_take_is_not_dead_air() -> None:
    silence: Line = (9_000, "timed_out", {"node": "main", "count": 1})
    again: Line = (11_000, "said", {"text": "Yes?", "start_ms": 9_000, "heard_ms": 2_000})
    assert rules(MAIN, SAID, silence, again) == []


def test_silence_twice_and_a_dead_end() -> None:
    silences: list[Line] = [
        (7_000, "timed_out", {"node": "main", "count": 1}),
        (14_000, "timed_out", {"node": "main", "count": 2}),
        (14_000, "moved", {"node": "bye", "via": "no_input"}),
        (15_000, "said", {"text": "Goodbye.", "start_ms": 14_000, "heard_ms": 1_000}),
    ]
    assert rules(MAIN, *silences, SERVED) == ["dead-end", "no-inputs"]
    person: Line = (15_000, "bridged", {"queue": "service", "agent": "anna", "wait_ms": 9})
    assert rules(MAIN, *silences, person, SERVED) == ["no-inputs"]


def test_nothing_understood_twice() -> None:
    no = [
        (at, "not_understood", {"node": "main", "count": at, "text": ""}) for at in (3_000, 6_000)
    ]
    assert rules(MAIN, *no) == ["no-matches"]


def test_circles() -> None:
    again: list[Line] = []
    for round_ms in (4_000, 8_000, 12_000):
        again += [(round_ms, "moved", {"node": "main", "via": "said"}), understood(round_ms)]
    [one] = found(MAIN, *again)
    assert (one.rule, "order" in one.message) == ("circle", True)
    assert rules(MAIN, *again[:4]) == []
    lost: list[Line] = [(at, "moved", {"node": "ask", "via": "again"}) for at in (1, 2, 3)]
    assert rules(MAIN, *lost) == ["circle"]


def test_nobody_came() -> None:
    queued: Line = (4_000, "queued", {"queue": "service", "position": 2})
    rang: Line = (9_000, "offer_ended", {"agent": "anna", "outcome": "no_answer"})
    left: Line = (
        64_000,
        "left_queue",
        {"queue": "service", "outcome": "timeout", "wait_ms": 60_000},
    )
    findings = found(*GOOD, queued, rang, left)
    assert [one.rule for one in findings] == ["offers-in-vain", "no-person"]
    assert "60.0 s in service" in findings[1].message
    served: Line = (9_000, "left_queue", {"queue": "service", "outcome": "served", "wait_ms": 9})
    assert rules(*GOOD, queued, served) == []


@pytest.mark.parametrize(
    ("by", "outcome", "severity"),
    [
        ("caller", "hung_up", "warning"),
        ("caller", "abandoned", "warning"),
        ("system", "failed", "error"),
        ("caller", "handled", None),
        ("bot", "refused", None),
    ],
)
def test_how_it_ended(by: str, outcome: str, severity: str | None) -> None:
    end: Line = (9_000, "ended", {"by": by, "outcome": outcome, "code": 200, "node": "main"})
    findings = found(*GOOD, REPLY, end)
    assert [one.severity.value for one in findings] == ([severity] if severity else [])


def test_facts_with_nothing_in_them_are_passed_over() -> None:
    empty = [(at, kind.value, {}) for at, kind in enumerate(FactKind)]
    assert diagnose(Case(facts_of(*empty))) == diagnose(Case(facts_of(*empty)))
    assert diagnose(Case(())) == ()
