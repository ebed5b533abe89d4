"""The setting of a scenario: the lines before the call begins. What all scenarios of a folder
have in common is in its common.txt.

flow      bank_en                              the flow that answers
clock     2026-12-24 16:30                     the wall clock at the first ring
http      GET /accounts/100200 → 200 {"balance": 12.5}
http      POST /transfers {"pin": "1111"} → 403
http      GET /slow → 200 {} after 3s          also: → timeout, → down
agents    anna ben                             at work; with queues: agents anna: cards
queue     cards full                           also: nobody; ring 15s; wait 60s; ahead 2
transfer  busy                                 how transfers end: no_answer, declined, failed
hears     "my balance" as "my ballots" 0.45 or "my balance" 0.40
arm       new_menu b                           the way that a percent node takes
customer  +491701 {"id": "7", "name": "Li Wei", "language": "zh"}   also by an id; after 3s
continues main {"values": {"last4": "4321"}}   a call that broke off there; also intent, language
broken    recognizer                           also: voice, callbacks, messages, customers
show      words                                what the bot says, in place of prompts' names
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from voicebot.core.customers import NOBODY, Customer, customer_from_json, customer_json
from voicebot.core.errors import ConfigError, Problem
from voicebot.core.ports import BackendReply
from voicebot.core.queueing import TRANSFER_ENDS, TransferOutcome
from voicebot.core.speech import Hypothesis
from voicebot.scenario.backend import Stub
from voicebot.scenario.script import is_event
from voicebot.scenario.world import BEGAN


@dataclass(slots=True)
class QueueSetting:
    """How a queue is at the time of the call."""

    full: bool = False
    nobody: bool = False
    ahead: int = 0
    """Callers who wait already, and stay."""
    ring_ms: int | None = None
    wait_ms: int | None = None


@dataclass(slots=True)
class Setting:
    """What a scenario sets before its call."""

    flow: str = ""
    clock: datetime = BEGAN
    stubs: list[Stub] = field(default_factory=list)
    agents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Queues by agent; none for all."""
    queues: dict[str, QueueSetting] = field(default_factory=dict)
    transfer: TransferOutcome = TransferOutcome.DONE
    hears: dict[str, tuple[Hypothesis, ...]] = field(default_factory=dict)
    arms: dict[str, str] = field(default_factory=dict)
    """Ways by the percent node that takes them."""
    customers: dict[str, Customer] = field(default_factory=dict)
    """By number or id."""
    customer_delays_s: dict[str, float] = field(default_factory=dict)
    continues: Mapping[str, Any] = field(default_factory=dict)
    """Where the call goes on with one that broke off: node, values, intent, language; empty where
    it begins anew."""
    broken: set[str] = field(default_factory=set)
    words: bool = False


def read_setting(text: str, file: str, common: Setting | None = None) -> Setting:
    """The setting of a scenario, over what is `common` to all of its folder. Raises `ConfigError`
    with every line that cannot be read."""
    setting, problems = deepcopy(common) if common else Setting(), []
    setting.stubs = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#") or is_event(line) or line.split()[0] == "cdr":
            continue
        try:
            _take(setting, *line.split(None, 1))
        except _Wrong as error:
            problems.append(Problem(file, number, 1, "bad-setting", str(error), error.hint))
    if problems:
        raise ConfigError(problems)
    if common is not None:
        # A request that the scenario answers itself is not answered by what is common.
        setting.stubs += [replace(stub, is_common=True) for stub in common.stubs]
    return setting


class _Wrong(Exception):
    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def _take(setting: Setting, word: str, rest: str = "") -> None:
    reader = _READERS.get(word)
    if reader is None:
        known = ", ".join(_READERS)
        raise _Wrong(f"{word} is no line of a scenario", f"a setting begins with {known}")
    reader(setting, rest.strip())


def _flow(setting: Setting, rest: str) -> None:
    setting.flow = rest


def _clock(setting: Setting, rest: str) -> None:
    try:
        setting.clock = datetime.fromisoformat(rest).replace(tzinfo=UTC)
    except ValueError:
        raise _Wrong(f"{rest} is no time", "write clock 2026-12-24 16:30") from None


_HTTP = re.compile(
    r"(?P<method>[A-Z]+)\s+(?P<path>/\S*)(?:\s+(?P<body>[\[{].*?))?\s*(?:→|->)\s*"
    r"(?:(?P<end>timeout|down)|(?P<status>\d{3})(?:\s+(?P<reply>.+?))?"
    r"(?:\s+after\s+(?P<after>\d+(?:\.\d+)?)s)?)"
)


def _http(setting: Setting, rest: str) -> None:
    found = _HTTP.fullmatch(rest)
    if found is None:
        raise _Wrong("this http line cannot be read", 'write http GET /path → 200 {"name": 1}')
    body = _json(found["body"])
    if found["end"] == "down":
        setting.stubs.append(Stub(found["method"], found["path"], body, down=True))
        return
    status = found["status"]
    reply = BackendReply(int(status), _json(found["reply"])) if status else None
    delay_ms = round(float(found["after"] or 0) * 1000)
    setting.stubs.append(Stub(found["method"], found["path"], body, reply, delay_ms))


