"""Scripted dialogues of several turns: engine and understanding are the real ones, the back end
answers as it is told.

Everything that comes of a call is one line: a request (`POST /bills account=100200`), a tag, a
node (`> person`), what the bot said (`"..."` or, by id, `never_mind`), or the name of a fact.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from voicebot.core.call import LegInfo
from voicebot.core.meaning import Match
from voicebot.core.ports import BackendReply, BackendRequest
from voicebot.core.queueing import QueueOutcome
from voicebot.core.record import FactKind
from voicebot.core.speech import Hypothesis, Transcript
from voicebot.flow.actions import Action, Call, Enqueue, Listen, Note, Say
from voicebot.flow.engine import start, step
from voicebot.flow.events import (
    Event,
    NoInput,
    NoMatch,
    QueueLeft,
    Replied,
    Started,
    Typed,
    Understood,
)
from voicebot.flow.loader import load_flows
from voicebot.nlu.understanding import PhraseUnderstanding
from voicebot.prompts.text import words_of

HERE = Path(__file__).parent
NOW = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
FLOWS = load_flows(HERE.parents[1] / "ivr_flows", environment={})
UNDERSTANDING = PhraseUnderstanding(now=lambda: NOW.replace(tzinfo=None))
_OPENING = {"date": "2026-11-25", "time": "09:00", "exact": True}
REPLIES: dict[tuple[str, str], tuple[int, object]] = {
    ("GET", "/accounts/"): (200, {"balance": 100.5}),
    ("GET", "/branches/"): (200, {"address": "1 High Street", "opens": "09:00", "closes": "17:00"}),
    ("GET", "/openings/"): (200, _OPENING),
    ("GET", "/usage/"): (200, {"kwh": 236}),
    ("GET", "/outages/old_town"): (200, {"back": "15:30"}),
    ("GET", "/outages/"): (404, {}),
    ("GET", "/customers"): (200, {"reason": "pay", "likelihood": 0.9}),
    ("POST", "/"): (201, {"reference": "4001", "balance": 50.5}),
}
"""By method and the beginning of the path; the first that fits."""


@dataclass(frozen=True)
class Dialogue:
    """One of the table."""

    file: str
    flow: str
    say: tuple[str, ...]
    comes: tuple[str, ...]
    nots: tuple[str, ...] = ()
    language: str = ""
    caller: str = "+155501001"
    fails: str = ""
    """Why it is known to fail."""

    @property
    def name(self) -> str:
        """For the list of tests."""
        return f"{self.flow}: {' / '.join(self.say)}"


def dialogues() -> list[Dialogue]:
    """All of the table."""
    found = []
    for path in sorted((HERE / "dialogues").glob("*.yaml")):
        for row in yaml.safe_load(path.read_text("utf-8")):
            lists = {key: tuple(map(str, row.pop(key, ()))) for key in ("say", "comes", "not")}
            nots = lists.pop("not")
            found.append(Dialogue(path.stem, **row, **lists, nots=nots))
    return found


@dataclass
class Talk:
    """One call of a dialogue."""

    dialogue: Dialogue
    lines: list[str] = field(default_factory=list)
    """What came of it."""
    left: list[str] = field(default_factory=list)
    """What the caller has still to say."""

    def run(self) -> list[str]:
        """What came of it, until the caller has said everything. Raises `AssertionError` where the
        bot hangs up, or connects somebody, before that."""
        flow = FLOWS.get(self.dialogue.flow)
        state = start(flow, self.dialogue.language, now=NOW)
        self.left = list(self.dialogue.say)
        event: Event | None = Started(LegInfo(caller=self.dialogue.caller, sip_call_id="id"))
        while event is not None:
            state, actions = step(state, event)
            self.lines += [line for action in actions for line in _lines(action)]
            event = self._answer(actions[-1], state.language)
        assert not self.left, f"the caller had still to say {self.left}"
        return self.lines

    def _answer(self, action: Action, language: str) -> Event | None:
        match action:
            case Listen():
                return self._say(action, language) if self.left else None
            case Call(request):
                self.lines.append(_written(request))
                return Replied(_reply(request))
            case Enqueue():
                return QueueLeft(QueueOutcome.SERVED) if self.left else None
            case _:
                return None

    def _say(self, listen: Listen, language: str) -> Event:
        text = self.left.pop(0)
        if not text:
            return NoInput()
        if text.isascii() and text.isdigit():
            return Typed(text)
        transcript = Transcript((Hypothesis(text, 1.0),), True, language)
        meaning = UNDERSTANDING.understand(transcript, listen.expectation)
        return NoMatch(meaning) if meaning.match is Match.NONE else Understood(meaning)


def _lines(action: Action) -> Iterator[str]:
    if isinstance(action, Say):
        for prompt in action.prompts:
            yield f'"{words_of(prompt, today=NOW.date())}"'
            yield prompt.id
    elif isinstance(action, Note):
        data = action.data
        match action.kind:
            case FactKind.TAGGED:
                yield str(data["tag"])
            case FactKind.CAME_TO:
                yield f"outcome:{data['outcome']}"
            case FactKind.MOVED:
                yield f"> {data['node']}"
            case FactKind.GUESSED:
                what = data["arm"] if data["outcome"] == "open" else data["outcome"]
                yield f"guess:{what}"
            case kind:
                yield str(kind)


def _written(request: BackendRequest) -> str:
    path, _, query = request.url.partition("://")[2].partition("/")[2].partition("?")
    sent = dict(pair.split("=", 1) for pair in query.split("&") if pair)
    if isinstance(request.body, dict):
        sent |= {key: str(value) for key, value in request.body.items() if key != "pin"}
    sent.pop("phone", None)
    values = " ".join(f"{key}={_plain(value)}" for key, value in sorted(sent.items()))
    for folder in ("clinic/", "power/"):
        path = path.removeprefix(folder)
    return f"{request.method} /{path} {values}".strip()


def _plain(value: str) -> str:
    return value.replace("%3A", ":").removesuffix(" USD").removesuffix(" CNY")


def _reply(request: BackendRequest) -> BackendReply:
    written = _written(request)
    for (method, path), (status, body) in REPLIES.items():
        if written.startswith(f"{method} {path}"):
            return BackendReply(status, body)
    return BackendReply(404, {})


def missing(dialogue: Dialogue) -> list[str]:
    """What did not come of a dialogue, or should not have; nothing where it was completed."""
    try:
        lines = Talk(dialogue).run()
    except AssertionError as error:
        return [str(error)]
    left = list(dialogue.comes)
    for line in lines:
        if left and left[0] in line:
            left.pop(0)
    return left + [f"not {text}" for text in dialogue.nots if any(text in line for line in lines)]
