"""Rules about who spoke when: barge-ins, overlaps, silence."""

from __future__ import annotations

from collections.abc import Iterator

from voicebot.core.errors import Severity
from voicebot.core.record import Fact, FactKind
from voicebot.diagnosis.case import Case, number, seconds
from voicebot.diagnosis.finding import Finding, shown

_BARGE_IN = ("by", "onset_ms", "silent_ms", "heard_ms", "total_ms")
_REMEDY = (
    "listen to what it was; for echo or noise raise vad.mode or lower timing.sensitivity of the "
    "node, or let only keys interrupt it (barge_in: keys)"
)


def false_barge_in(case: Case) -> Iterator[Finding]:
    """Prompts that stopped for nothing and went on."""
    for fact in case.of(FactKind.RESUMED):
        paused_ms = number(fact.data, "paused_ms")
        began_ms = int(paused_ms) if "paused_ms" in fact.data else fact.at_ms
        yield case.finding(
            "prompt-paused",
            fact,
            Severity.WARNING,
            f"the bot fell silent for {seconds(fact.at_ms - began_ms)} for what was no speech",
            _REMEDY,
            shown(fact, "reason", "paused_ms"),
            at_ms=began_ms,
        )


def prompt_cut(case: Case) -> Iterator[Finding]:
    """Prompts that were cut by something without words."""
    for fact in case.of(FactKind.BARGED_IN):
        heard = case.after(fact, FactKind.HEARD, FactKind.SAID, FactKind.KEYED, FactKind.TIMED_OUT)
        while heard is not None and heard.kind is FactKind.SAID and heard.at_ms == fact.at_ms:
            # The prompts that were cut are noted with the barge-in.
            heard = case.after(heard, FactKind.HEARD, FactKind.SAID, FactKind.TIMED_OUT)
        if fact.data.get("by") != "speech" or heard is None:
            continue
        is_silence = heard.kind is FactKind.TIMED_OUT
        is_noise = heard.kind is FactKind.HEARD and not heard.data.get("text")
        is_secret = is_noise and not heard.data.get("rejected") and number(heard.data, "confidence")
        if not is_silence and (not is_noise or is_secret):
            continue
        yield case.finding(
            "false-barge-in",
            fact,
            Severity.ERROR,
            f"a prompt was cut after {seconds(number(fact.data, 'heard_ms'))} of "
            f"{seconds(number(fact.data, 'total_ms'))}, and no words came",
            _REMEDY,
            shown(fact, *_BARGE_IN),
            shown(heard, "text", "confidence", "rejected", "count"),
        )


def talked_over(case: Case) -> Iterator[Finding]:
    """Bot and caller spoke at once for long."""
    for heard in case.of(FactKind.HEARD):
        start_ms, end_ms = int(number(heard.data, "start_ms")), int(number(heard.data, "end_ms"))
        said = [f for f in case.of(FactKind.SAID) if _shared(f, start_ms, end_ms)]
        shared_ms = sum(_shared(fact, start_ms, end_ms) for fact in said)
        if shared_ms < case.limits.overlap_ms:
            continue
        yield case.finding(
            "talked-over",
            heard,
            Severity.WARNING,
            f"bot and caller spoke at once for {seconds(shared_ms)}",
            "let the prompt be interrupted (barge_in: both); where it may be, raise "
            "timing.sensitivity so that it falls silent sooner",
            *(shown(fact, "text", "start_ms", "heard_ms", "interrupted") for fact in said[:3]),
            shown(heard, "text", "start_ms", "end_ms"),
            at_ms=start_ms,
        )


def _shared(said: Fact, start_ms: int, end_ms: int) -> int:
    began_ms = int(number(said.data, "start_ms"))
    ended_ms = min(said.at_ms, began_ms + int(number(said.data, "heard_ms")))
    return max(0, min(end_ms, ended_ms) - max(start_ms, began_ms))


_INPUTS = (FactKind.HEARD, FactKind.KEYED, FactKind.TIMED_OUT)
_SOUNDS = (FactKind.SAID, FactKind.QUEUED, FactKind.BRIDGED, FactKind.TRANSFERRED, FactKind.ENDED)
_SOUNDS_TOO = (FactKind.HELD, FactKind.MESSAGE, FactKind.DIALED, *_INPUTS)


def dead_air(case: Case) -> Iterator[Finding]:
    """It was the bot's turn, and nothing was to be heard."""
    for fact in case.of(*_INPUTS):
        began_ms = int(number(fact.data, "end_ms")) if fact.kind is FactKind.HEARD else fact.at_ms
        next_one = case.after(fact, *_SOUNDS, *_SOUNDS_TOO)
        if next_one is None or next_one.kind in _SOUNDS_TOO:
            continue
        sounds_ms = next_one.at_ms
        if next_one.kind is FactKind.SAID:
            sounds_ms = int(number(next_one.data, "start_ms"))
            sounds_ms += int(number(next_one.data, "first_sound_ms"))
        if sounds_ms - began_ms < case.limits.dead_air_ms:
            continue
        between = [
            shown(f, "node", "took_ms", "status", "error", "via")
            for f in case.of(FactKind.REQUESTED, FactKind.MOVED, FactKind.FAILED)
            if fact.seq < f.seq < next_one.seq
        ]
        yield case.finding(
            "dead-air",
            fact,
            Severity.ERROR,
            f"after the caller's turn nothing was heard for {seconds(sounds_ms - began_ms)}",
            "give a slow http node a `cover` prompt and a shorter timeout; where no request was "
            "made, look at the machine's load",
            shown(fact, "end_ms", "wait_ms", "decode_ms", "understand_ms"),
            *between[:6],
            shown(next_one, "text", "start_ms", "first_sound_ms"),
            at_ms=began_ms,
        )


def silent_caller(case: Case) -> Iterator[Finding]:
    """The caller kept silent at a question, twice or more in a row."""
    for node, facts in _by_node(case, FactKind.TIMED_OUT).items():
        if len(facts) < 2:
            continue
        yield case.finding(
            "no-inputs",
            facts[1],
            Severity.WARNING,
            f"the caller kept silent at {node}, {len(facts)} times",
            "the question may be unclear or ask for something that callers must look for: say what "
            "can be said or keyed, give more time (timing.no_input), offer a person sooner",
            *(shown(fact, "node", "count") for fact in facts),
        )


def dropped_keys(case: Case) -> Iterator[Finding]:
    """Keys that nothing asked for."""
    unwanted = ("not_wanted", "ended", "buffer_full")
    facts = [f for f in case.of(FactKind.KEY_DROPPED) if f.data.get("reason") in unwanted]
    count = int(sum(number(fact.data, "count") or 1 for fact in facts))
    if count:
        yield case.finding(
            "keys-dropped",
            facts[0],
            Severity.WARNING,
            f"the caller pressed {count} keys that did not count",
            "where callers expect keys, give the node's choices a `key`",
            *(shown(fact, "method", "reason", "count") for fact in facts[:5]),
        )


def _by_node(case: Case, kind: FactKind) -> dict[str, list[Fact]]:
    found: dict[str, list[Fact]] = {}
    for fact in case.of(kind):
        found.setdefault(case.node(fact), []).append(fact)
    return found
