"""The smallest automaton says what the grammar says, and nothing else."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.asr.automaton import Automaton, build

WORDS = st.sampled_from(["i", "want", "my", "card", "bill"])


def bodies(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(children, min_size=1, max_size=3)
    return st.one_of(
        several.map(" ".join),
        several.map(lambda options: f"({' | '.join(options)})"),
        children.map(lambda body: f"[{body}]"),
    )


EXPRESSIONS = st.recursive(WORDS, bodies, max_leaves=10)


def sentences(automaton: Automaton) -> list[str]:
    """Every way from the start to the last state."""
    arcs = defaultdict(list)
    for start, end, _, word in automaton.arcs:
        arcs[start].append((end, word))
    found, waiting = [], [(0, "")]
    while waiting:
        state, said = waiting.pop()
        if state == automaton.states - 1:
            found.append(said.strip())
        waiting += [(end, f"{said} {word}") for end, word in arcs[state]]
    return sorted(" ".join(said.split()) for said in found)


def expand(text: str) -> set[str]:
    """All sentences of an expression, the plain way."""
    tokens = text.replace("(", " ( ").replace(")", " ) ").replace("[", " [ ").replace("]", " ] ")
    found, rest = _alternatives(tokens.split())
    assert not rest
    return {" ".join(said.split()) for said in found}


def _alternatives(tokens: list[str]) -> tuple[set[str], list[str]]:
    found, tokens = _sequence(tokens)
    while tokens and tokens[0] == "|":
        more, tokens = _sequence(tokens[1:])
        found |= more
    return found, tokens


def _sequence(tokens: list[str]) -> tuple[set[str], list[str]]:
    found = {""}
    while tokens and tokens[0] not in ")]|":
        head, *tokens = tokens
        options = {head}
        if head in "([":
            options, tokens = _alternatives(tokens)
            tokens = tokens[1:]
            options |= {""} if head == "[" else set()
        found = {f"{a} {b}" for a in found for b in options}
    return found, tokens


@given(EXPRESSIONS)
@settings(max_examples=200)
def test_it_says_every_sentence_once_and_no_other(expression: str) -> None:
    assert sentences(build(expression, {})) == sorted(expand(expression))


@given(EXPRESSIONS)
@settings(max_examples=100)
def test_the_ways_on_from_a_state_share_its_probability(expression: str) -> None:
    totals: dict[int, float] = defaultdict(float)
    for start, _, probability, _ in build(expression, {}).arcs:
        totals[start] += probability
    assert all(abs(total - 1) < 1e-9 for total in totals.values())


def test_beginnings_and_ends_are_shared() -> None:
    many = build("i want to pay a bill | i want to see a bill | i want to lose a bill", {})
    assert len(many.arcs) == 9, "i, want, to, (pay see lose), a, bill and the end"


def test_rules_are_put_in_and_weights_kept() -> None:
    automaton = build("my <digit>", {"digit": "one | /0.5/ oh"})
    assert sentences(automaton) == ["my oh", "my one"]
    chances = {word: probability for _, _, probability, word in automaton.arcs}
    assert chances["one"] == 2 * chances["oh"]
