"""Whatever happens, the engine goes on to something that waits, or to an end, within its limits.

Callers are drawn who choose, fill, mumble, key, ask for commands and keep silent, back ends that
answer, refuse and break, queues and transfers with every outcome, on the sample hotlines.
"""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.core.afterwards import CallbackOutcome, RecordOutcome
from voicebot.core.call import LegInfo
from voicebot.core.customers import NOBODY, Customer
from voicebot.core.knowledge import Finding
from voicebot.core.meaning import (
    Choice,
    Expectation,
    Interpretation,
    Match,
    SlotSpec,
    SlotType,
    SlotValue,
)
from voicebot.core.ports import BackendReply
from voicebot.core.queueing import TRANSFER_ENDS, QueueOutcome, QueueStatus, TransferOutcome
from voicebot.flow.actions import (
    Action,
    Call,
    Dial,
    Enqueue,
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
from voicebot.flow.engine import TAKES, UnexpectedEvent, start, step
from voicebot.flow.events import (
    CallbackEnded,
    CallFailed,
    CustomerSeen,
    EngineFailed,
    Event,
    LookedUp,
    NoInput,
    NoMatch,
    QueueLeft,
    QueueSeen,
    Recorded,
    Replied,
    Started,
    TransferEnded,
    Typed,
    Understood,
    Waited,
)
from voicebot.flow.loader import load_flows
from voicebot.flow.state import FlowState, Waiting

FOLDER = Path(__file__).parents[3] / "ivr_flows"
NOW = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)
FLOWS = load_flows(FOLDER, environment={})
WAITS = {
    Waiting.CALLER: Listen,
    Waiting.BACKEND: Call,
    Waiting.QUEUE: Enqueue,
    Waiting.TRANSFER: Transfer | Dial,
    Waiting.MESSAGE: Record,
    Waiting.CALLBACK: RequestCallback,
    Waiting.PAUSE: Pause | PlayBack,
    Waiting.STATUS: LookAtQueue,
    Waiting.KNOWLEDGE: LookUp,
    Waiting.CUSTOMER: FindCustomer,
    Waiting.ENDED: HangUp,
}
PROFILES = st.sampled_from([NOBODY, Customer(id="7", name="Li Wei", vip=True, language="zh")])
VALUES = {
    SlotType.DIGITS: ["1", "1234", "100200", "999999"],
    SlotType.NUMBER: ["0", "5", "11", "3.5"],
    SlotType.MONEY: ["5.00 USD", "0.01 CNY"],
    SlotType.YES_NO: ["yes", "no"],
    SlotType.DATE: ["2026-11-24"],
    SlotType.TIME: ["10:30"],
    SlotType.CHOICE: ["water", "airport", "nothing_such"],
}
CONFIDENCES = st.sampled_from([0.1, 0.4, 0.5, 0.9, 1.0])
STATUS = st.builds(
    QueueStatus, st.integers(0, 2), st.integers(0, 2), st.integers(0, 2), full=st.booleans()
)
KEYS = st.text("0123456789*#", max_size=8)
ODD = st.sampled_from(
    [
        Interpretation(Match.CHOICE, "x", 0.9, choice="nothing_such"),
        Interpretation(Match.UNIVERSAL, "x", 0.9, choice="nothing_such"),
        Interpretation(Match.SLOTS, "x", 0.9),
        Interpretation(Match.NONE, "", 0.9),
    ]
)


def slots(specs: tuple[SlotSpec, ...]) -> st.SearchStrategy[dict[str, SlotValue]]:
    values = {
        spec.name: st.builds(
            SlotValue,
            st.just(spec.type),
            st.sampled_from(VALUES[spec.type]),
            confidence=CONFIDENCES,
        )
        for spec in specs
    }
    return st.fixed_dictionaries({}, optional=values)


def spoken(wanted: Expectation) -> st.SearchStrategy[Event]:
    def of(match: Match, choices: tuple[Choice, ...]) -> st.SearchStrategy[Interpretation]:
        return st.builds(
            Interpretation,
            st.just(match),
            st.just("words"),
            CONFIDENCES,
            st.sampled_from([choice.name for choice in choices]),
            slots(wanted.slots),
        )

    meanings = [of(Match.UNIVERSAL, wanted.universals), ODD]
    if wanted.choices:
        meanings += [of(Match.CHOICE, wanted.choices)] * 3
    if wanted.slots:
        filled = slots(wanted.slots).map(lambda s: Interpretation(Match.SLOTS, "x", 0.9, slots=s))
        meanings += [filled] * 3
    return st.one_of(meanings).map(Understood)


def typed(wanted: Expectation) -> st.SearchStrategy[Event]:
    options = wanted.keys.options if wanted.keys else ()
    return (st.sampled_from(options) if options else KEYS).map(Typed)


