"""Makes ready what calls will need, while others are up: nobody waits for a new version."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Protocol

from voicebot.core.meaning import Expectation
from voicebot.core.prompt import Prompt
from voicebot.flow.flow import Flow
from voicebot.publishing.library import Library

_PAUSE_S = 0.02
"""Between one expectation and the next: calls that begin meanwhile need many turns of the loop, and
all of them pass within a frame's time."""


class WarmVoice(Protocol):
    """Speaks prompts into the cache; what calls want to hear goes first."""

    async def warm(self, prompts: Iterable[Prompt]) -> int: ...


class WarmRecognizer(Protocol):
    """Compiles grammars in its workers, in the background."""

    def warm(self, expectations: Sequence[Expectation]) -> None: ...


class WarmUnderstanding(Protocol):
    """Compiles an expectation; takes some ms, where `is_slow` some seconds."""

    def worded(self, expectation: Expectation) -> Expectation: ...

    def prepare(self, expectation: Expectation) -> None: ...

    def is_slow(self, expectation: Expectation) -> bool: ...


async def make_ready(
    library: Library,
    voice: WarmVoice,
    recognizer: WarmRecognizer,
    understanding: WarmUnderstanding,
    first: Sequence[str] = (),
) -> None:
    """Returns when calls of this library would wait for nothing. Flows named in `first` go first,
    and in each what is heard before what is said: a sentence that is not there yet is spoken in
    less time than it takes to compile what its answer may be."""
    flows = sorted(library.every(), key=lambda flow: flow.name not in first)
    await make_heard(flows, recognizer, understanding)
    for flow in flows:
        await voice.warm(await asyncio.to_thread(flow.static_prompts))


async def make_heard(
    flows: Iterable[Flow], recognizer: WarmRecognizer, understanding: WarmUnderstanding
) -> None:
    """Returns when what is said in these flows would be heard and understood without delay."""
    for flow in flows:
        for expectation in await asyncio.to_thread(flow.expectations):
            recognizer.warm([understanding.worded(expectation)])
            await _prepare(understanding, expectation)
            await asyncio.sleep(_PAUSE_S)


async def _prepare(understanding: WarmUnderstanding, expectation: Expectation) -> None:
    """Beside the event loop, where it takes long."""
    if understanding.is_slow(expectation):
        await asyncio.to_thread(understanding.prepare, expectation)
    else:
        understanding.prepare(expectation)
