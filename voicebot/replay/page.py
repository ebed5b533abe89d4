"""A call, or many, as a page of HTML with all that it needs: styles, script, sound."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from voicebot.audio.wav_writer import wav_bytes
from voicebot.core.audio import Pcm
from voicebot.replay.compare import Pair
from voicebot.replay.drawn_path import drawn_path
from voicebot.replay.one import Outcome
from voicebot.replay.recorded import RecordedCall
from voicebot.replay.result import CallResult, Status
from voicebot.replay.text_report import call_text, totals_text
from voicebot.replay.totals import totals_of
from voicebot.replay.turns import Turn
from voicebot.replay.waves import waves

_NO_LINKS: Mapping[tuple[int, int], str] = MappingProxyType({})
_STATIC = Path(__file__).with_name("static")
_HEADLINES = {
    Status.SAME: "The same now as then",
    Status.DIFFERENT: "Different now",
    Status.NOT_REPLAYED: "Could not be replayed",
    Status.HEARD: "A recording from elsewhere",
}


def call_page(outcome: Outcome) -> str:
    """One call: waveforms, sound, turns, its path."""
    result = outcome.result
    body = [_header(result), *_sound(outcome), *_turns(result), *_path(outcome), *_figures(result)]
    return _page(result.name, body)


def totals_page(
    results: Sequence[Sequence[CallResult]],
    names: Sequence[str],
    links: Mapping[tuple[int, int], str] = _NO_LINKS,
) -> str:
    """Many calls: totals of each variant, and the calls that differ. `links` are the addresses of
    calls' own pages, by number of the variant and of the call in it, from 0."""
    body = ["<header><h1>Replay</h1></header>"]
    for number, (name, variant) in enumerate(zip(names, results, strict=True)):
        text = totals_text(totals_of(variant), name)
        body.append(f'<section class="sheet"><pre>{escape(text)}</pre></section>')
        for at, one in enumerate(variant):
            if one.status in (Status.DIFFERENT, Status.NOT_REPLAYED):
                body.append(_folded(one, links.get((number, at), "")))
    return _page("Replay", body)


def _folded(result: CallResult, link: str) -> str:
    head = escape(f"{result.name}  {result.flow}  {result.outcome_then} → {result.outcome_now}")
    status = f'<span class="status {result.status}">{escape(str(result.status))}</span>'
    listen = f' <a href="{escape(quote(link))}">listen</a>' if link else ""
    text = escape(call_text(result))
    return f"<details><summary>{status} {head}{listen}</summary><pre>{text}</pre></details>"


def _page(title: str, body: Sequence[str]) -> str:
    css = (_STATIC / "page.css").read_text("utf-8")
    script = (_STATIC / "page.js").read_text("utf-8")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{css}</style></head>\n<body>"
        + "\n".join(body)
        + f"\n<script>{script}</script></body></html>\n"
    )


def _header(result: CallResult) -> str:
    outcome = escape(result.outcome_now)
    if result.outcome_then and result.outcome_then != result.outcome_now:
        outcome = f"{escape(result.outcome_then)} → {escape(result.outcome_now)}"
    notes = [f"missing: {why}" for why in result.why]
    notes += [f"assumed: {note}" for note in result.assumed]
    notes += [f"changed since: {c.name}: {c.then} → {c.now}" for c in result.changes]
    if result.version_then and result.version_then != result.version_now:
        notes.append(f"the flow: {result.version_then[:12]} → {result.version_now[:12]}")
    listed = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return (
        f"<header><h1>{escape(result.name)}</h1>"
        f'<p><span class="status {result.status}">{_HEADLINES[result.status]}</span> · '
        f"{escape(result.flow)} · {escape(result.started[:19].replace('T', ' '))} · "
        f"{result.duration_ms / 1000:.1f} s · {outcome}</p>"
        f'<ul class="notes">{listed}</ul></header>'
    )


# ---------------------------------------------------------------- sound


def _sound(outcome: Outcome) -> Iterator[str]:
    call, replayed = outcome.call, outcome.replayed
    now = replayed.played if replayed is not None else None
    heard = replayed.heard if replayed is not None else None
    then = _from_start(call, call.played)
    caller = _from_start(call, call.heard) if call.heard is not None else heard
    if caller is None:
        return
    first = outcome.result.comparison.first
    mark_s = None if first is None else _at_s(outcome.result.comparison.pairs[first])
    lanes = [("caller", "caller", caller), ("bot then", "then", then), ("bot now", "now", now)]
    seconds = max(lane[2].duration_ms for lane in lanes if lane[2] is not None) / 1000
    yield "<h2>Sound</h2>"
    yield f'<div class="sheet"><div class="lanes">{waves(lanes, seconds, mark_s)}</div>'
    players = [_player("then", caller, then)] if then is not None else []
    if now is not None and outcome.result.status is not Status.SAME:
        players.append(_player("now", heard if heard is not None else caller, now))
    yield f'<div class="players">{"".join(players)}</div></div>'


