"""A call as people read it: one line a fact that matters, in the shape of scenarios.

      0.0  ring     +4917055501 → hotline
      0.0  bot      greeting.menu
      1.4  caller   "it's about my bill"            (barge-in; 1.4 s of 6.2 s heard)
      3.2  intent   billing  0.94
     42.0  hangup   caller
      cdr  handled  queue=billing  wait=6.0  talk=31.0

Pure: the same lines for the command line, the console and scenario tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from voicebot.core.record import Cdr, Fact, FactKind

NOTE_COLUMN = 47


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transcript."""

    seq: int
    """The fact that it comes from."""
    at_ms: int
    """When it began, in the call."""
    who: str
    """`ring`, `bot`, `caller`, `keys`, `intent`, `queue`, `agent`, `hangup`, ..."""
    text: str
    """Words are in quotation marks."""
    prompt: str = ""
    """Id of the prompt that the bot said, where it has one."""
    note: str = ""
    """An aside, such as how much of a prompt was heard."""


def transcript(facts: Iterable[Fact]) -> list[Line]:
    """The lines of one call, by the time at which each began."""
    writer = Writer()
    lines = [line for fact in facts if (line := writer.take(fact))]
    return sorted(lines, key=lambda line: (line.at_ms, line.seq))


def render(lines: Iterable[Line], cdr: Cdr | None = None, *, spoken: bool = True) -> str:
    """Lines as text, with the outcome below them. `spoken`: what the bot said in its words;
    else by the ids of its prompts, as scenarios have it."""
    rows = [_row(line, spoken=spoken) for line in lines]
    if cdr is not None and cdr.outcome is not None:
        rows.append(_cdr_row(cdr))
    return "\n".join(row.rstrip() for row in rows)


def _row(line: Line, *, spoken: bool) -> str:
    text = line.prompt if line.prompt and not spoken else line.text
    row = f"{line.at_ms / 1000:5.1f}  {line.who:<8} {text}"
    return f"{row:<{NOTE_COLUMN}} ({line.note})" if line.note else row


def _cdr_row(cdr: Cdr) -> str:
    values = {
        "queue": cdr.queue,
        "wait": _seconds(cdr.wait_ms) if cdr.queue else "",
        "talk": _seconds(cdr.talk_ms) if cdr.agent else "",
        "tags": ",".join(cdr.tags),
    }
    shown = "".join(f"  {name}={value}" for name, value in values.items() if value)
    return f"  cdr  {cdr.outcome}{shown}"


class Writer:
    """Takes the facts of one call in order; a fact gives one line or none."""

    def __init__(self) -> None:
        self._barge_in = ""
        """Note of an interruption whose words are still to come."""
        self._cut = ""
        """How much was heard of the prompt that was cut off last."""

    def take(self, fact: Fact) -> Line | None:
        """The line of a fact. Facts with missing keys are shown as far as they go."""
        line = _line(fact)
        match fact.kind:
            case FactKind.SAID if fact.data.get("interrupted"):
                self._cut = _heard(fact.data)
            case FactKind.SAID:
                self._cut = self._barge_in = ""
            case FactKind.BARGED_IN:
                self._barge_in, self._cut = f"barge-in; {_heard(fact.data)}", ""
            case FactKind.RESUMED:
                self._barge_in = ""
            case FactKind.HEARD | FactKind.KEYED if line and self._barge_in:
                line, self._barge_in = replace(line, note=self._barge_in), ""
            case FactKind.ENDED if line and self._cut:
                line = replace(line, note=f"within a prompt; {self._cut}")
        return line


