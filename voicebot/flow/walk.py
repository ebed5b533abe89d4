"""One step in the making: the state as it becomes and the actions so far.

Node kinds write their behavior against `Walk`; nothing here waits, asks a clock or does I/O.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

from voicebot.core.call import Outcome
from voicebot.core.customers import TagBy
from voicebot.core.meaning import Expectation, Match, SlotValue
from voicebot.core.prompt import Prompt
from voicebot.core.record import FactKind
from voicebot.core.turn import BargeIn, Timing
from voicebot.flow.clock import CLOCK, clock_value
from voicebot.flow.customers import Routing, routing_of, tags_due
from voicebot.flow.expressions import Name, evaluate, parse
from voicebot.flow.flow import Flow, Node
from voicebot.flow.state import FlowState, Frame, Waiting
from voicebot.flow.steps import (
    Action,
    Call,
    Dial,
    Enqueue,
    Event,
    FindCustomer,
    HangUp,
    Listen,
    LookAtQueue,
    LookUp,
    Note,
    Notify,
    Pause,
    PlayBack,
    Record,
    RequestCallback,
    Say,
    Transfer,
)
from voicebot.flow.templates import Mark, fill, parse_template
from voicebot.flow.values import Json, Value, into, plain, spoken, stored, typed, written
from voicebot.flow.visit import NOTHING, Visit


def _tags(customer: Mapping[str, Value]) -> list[str]:
    tags = customer.get("tags")
    return [str(tag) for tag in tags] if isinstance(tags, list) else []


_SINGLE_MARK = re.compile(r"\{[^{}]+\}")


class Kind(Node):
    """A node kind: a model of what is written, and what happens on entry and on events."""

    @abstractmethod
    def enter(self, walk: Walk) -> None:
        """The call comes to this node. Ends with `walk.go`, a waiting action, or `walk.fail`."""

    def take(self, walk: Walk, event: Event) -> None:
        """What the node waited for has come. Ends as `enter` does."""
        raise AssertionError(f"a node of kind {type(self).__name__} never waits")

    def outlives_caller(self, visit: Visit) -> bool:
        """Takes `CallerGone`: something is passed on though the caller hung up."""
        return False


_Frozen = TypeVar("_Frozen")


def copied(value: _Frozen) -> _Frozen:
    """A copy of a frozen dataclass with slots: `dataclasses.replace` in a third of its time, which
    was most of a step's."""
    cls = type(value)
    copy: _Frozen = cls.__new__(cls)
    for get, put in _members(cls):
        put(copy, get(value))
    return copy


_Members = tuple[tuple[Callable[..., Any], Callable[..., None]], ...]


def _members_of(cls: type) -> _Members:
    """What reads and what writes each slot of a class."""
    slots = [getattr(cls, name) for name in cls.__slots__]  # type: ignore[attr-defined]
    return tuple((slot.__get__, slot.__set__) for slot in slots)


_members: Callable[[type], _Members] = cache(_members_of)


