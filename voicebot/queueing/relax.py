"""Who may take a caller, the longer the wait the more: one list of steps, one evaluator.

    relax = [
      {expr = "sticky", for_s = 20},               the agent whom the caller knows
      {expr = "needs and ring <= 1", for_s = 30},  all that the call needs, first ring
      {expr = "english >= 50", for_s = 60},
      {expr = "serves cards or any"},              overflow: the agents of another queue, too
    ]

Steps accumulate: who was let in by an earlier one stays. A step that no agent who is at work
satisfies is skipped at once. Time runs on while phones ring. A step says of an agent:

    any               serves the queue
    sticky            is one of those whom the caller knows
    needs             has every skill that the call needs, at its level
    ring <= 2         belongs to the first two rings of the queue
    english >= 50     has this level of a skill; `english` alone: any level above 0
    serves cards      serves that queue, though it is not the caller's
    and, or, not, ( ) as usual

Without `serves`, it is about agents of the caller's queue alone.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate

from voicebot.core.queueing import AgentSpec, RelaxStep

_TOKEN = re.compile(r"\s*(?:(<=|>=|==|!=|<|>|\(|\))|(\d+)|([A-Za-z_][\w-]*))")
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_WORDS = {"and", "or", "not", "any", "sticky", "needs", "ring", "serves"}
_FAR = 1_000_000
"""Ring of an agent who does not serve the queue."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a step is asked about: a caller's place."""

    queue: str
    skills: Mapping[str, int]
    preferred: Collection[str]


Test = Callable[[Ask, AgentSpec], bool]
"""Whether an agent may take a caller."""


class ExpressionError(ValueError):
    """An expression that cannot be read; says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Expression:
    """One step's test."""

    text: str
    test: Test
    queues: tuple[str, ...] = ()
    """Those that `serves` names."""
    skills: tuple[str, ...] = ()
    """Those that are tested."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom each step lets in, for one caller: agents by name."""

    each: tuple[frozenset[str], ...]
    up_to: tuple[frozenset[str], ...] = field(init=False)
    """With all steps before it: they accumulate."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "up_to", tuple(accumulate(self.each, operator.or_)))


@dataclass(frozen=True, slots=True)
class Steps:
    """A queue's list. Without any step, every agent of the queue may take the call at once."""

    steps: tuple[tuple[Expression, int], ...] = ()
    """Expressions, and how long each is the last one, in ms."""

    def reach(self, ask: Ask, agents: Iterable[AgentSpec]) -> Reach:
        """Of these agents, whom the steps let in for one caller."""
        known = tuple(agents)
        if not self.steps:
            return Reach((frozenset(a.name for a in known if ask.queue in a.queues),))
        return Reach(
            tuple(
                frozenset(agent.name for agent in known if expression.test(ask, agent))
                for expression, _ in self.steps
            )
        )

    def reached(self, reach: Reach, waited_ms: int, present: Collection[str]) -> int:
        """The index of the last step that is open after so long a wait, `present` at work."""
        for index, ends_ms in self.ends(reach, present):
            if ends_ms is None or waited_ms < ends_ms:
                return index
        return 0

    def ends(self, reach: Reach, present: Collection[str]) -> Iterable[tuple[int, int | None]]:
        """The steps that are not skipped, and after which wait each gives way; None: never."""
        last = len(self.steps) - 1
        spent_ms = 0
        for index, (_, for_ms) in enumerate(self.steps):
            if index == last:
                yield index, None
            elif not reach.each[index].isdisjoint(present):
                spent_ms += for_ms
                yield index, spent_ms


def compile_steps(steps: Iterable[RelaxStep]) -> Steps:
    """Read a queue's list. Raises `ExpressionError`."""
    return Steps(tuple((parse(step.expr), step.for_s * 1000) for step in steps))


def parse(text: str) -> Expression:
    """Read one expression. Raises `ExpressionError`."""
    reader = _Reader(text)
    test = reader.whole()
    named = tuple(reader.queues), tuple(reader.skills)
    if reader.queues:
        return Expression(text, test, *named)
    return Expression(
        text, lambda ask, agent: ask.queue in agent.queues and test(ask, agent), *named
    )


class _Reader:
    """Reads by recursive descent: or, and, not, atoms."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self.queues: list[str] = []
        self.skills: list[str] = []

    def whole(self) -> Test:
        test = self._either()
        if self._at < len(self._tokens):
            raise ExpressionError(f"{self._tokens[self._at]!r} is one word too many")
        return test

    def _either(self) -> Test:
        tests = [self._both()]
        while self._takes("or"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else _any_of(tests)

    def _both(self) -> Test:
        tests = [self._not()]
        while self._takes("and"):
            tests.append(self._not())
        return tests[0] if len(tests) == 1 else _all_of(tests)

    def _not(self) -> Test:
        if self._takes("not"):
            inner = self._not()
            return lambda ask, agent: not inner(ask, agent)
        if self._takes("("):
            inner = self._either()
            if not self._takes(")"):
                raise ExpressionError("a bracket is not closed")
            return inner
        return self._atom(self._next("something to test"))

    def _atom(self, word: str) -> Test:
        match word:
            case "any":
                return lambda ask, agent: ask.queue in agent.queues
            case "sticky":
                return lambda ask, agent: agent.name in ask.preferred
            case "needs":
                return _has_what_is_needed
            case "ring":
                compare, level = self._comparison("ring")
                return lambda ask, agent: compare(_ring(ask, agent), level)
            case "serves":
                queue = self._next("a queue behind serves")
                self.queues.append(queue)
                return lambda ask, agent: queue in agent.queues
        if not word[0].isalpha() or word in _WORDS:
            raise ExpressionError(f"{word!r} is no skill")
        self.skills.append(word)
        compare, level = self._comparison("") if self._peek() in _COMPARE else (operator.gt, 0)
        return lambda ask, agent: compare(agent.skills.get(word, 0), level)

    def _comparison(self, what: str) -> tuple[Callable[[int, int], bool], int]:
        sign = self._next(f"a comparison behind {what}, such as {what} <= 1")
        if sign not in _COMPARE:
            raise ExpressionError(f"behind {what} a comparison is wanted, not {sign!r}")
        level = self._next("a number")
        if not level.isdecimal():
            raise ExpressionError(f"{level!r} is no number")
        return _COMPARE[sign], int(level)

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _takes(self, word: str) -> bool:
        found = self._peek() == word
        self._at += found
        return found

    def _next(self, wanted: str) -> str:
        word = self._peek()
        if not word:
            raise ExpressionError(f"it ends where {wanted} is wanted")
        self._at += 1
        return word


def _tokens(text: str) -> Iterable[str]:
    at, text = 0, text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ExpressionError(f"{text[at:].strip()[:10]!r} cannot be read")
        yield found[1] or found[2] or found[3]
        at = found.end()


def _any_of(tests: list[Test]) -> Test:
    return lambda ask, agent: any(test(ask, agent) for test in tests)


def _all_of(tests: list[Test]) -> Test:
    return lambda ask, agent: all(test(ask, agent) for test in tests)


def _has_what_is_needed(ask: Ask, agent: AgentSpec) -> bool:
    return all(agent.skills.get(skill, 0) >= level for skill, level in ask.skills.items())


def _ring(ask: Ask, agent: AgentSpec) -> int:
    return agent.rings.get(ask.queue, 1) if ask.queue in agent.queues else _FAR
