"""Scenarios as they are written, and as they are accepted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voicebot.scenario.compare import accepted, difference, expected
from voicebot.scenario.script import Stimulus, plain, rows, stimuli

TEXT = """\
# A remark.
flow    shop
queue   desk full

  0.0  ring     1 → shop
  0.0  bot      hello
> 1.5  caller   ""
  3.2~ caller   "my order"                      (barge-in; 1.0 s of 2.0 s heard)
>   9.1~ keys     1234#
 12.0| keys     ••••
 13.0  silence  no input, first time
 14.0  agent    anna answers
 20.0  agent    anna leaves  ended by caller
 20.0~ hangup   caller
  cdr  handled
"""


def test_what_the_world_does() -> None:
    found = [(s.who, s.text, s.at_ms) for s in stimuli(TEXT)]
    assert found == [
        ("ring", "1 → shop", 0),
        ("caller", '""', 1_500),
        ("caller", '"my order"', None),
        ("keys", "1234#", None),
        ("agent", "anna answers", 14_000),
        ("hangup", "caller", None),
    ]
    last = stimuli(TEXT)[-1]
    assert (last.silences, last.answers, last.line) == (1, 1, 14)


def test_lines_without_a_time_come_at_their_turn() -> None:
    text = 'flow shop\nring 1 → shop\ncaller "my order"\nkeys 1\n~ hangup caller\n'
    assert [s.at_ms for s in stimuli(text)] == [None] * 4
    assert rows(text) == []


def test_what_must_come() -> None:
    assert [row.line for row in rows(TEXT)] == [5, 6, 8, 10, 11, 12, 13, 14, 15]
    assert plain("  3.2~ caller   x") == "  3.2  caller   x"
    assert "flow" not in expected(TEXT)


def test_a_difference_has_the_lines_of_the_file() -> None:
    came = expected(TEXT).replace("hello", "good_day")
    assert difference(TEXT, expected(TEXT)) == []
    lines = difference(TEXT, came)
    assert [line.split()[0:2] for line in lines[1:3]] == [["6", "-"], ["+", "0.0"]]


def test_accepting_what_came_keeps_every_stimulus() -> None:
    done = dict(zip(stimuli(TEXT)[2:4], (3_200, 9_100), strict=True))
    done[stimuli(TEXT)[5]] = 20_000
    again = accepted(TEXT, expected(TEXT), done.items())
    assert again == TEXT.replace("> 1.5  caller   ", ">   1.5  caller   ")


KEYS = st.text("0123456789", min_size=1, max_size=4)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("keys"), KEYS),
        st.tuples(st.just("caller"), st.sampled_from(['"yes"', '"my order"', '""'])),
    ),
    max_size=6,
)


@given(ACTS, st.sets(st.integers(0, 5)))
def test_no_stimulus_is_lost_whatever_became_of_it(
    acts: list[tuple[str, str]], hidden: set[int]
) -> None:
    """Acts without a time; some leave a line, some do not. Order and number stay."""
    text = "flow shop\n\nring 1 → shop\n" + "".join(f"{who} {what}\n" for who, what in acts)
    script = stimuli(text)
    done: dict[Stimulus, int] = {s: 1_000 * n for n, s in enumerate(script) if n}
    came = ["  0.0  ring     1 → shop"]
    for number, (who, what) in enumerate(acts, 1):
        if number not in hidden:
            came.append(f"{float(number):5.1f}  {who:<8} {what}")
    again = accepted(text, "\n".join(came), done.items())
    assert [(s.who, s.text) for s in stimuli(again)] == [(s.who, s.text) for s in script]
    assert [s.at_ms for s in stimuli(again)[1:]] == [None] * len(acts)
    assert difference(again, "\n".join(came)) == []
