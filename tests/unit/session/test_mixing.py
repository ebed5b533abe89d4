"""Who hears whom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.call import LegInfo
from voicebot.core.errors import CallError
from voicebot.core.ports import Leg
from voicebot.core.transfers import Supervision
from voicebot.session.mixing import Mixer, edges
from voicebot.sim.line import SimLeg

LEGS: list[Leg] = [SimLeg(LegInfo(), name=name) for name in ("caller", "agent", "target")]
BOSSES: list[Leg] = [SimLeg(LegInfo(), name=name) for name in ("boss", "chief")]
HOWS = [Supervision.LISTEN, Supervision.WHISPER, Supervision.BARGE]

talks = st.lists(st.sampled_from(LEGS), unique=True, max_size=3)
watched = st.dictionaries(st.sampled_from(BOSSES), st.sampled_from(HOWS))


@given(talks, watched)
def test_nobody_hears_who_is_not_meant_for_them(talking: list[Leg], how: dict[Leg, object]) -> None:
    supervisors = {leg: Supervision(str(one)) for leg, one in how.items()}
    agent = LEGS[1]
    found = edges([talking], supervisors, agent)
    assert not [1 for hearer, heard in found if hearer is heard]
    for boss, one in supervisors.items():
        hearers = {hearer for hearer, heard in found if heard is boss}
        if one is Supervision.LISTEN:
            assert hearers == set()
        if one is Supervision.WHISPER:
            assert hearers == {agent}
        if one is Supervision.BARGE:
            assert set(talking) <= hearers
        assert {heard for hearer, heard in found if hearer is boss} >= set(talking)
    apart = set(LEGS) - set(talking) - {agent}
    assert not [1 for hearer, heard in found if hearer in apart or heard in apart]


async def test_it_changes_only_what_is_to_change() -> None:
    caller, agent, boss = (SimLeg(LegInfo(), name=name) for name in ("a", "b", "c"))
    for leg in (caller, agent, boss):
        await leg.answer()
    mixer = Mixer()
    await mixer.mix(edges([[caller, agent]], {boss: Supervision.BARGE}, agent))
    assert caller.hears == {agent, boss}
    await mixer.mix(edges([[caller, agent]], {boss: Supervision.WHISPER}, agent))
    assert (caller.hears, agent.hears) == ({agent}, {caller, boss})
    await mixer.mix(frozenset())
    assert not caller.hears | agent.hears | boss.hears
    agent.far_hangs_up()
    with pytest.raises(CallError):
        await mixer.mix(edges([[caller, agent, boss]], {}, None))
    assert caller.hears == {boss}
