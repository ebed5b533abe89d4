"""A recorded call with its sound as a test that may be passed on: masked facts, toned sound.

NAME.wav     the caller's channel, a tone in place of what is personal; mu-law, 8 kB a second
NAME.json    the facts that a replay needs, masked; and which utterances have stand-ins

An utterance whose sound is a tone is neither detected nor recognized anew: voice detection and
recognizer say of it what they said then, masked. All else goes through today's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from voicebot.audio.resample import resample
from voicebot.audio.wav_writer import mulaw_wav
from voicebot.core.audio import NARROWBAND, Pcm
from voicebot.core.call import CallId
from voicebot.core.record import Fact, FactKind
from voicebot.core.whole_file import write_whole
from voicebot.replay.masking import CALLER, Mask
from voicebot.replay.pinning import NotPinned
from voicebot.replay.recorded import RecordedCall
from voicebot.replay.toning import has_stand_in, toned
from voicebot.store.rows import fact_json

_NOT_NEEDED = frozenset(
    {
        *(FactKind.SETUP, FactKind.MEASURED, FactKind.KEY_DROPPED, FactKind.ANNOUNCED),
        *(FactKind.NOTIFIED, FactKind.SUPERVISED, FactKind.HELD, FactKind.ON_HOLD, FactKind.MUTED),
    }
)
_AGENT = "agent"


def pinned(call: RecordedCall, mask: Mask) -> tuple[dict[str, Any], Pcm]:
    """The masked journal as JSON, and the caller's toned sound from the call's beginning on.
    Raises `NotPinned` where what is personal cannot be told from the rest."""
    if call.first(FactKind.CUSTOMER) is not None:
        raise NotPinned("the customer's profile is in the journal: pin the call without --sound")
    both = toned(call, mask)
    if both is None:
        raise NotPinned("; ".join(call.problems) or "there is no recording of the call")
    stand_ins = [f.seq for f in call.of(FactKind.HEARD) if has_stand_in(f, mask)]
    facts = [fact_json(fact) for fact in _masked(call, mask)]
    return {"facts": facts, "stand_ins": stand_ins}, both[0]


def write_pinned(value: Mapping[str, Any], heard: Pcm, path: Path) -> None:
    """NAME.wav at `path`, and NAME.json beside it. Raises `OSError`."""
    rate = NARROWBAND
    write_whole(path, mulaw_wav(heard if heard.rate == rate else resample(heard, rate)))
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    write_whole(path.with_suffix(".json"), text.replace('{"call":', '\n{"call":') + "\n")


def _masked(call: RecordedCall, mask: Mask) -> Iterator[Fact]:
    names = list(dict.fromkeys(str(f.data["agent"]) for f in call.of(FactKind.OFFERED)))
    agents = {name: f"{_AGENT}{number}" for number, name in enumerate(names, 1)}
    keys = _masked_keys(call, mask)
    for fact in call.facts:
        if fact.kind not in _NOT_NEEDED:
            data = dict(_data(fact, mask, agents, keys))
            yield replace(fact, call=CallId("pinned"), data=data)


def _data(
    fact: Fact, mask: Mask, agents: Mapping[str, str], keys: Iterator[str]
) -> Mapping[str, Any]:
    data = fact.data
    match fact.kind:
        case FactKind.RANG:
            return {"caller": CALLER, "called": data.get("called", "")}
        case FactKind.ANSWERED:
            rate = {"rate": NARROWBAND} if data.get("rate") else {}
            return {**data, **rate}
        case FactKind.RECORDING:
            return {**data, "file": "pinned.wav" if data.get("file") else ""}
        case FactKind.KEYED if data.get("digits"):
            return {**data, "digits": mask.digits(str(data["digits"]))}
        case FactKind.PRESSED:
            pressed = [[at, method, next(keys) if key else key] for at, method, key in data["keys"]]
            return {**data, "keys": pressed}
        case FactKind.MESSAGE:
            return {**data, "file": ""}
        case _:
            agent = {"agent": agents.get(str(data["agent"]), _AGENT)} if "agent" in data else {}
            return {**mask.value({n: v for n, v in data.items() if not _is_time(n)}),
                    **{n: v for n, v in data.items() if _is_time(n)}, **agent}  # fmt: skip


def _is_time(name: str) -> bool:
    """Numbers that are no one's: times have four digits, too."""
    return name.endswith("_ms") or name in ("version", "count")


def _masked_keys(call: RecordedCall, mask: Mask) -> Iterator[str]:
    """Every key that was pressed openly, in order, as the strings have it that it was a part of."""
    pressed = "".join(str(k[2]) for f in call.of(FactKind.PRESSED) for k in f.data["keys"])
    at = 0
    masked = pressed
    for fact in call.of(FactKind.KEYED):
        digits = str(fact.data.get("digits") or "")
        found = pressed.find(digits, at) if digits else -1
        if found >= 0:
            at = found + len(digits)
            masked = masked[:found] + mask.digits(digits) + masked[at:]
    return iter(masked)
