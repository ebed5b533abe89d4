"""Rules about what was heard: where speech was cut, and what the recognizer made of it."""

from __future__ import annotations

from collections.abc import Iterator

from voicebot.core.errors import Severity
from voicebot.core.record import Fact, FactKind
from voicebot.diagnosis.case import Case, number, seconds
from voicebot.diagnosis.finding import Evidence, Finding, shown

_HEARD = ("text", "confidence", "start_ms", "end_ms", "reason", "wait_ms")
_AFTER_MS = 240
"""The sound right behind an utterance tells whether it went on."""
_AS_LOUD_DB = 10.0
_LATE_START_MS = 80
_SLOW_DECODE_MS = 1_000
_SPEECH_OVER_FLOOR_DB, _LEAST_SPEECH_DB = 20.0, -40.0


def cut_by_endpoint(case: Case) -> Iterator[Finding]:
    """An utterance was ended, and the caller went on right behind it."""
    for fact in case.of(FactKind.HEARD):
        proof = _goes_on(case, fact)
        if proof is None:
            continue
        yield case.finding(
            "endpoint-cut",
            fact,
            Severity.ERROR,
            f"the bot took the caller for finished after {seconds(number(fact.data, 'wait_ms'))} "
            "of silence; they went on",
            "give this node more time: timing with end_complete, end_phrase and end_incomplete; "
            "`voicebot replay CALL --sweep timing.end_complete_ms=300,500,800` shows what it takes",
            shown(fact, *_HEARD),
            proof,
            at_ms=int(number(fact.data, "end_ms")),
        )


def _goes_on(case: Case, fact: Fact) -> Evidence | None:
    end_ms = int(number(fact.data, "end_ms"))
    again = case.after(fact, FactKind.HEARD)
    if again is not None:
        began_ms = number(again.data, "start_ms")
        if 0 <= began_ms - end_ms <= number(fact.data, "wait_ms") + case.limits.went_on_ms:
            return shown(again, "text", "confidence", "start_ms")
    if case.sound is None or fact.data.get("reason") == "max_speech":
        return None
    # What the endpointer took for silence was as loud as the speech itself.
    behind = case.sound.level_db(end_ms, end_ms + _AFTER_MS)
    level = case.sound.level_db(int(number(fact.data, "start_ms")), end_ms)
    if level > _LEAST_SPEECH_DB and behind > level - _AS_LOUD_DB:
        return Evidence(end_ms, f"{behind:.0f} dBFS right behind it, {level:.0f} within")
    return None


def too_long(case: Case) -> Iterator[Finding]:
    """Speech, or a noise, that was cut off at the longest time."""
    for fact in case.of(FactKind.HEARD):
        if fact.data.get("reason") == "max_speech":
            yield case.finding(
                "speech-cut-off",
                fact,
                Severity.WARNING,
                "the caller spoke, or something sounded, for longer than the node listens",
                "where callers tell stories, ask more narrowly or raise timing.max_speech; "
                "where it is noise, raise vad.mode or let only keys interrupt (barge_in: keys)",
                shown(fact, *_HEARD),
            )


def began_before_listening(case: Case) -> Iterator[Finding]:
    """The caller began while the bot spoke and could not be interrupted: the first word is
    missing."""
    for fact in case.of(FactKind.HEARD):
        start_ms = int(number(fact.data, "start_ms"))
        said = case.before(fact, FactKind.SAID)
        if said is None or said.data.get("interrupted"):
            continue
        late_ms = start_ms - number(said.data, "start_ms") - number(said.data, "heard_ms")
        if not 0 <= late_ms <= _LATE_START_MS or not _is_doubtful(case, fact):
            continue
        yield case.finding(
            "start-clipped",
            fact,
            Severity.WARNING,
            "the caller spoke before the bot had finished, and lost the beginning",
            "let the prompt be interrupted (barge_in: both) or shorten its end",
            shown(said, "text", "start_ms", "heard_ms"),
            shown(fact, *_HEARD),
            at_ms=start_ms,
        )


