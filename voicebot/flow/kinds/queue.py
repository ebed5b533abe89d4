"""queue: the caller waits for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from voicebot.core.meaning import Choice, Expectation, Match, SlotType, SlotValue
from voicebot.core.phrases import parse_phrase
from voicebot.core.prompt import Prompt
from voicebot.core.queueing import QueueOutcome
from voicebot.flow.actions import Enqueue, Listen
from voicebot.flow.base import (
    DurationMs,
    Name,
    NodeName,
    PhrasePattern,
    Prompts,
    QueueName,
    Strict,
    Template,
)
from voicebot.flow.events import EngineFailed, Event, QueueLeft
from voicebot.flow.values import written
from voicebot.flow.walk import Kind, Walk


def _to_key(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


QueueKey = Annotated[str, BeforeValidator(_to_key), Field(pattern=r"^[0-9*#]$")]
"""One key of a telephone."""

POSITION = SlotValue(SlotType.NUMBER, "", raw="position")
"""Stands in a queue's prompts for the caller's place, which only the queue knows."""
WAIT = SlotValue(SlotType.DURATION, "", raw="wait")
"""Stands for the wait to expect."""


def _highest(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """By skill, the higher of two levels."""
    return {name: max(one.get(name, 0), other.get(name, 0)) for name in (*one, *other)}


class QueueOutcomes(Strict):
    """Where the call goes, by how the caller left the queue."""

    served: NodeName = Field(description="An agent talked to the caller and hung up.")
    timeout: NodeName = Field(description="Nobody came in time.")
    full: NodeName = Field(description="Too many callers wait already.")
    nobody: NodeName = Field(description="No agent of the queue is at work.")
    left: NodeName | None = Field(
        None, description="The caller asked to go back; the same as timeout if left out."
    )
    long_wait: NodeName | None = Field(
        None, description="The expected wait is above the queue's limit; full if left out."
    )
    crowded: NodeName | None = Field(
        None, description="Too many wait for each agent at work; full if left out."
    )
    closed: NodeName | None = Field(
        None, description="A supervisor closed the queue; nobody if left out."
    )
    not_taken: NodeName | None = Field(
        None,
        description="An agent sent the caller on and hung up, and nobody took the call; timeout if "
        "left out.",
    )

    def of(self, outcome: QueueOutcome) -> str:
        """The node for an outcome."""
        otherwise = {
            QueueOutcome.LEFT: self.timeout,
            QueueOutcome.NOT_TAKEN: self.timeout,
            QueueOutcome.CLOSED: self.nobody,
        }.get(outcome, self.full)
        return getattr(self, outcome, None) or otherwise


class QueueChoice(Strict):
    """What a waiting caller may say."""

    phrases: tuple[PhrasePattern, ...] = Field(min_length=1, description="What callers say.")
    to: NodeName = Field(description="The next node.")


class QueueNode(Kind):
    """The caller waits for a person."""

    kind: Literal["queue"]
    queue: QueueName = Field(description="One of the configured queues.")
    prompt: Prompts = Field((), description="Said first.")
    position: Prompts = Field(
        (), description="Said on joining and when the caller moves up; `{position}` is the place."
    )
    many: Prompts = Field(
        (),
        description="Said on joining to callers further behind than the queue's `announce_up_to`; "
        "`{position}` is that number.",
    )
    wait: Prompts = Field(
        (),
        description="Said where the wait to expect is known, and when it has become shorter; "
        "`{wait}` is whole minutes.",
    )
    comfort: Prompts = Field((), description="Said now and then, one after the other.")
    comfort_every: DurationMs = Field(
        60_000, ge=15_000, description="How often, where nothing else was said."
    )
    priority: int = Field(
        0, ge=-10, le=10, description="One step is worth five minutes of waiting."
    )
    skills: dict[Name, Annotated[int, Field(ge=0, le=100)]] = Field(
        {}, description="Least level by skill, for `needs` in the queue's `relax`."
    )
    agents: tuple[Template, ...] = Field(
        (), description="Agents whom the caller knows, by name, for `sticky` in `relax`."
    )
    summary: dict[str, Template] | None = Field(
        None,
        description="What the agent is told, by title; if left out, what the caller wants and "
        "every slot that is filled and not secret.",
    )
    keys: dict[QueueKey, NodeName] = Field(
        {},
        description="Keys that take a waiting caller out of the queue, and to which node: to a "
        "callback, to a message. The star is `left` where it is not among them.",
    )
    choices: dict[Name, QueueChoice] = Field(
        {},
        description="What a waiting caller may say to leave the queue, and to which node. The "
        "caller is listened to for all of the wait, which costs recognition.",
    )
    back_to: dict[Name, NodeName] = Field(
        {},
        description="Nodes that agents may send the caller back to, by the names that agents know "
        "them by (`node:NAME`): to be verified, to hear a balance.",
    )
    outcomes: QueueOutcomes = Field(description="Where the call goes afterwards.")

    def enter(self, walk: Walk) -> None:
        """Join the queue."""
        walk.say(self.prompt)
        figures = {"position": POSITION, "wait": WAIT}

        def prompts(refs: Prompts) -> tuple[Prompt, ...]:
            return tuple(walk.prompt(ref, figures) for ref in refs)

        routing = walk.routing()
        agents = (*(walk.render(agent) for agent in self.agents), *routing.agents)
        walk.wait(
            Enqueue(
                self.queue,
                self._summary(walk),
                prompts(self.position),
                tuple(self.keys),
                prompts(self.many),
                prompts(self.wait),
                prompts(self.comfort),
                self.comfort_every,
                self._listen(walk),
                self.priority + routing.priority,
                _highest(self.skills, routing.skills),
                tuple(dict.fromkeys(name for name in agents if name)),
                tuple(self.back_to),
                self._leads_to_message(walk),
            )
        )

    def _leads_to_message(self, walk: Walk) -> bool:
        node = walk.flow.nodes.get(self.outcomes.of(QueueOutcome.NOT_TAKEN))
        return getattr(node, "kind", "") == "record"

    def _listen(self, walk: Walk) -> Listen | None:
        if not self.choices:
            return None
        choices = tuple(
            Choice(name, tuple(parse_phrase(p) for p in choice.phrases))
            for name, choice in self.choices.items()
        )
        return Listen(Expectation(walk.state.language, choices))

    def _summary(self, walk: Walk) -> dict[str, str]:
        if self.summary is not None:
            return {title: walk.render(text) for title, text in self.summary.items()}
        slots = {
            slot.label or name: written(walk.flow.labeled(name, walk.lookup(name)))
            for name, slot in walk.flow.slots.items()
            if not slot.secret and slot.type is not SlotType.YES_NO
        }
        known = {"intent": walk.state.intent, **slots}
        return {title: text for title, text in known.items() if text}

    def take(self, walk: Walk, event: Event) -> None:
        """The caller is out of the queue."""
        match event:
            case QueueLeft(QueueOutcome.LEFT, key) if key in self.keys:
                walk.change(unserved=False)
                walk.go(self.keys[key], f"keys {key}")
            case QueueLeft(QueueOutcome.LEFT, choice=said) if said in self.choices:
                walk.note_understood(Match.CHOICE, event.confidence, choice=said)
                walk.change(unserved=False)
                walk.go(self.choices[said].to, said)
            case QueueLeft(QueueOutcome.SENT, node=way) if way in self.back_to:
                walk.change(served=True, unserved=False)
                walk.go(self.back_to[way], f"sent {way}")
            case QueueLeft(outcome):
                served = walk.state.served or outcome is QueueOutcome.SERVED
                unserved = not served and outcome is not QueueOutcome.LEFT
                walk.change(served=served, unserved=unserved)
                walk.go(self.outcomes.of(outcome), str(outcome))
            case EngineFailed():
                walk.go(self.outcomes.timeout, "error")
            case _:
                raise AssertionError(f"{type(event).__name__} is no way out of a queue")
