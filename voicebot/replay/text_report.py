"""Results as text, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from voicebot.replay.compare import Pair
from voicebot.replay.result import CallResult, Status
from voicebot.replay.turns import Turn

_NAMES = {
    "said": "prompts",
    "by": "kind of input",
    "text": "transcript",
    "match": "meaning",
    "events": "events",
    "ended": "outcome",
}


def call_text(result: CallResult) -> str:
    """One call: what is the same in one line a turn, what differs side by side."""
    return "\n".join(_lines(result))


def _lines(result: CallResult) -> Iterator[str]:
    yield f"# {result.name}  {result.started[:19]}  {result.flow}  {_headline(result)}"
    yield from (f"  missing: {why}" for why in result.why)
    yield from (f"  assumed: {note}" for note in result.assumed)
    for change in result.changes:
        yield f"  changed since: {change.name}: {change.then} → {change.now}"
    if result.version_then and result.version_then != result.version_now:
        yield f"  changed since: the flow, {result.version_then[:12]} → {result.version_now[:12]}"
    for number, pair in enumerate(result.comparison.pairs):
        yield from _pair(pair, is_first=number == result.comparison.first)
    yield from _figures(result)


def _headline(result: CallResult) -> str:
    if result.status is Status.SAME:
        return f"same: {result.outcome_now}"
    if result.status is Status.HEARD:
        return f"heard: {result.outcome_now}"
    if result.status is Status.NOT_REPLAYED:
        return "could not be replayed"
    first = result.comparison.first
    assert first is not None
    outcome = result.outcome_now
    if result.outcome_then != result.outcome_now:
        outcome = f"{result.outcome_then} → {result.outcome_now}"
    return f"DIFFERENT from turn {first} on: {outcome}"


def _pair(pair: Pair, *, is_first: bool) -> Iterator[str]:
    turn = pair.then or pair.now
    assert turn is not None
    if not pair.major:
        yield f"    {_turn(turn)}{_little(pair)}"
        return
    mark = ">>>" if is_first else "  ~" if pair.downstream else "  >"
    what = ", ".join(_NAMES.get(name, name) for name in pair.major)
    yield f"{mark} {turn.at_ms / 1000:6.1f}  {turn.asked_at}: {what}{_downstream(pair)}"
    for name, one in (("then", pair.then), ("now", pair.now)):
        yield f"      {name:<4} {_turn(one) if one else '—'}"
        for detail in _details(one, pair) if one else ():
            yield f"             {detail}"


def _downstream(pair: Pair) -> str:
    return "  (after the first difference)" if pair.downstream else ""


def _little(pair: Pair) -> str:
    names = [name for name in pair.minor if name not in ("end_ms", "start_ms")]
    return f"   (a little: {', '.join(names)})" if names else ""


def _turn(turn: Turn) -> str:
    what = {
        "speech": f'"{turn.text}" {turn.confidence:.2f}' if turn.text else "…",
        "keys": turn.keys,
        "silence": "(silence)",
        "start": "(start)",
    }.get(turn.by, "")
    meant = " ".join([turn.intent, *(f"{n}={v}" for n, v in turn.slots.items())]).strip()
    parts = [what, f"[{meant}]" if meant else "", " ".join(turn.path), turn.ended]
    return f"{turn.at_ms / 1000:6.1f}  " + "  ".join(part for part in parts if part)


def _details(turn: Turn, pair: Pair) -> Iterator[str]:
    if "said" in pair.major:
        yield "bot: " + " / ".join(turn.said)
    if "events" in pair.major and turn.events:
        yield "; ".join(turn.events)
    if "text" in pair.major and turn.alternatives:
        yield "or: " + " | ".join(turn.alternatives)


def _figures(result: CallResult) -> Iterator[str]:
    then, now = result.measures_then, result.measures_now
    for name, label in (("answer_ms", "answers after"), ("stop_ms", "falls silent after")):
        before = getattr(then, name) if then else ()
        after = getattr(now, name)
        if before or after:
            yield f"  {label} (ms)   then {_times(before)}   now {_times(after)}"
    if result.words.words:
        against = "what was said" if result.words_then is not None else "then"
        yield f"  word errors against {against}: {result.words.errors} of {result.words.words}"
    for name, right in (("intents", result.intents), ("slots", result.slots)):
        if right.labeled:
            yield f"  {name} as labeled: then {right.then}, now {right.now} of {right.labeled}"


def _times(values: Sequence[int]) -> str:
    return " ".join(map(str, values)) or "—"


# ---------------------------------------------------------------- many calls


def totals_text(totals: Mapping[str, Any], title: str = "") -> str:
    """All calls of a run."""
    return "\n".join(_totals(totals, title))


def _totals(totals: Mapping[str, Any], title: str) -> Iterator[str]:
    statuses = ", ".join(
        f"{n} {name.replace('_', ' ')}" for name, n in totals["statuses"].items() if n
    )
    yield f"{title or 'All'}: {totals['calls']} calls, {totals['seconds']} s: {statuses}"
    yield f"  the same      {_share(totals['same'])}"
    errors = totals["word_errors"]
    for name, label in (
        ("against_said", "word errors"),
        ("then_against_said", "  then"),
        ("against_then", "words changed"),
    ):
        if errors[name]:
            yield f"  {label:<13} {_rate(errors[name])}"
    contained = totals["contained"]
    yield f"  contained     then {_share(contained['then'])}   now {_share(contained['now'])}"
    if totals["intents"]:
        yield f"  same intents  {_share(totals['intents'])}"
    for name, label in (("intents", "intents right"), ("slots", "slots right")):
        if right := totals["labeled"][name]:
            yield f"  {label:<13} then {_share(right['then'])}   now {_share(right['now'])}"
    for name, label in (("answer_ms", "answers after"), ("stop_ms", "silent after")):
        then, now = (totals["measures"][when][name] for when in ("then", "now"))
        yield f"  {label:<13} then {_ms(then)}   now {_ms(now)}"
    for name, label in (("false_stops", "false stops"), ("missed", "missed")):
        then, now = (totals["measures"][when][name] for when in ("then", "now"))
        yield f"  {label:<13} then {then}   now {now}"
    yield from _no_matches(totals["nodes"])
    for what, count in totals["first_differences"].items():
        yield f"  first difference at {what}: {count}"
    for why, count in totals["not_replayed"].items():
        yield f"  not replayed: {why}: {count}"
    for one in totals["outcomes_changed"]:
        yield f"  outcome changed: {one['call']}: {one['then']} → {one['now']}"


def _no_matches(nodes: Mapping[str, Any]) -> Iterator[str]:
    for node, values in nodes.items():
        then, now = values["then"]["no_match"], values["now"]["no_match"]
        if (then and then["part"]) or (now and now["part"]):
            yield f"  no match at {node}: then {_share(then)}   now {_share(now)}"


def _share(value: Mapping[str, Any] | None) -> str:
    if not value:
        return "—"
    low, high = value["low"] * 100, value["high"] * 100
    counts = f"{value['part']} of {value['whole']}"
    return f"{value['share'] * 100:.1f} % ({low:.1f} to {high:.1f}, {counts})"


def _rate(value: Mapping[str, Any]) -> str:
    low, high = value["low"] * 100, value["high"] * 100
    counts = f"{value['errors']} of {value['words']}"
    return f"{value['rate'] * 100:.1f} % ({low:.1f} to {high:.1f}, {counts})"


def _ms(value: Mapping[str, Any] | None) -> str:
    if not value:
        return "—"
    return f"p50 {value['p50']} p95 {value['p95']} p99 {value['p99']} ms"