def _is_doubtful(case: Case, fact: Fact) -> bool:
    level = case.at(case.node(fact)).accept
    return bool(fact.data.get("rejected")) or number(fact.data, "confidence") < level


def unsure(case: Case) -> Iterator[Finding]:
    """The recognizer, or understanding, was less sure than the node asks for."""
    for fact in case.of(FactKind.HEARD):
        levels = case.at(case.node(fact))
        meant = case.after(fact, FactKind.UNDERSTOOD, FactKind.NOT_UNDERSTOOD, FactKind.HEARD)
        is_meant = meant is not None and meant.kind is FactKind.UNDERSTOOD
        sure = number((meant if meant and is_meant else fact).data, "confidence")
        if sure >= levels.accept and not fact.data.get("rejected"):
            continue
        evidence = [shown(fact, *_HEARD), *_readings(fact)]
        evidence += (
            [shown(meant, "choice", "confidence", "runner_up")] if meant and is_meant else []
        )
        lost = bool(fact.data.get("rejected")) or sure < levels.confirm
        band = f"accept {levels.accept:g}, confirm {levels.confirm:g}"
        what = "was not understood" if lost else "was asked back"
        yield case.finding(
            "unsure",
            fact,
            Severity.ERROR if lost else Severity.WARNING,
            f"heard with a confidence of {sure:.2f} ({band}): {what}",
            "listen to it (`voicebot replay CALL --html call.html`): where the words are clear, "
            "add them as phrases or their pronunciation under sounds; where the line is bad, "
            "see the findings about it",
            *evidence,
            at_ms=int(number(fact.data, "start_ms")),
        )


def _readings(fact: Fact) -> Iterator[Evidence]:
    """The other readings, with their confidences."""
    texts, levels = fact.data.get("hypotheses") or (), fact.data.get("confidences") or ()
    for place, text in enumerate(list(texts)[:3]):
        sure = f" {levels[place]:.2f}" if place < len(levels) else ""
        yield Evidence(fact.at_ms, f'or "{text}"{sure}', fact.seq)


def recognizer_failed(case: Case) -> Iterator[Finding]:
    """Readings that came too late, or not at all."""
    bad = [f for f in case.of(FactKind.READ) if f.data.get("error") in ("late", "failed")]
    slow = [f for f in case.of(FactKind.HEARD) if number(f.data, "decode_ms") >= _SLOW_DECODE_MS]
    remedy = (
        "the recognizers are too busy or fail: look at voicebot's log and metrics of that time, "
        "raise recognition.workers, or take fewer calls"
    )
    if bad:
        told = [shown(fact, "asked_ms", "final", "error") for fact in bad[:5]]
        message = f"the recognizer failed or was late, {len(bad)} times"
        yield case.finding("recognizer-failed", bad[0], Severity.ERROR, message, remedy, *told)
    if slow:
        told = [shown(fact, "decode_ms", "start_ms", "end_ms") for fact in slow[:5]]
        message = f"the recognizer was slow, {len(slow)} times"
        yield case.finding("recognizer-slow", slow[0], Severity.WARNING, message, remedy, *told)


def unheard_speech(case: Case) -> Iterator[Finding]:
    """The bot took a caller for silent who was not. Needs the recording."""
    for fact in case.of(FactKind.TIMED_OUT) if case.sound else ():
        assert case.sound is not None
        said = case.before(fact, FactKind.SAID)
        began_ms = said.at_ms if said else 0
        level, floor = case.sound.loudest_db(began_ms, fact.at_ms), case.sound.floor_db()
        if level < max(_LEAST_SPEECH_DB, floor + _SPEECH_OVER_FLOOR_DB):
            continue
        yield case.finding(
            "speech-not-heard",
            fact,
            Severity.ERROR,
            "the bot heard silence where the line was not silent",
            "listen to it; where it is speech, lower vad.mode or raise the node's "
            "timing.sensitivity",
            shown(fact, "node", "count"),
            Evidence(began_ms, f"{level:.0f} dBFS, the line's floor at {floor:.0f}"),
        )