def answers(action: Action) -> st.SearchStrategy[Event]:
    """What may come back."""
    failed = st.just(EngineFailed("engine"))
    match action:
        case Listen(wanted):
            rest = st.sampled_from([NoInput(), NoMatch(), EngineFailed("recognizer")])
            return st.one_of(spoken(wanted), spoken(wanted), typed(wanted), KEYS.map(Typed), rest)
        case Call():
            status = st.sampled_from([200, 201, 204, 302, 403, 404, 409, 500])
            body = st.sampled_from([None, "text", [], {}, {"balance": 5}, {"balance": {"a": 1}}])
            replied = st.builds(BackendReply, status, body).map(Replied)
            return st.one_of(replied, st.just(CallFailed("timeout")), failed)
        case Enqueue():
            return st.one_of(st.sampled_from(QueueOutcome).map(QueueLeft), failed)
        case Record():
            files = st.sampled_from(["", "message.wav"])
            return st.one_of(st.builds(Recorded, st.sampled_from(RecordOutcome), files), failed)
        case RequestCallback():
            outcomes = [o for o in CallbackOutcome if o is not CallbackOutcome.DECLINED]
            return st.one_of(st.sampled_from(outcomes).map(CallbackEnded), failed)
        case Pause() | PlayBack():
            return st.one_of(st.sampled_from(["time", "keys", "speech"]).map(Waited), failed)
        case LookAtQueue():
            return st.one_of(STATUS.map(QueueSeen), failed)
        case LookUp(_, knowledge):
            known = [(base.name, entry) for base in knowledge.bases for entry in base.entries]
            findings = [
                st.builds(Finding, st.just(base), st.just(entry), CONFIDENCES)
                for base, entry in known[:3]
            ]
            some = st.lists(st.one_of(findings), max_size=2) if findings else st.just([])
            return st.one_of(some.map(lambda found: LookedUp(tuple(found))), failed)
        case FindCustomer():
            return st.one_of(st.builds(CustomerSeen, PROFILES), failed)
        case Transfer() | Dial():
            return st.one_of(st.sampled_from(TRANSFER_ENDS).map(TransferEnded), failed)
        case _:
            raise AssertionError(f"nothing comes back of {type(action).__name__}")


def check(state: FlowState, actions: tuple[Action, ...]) -> None:
    *before, last = actions
    assert isinstance(last, WAITS[state.waiting])
    assert all(isinstance(action, Say | Note | Notify) for action in before)
    limits = state.flow.settings
    assert state.steps <= limits.max_steps + limits.overtime_steps + 1
    if isinstance(last, Listen):
        assert last.expectation.speech or last.expectation.keys
        assert any(isinstance(action, Say) for action in before), "the caller hears something"


@pytest.mark.parametrize("name", FLOWS.names())
@settings(max_examples=40)
@given(data=st.data())
def test_any_call_goes_on_or_ends(name: str, data: st.DataObject) -> None:
    state = start(FLOWS.get(name), now=NOW)
    event: Event = Started(LegInfo())
    for _ in range(40):
        state, actions = step(state, event)
        check(state, actions)
        if state.waiting is Waiting.ENDED:
            return
        event = data.draw(answers(actions[-1]))


@pytest.mark.parametrize("name", FLOWS.names())
@pytest.mark.parametrize("events", [[NoInput()], [NoMatch()], [Typed("9")], [Typed("1")]])
def test_a_caller_who_always_does_the_same_comes_to_an_end(name: str, events: list[Event]) -> None:
    state, actions = step(start(FLOWS.get(name)), Started(LegInfo()))
    count = 0
    while state.waiting is not Waiting.ENDED:
        count += 1
        answer: dict[Waiting, Event] = {
            Waiting.CALLER: events[count % len(events)],
            Waiting.BACKEND: Replied(BackendReply(200, {})),
            Waiting.QUEUE: QueueLeft(QueueOutcome.LEFT),
            Waiting.TRANSFER: TransferEnded(TransferOutcome.BUSY),
            Waiting.MESSAGE: Recorded(RecordOutcome.EMPTY),
            Waiting.CALLBACK: CallbackEnded(CallbackOutcome.INVALID),
            Waiting.PAUSE: Waited(),
            Waiting.STATUS: QueueSeen(QueueStatus(0, 0, 0)),
            Waiting.KNOWLEDGE: LookedUp(()),
            Waiting.CUSTOMER: CustomerSeen(NOBODY),
        }
        state, actions = step(state, answer[state.waiting])
        check(state, actions)
        assert count < 1_200


@given(state=st.sampled_from(Waiting), event=st.sampled_from([NoInput(), CallFailed("x")]))
def test_only_what_is_waited_for_is_taken(state: Waiting, event: Event) -> None:
    begun, _ = step(start(FLOWS.get("bank_en")), Started(LegInfo()))
    if isinstance(event, TAKES[state]):
        return
    with pytest.raises(UnexpectedEvent):
        step(replace(begun, waiting=state), event)


def test_the_samples_are_without_a_warning() -> None:
    assert FLOWS.warnings == ()


@pytest.mark.parametrize("name", ["bank_en", "bank_zh"])
def test_the_banks_serve_every_business(name: str) -> None:
    flow = FLOWS.get(name)
    menu = flow.file.nodes["main"]
    wanted = [
        "balance",
        "lost_card",
        "bill",
        "transfer",
        "password",
        "hours",
        "appointment",
        "question",
        "done",
    ]
    assert list(menu.choices) == wanted
    businesses = [choice for name, choice in menu.choices.items() if name != "question"]
    assert all(len(choice.phrases) >= 10 for choice in businesses)
