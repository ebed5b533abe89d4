"""All versions that a new call may begin with, checked and linked with each other."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from voicebot.core.publishing import Publishing, share_of
from voicebot.flow.document import Document
from voicebot.flow.flow import Flow
from voicebot.flow.loader import Flows, ReadFlow, checked, linked, read_flow
from voicebot.flow.properties import FlowSettings
from voicebot.flow.report import Surroundings


@dataclass(frozen=True, slots=True)
class Edition:
    """A flow's file as it serves, or would."""

    name: str
    document: Document
    published: Publishing | None = None
    """None: the file in the folder, which nobody published."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What serves the callers of one flow."""

    live: Edition
    canary: Edition | None = None


@dataclass(frozen=True)
class Library:
    """A whole hotline's flows. Never changes; the next one replaces it."""

    flows: Flows
    """What serves callers who get no canary."""
    choices: Mapping[str, Choice]
    """By name of flow."""
    _alone: Mapping[str, Flow]
    """The live ones as they were read, before they were linked."""
    _canaries: Mapping[str, Flow]
    _mixed: dict[frozenset[str], Mapping[str, Flow]] = field(default_factory=dict)
    """Linked sets with some canaries, made when the first caller gets one."""

    def names(self) -> list[str]:
        """Sorted."""
        return self.flows.names()

    def flow_for(self, name: str, caller: str) -> Flow:
        """The flow that a caller's call begins with, and all that it may come to. Raises
        `KeyError`."""
        chosen = frozenset(n for n in self._canaries if self._gets_canary(n, caller))
        if not chosen:
            return self.flows.get(name)
        if chosen not in self._mixed:
            mixed = {n: self._canaries[n] if n in chosen else f for n, f in self._alone.items()}
            self._mixed[chosen] = linked(mixed)
        return self._mixed[chosen][name]

    def _gets_canary(self, name: str, caller: str) -> bool:
        canary = self.choices[name].canary
        assert canary is not None
        assert canary.published is not None
        return share_of(caller, name) < canary.published.percent

    def every(self) -> Iterator[Flow]:
        """Live flows and canaries: all that must be ready to be spoken and heard."""
        yield from self.flows.flows.values()
        yield from self._canaries.values()


def build(
    choices: Mapping[str, Choice],
    around: Surroundings,
    settings: FlowSettings | None = None,
    environment: Mapping[str, str] | None = None,
) -> Library:
    """Read, link and check all of it. Raises `ConfigError` with every problem, also those that
    come of flows that no longer fit each other."""
    env = os.environ if environment is None else environment

    def read(edition: Edition) -> ReadFlow:
        return read_flow(edition.document, around, settings, env)

    live = {name: read(choice.live) for name, choice in choices.items()}
    canaries = {n: read(c.canary) for n, c in choices.items() if c.canary is not None}
    flows = checked(_together(list(live.values())), around)
    for name, canary in canaries.items():
        # Each canary among the live ones: that is how nearly all of its callers get it.
        checked(_together(list({**live, name: canary}.values())), around)
    return Library(flows, choices, _flows(live), _flows(canaries))


def _flows(read: Mapping[str, ReadFlow]) -> dict[str, Flow]:
    return {name: one.flow for name, one in read.items() if one.flow is not None}


def _together(read: list[ReadFlow]) -> list[ReadFlow]:
    library = linked({one.flow.name: one.flow for one in read if one.flow is not None})
    return [
        replace(one, flow=library[one.flow.name]) if one.flow is not None else one for one in read
    ]