def _from_start(call: RecordedCall, sound: Pcm | None) -> Pcm | None:
    """From the call's first sound on."""
    if sound is None or not call.sound_start_ms:
        return sound
    return Pcm.join([Pcm.silence(call.sound_start_ms, sound.rate), sound], sound.rate)


def _player(name: str, left: Pcm, right: Pcm) -> str:
    data = base64.b64encode(wav_bytes(left, right)).decode("ascii")
    source = f"data:audio/wav;base64,{data}"
    return f'<label>{name} <audio controls preload="metadata" src="{source}"></audio></label>'


# ---------------------------------------------------------------- turns


def _turns(result: CallResult) -> Iterator[str]:
    pairs = result.comparison.pairs
    if not pairs:
        return
    yield '<h2>Turns</h2><div class="sheet"><table class="turns">'
    yield "<tr><th>at (s)</th><th>then</th><th>now</th></tr>"
    for number, pair in enumerate(pairs):
        style = "first" if number == result.comparison.first else ""
        style = "downstream" if pair.downstream and pair.major else style
        at_s = _at_s(pair)
        yield (
            f'<tr class="{style}" data-at="{at_s:.2f}"><td class="num">{at_s:.1f}</td>'
            f"<td>{_turn(pair.then, pair)}</td><td>{_turn(pair.now, pair)}</td></tr>"
        )
    yield "</table></div>"


def _at_s(pair: Pair) -> float:
    turn = pair.then or pair.now
    return turn.at_ms / 1000 if turn else 0.0


def _turn(turn: Turn | None, pair: Pair) -> str:
    if turn is None:
        return '<span class="missing">—</span>'

    def part(name: str, style: str, text: str) -> str:
        differs = " differs" if name in pair.major else ""
        return f'<span class="{style}{differs}">{escape(text)}</span>' if text else ""

    what = {"speech": f'"{turn.text}"' if turn.text else "…", "keys": f"keys {turn.keys}",
            "silence": "(silence)"}.get(turn.by, "")  # fmt: skip
    sure = f" {turn.confidence:.2f}" if turn.by == "speech" else ""
    others = f" (or {', '.join(turn.alternatives)})" if turn.alternatives else ""
    meant = " ".join([turn.intent, *(f"{n}={v}" for n, v in turn.slots.items())]).strip()
    input_name = "keys" if turn.by == "keys" else "by" if "by" in pair.major else "text"
    meaning = next((n for n in ("intent", "slots", "match") if n in pair.major), "intent")
    return "".join(
        [
            part("said", "bot", " ".join([*turn.said, *turn.covers])),
            " ",
            part(input_name, "input", what + sure + others),
            part(meaning, "meant", f"means {meant}" if meant else ""),
            part("path", "path", "→ " + " → ".join(turn.path) if turn.path else ""),
            part("events", "events", "; ".join(turn.events)),
            part("ended", "events", turn.ended),
        ]
    )


# ---------------------------------------------------------------- path and figures


def _path(outcome: Outcome) -> Iterator[str]:
    if outcome.flow is None:
        return
    result = outcome.result
    then = [node for turn in result.turns_then for node in turn.path]
    now = [node for turn in result.turns_now for node in turn.path]
    yield "<h2>Path</h2>"
    yield (
        '<p class="key">Dark: then and now. <b class="then">Then only</b>, '
        '<b class="now">now only</b>. Faint: not come to.</p>'
    )
    yield f'<div class="sheet flow">{drawn_path(outcome.flow, then, now)}</div>'


def _figures(result: CallResult) -> Iterator[str]:
    then, now = result.measures_then, result.measures_now
    rows = []
    for name, label in (
        ("answer_ms", "the bot answers after (ms)"),
        ("stop_ms", "falls silent after an interruption (ms)"),
    ):
        before = " ".join(map(str, getattr(then, name))) if then else ""
        after = " ".join(map(str, getattr(now, name)))
        rows.append(f"<tr><td>{label}</td><td>{before or '—'}</td><td>{after or '—'}</td></tr>")
    errors = f"{result.words.errors} of {result.words.words}"
    against = "what was said" if result.words_then is not None else "then"
    rows.append(f"<tr><td>word errors against {against}</td><td></td><td>{errors}</td></tr>")
    yield '<h2>Measured</h2><div class="sheet"><table>'
    yield "<tr><th></th><th>then</th><th>now</th></tr>" + "".join(rows) + "</table></div>"
