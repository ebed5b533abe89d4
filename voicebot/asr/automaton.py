"""A grammar as the smallest deterministic automaton of words.

JSGF alternatives that begin alike ("i want to pay", "i want to move") are searched side by side by
the decoder, once each. Here they share their beginnings and, once minimized, their ends: the main
menu of a bank shrinks to a fraction of its arcs, and so does the time to decode. The grammar must
not be recursive, so the automaton has no loops.

    rules ─▶ NFA (Thompson) ─▶ DFA (subset construction) ─▶ minimal DFA (merging equal futures)

Source: Hopcroft and Ullman, Introduction to Automata Theory; Daciuk et al., Computational
Linguistics 26(1), 2000, for the merging.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"\s*(?:/(?P<weight>[0-9.]+)/|<(?P<ref>[A-Za-z0-9_]+)>|(?P<sign>[()\[\]|])|(?P<word>[^\s()\[\]|<>/]+))"
)

_RULE = re.compile(r"^<([a-z0-9_]+)> = (.*);$", re.MULTILINE)
_PUBLIC = re.compile(r"^public <[a-z0-9_]+> = (.*);$", re.MULTILINE)

Arc = tuple[int, int, float, str]
"""From, to, probability, word; an empty word goes on without one."""


@dataclass(frozen=True, slots=True)
class Automaton:
    """States are numbered from 0, the start; the last one is the only final one."""

    states: int
    arcs: tuple[Arc, ...]


def read_jsgf(text: str) -> Automaton:
    """The automaton of a grammar as `grammar.py` writes it, one rule a line."""
    rules = dict(_RULE.findall(text))
    (public,) = _PUBLIC.findall(text)
    return build(public, rules)


def build(expression: str, rules: Mapping[str, str]) -> Automaton:
    """The automaton of a JSGF expression over `rules` (bodies by name, without recursion)."""
    nfa = _Nfa(rules)
    start, end = nfa.state(), nfa.state()
    nfa.expression(expression, start, end)
    return _minimal(_deterministic(nfa, start, end))


class _Nfa:
    """Arcs by state: (word or empty, weight, target)."""

    def __init__(self, rules: Mapping[str, str]) -> None:
        self.arcs: list[list[tuple[str, float, int]]] = []
        self._rules = rules

    def state(self) -> int:
        """A new state."""
        self.arcs.append([])
        return len(self.arcs) - 1

    def expression(self, text: str, start: int, end: int) -> None:
        """Lead from `start` to `end` by every sentence of a rule's body."""
        reader = _Reader(text, self)
        reader.alternatives(start, end)
        if reader.text[reader.at :].strip():
            raise ValueError(f"cannot be read from character {reader.at} on: {text}")


@dataclass
class _Reader:
    """Recursive descent over one body, straight into arcs."""

    text: str
    nfa: _Nfa
    at: int = 0

    def alternatives(self, start: int, end: int) -> None:
        """a | b | c"""
        self.sequence(start, end)
        while self.take("|"):
            self.sequence(start, end)

    def sequence(self, start: int, end: int) -> None:
        """One after the other; a weight at its head goes to its first step."""
        weight = self.weight()
        here = self.nfa.state()
        self.nfa.arcs[start].append(("", weight, here))
        while (there := self.item(here)) is not None:
            here = there
        self.nfa.arcs[here].append(("", 1.0, end))

    def item(self, start: int) -> int | None:
        """One word, reference or bracket; where it leads."""
        token = _TOKEN.match(self.text, self.at)
        if token is None or token["sign"] in (")", "]", "|"):
            return None
        self.at = token.end()
        end = self.nfa.state()
        if token["word"]:
            self.nfa.arcs[start].append((token["word"], 1.0, end))
        elif token["ref"] == "NULL":
            self.nfa.arcs[start].append(("", 1.0, end))
        elif token["ref"]:
            self.nfa.expression(self.nfa._rules[token["ref"]], start, end)
        else:
            self.alternatives(start, end)
            if token["sign"] == "[":
                self.nfa.arcs[start].append(("", 1.0, end))
            self.take(")" if token["sign"] == "(" else "]")
        return end

    def weight(self) -> float:
        token = _TOKEN.match(self.text, self.at)
        if token is None or not token["weight"]:
            return 1.0
        self.at = token.end()
        return float(token["weight"])

    def take(self, sign: str) -> bool:
        token = _TOKEN.match(self.text, self.at)
        if token is None or token["sign"] != sign:
            return False
        self.at = token.end()
        return True


