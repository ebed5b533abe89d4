"""What came of many calls, then and now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from voicebot.core.call import Outcome
from voicebot.replay.intervals import percentiles, ratio, share
from voicebot.replay.labeled import Rightness
from voicebot.replay.measures import Measures
from voicebot.replay.result import CallResult, Status
from voicebot.replay.turns import Turn


def totals_of(results: Sequence[CallResult]) -> dict[str, Any]:
    """Plain values; the same for the same results."""
    done = [one for one in results if one.status is not Status.NOT_REPLAYED]
    known = [one for one in done if one.status is not Status.HEARD]
    return {
        "calls": len(results),
        "seconds": round(sum(one.duration_ms for one in results) / 1000),
        "statuses": {s.value: sum(one.status is s for one in results) for s in Status},
        "same": share(sum(one.status is Status.SAME for one in known), len(known)),
        "word_errors": _word_errors(done),
        "contained": {
            "then": _contained([one.outcome_then for one in known]),
            "now": _contained([one.outcome_now for one in done]),
        },
        "outcomes": {
            "then": _counted(one.outcome_then for one in known),
            "now": _counted(one.outcome_now for one in done),
        },
        "outcomes_changed": [
            {"call": one.name, "then": one.outcome_then, "now": one.outcome_now}
            for one in known
            if one.outcome_then != one.outcome_now
        ],
        "first_differences": _counted(_first_differences(known)),
        "not_replayed": _counted(why for one in results for why in _whys(one)),
        "nodes": _nodes(known, done),
        "measures": {
            "then": _measures([one.measures_then for one in known if one.measures_then]),
            "now": _measures([one.measures_now for one in done]),
        },
        "intents": _intents(known),
        "labeled": {
            "intents": _right([one.intents for one in known]),
            "slots": _right([one.slots for one in known]),
        },
    }


def _whys(result: CallResult) -> tuple[str, ...]:
    return result.why[:1] if result.status is Status.NOT_REPLAYED else ()


def _word_errors(done: Sequence[CallResult]) -> dict[str, Any]:
    """By what was really said where that is known, and by what was heard then elsewhere."""
    said = [one for one in done if one.words_then is not None]
    other = [one for one in done if one.words_then is None]
    return {
        "against_said": ratio([(o.words.errors, o.words.words) for o in said]),
        "then_against_said": ratio(
            [(o.words_then.errors, o.words_then.words) for o in said if o.words_then]
        ),
        "against_then": ratio([(o.words.errors, o.words.words) for o in other]),
    }


def _contained(outcomes: Sequence[str]) -> dict[str, Any] | None:
    return share(sum(one == Outcome.CONTAINED for one in outcomes), len(outcomes))


def _counted(names: Iterator[str] | Sequence[str]) -> dict[str, int]:
    """Most frequent first, then by name."""
    counts = Counter(name for name in names if name)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _first_differences(known: Sequence[CallResult]) -> Iterator[str]:
    for one in known:
        first = one.comparison.first
        if first is not None:
            pair = one.comparison.pairs[first]
            turn = pair.then or pair.now
            yield f"{turn.asked_at if turn else ''}: {', '.join(pair.major)}"


def _nodes(known: Sequence[CallResult], done: Sequence[CallResult]) -> dict[str, Any]:
    """Of each node that listens: how often nothing was understood, or said."""
    then = _by_node(turn for one in known for turn in one.turns_then)
    now = _by_node(turn for one in done for turn in one.turns_now)
    empty: Counter[str] = Counter()
    return {
        node: {"then": _node(then.get(node, empty)), "now": _node(now.get(node, empty))}
        for node in sorted({*then, *now})
    }


def _by_node(turns: Iterator[Turn]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for turn in turns:
        if turn.by in ("speech", "keys", "silence"):
            counts = found.setdefault(turn.asked_at, Counter())
            counts["turns"] += 1
            counts["no_match"] += turn.by == "speech" and not turn.match
            counts["no_input"] += turn.by == "silence"
    return found


def _node(counts: Counter[str]) -> dict[str, Any]:
    return {
        "turns": counts["turns"],
        "no_match": share(counts["no_match"], counts["turns"]),
        "no_input": share(counts["no_input"], counts["turns"]),
    }


def _measures(all_: Sequence[Measures]) -> dict[str, Any]:
    return {
        "answer_ms": percentiles([ms for one in all_ for ms in one.answer_ms]),
        "stop_ms": percentiles([ms for one in all_ for ms in one.stop_ms]),
        "false_stops": sum(one.false_stops for one in all_),
        "missed": sum(one.missed for one in all_),
        "interruptions": sum(len(one.onsets_ms) for one in all_),
    }


def _right(each: Sequence[Rightness]) -> dict[str, Any] | None:
    """Accuracy against labels; None where nothing is labeled."""
    every = sum(each, Rightness())
    if not every.labeled:
        return None
    return {"then": share(every.then, every.labeled), "now": share(every.now, every.labeled)}


def _intents(known: Sequence[CallResult]) -> dict[str, Any] | None:
    """How often the same is meant now as then, where something was meant then."""
    same = whole = 0
    for one in known:
        for pair in one.comparison.pairs:
            if pair.then is not None and pair.then.by == "speech" and pair.then.match:
                whole += 1
                now = pair.now
                same += now is not None and (now.intent, now.slots) == (
                    pair.then.intent,
                    pair.then.slots,
                )
    return share(same, whole)
