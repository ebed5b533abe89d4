"""Checks queues and agents: every mistake, with its line and what to do."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from voicebot.config.toml_file import TomlFile, Where, dotted
from voicebot.core.queueing import AgentSpec, AgentState, QueueSpec, RelaxStep
from voicebot.prompts.agent_phrases import PHRASES
from voicebot.queueing.relax import Expression, ExpressionError, parse
from voicebot.session.star_codes import StarCodes, mistakes

LEAST_ANNOUNCE_MS = 15_000
MOST_LEVEL = 100
MOST_WHISPER_MS = 15_000
LEAST_PIN = 4
MOST_DIGITS = 12
"""Of a number or PIN that is keyed in."""


class Mistake(NamedTuple):
    """One, and where it stands."""

    where: Where
    code: str
    message: str
    hint: str = ""


def check_people(
    file: TomlFile, queues: tuple[QueueSpec, ...], agents: tuple[AgentSpec, ...]
) -> None:
    """Note every problem of `[[queues]]` and `[[agents]]` with the file."""
    names = [queue.name for queue in queues]
    skills = {skill for agent in agents for skill in agent.skills}
    mistakes = [*_twice("queues", names), *_twice("agents", [a.name for a in agents])]
    for i, queue in enumerate(queues):
        mistakes += _of_queue(("queues", i), queue)
        mistakes += _of_relax(("queues", i, "relax"), queue.relax, names, skills)
    for i, agent in enumerate(agents):
        mistakes += _of_agent(("agents", i), agent, names)
        mistakes += _of_proof(("agents", i), agent)
    mistakes += _of_numbers(agents)
    for where, code, message, hint in mistakes:
        file.note(code, f"{dotted(where)}: {message}", where, hint)


def check_star_codes(file: TomlFile, codes: StarCodes) -> None:
    """Note every problem of `[star_codes]` with the file."""
    for name, message, hint in mistakes(codes):
        file.note("bad-star-code", f"star_codes.{name}: {message}", ("star_codes", name), hint)


def _twice(table: str, names: list[str]) -> Iterator[Mistake]:
    counts = Counter(names)
    for i, name in enumerate(names):
        if counts[name] > 1 and name in names[:i]:
            yield Mistake((table, i, "name"), "twice", f"{name} is there already", "rename one")


def _of_queue(at: Where, queue: QueueSpec) -> Iterator[Mistake]:
    least = {
        "max_wait_ms": 1,
        "max_length": 1,
        "ring_ms": 1_000,
        "wrap_up_ms": 0,
        "wrap_up_cap_ms": queue.wrap_up_ms,
        "announce_every_ms": LEAST_ANNOUNCE_MS,
        "ring_agents": 0,
        "ring_next_ms": 1_000,
        "rna_limit": 0,
        "rna_pause_ms": 0,
        "max_expected_wait_ms": 0,
        "max_waiting_per_agent": 0,
        "announce_up_to": 0,
        "whisper_max_ms": 1_000,
    }
    for name, bound in least.items():
        value = getattr(queue, name)
        if value < bound:
            hint = f"the least is {bound}" + (" (wrap_up_ms)" if name == "wrap_up_cap_ms" else "")
            yield Mistake((*at, name), "bad-value", f"{value} is too small", hint)
    if queue.whisper_max_ms > MOST_WHISPER_MS:
        where, hint = (*at, "whisper_max_ms"), f"the most is {MOST_WHISPER_MS}: callers wait"
        yield Mistake(where, "bad-value", f"{queue.whisper_max_ms} is too long", hint)
    if AgentState.AVAILABLE in queue.absent:
        where, hint = (*at, "absent"), "leave it out: who is available is at work"
        yield Mistake(where, "bad-value", "available agents cannot be absent", hint)


def _of_relax(
    where: Where, steps: tuple[RelaxStep, ...], queues: list[str], skills: set[str]
) -> Iterator[Mistake]:
    for number, step in enumerate(steps, 1):
        try:
            found = parse(step.expr)
        except ExpressionError as error:
            hint = "as in: sticky, needs, ring <= 1, english >= 50, serves QUEUE, any"
            yield Mistake(where, "bad-expression", f"step {number}: {error}", hint)
            continue
        yield from _of_names(where, number, found, queues, skills)
        if step.for_s < 0 or (not step.for_s and number < len(steps)):
            hint = "for_s says after how many seconds the next step follows"
            yield Mistake(where, "bad-value", f"step {number} has no time of its own", hint)


def _of_names(
    where: Where, number: int, found: Expression, queues: list[str], skills: set[str]
) -> Iterator[Mistake]:
    for queue in found.queues:
        if queue not in queues:
            yield unknown(where, f"step {number}", "queue", queue, queues)
    for skill in found.skills:
        if skills and skill not in skills:
            yield unknown(where, f"step {number}", "agent with the skill", skill, skills)


def _of_agent(at: Where, agent: AgentSpec, queues: list[str]) -> Iterator[Mistake]:
    for queue in agent.queues:
        if queue not in queues:
            yield unknown((*at, "queues"), "", "queue", queue, queues)
    for queue, ring in agent.rings.items():
        if queue not in agent.queues:
            yield unknown((*at, "rings"), "", "queue of this agent", queue, agent.queues)
        if ring < 1:
            yield Mistake((*at, "rings"), "bad-value", f"{ring} is no ring", "count from 1")
    for skill, level in agent.skills.items():
        if not 0 <= level <= MOST_LEVEL:
            hint = f"levels are 0 to {MOST_LEVEL}"
            yield Mistake((*at, "skills"), "bad-value", f"{skill} = {level} is no level", hint)
        try:
            named = parse(skill).skills == (skill,)
        except ExpressionError:
            named = False
        if not named:
            hint = "letters, digits, - and _; not a word of relax expressions"
            yield Mistake((*at, "skills"), "bad-value", f"{skill!r} is no name of a skill", hint)


def _of_proof(at: Where, agent: AgentSpec) -> Iterator[Mistake]:
    """How an agent shows who calls; the digits themselves are in no message."""
    for name, least in (("number", 1), ("pin", LEAST_PIN)):
        digits = getattr(agent, name)
        if digits and not (digits.isdecimal() and least <= len(digits) <= MOST_DIGITS):
            hint = f"{least} to {MOST_DIGITS} digits, as they are keyed in"
            yield Mistake((*at, name), "bad-value", f"this is no {name}", hint)
    if agent.language not in PHRASES:
        yield unknown((*at, "language"), "", "language of agents", agent.language, PHRASES)


def _of_numbers(agents: tuple[AgentSpec, ...]) -> Iterator[Mistake]:
    seen: dict[str, str] = {}
    for i, agent in enumerate(agents):
        if agent.number and (other := seen.setdefault(agent.number, agent.name)) != agent.name:
            where, hint = ("agents", i, "number"), "give each agent another number"
            yield Mistake(where, "twice", f"{other} has this number already", hint)


def unknown(where: Where, of: str, what: str, name: str, known: Iterable[str]) -> Mistake:
    """A name that there is not, with the nearest that there is; `of`: where in a list."""
    near = difflib.get_close_matches(name, list(known), 1)
    hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(known))}"
    message = f"{of}: there is no {what} {name}" if of else f"there is no {what} {name}"
    return Mistake(where, f"unknown-{what.split()[0]}", message, hint)