def _line(fact: Fact) -> Line | None:
    data = fact.data
    start = _number(data.get("start_ms"), fact.at_ms - _number(data.get("heard_ms")))

    def line(who: str, *parts: object, note: str = "", at_ms: int = fact.at_ms) -> Line:
        text = "  ".join(str(part) for part in parts if part not in ("", None))
        return Line(fact.seq, at_ms, who, text, note=note)

    match fact.kind:
        case FactKind.RANG:
            return line("ring", f"{data.get('caller') or 'unknown'} → {data.get('called', '')}")
        case FactKind.SAID:
            said = line("bot", _quoted(data.get("text")), at_ms=max(0, start))
            return replace(said, prompt=str(data.get("prompt") or ""))
        case FactKind.HEARD:
            words = data.get("text")
            return line("caller", _quoted(words) if words else "…", at_ms=max(0, start))
        case FactKind.KEYED:
            return line("keys", _keys(data))
        case FactKind.UNDERSTOOD if data.get("match") == "answer":
            return None  # The answer's own line says more.
        case FactKind.UNDERSTOOD:
            meaning = data.get("choice") or _slots(data.get("slots")) or data.get("match")
            return line("intent", meaning, _confidence(data.get("confidence")))
        case FactKind.CARRIED | FactKind.CORRECTED:
            return line(str(fact.kind), _slots(data.get("slots")))
        case FactKind.GUESSED:
            sure = _confidence(data.get("likelihood")) if data.get("outcome") == "open" else ""
            outcome = data.get("arm") if sure else data.get("outcome")
            return line("guess", data.get("choice"), outcome, sure)
        case FactKind.ANSWERED_FROM:
            entry = f"{data.get('base')}/{data.get('entry')}"
            # Its score changes with every entry of the base: the journal has it.
            return line("answer", entry, note=f"version {data.get('version')}; {data.get('via')}")
        case FactKind.ANSWER_DENIED:
            return line("answer", f"{data.get('base')}/{data.get('entry')}", "denied")
        case FactKind.TIMED_OUT:
            return line("silence", f"no input, {_ordinal(data.get('count'))}")
        case FactKind.NOT_UNDERSTOOD:
            return line("no-match", f"not understood, {_ordinal(data.get('count'))}")
        case FactKind.REQUESTED:
            answer = data.get("status") or data.get("error")
            took = f"{data['took_ms']} ms" if "took_ms" in data else ""
            return line("backend", data.get("method"), data.get("node"), answer, note=took)
        case FactKind.QUEUED:
            return line("queue", data.get("queue"), f"position {data.get('position', '?')}")
        case FactKind.LEFT_QUEUE:
            return line("queue", data.get("queue"), data.get("outcome"))
        case FactKind.OFFERED:
            return line("offer", data.get("agent"))
        case FactKind.OFFER_ENDED if data.get("outcome") != "answered":
            return line("offer", data.get("agent"), data.get("outcome"))
        case FactKind.BRIDGED:
            return line("agent", f"{data.get('agent', '')} answers")
        case FactKind.UNBRIDGED:
            return line("agent", f"{data.get('agent', '')} leaves", _ended_by(data))
        case FactKind.TRANSFER:
            reason = str(data.get("reason") or "")
            return line("transfer", data.get("to"), data.get("state"), note=reason)
        case FactKind.ON_HOLD | FactKind.MUTED:
            on = "on" if data.get("on") else "off"
            return line("agent", data.get("agent"), f"{fact.kind.value.replace('_', ' ')} {on}")
        case FactKind.SUPERVISED:
            what = data.get("how") if data.get("on") else "leaves"
            return line("supervisor", f"{data.get('supervisor', '')}", what)
        case FactKind.DIALED:
            return line("transfer", data.get("target") or "number", data.get("outcome"))
        case FactKind.TRANSFERRED:
            talked = data.get("talk_ms")
            note = f"{_seconds(talked)} s of talk" if talked else ""
            return line("transfer", data.get("target"), data.get("outcome"), note=note)
        case FactKind.MESSAGE:
            length = f"{_seconds(data.get('duration_ms') or 0)} s" if data.get("file") else ""
            what = (data.get("target"), data.get("outcome"), length)
            return line("message", *what, note=str(data.get("file") or ""))
        case FactKind.CALLBACK:
            when = data.get("not_before")
            note = f"not before {when}" if when else ""
            return line("callback", data.get("queue"), data.get("outcome"), note=note)
        case FactKind.NOTIFIED:
            return line("notify", data.get("channel"))
        case FactKind.SURVEYED:
            return line("survey", data.get("question"), data.get("score"))
        case FactKind.MILESTONE:
            return line("mark", data.get("milestone"))
        case FactKind.CAME_TO:
            return line("mark", "outcome", data.get("outcome"))
        case FactKind.CUSTOMER if data.get("found"):
            vip = "VIP" if (data.get("profile") or {}).get("vip") else ""
            return line("customer", data.get("customer"), vip)
        case FactKind.CUSTOMER if data.get("error"):
            return line("customer", "not looked up", data.get("error"))
        case FactKind.TAGGED if data.get("by"):
            return line("tag", data.get("tag"), data.get("by"))
        case FactKind.LANGUAGE:
            return line("language", data.get("language"))
        case FactKind.HELD:
            return line("hold", "on" if data.get("on") else "off")
        case FactKind.FAILED:
            return line("failed", data.get("what"), data.get("error"))
        case FactKind.ENDED:
            return line("hangup", data.get("by"), note=str(data.get("reason", "")))
        case _:
            return None


def _quoted(words: object) -> str:
    return f'"{words or ""}"'


def _keys(data: Mapping[str, Any]) -> str:
    digits = data.get("digits")
    return str(digits) if digits else "•" * min(_number(data.get("count")), 40)


def _number(value: object, otherwise: int = 0) -> int:
    return value if isinstance(value, int) else otherwise


def _slots(slots: object) -> str:
    if not isinstance(slots, Mapping):
        return ""
    return "  ".join(f"{name}={_slot(value)}" for name, value in slots.items())


def _slot(value: object) -> object:
    return value.get("value", "") if isinstance(value, Mapping) else value


def _confidence(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, int | float) else ""


def _ordinal(count: object) -> str:
    return {1: "first time", 2: "second time", 3: "third time"}.get(
        count if isinstance(count, int) else 1, f"time {count}"
    )


def _ended_by(data: Mapping[str, Any]) -> str:
    return f"ended by {data['by']}" if data.get("by") else ""


def _heard(data: Mapping[str, Any]) -> str:
    heard, total = data.get("heard_ms"), data.get("total_ms")
    if not isinstance(heard, int | float) or not isinstance(total, int | float):
        return ""
    return f"{_seconds(heard)} s of {_seconds(total)} s heard"


def _seconds(value_ms: float) -> str:
    return f"{value_ms / 1000:.1f}"
