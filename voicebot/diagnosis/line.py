"""Rules about the line: packets, gaps, levels."""

from __future__ import annotations

from collections.abc import Iterator

from voicebot.core.errors import Severity
from voicebot.core.record import Fact, FactKind
from voicebot.diagnosis.case import Case, number
from voicebot.diagnosis.finding import Evidence, Finding, shown

_MANY_PERCENT = 3.0
_CLIPPED_SHARE = 0.005
_SOFT_DB = -45.0
_LEAST_LEVEL_MS = 200
_LEAST_PACKETS = 50


def packet_loss(case: Case) -> Iterator[Finding]:
    """Sound of a leg that never came, or came too late to be played."""
    for fact in case.of(FactKind.MEASURED):
        came, lost, late = (number(fact.data, name) for name in ("packets", "lost", "late"))
        if came + lost < _LEAST_PACKETS:
            continue
        for what, count in (("lost", lost), ("late", late)):
            percent = 100 * count / (came + lost)
            if percent < case.limits.lost_percent:
                continue
            severity = Severity.ERROR if percent >= _MANY_PERCENT else Severity.WARNING
            yield case.finding(
                f"packets-{what}",
                fact,
                severity,
                f"{percent:.1f} % of the {fact.data.get('leg', '')}'s packets {_WHAT[what]}",
                _REMEDY[what],
                shown(fact, "leg", "packets", "lost", "late", "jitter_ms", "jitter_max_ms"),
            )


_WHAT = {"lost": "were lost", "late": "came too late to be played"}
_REMEDY = {
    "lost": "look at the network between trunk and hotline: QoS for RTP, Wi-Fi, a full uplink; "
    "ask the carrier where its own figures say the same",
    "late": "look for jitter on the way (QoS, VPN, Wi-Fi) and for a loaded machine; a longer "
    "jitter buffer trades delay for it",
}


def jitter(case: Case) -> Iterator[Finding]:
    """Packets that came unevenly, even if few were lost."""
    for fact in case.of(FactKind.MEASURED):
        if number(fact.data, "jitter_ms") < case.limits.jitter_ms:
            continue
        yield case.finding(
            "jitter",
            fact,
            Severity.WARNING,
            f"the {fact.data.get('leg', '')}'s packets came unevenly",
            _REMEDY["late"],
            shown(fact, "leg", "jitter_ms", "jitter_max_ms"),
        )


def far_loss(case: Case) -> Iterator[Finding]:
    """What the far end missed of the bot's sound."""
    for fact in case.of(FactKind.MEASURED):
        missed, came = number(fact.data, "far_lost"), number(fact.data, "packets")
        if came < _LEAST_PACKETS or 100 * missed / came < case.limits.lost_percent:
            continue
        yield case.finding(
            "far-end-lost",
            fact,
            Severity.WARNING,
            f"the {fact.data.get('leg', '')}'s side missed packets of ours: prompts had holes",
            _REMEDY["lost"],
            shown(fact, "leg", "packets", "far_lost"),
        )


def gaps(case: Case) -> Iterator[Finding]:
    """Holes in what we played, made by ourselves."""
    for fact in case.of(FactKind.MEASURED):
        if not number(fact.data, "underruns") and not number(fact.data, "overruns"):
            continue
        yield case.finding(
            "gaps-in-our-sound",
            fact,
            Severity.WARNING,
            f"what the {fact.data.get('leg', '')} heard of us had gaps",
            "the machine was too busy: look at its load at that time (docs/monitoring.md), and "
            "take fewer calls on this node",
            shown(fact, "leg", "underruns", "overruns", "refused"),
        )


def clipped_speech(case: Case) -> Iterator[Finding]:
    """Speech that came at full scale: its peaks are cut off. Needs the recording."""
    yield from _of_level(case, "clipped-speech")


def soft_speech(case: Case) -> Iterator[Finding]:
    """Speech that came very softly. Needs the recording."""
    yield from _of_level(case, "soft-speech")


def _of_level(case: Case, rule: str) -> Iterator[Finding]:
    for fact in case.of(FactKind.HEARD) if case.sound else ():
        measure = _MEASURES[rule](case, fact)
        if measure is None:
            continue
        message, remedy = _LEVELS[rule]
        evidence = Evidence(int(number(fact.data, "start_ms")), measure)
        told = (evidence, shown(fact, "text", "confidence", "start_ms", "end_ms"))
        at_ms = int(number(fact.data, "start_ms"))
        yield case.finding(rule, fact, Severity.WARNING, message, remedy, *told, at_ms=at_ms)


def _clipped(case: Case, fact: Fact) -> str | None:
    assert case.sound is not None
    share = case.sound.clipped(*_span(fact))
    return f"{100 * share:.1f} % of its samples at full scale" if share > _CLIPPED_SHARE else None


def _soft(case: Case, fact: Fact) -> str | None:
    assert case.sound is not None
    start_ms, end_ms = _span(fact)
    if end_ms - start_ms < _LEAST_LEVEL_MS:
        return None
    level = case.sound.loudest_db(start_ms, end_ms)
    # Digital silence is no speech, but a stretch that was not recorded.
    return f"at {level:.0f} dBFS at its loudest" if -90 < level < _SOFT_DB else None


def _span(fact: Fact) -> tuple[int, int]:
    return int(number(fact.data, "start_ms")), int(number(fact.data, "end_ms"))


_MEASURES = {"clipped-speech": _clipped, "soft-speech": _soft}
_LEVELS = {
    "clipped-speech": (
        "the caller's speech was clipped",
        "turn down the gain of the trunk or gateway on the way to the hotline; a single caller "
        "may have shouted",
    ),
    "soft-speech": (
        "the caller was very soft",
        "turn up the gain of the trunk or gateway on the way to the hotline, if it is so in "
        "many calls",
    ),
}