class Walk:
    """Collects what one step does. Used by one step only."""

    def __init__(self, state: FlowState) -> None:
        self.state = copied(state)
        """A copy of its own, changed in place until the step is done: copying it at every change
        was half the time of a step."""
        self._visit: Visit | None = None
        """That visit of it which is a copy of its own, too."""
        self.actions: list[Action] = []
        self.next: tuple[str, str] | None = None
        """(node, via) to be entered next."""

    @property
    def flow(self) -> Flow:
        """The flow that the call walks."""
        return self.state.flow

    @property
    def visit(self) -> Visit:
        """The present visit of the present node."""
        return self.state.visit

    @property
    def place(self) -> str:
        """The present node as the journal names it."""
        return self.state.place(self.state.node)

    def change(self, **changes: Any) -> None:
        """Set fields of the state."""
        for name, value in changes.items():
            object.__setattr__(self.state, name, value)

    def revisit(self, **changes: Any) -> None:
        """Set fields of the present visit."""
        if self.state.visit is not self._visit:
            self._visit = copied(self.state.visit)
            self.change(visit=self._visit)
        for name, value in changes.items():
            object.__setattr__(self._visit, name, value)

    def deny(self, denied: Iterable[tuple[str, str]]) -> None:
        """Remember what the caller said no to: for the present visit, and of slots' values for as
        long as the call is about the same."""
        denied = frozenset(denied)
        self.revisit(denied=self.visit.denied | denied)
        slots = {name for name in self.flow.slots if not self.flow.is_secret(name)}
        of_slots = frozenset(key for key in denied if key[0] in slots)
        topic = self.state.topic
        if topic is not None and of_slots:
            self.change(topic=replace(topic, denied=topic.denied | of_slots))

    # ------------------------------------------------------------ values

    def lookup(self, path: str) -> Value:
        """The value of a name in expressions and templates; None where it is missing."""
        head, *rest = path.split(".")
        if head == "call":
            return self._of_call(rest)
        value = self.state.values.get(head)
        if value is None:
            value = self._of_surroundings(head)
        return into(value, rest) if rest else value

    def _of_surroundings(self, name: str) -> Value:
        """The caller's profile and the clock; a slot or value of the flow's own hides them."""
        if name == "customer" and not self.flow.has(name):
            return dict(self.state.customer)
        if name in CLOCK and not self.flow.has(name):
            return clock_value(name, self.state.now)
        return None

    def _of_call(self, rest: list[str]) -> Value:
        known = {
            "caller": self.state.info.caller,
            "caller_name": self.state.info.caller_name,
            "called": self.state.info.called,
            "trunk": self.state.info.trunk,
            "language": self.state.language,
            "intent": self.state.intent,
        }
        return (known.get(rest[0]) or None) if len(rest) == 1 else None

    def evaluate(self, text: str, extra: Mapping[str, Json] | None = None) -> Any:
        """The value of an expression; `extra` names win. Raises `EvaluationError`."""

        def value_of(path: str) -> Any:
            head, *rest = path.split(".")
            if extra is not None and head in extra:
                return typed(into(extra[head], rest))
            return typed(self.lookup(path))

        return evaluate(parse(text), value_of)

    def value(self, text: str, extra: Mapping[str, Json] | None = None) -> Value:
        """The value of an expression as it is kept; a name alone gives the very value that it
        has. Raises `EvaluationError`."""
        tree = parse(text)
        if isinstance(tree, Name) and (extra is None or tree.path.split(".")[0] not in extra):
            return self.lookup(tree.path)
        return stored(self.evaluate(text, extra))

    def keep(self, values: Mapping[str, Any]) -> None:
        """Set values, such as expressions give them."""
        self.change(values={**self.state.values, **{n: stored(v) for n, v in values.items()}})

    def render(self, text: str) -> str:
        """A template with its values, secret ones hidden."""
        return fill(text, self._shown)

    def _shown(self, mark: Mark) -> str:
        value = written(self.flow.labeled(mark.name, self.lookup(mark.name)))
        return "*" * len(value) if self.flow.is_secret(mark.name) else value

    def render_json(self, value: Json) -> Json:
        """A body with its templates filled in; a text that is one mark becomes the value itself."""
        if isinstance(value, dict):
            return {key: self.render_json(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.render_json(item) for item in value]
        if not isinstance(value, str):
            return value
        if _SINGLE_MARK.fullmatch(value):
            (mark,) = parse_template(value)
            assert isinstance(mark, Mark)
            return plain(self.lookup(mark.name))
        return fill(value, lambda mark: written(self.lookup(mark.name)))

    # ------------------------------------------------------------ saying

    def prompt(self, ref: str, values: Mapping[str, Value] | None = None) -> Prompt:
        """A prompt with its values; `values` win over those of the call."""
        fixed = self.flow.texts.fixed_prompt(ref)
        if fixed is not None and fixed.language == self.state.language:
            return fixed
        return self.worded(*self.flow.texts.text(ref, self._turn(ref)), values)

    def worded(
        self, prompt_id: str, text: str, values: Mapping[str, Value] | None = None
    ) -> Prompt:
        """A text with its values."""
        parts: list[str | SlotValue] = []
        secret = False
        for part in parse_template(text):
            if isinstance(part, str):
                parts.append(part)
                continue
            is_given = values is not None and part.name in values
            value = values[part.name] if is_given and values else self.lookup(part.name)
            value = self.flow.labeled(part.name, value)
            secret = secret or self.flow.is_secret(part.name)
            parts.append(spoken(value, part.type, self.flow.file.currency))
        said = tuple([p for p in parts if p != ""])  # A list is quicker than a generator here.
        return Prompt(said, self.state.language, prompt_id, secret)

    def _turn(self, ref: str) -> int:
        """How often a prompt was said; counted for those of several wordings only."""
        if len(self.flow.texts.wordings(ref)) == 1:
            return 0
        turn = self.state.turns.get(ref, 0)
        self.change(turns={**self.state.turns, ref: turn + 1})
        return turn

    def say(
        self,
        refs: Iterable[str],
        barge_in: BargeIn | None = None,
        values: Mapping[str, Value] | None = None,
    ) -> None:
        """Say prompts, by id or text."""
        self.say_prompts(tuple([self.prompt(ref, values) for ref in refs]), barge_in)

    def say_prompts(self, prompts: tuple[Prompt, ...], barge_in: BargeIn | None = None) -> None:
        """Say ready prompts."""
        if not prompts:
            return
        barge_in = self.flow.file.barge_in if barge_in is None else barge_in
        self.change(said=self.state.said + prompts)
        last = self.actions[-1] if self.actions else None
        if isinstance(last, Say) and last.barge_in is barge_in:
            self.actions[-1] = Say(last.prompts + prompts, barge_in)
        else:
            self.actions.append(Say(prompts, barge_in))

    # ------------------------------------------------------------ journal

    def note(self, kind: FactKind, **data: Any) -> None:
        """Add a fact."""
        self.actions.append(Note(kind, data))

    def note_values(self, kind: FactKind, values: Mapping[str, Value]) -> None:
        """Add values by slot, secret ones only by their length."""
        self.note(kind, node=self.place, slots=self._open(values))

    def _open(self, values: Mapping[str, Value]) -> dict[str, str]:
        return {
            name: "*" * len(written(v)) if self.flow.is_secret(name) else written(v)
            for name, v in values.items()
        }

    def note_understood(
        self,
        match: Match,
        confidence: float,
        *,
        choice: str = "",
        slots: Mapping[str, Value] | None = None,
        runner_up: str = "",
    ) -> None:
        """Add what was understood; secret values only by their length."""
        self.note(
            FactKind.UNDERSTOOD,
            match=str(match),
            choice=choice,
            confidence=round(confidence, 3),
            slots=self._open(slots or {}),
            runner_up=runner_up,
        )

    # ------------------------------------------------------------ the customer

    def tag(self, tag: str, by: TagBy) -> None:
        """Put a tag on the call, and on the customer unless it is a node's."""
        if by is TagBy.NODE:
            self.note(FactKind.TAGGED, tag=tag)
            return
        customer = self.state.customer
        key = str(customer.get("id") or customer.get("number") or "")
        self.note(FactKind.TAGGED, tag=tag, by=by.value, customer=key)
        has = _tags(customer)
        if tag not in has:
            self.change(customer={**customer, "tags": [*has, tag]})

    def tag_by_rules(self) -> None:
        """Put the tags whose rules hold now."""
        rules, done = self.flow.settings.customers.tag_rules, self.state.ruled
        for tag in tags_due(rules, self._evaluate_rule, done) if rules else ():
            self.tag(tag, TagBy.RULE)
            self.change(ruled=self.state.ruled | {tag})

    def routing(self) -> Routing:
        """What the customer brings to a queue."""
        rules = self.flow.settings.customers.routing
        return routing_of(rules, self._evaluate_rule, self.state.customer)

    def _evaluate_rule(self, text: str) -> Any:
        """Rules are of the configuration: what a flow calls alike does not hide the profile."""
        own: dict[str, Any] = {"customer": dict(self.state.customer)}
        return self.evaluate(text, own)

    # ------------------------------------------------------------ ways to end a step

    def go(self, node: str, via: str) -> None:
        """On to another node (or the same one again)."""
        self.next = (node, via)

    def listen(self, expectation: Expectation, timing: Timing) -> None:
        """Wait for the caller."""
        self._wait(Waiting.CALLER, Listen(expectation, timing))

    def call(self, action: Call) -> None:
        """Wait for the back end."""
        self._wait(Waiting.BACKEND, action)

    def enqueue(self, action: Enqueue) -> None:
        """Wait for a person."""
        self._wait(Waiting.QUEUE, action)

    def transfer(self, action: Transfer | Dial) -> None:
        """Wait for the end of a transfer."""
        self._wait(Waiting.TRANSFER, action)

    def record(self, action: Record) -> None:
        """Wait for a message."""
        self._wait(Waiting.MESSAGE, action)

    def pause(self, action: Pause | PlayBack) -> None:
        """Wait for time to pass."""
        self._wait(Waiting.PAUSE, action)

    def request_callback(self, action: RequestCallback) -> None:
        """Wait until it is noted down."""
        self._wait(Waiting.CALLBACK, action)

    def look_at_queue(self, action: LookAtQueue) -> None:
        """Wait for how things stand in a queue; the answer comes at once."""
        self._wait(Waiting.STATUS, action)

    def find_customer(self, action: FindCustomer) -> None:
        """Wait for a customer's profile."""
        self._wait(Waiting.CUSTOMER, action)

    def look_up(self, action: LookUp) -> None:
        """Wait for what the knowledge base has; the answer comes at once."""
        self._wait(Waiting.KNOWLEDGE, action)

    def notify(self, action: Notify) -> None:
        """Tell others; nothing is waited for."""
        self.actions.append(action)

    def hang_up(self, outcome: Outcome, reason: str = "") -> None:
        """End the call."""
        self._wait(Waiting.ENDED, HangUp(outcome, reason))

    def _wait(self, waiting: Waiting, action: Action) -> None:
        self.actions.append(action)
        self.change(waiting=waiting)

    def fail(self, error: str) -> None:
        """Something failed: a note, then the flow's error path, or the end where it fails too."""
        self.note(FactKind.FAILED, what=f"flow node {self.place}", error=error)
        self.change(errors=self.state.errors + 1)
        if self.state.errors > self.flow.settings.max_errors:
            self.break_off()
        else:
            self.go_wrong("error")

    def go_wrong(self, via: str) -> None:
        """The error path: the node's, the flow's, or that of the flow which called it."""
        own = self.flow.nodes[self.state.node].on_error if self.state.node else None
        if own is not None and own != self.state.node:
            self.go(own, via)
            return
        while self.flow.file.on_error is None and self.state.frames:
            self.leave_flow()
        if self.flow.file.on_error is None:
            self.break_off()
        else:
            self.go(self.flow.file.on_error, via)

    # ------------------------------------------------------------ sub-flows

    def enter_flow(self, flow: Flow, values: Mapping[str, Value]) -> None:
        """Call another flow with values of its own; this one waits for it."""
        state = self.state
        frame = Frame(
            state.flow,
            state.node,
            state.values,
            state.visits,
            state.trail,
            state.loops,
        )
        self.change(frames=(*state.frames, frame))
        self._begin(flow.in_language(state.language).under(state.flow), values)

    def go_to_flow(self, flow: Flow, values: Mapping[str, Value]) -> None:
        """Leave this flow and those that called it for another one."""
        flow = flow.in_language(self.state.language)
        self.change(frames=(), digressions=(), language=flow.language)
        self._begin(flow, values)

    def _begin(self, flow: Flow, values: Mapping[str, Value]) -> None:
        self.change(
            flow=flow,
            node="",
            values=values,
            visits=NOTHING,
            trail=(),
            loops=NOTHING,
        )

    def speak_in(self, language: str) -> None:
        """Go on in another language, if the flow has it."""
        flow = self.flow.in_language(language)
        self.change(flow=flow, language=flow.language)

    def leave_flow(self) -> None:
        """Back in the flow that called this one, at the node that did."""
        *outer, frame = self.state.frames
        self.change(
            frames=tuple(outer),
            flow=frame.flow.in_language(self.state.language),
            node=frame.node,
            values=frame.values,
            visits=frame.visits,
            trail=frame.trail,
            loops=frame.loops,
            visit=Visit(),
            in_a_row=0,
        )

    def time_is_up(self) -> None:
        """The call has lasted as long as it may."""
        while self.state.frames:
            self.leave_flow()
        limit = self.flow.file.max_call
        self.say(limit.prompt or ["time_is_up"], BargeIn.NONE)
        if limit.to is not None:
            self.go(limit.to, "max_call")
        else:
            self.hang_up(self.state.outcome, "max_call")

    def break_off(self) -> None:
        """Apologize and hang up."""
        self.next = None
        self.say(["broken_off"], BargeIn.NONE)
        self.hang_up(Outcome.HANDLED if self.state.served else Outcome.FAILED)

    def out_of_steps(self) -> bool:
        """Whether the step limit ends this: once by the error path, then for good."""
        settings = self.flow.settings
        if self.state.overtime:
            over = self.state.steps > settings.max_steps + settings.overtime_steps
            if over:
                self.break_off()
            return over
        if self.state.steps <= settings.max_steps:
            return False
        self.change(overtime=True)
        self.fail("too many steps")
        return True
