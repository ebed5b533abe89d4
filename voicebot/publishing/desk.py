"""The flows that new calls begin with, changed while others are up.

log ──each second──▶ read, check ──▶ prompts spoken, grammars compiled ──▶ the next library
                         └── a problem: all of them are told, the old library goes on

Knowledge bases are taken as soon as their files change, flows when they are published (or, those
that nobody published, when it is asked for).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence

from voicebot.core.errors import ConfigError, EngineError, Problem, Severity
from voicebot.core.ports import Leg
from voicebot.flow.document import Document
from voicebot.flow.flow import Flow
from voicebot.publishing.library import Library
from voicebot.publishing.sources import SHOWN, Sources
from voicebot.store.versions import VersionStore

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
"""How soon a running hotline takes a publish, at the latest, but for the time that its prompts
take to be spoken."""

Prepare = Callable[[Library], Awaitable[None]]
"""Makes ready what a library's calls need; what is ready already costs nothing."""


class FlowDesk:
    """Hands out flows. A call keeps the one that it was given."""

    def __init__(
        self,
        sources: Sources,
        library: Library,
        drafts: Sequence[Document],
        versions: VersionStore,
        prepare: Prepare,
        needed: Collection[str] = (),
    ) -> None:
        """`needed` are the flows that the configuration names."""
        self.library = library
        self.refused: tuple[Problem, ...] = ()
        """Why the last change was not taken; none where it was."""
        self._sources = sources
        self._drafts = drafts
        self._versions = versions
        self._prepare = prepare
        self._needed = needed
        self._seen = _youngest(library)
        self._bases = sources.bases_stamp()
        self._asked = asyncio.Event()

    def flow_for(self, name: str, leg: Leg) -> Flow:
        """The flow of that name for a caller. Raises `KeyError`."""
        return self.library.flow_for(name, leg.info.caller or leg.info.sip_call_id)

    def read_folder(self) -> None:
        """Read the folder anew, soon: what is not published serves from there."""
        self._asked.set()

    async def prepare(self) -> None:
        """Make ready what the library of the start needs."""
        await self._prepare(self.library)

    async def watch(self) -> None:
        """Take what is published, until cancelled."""
        while True:
            asked = await _is_set_within(self._asked, LOOK_EVERY_S)
            self._asked.clear()
            try:
                await self._look(asked=asked)
            except EngineError as error:
                log.warning("published flows cannot be read", extra={"reason": str(error)})

    async def _look(self, *, asked: bool) -> None:
        latest = await asyncio.to_thread(self._versions.latest)
        bases = await asyncio.to_thread(self._sources.bases_stamp)
        if (latest, bases) == (self._seen, self._bases) and not asked:
            return
        self._bases = bases
        try:
            drafts = await asyncio.to_thread(self._sources.drafts) if asked else self._drafts
            library = await asyncio.to_thread(self._sources.read, drafts, self._versions)
            self._check_needed(library)
        except ConfigError as error:
            self._refuse(error.problems)
        else:
            await self._prepare(library)
            self._take(library)
            self._drafts = drafts
        self._seen = latest

    def _check_needed(self, library: Library) -> None:
        missing = sorted(set(self._needed) - set(library.names()))
        if missing:
            folder = str(self._sources.folder)
            hint = "hotline.toml names it: keep its file, or publish it"
            raise ConfigError(
                [
                    Problem(folder, 0, 0, "missing-flow", f"there is no flow {n}", hint)
                    for n in missing
                ]
            )

    def _refuse(self, problems: tuple[Problem, ...]) -> None:
        self.refused = problems
        errors = [problem for problem in problems if problem.severity is Severity.ERROR]
        log.error("flows are not taken: the old ones go on", extra={"problems": len(errors)})
        for problem in errors:
            log.error("flow problem", extra={"problem": str(problem)})

    def _take(self, library: Library) -> None:
        self.refused = ()
        before = {flow.name: flow.version for flow in self.library.every()}
        known = _knowledge(self.library)
        self.library = library
        for flow in library.every():
            if before.get(flow.name) != flow.version:
                log.info("flow changed", extra={"flow": flow.name, "version": flow.version[:SHOWN]})
        for name, version in _knowledge(library).items():
            if known.get(name) != version:
                shown = {"knowledge": name, "version": version[:SHOWN]}
                log.info("knowledge base changed", extra=shown)


def _knowledge(library: Library) -> dict[str, str]:
    """Versions of the knowledge bases, by name."""
    return {n: v for flow in library.every() for n, v in flow.knowledge_versions().items()}


def _youngest(library: Library) -> int:
    """The youngest entry of the log that a library knows."""
    editions = [e for c in library.choices.values() for e in (c.live, c.canary) if e is not None]
    return max((e.published.id for e in editions if e.published is not None), default=0)


async def _is_set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
