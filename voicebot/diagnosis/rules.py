"""All rules, and the diagnosis of a call by them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from voicebot.core.errors import Severity
from voicebot.diagnosis import hearing, line, meaning, talking, ways
from voicebot.diagnosis.case import Case
from voicebot.diagnosis.finding import Finding

Rule = Callable[[Case], Iterable[Finding]]

RULES: tuple[Rule, ...] = (
    line.packet_loss,
    line.jitter,
    line.far_loss,
    line.gaps,
    line.clipped_speech,
    line.soft_speech,
    hearing.cut_by_endpoint,
    hearing.too_long,
    hearing.began_before_listening,
    hearing.unsure,
    hearing.recognizer_failed,
    hearing.unheard_speech,
    meaning.phrase_lacking,
    meaning.denied,
    meaning.not_understood_again,
    talking.false_barge_in,
    talking.prompt_cut,
    talking.talked_over,
    talking.dead_air,
    talking.silent_caller,
    talking.dropped_keys,
    ways.back_end_failed,
    ways.back_end_slow,
    ways.something_failed,
    ways.nobody_came,
    ways.refused_offers,
    ways.circle,
    ways.dead_end,
    ways.hang_up,
)


def diagnose(case: Case) -> tuple[Finding, ...]:
    """What went wrong, by time; the same for the same call."""
    found = [finding for rule in RULES for finding in rule(case)]
    return tuple(sorted(found, key=lambda f: (f.at_ms, f.severity is not Severity.ERROR, f.rule)))