@dataclass
class _Dfa:
    """Arcs by state: word -> (weight, target)."""

    arcs: list[dict[str, tuple[float, int]]] = field(default_factory=list)
    final: set[int] = field(default_factory=set)


def _deterministic(nfa: _Nfa, start: int, end: int) -> _Dfa:
    dfa = _Dfa()
    numbers: dict[frozenset[tuple[int, float]], int] = {}
    waiting: list[frozenset[tuple[int, float]]] = []

    def number(subset: frozenset[tuple[int, float]]) -> int:
        if subset not in numbers:
            numbers[subset] = len(numbers)
            dfa.arcs.append({})
            waiting.append(subset)
        return numbers[subset]

    number(_closure(nfa, {start: 1.0}))
    while waiting:
        subset = waiting.pop()
        here = numbers[subset]
        if any(state == end for state, _ in subset):
            dfa.final.add(here)
        for word, (weight, targets) in _steps(nfa, subset).items():
            dfa.arcs[here][word] = (weight, number(_closure(nfa, dict.fromkeys(targets, 1.0))))
    return dfa


def _closure(nfa: _Nfa, states: dict[int, float]) -> frozenset[tuple[int, float]]:
    """All that is reached without a word, with the best weight that leads there."""
    best = dict(states)
    waiting = list(states)
    while waiting:
        state = waiting.pop()
        for word, weight, target in nfa.arcs[state]:
            reached = best[state] * weight
            if not word and reached > best.get(target, 0.0):
                best[target] = reached
                waiting.append(target)
    return frozenset(best.items())


def _steps(nfa: _Nfa, subset: frozenset[tuple[int, float]]) -> dict[str, tuple[float, set[int]]]:
    steps: dict[str, tuple[float, set[int]]] = {}
    for state, so_far in subset:
        for word, weight, target in nfa.arcs[state]:
            if word:
                before, targets = steps.get(word, (0.0, set()))
                steps[word] = (max(before, so_far * weight), targets | {target})
    return steps


def _minimal(dfa: _Dfa) -> Automaton:
    """States with the same future become one. Without loops, futures are known from the end."""
    class_of: dict[int, int] = {}
    classes: dict[tuple[object, ...], int] = {}
    futures: list[tuple[bool, dict[str, tuple[float, int]]]] = []
    for state in _from_the_end(dfa):
        arcs = {word: (weight, class_of[to]) for word, (weight, to) in dfa.arcs[state].items()}
        final = state in dfa.final
        key = (final, *sorted(arcs.items()))
        if key not in classes:
            classes[key] = len(futures)
            futures.append((final, arcs))
        class_of[state] = classes[key]
    return _numbered(futures, class_of[0])


def _from_the_end(dfa: _Dfa) -> list[int]:
    """Every state after all that follow it."""
    order: list[int] = []
    seen = {0}
    stack = [(0, iter(list(dfa.arcs[0].values())))]
    while stack:
        state, following = stack[-1]
        for _, target in following:
            if target not in seen:
                seen.add(target)
                stack.append((target, iter(list(dfa.arcs[target].values()))))
                break
        else:
            order.append(state)
            stack.pop()
    return order


def _numbered(futures: list[tuple[bool, dict[str, tuple[float, int]]]], start: int) -> Automaton:
    """Start first; one final state last, reached without a word. The ways on from a state share
    its probability evenly, but for their weights."""
    numbers = {start: 0}
    for state in range(len(futures)):
        numbers.setdefault(state, len(numbers))
    end = len(futures)
    arcs: list[Arc] = []
    for state, (final, following) in enumerate(futures):
        total = sum(weight for weight, _ in following.values()) + final
        for word, (weight, target) in sorted(following.items()):
            arcs.append((numbers[state], numbers[target], weight / total, word))
        if final:
            arcs.append((numbers[state], end, 1 / total, ""))
    return Automaton(end + 1, tuple(arcs))
