"""The formulas, held to published values and to themselves."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from voicebot.queueing.erlang import Load, Target, needed, staff

LOAD = Load(100 / 1800, 180)


@pytest.mark.parametrize(
    ("agents", "waits", "level", "asa_s", "occupancy"),
    [
        (11, 0.68212, 0.38961, 122.78, 0.90909),
        (12, 0.44939, 0.64016, 40.44, 0.83333),
        (13, 0.28527, 0.79559, 17.12, 0.76923),
        (14, 0.17413, 0.88835, 7.836, 0.71429),
        (15, 0.10204, 0.94145, 3.67, 0.66667),
    ],
)
def test_the_table_of_erlang_c(
    agents: int, waits: float, level: float, asa_s: float, occupancy: float
) -> None:
    found = staff(LOAD, agents, 20)
    assert found.waits == pytest.approx(waits, abs=6e-6)
    assert found.service_level == pytest.approx(level, abs=6e-6)
    assert found.asa_s == pytest.approx(asa_s, abs=6e-3)
    assert found.occupancy == pytest.approx(occupancy, abs=6e-6)


def test_thirteen_agents_just_miss_80_20_and_fourteen_make_twenty_on_the_roster() -> None:
    target = Target(0.8, 20, shrinkage=0.3)
    found = needed(LOAD, target)
    assert found.agents == 14
    assert target.rostered(found.agents) == 20


def test_a_cap_on_occupancy_wants_more_agents() -> None:
    assert needed(LOAD, Target(0.8, 20, most_occupancy=0.7)).agents == 15


def test_agents_who_are_too_few_are_refused() -> None:
    with pytest.raises(ValueError, match="do not suffice"):
        staff(LOAD, 10, 20)
    # With impatient callers any number does, though badly.
    assert staff(Load(100 / 1800, 180, 60), 5, 20).abandoned > 0.4


def test_with_endless_patience_erlang_a_is_erlang_c() -> None:
    for agents in (11, 14, 20):
        patient = staff(Load(100 / 1800, 180, 1e9), agents, 20)
        other = staff(LOAD, agents, 20)
        assert patient.service_level == pytest.approx(other.service_level, abs=1e-5)
        assert patient.asa_s == pytest.approx(other.asa_s, rel=1e-4, abs=1e-4)
        assert patient.abandoned < 1e-6


def test_as_many_agents_as_erlangs_and_patience_as_long_as_a_call_is_a_queue_of_no_agents() -> None:
    """With patience equal to handling time, the number of callers is Poisson whatever the agents:
    all busy has then the probability of a Poisson tail."""
    import math

    erlangs, agents = 10.0, 12
    found = staff(Load(100 / 1800, 180, 180), agents, 20)
    tail = 1 - sum(math.exp(-erlangs) * erlangs**k / math.factorial(k) for k in range(agents))
    assert found.waits == pytest.approx(tail, abs=1e-9)


@given(
    st.floats(1, 2_000),
    st.floats(10, 900),
    st.floats(5, 900),
    st.integers(1, 200),
    st.floats(0, 300),
)
def test_more_agents_never_do_worse(
    calls: float, handling_s: float, patience_s: float, agents: int, within_s: float
) -> None:
    load = Load(calls / 3600, handling_s, patience_s)
    few, more = staff(load, agents, within_s), staff(load, agents + 1, within_s)
    assert more.service_level >= few.service_level - 1e-9
    assert more.abandoned <= few.abandoned + 1e-9
    assert more.occupancy <= few.occupancy + 1e-9
    assert 0 <= few.service_level <= 1 + 1e-9
    # Who is answered has been served: abandoned callers are the rest of the work.
    assert few.occupancy <= 1 + 1e-9
    assume(load.erlangs < agents * 0.95)
    patient = staff(Load(load.calls_per_s, handling_s), agents, within_s)
    assert few.asa_s <= patient.asa_s + 1e-6
    assert few.waits <= patient.waits + 1e-9
