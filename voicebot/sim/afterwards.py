"""Stand-ins for what outlasts a call: messages, callbacks and notices, kept in memory."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from voicebot.core.afterwards import CallbackRequest, Notice
from voicebot.core.call import CallId
from voicebot.core.errors import EngineError
from voicebot.core.ports import Audio
from voicebot.core.queueing import Place


class SimMessage:
    """Implements `core.ports.MessageRecording`."""

    def __init__(self, failure: str = "") -> None:
        self.failure = failure
        self.frames: list[Audio] = []
        self.closed = self.discarded = False

    def add(self, audio: Audio) -> None:
        self.frames.append(audio)

    def close(self) -> None:
        self.closed = True

    def discard(self) -> None:
        self.closed = self.discarded = True


@dataclass
class SimMessages:
    """Hands out messages: `message-1.wav`, `message-2.wav`, ..."""

    failure: str = ""
    """Why no message can be kept; empty while all is well."""
    files: dict[str, SimMessage] = field(default_factory=dict)

    def __call__(self, call: CallId, rate: int) -> tuple[str, SimMessage]:
        """A new one."""
        name = f"message-{len(self.files) + 1}.wav"
        self.files[name] = SimMessage(self.failure)
        return name, self.files[name]

    @property
    def kept(self) -> list[str]:
        """Names of those that were not discarded."""
        return [name for name, message in self.files.items() if not message.discarded]


class SimCallbacks:
    """Implements `core.afterwards.Callbacks`."""

    def __init__(self) -> None:
        self.requests: list[CallbackRequest] = []
        self.places: list[tuple[Place, int, int]] = []
        """Of callbacks, with the time of joining, and that before which nobody calls."""
        self.broken = False
        """True: nothing can be noted down."""
        self.delay_s = 0.0
        """How long it takes."""

    async def keep_place(self, place: Place, joined_ms: int, not_before_ms: int) -> None:
        """As the services' `keep_place`."""
        self.places.append((place, joined_ms, not_before_ms))

    async def add(self, request: CallbackRequest) -> None:
        await asyncio.sleep(self.delay_s)
        if self.broken:
            raise EngineError("the store is broken")
        self.requests.append(request)


class SimOutbox:
    """Implements `core.afterwards.Outbox`."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []

    def put(self, notice: Notice) -> None:
        self.notices.append(notice)
