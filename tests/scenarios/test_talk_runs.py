"""Runs of whatever people do in a talk: nobody is left over, and the journal tells one story."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from talking_hotline import (
    ANNA,
    BEN,
    BOSS,
    BRANCH,
    CARA,
    Talking,
    allowed,
    answers,
    declines,
    everybody_is_free,
)
from test_talk_lines import SecondCall
from told import of

from voicebot.core.record import Fact, FactKind, fold
from voicebot.core.transfers import Supervision, Target, TransferMode
from voicebot.session.dialed_leg import DialedLeg
from voicebot.session.directory import TransferRefused
from voicebot.sim.line import SimLeg, rings_for_ever

KEYS = ["*1202#", "*2202#", "*1203#", "*3", "*4", "*0", "*2999#", "*5", "*6"]
TARGETS = ["queue:billing", "agent:ben", "agent:cara", "number:branch", "node:verify"]
Wish = tuple[float, str]

times = st.integers(20, 300).map(lambda tenths: tenths / 10)
keys = st.lists(st.tuples(times, st.sampled_from(KEYS)), max_size=5)
asked = st.lists(
    st.tuples(times, st.sampled_from(TARGETS), st.sampled_from(TransferMode)), max_size=2
)
second_lines = st.lists(st.tuples(times, st.sampled_from([2, 6])), max_size=1)
supervisors = st.lists(st.tuples(times, st.sampled_from(Supervision)), max_size=2)


@st.composite
def phones(draw: st.DrawFn) -> Callable[[SimLeg], None]:
    """What a phone does when it rings."""
    what = draw(st.sampled_from(["declines", "rings", "answers"]))
    if what == "declines":
        return declines
    if what == "rings":
        return rings_for_ever
    after_ms = draw(st.sampled_from([400, 2_000]))
    leaves_ms = draw(st.sampled_from([None, 1_000, 5_000, 12_000]))
    pressed = draw(st.lists(st.sampled_from(["4", "5", "6", "7", "*1203#", "*0"]), max_size=2))
    presses = [(after_ms + 1_000 * n, key) for n, key in enumerate(pressed, 1)]
    return answers(after_ms, *presses, leaves_ms=leaves_ms and after_ms + leaves_ms)


@settings(max_examples=20)
@given(keys, asked, second_lines, supervisors, phones(), phones(), phones(), phones(), times)
def test_nobody_is_left_over(
    pressed: list[tuple[float, str]],
    wanted: list[tuple[float, str, TransferMode]],
    lines: list[tuple[float, int]],
    watching: list[tuple[float, Supervision]],
    ben: Callable[[SimLeg], None],
    cara: Callable[[SimLeg], None],
    branch: Callable[[SimLeg], None],
    boss: Callable[[SimLeg], None],
    until_s: float,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        talking = Talking(Path(folder))
        talking.number("cara", "203")
        presses = [(round(at_s * 1000), key) for at_s, key in pressed]
        talking.phone(ANNA, answers(1_000, *presses, leaves_ms=25_000))
        for address, act in ((BEN, ben), (CARA, cara), (BRANCH, branch), (BOSS, boss)):
            talking.phone(address, act)
        for at_s, to, mode in wanted:
            talking.world.after_s(at_s, lambda to=to, mode=mode: _ask(talking, to, mode))
        seconds = [SecondCall(talking, "202") for _ in lines]
        for (at_s, lasts_s), second in zip(lines, seconds, strict=True):
            talking.world.after_s(at_s, second.ring)
            talking.world.after_s(at_s + lasts_s, second.leg.far_hangs_up)
            talking.world.after_s(at_s + lasts_s - 1, lambda second=second: _join(talking, second))
        for at_s, how in watching:
            talking.world.after_s(at_s, lambda how=how: _watch(talking, how))
        facts = talking.play(until_s + 5)
    everybody_is_free(talking)
    allowed(facts)
    _is_one_story(facts)


def _join(talking: Talking, second: SecondCall) -> None:
    for talk in talking.talks:
        if talk.agent == "anna":
            second.transfer()


def _ask(talking: Talking, to: str, mode: TransferMode) -> None:
    for talk in talking.talks:
        with suppress(TransferRefused):
            talk.hand_over(Target.parse(to), mode, by="api")


def _watch(talking: Talking, how: Supervision) -> None:
    for talk in talking.talks:
        leg = DialedLeg(talk.context, BOSS, 5_000, role="supervisor")
        talk.supervise("boss", leg, how, list(Supervision))


def _is_one_story(facts: list[Fact]) -> None:
    """Who came into the call went out of it, once, and each talk counts in the record."""
    talks = [(f.kind, f.data["agent"]) for f in of_two(facts)]
    inside: list[str] = []
    for kind, name in talks:
        if kind is FactKind.BRIDGED:
            inside.append(name)
        else:
            inside.remove(name)
    assert not inside
    for kind in (FactKind.ON_HOLD, FactKind.MUTED):
        switched = [f.data["on"] for f in of(facts, kind)]
        assert switched[: 2 * (len(switched) // 2)] == [True, False] * (len(switched) // 2)
    assert sum(1 if f.data["on"] else -1 for f in of(facts, FactKind.ON_HOLD)) == 0
    record = fold(facts)
    assert record is not None
    assert record.agents == tuple(f.data["agent"] for f in of(facts, FactKind.BRIDGED))
    outside = of(facts, FactKind.TRANSFERRED)
    told = sum(f.data["talk_ms"] for f in (*of(facts, FactKind.UNBRIDGED), *outside))
    assert record.talk_ms == told


def of_two(facts: list[Fact]) -> list[Fact]:
    return [f for f in facts if f.kind in (FactKind.BRIDGED, FactKind.UNBRIDGED)]
