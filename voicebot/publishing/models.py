"""What new calls are understood by, changed while others are up.

intents.npz ──each second──▶ changed? ─▶ read, checked ─▶ grammars made ─▶ the next calls have it
                                            └── a problem: it is told, the old one goes on

`voicebot nlu publish` and `rollback` change what the name leads to; so does training into it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voicebot.core.errors import ConfigError, Problem
from voicebot.nlu import AnsweringUnderstanding

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
"""How soon a running hotline takes a model, at the latest, but for the time to make it ready."""

Stamp = tuple[tuple[int, int, int] | None, ...]


@dataclass(frozen=True, slots=True)
class Serving:
    """What a call is understood by, from its beginning to its end."""

    understanding: AnsweringUnderstanding
    setup: Mapping[str, Any] = field(default_factory=dict)
    """What the call is served with, for its journal."""


Renew = Callable[[Serving], Serving]
"""With the models as they are on disk now. Blocks. Raises `ConfigError`."""
Prepare = Callable[[AnsweringUnderstanding], Awaitable[None]]
"""Makes ready what calls will need of it."""


class ModelDesk:
    """Hands out understanding. A call keeps the one that it was given."""

    def __init__(
        self, serving: Serving, files: Collection[Path], renew: Renew, prepare: Prepare
    ) -> None:
        """`files` are the models' names."""
        self.serving = serving
        self.refused: tuple[Problem, ...] = ()
        """Why the last change was not taken; none where it was."""
        self._files = tuple(files)
        self._renew = renew
        self._prepare = prepare
        self._seen = _stamp(self._files)

    async def watch(self) -> None:
        """Take what is published, until cancelled."""
        while self._files:
            await asyncio.sleep(LOOK_EVERY_S)
            await self.look()

    async def look(self) -> None:
        """Take what has changed, if anything has."""
        now = await asyncio.to_thread(_stamp, self._files)
        if now == self._seen:
            return
        self._seen = now
        try:
            serving = await asyncio.to_thread(self._renew, self.serving)
        except ConfigError as error:
            self._refuse(error.problems)
            return
        await self._prepare(serving.understanding)
        self.serving, self.refused = serving, ()
        log.info("intents changed", extra={"versions": dict(serving.understanding.versions)})

    def _refuse(self, problems: tuple[Problem, ...]) -> None:
        self.refused = problems
        log.error("intents are not taken: the old ones go on", extra={"problems": len(problems)})
        for problem in problems:
            log.error("intent problem", extra={"problem": str(problem)})


def _stamp(files: Collection[Path]) -> Stamp:
    """Changes with what the names lead to."""
    return tuple(map(_stamp_of, files))


def _stamp_of(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