def _json(text: str | None) -> Any:
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        hint = 'names and texts stand in ", as in {"name": "text"}'
        raise _Wrong(f"this is no JSON: {error}", hint) from None


def _agents(setting: Setting, rest: str) -> None:
    names, _, queues = rest.partition(":")
    for name in re.split(r"[\s,]+", names.strip()):
        setting.agents[name] = tuple(re.split(r"[\s,]+", queues.strip())) if queues else ()


def _queue(setting: Setting, rest: str) -> None:
    name, *words = rest.split()
    queue = setting.queues.setdefault(name, QueueSetting())
    pending = iter(words)
    for word in pending:
        match word:
            case "full":
                queue.full = True
            case "nobody":
                queue.nobody = True
            case "ahead":
                queue.ahead = int(_number(pending, "ahead 2"))
            case "ring":
                queue.ring_ms = _ms(pending, "ring 15s")
            case "wait":
                queue.wait_ms = _ms(pending, "wait 60s")
            case _:
                hint = "known are full, nobody, ahead 2, ring 15s, wait 60s"
                raise _Wrong(f"a queue cannot be {word}", hint)


def _ms(words: Iterator[str], example: str) -> int:
    return round(_number(words, example, "s") * 1000)


def _number(words: Iterator[str], example: str, unit: str = "") -> float:
    word = next(words, "")
    try:
        return float(word.removesuffix(unit))
    except ValueError:
        raise _Wrong(f"{word or 'nothing'} is no number", f"write {example}") from None


def _transfer(setting: Setting, rest: str) -> None:
    if rest not in TRANSFER_ENDS:
        raise _Wrong(f"no transfer ends as {rest}", ", ".join(TRANSFER_ENDS))
    setting.transfer = TransferOutcome(rest)


_HEARS = re.compile(r'"(?P<said>[^"]*)"\s*(?:as\s+)?(?P<readings>.*)')
_READING = re.compile(r'(?:"(?P<text>[^"]*)"\s*)?(?P<sure>[01](?:\.\d+)?)')


def _hears(setting: Setting, rest: str) -> None:
    found = _HEARS.fullmatch(rest)
    parts = [p.strip() for p in found["readings"].split(" or ")] if found else []
    readings = [_READING.fullmatch(part) for part in parts]
    if found is None or not all(readings):
        raise _Wrong("this line cannot be read", 'write hears "words" as "other words" 0.45')
    setting.hears[found["said"]] = tuple(
        Hypothesis(found["said"] if r["text"] is None else r["text"], float(r["sure"]))
        for r in readings
        if r is not None
    )


def _arm(setting: Setting, rest: str) -> None:
    node, _, arm = rest.partition(" ")
    setting.arms[node] = arm.strip()


_CUSTOMER = re.compile(r"(?P<key>\S+)\s+(?P<profile>\{.*\})(?:\s+after\s+(?P<after>[\d.]+)s)?")


def _customer(setting: Setting, rest: str) -> None:
    found = _CUSTOMER.fullmatch(rest)
    profile = _json(found["profile"]) if found else None
    if found is None or not isinstance(profile, dict):
        example = 'write customer +491701 {"id": "7", "name": "Li Wei", "vip": true}'
        raise _Wrong("this customer cannot be read", example)
    if unknown := sorted(profile.keys() - customer_json(NOBODY).keys()):
        known = ", ".join(customer_json(NOBODY))
        raise _Wrong(f"a customer has no {unknown[0]}", f"there are {known}")
    key = found["key"]
    setting.customers[key] = customer_from_json({"id": key, **profile})
    setting.customer_delays_s[key] = float(found["after"] or 0)


_CONTINUED = {"values", "intent", "language"}


def _continues(setting: Setting, rest: str) -> None:
    node, _, text = rest.partition(" ")
    kept = _json(text.strip() or "{}")
    if not node or not isinstance(kept, dict) or kept.keys() - _CONTINUED:
        example = 'write continues NODE {"values": {"last4": "4321"}, "intent": "", "language": ""}'
        raise _Wrong("this line cannot be read", example)
    setting.continues = {"node": node, **kept}


_BREAKABLE = ("recognizer", "voice", "callbacks", "messages", "customers")


def _broken(setting: Setting, rest: str) -> None:
    if rest not in _BREAKABLE:
        raise _Wrong(f"{rest} cannot be broken", ", ".join(_BREAKABLE))
    setting.broken.add(rest)


def _show(setting: Setting, rest: str) -> None:
    if rest != "words":
        raise _Wrong(f"{rest} cannot be shown", "write show words")
    setting.words = True


_READERS: dict[str, Callable[[Setting, str], None]] = {
    "flow": _flow,
    "clock": _clock,
    "http": _http,
    "agents": _agents,
    "queue": _queue,
    "transfer": _transfer,
    "hears": _hears,
    "arm": _arm,
    "customer": _customer,
    "continues": _continues,
    "broken": _broken,
    "show": _show,
}
