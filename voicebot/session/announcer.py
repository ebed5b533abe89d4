"""What a waiting caller hears: music, the place and the expected wait, a comforting word.

Nothing here is ever waited for: whoever connects the caller stops it within a frame.
"""

from __future__ import annotations

from dataclasses import replace

from voicebot.core.meaning import SlotValue
from voicebot.core.prompt import Prompt
from voicebot.core.queueing import QueueSpec
from voicebot.core.record import FactKind
from voicebot.core.turn import BargeIn
from voicebot.flow.actions import Enqueue
from voicebot.queueing.announcing import Announcement, announce, told
from voicebot.session.context import Context
from voicebot.session.music import Music

LOOK_EVERY_MS = 1_000
"""How often it is looked whether there is something to tell."""


class Announcer:
    """Of one stay in a queue."""

    def __init__(self, context: Context, action: Enqueue, spec: QueueSpec) -> None:
        self._context, self._action = context, action
        # What the flow has no words for is not told, and does not count as told.
        self._spec = replace(spec, announce_position=bool(action.position or action.many))
        leg = context.line.leg
        self._music = Music(leg, context.services.music(action.queue, leg.rate))
        self._joined_ms = context.line.now_ms
        self._looked_ms: int | None = None
        self._known: Announcement | None = None
        self._comforted_ms = 0
        self._comforts = 0

    def frame(self, *, ringing: bool) -> None:
        """Go on with it; to be called every frame. While a phone rings nothing new is begun."""
        if self._context.speaker.speaking:
            return
        prompts = [] if ringing else self._due()
        if prompts:
            self._music.stop()
            self._context.speaker.start([(prompt, BargeIn.NONE) for prompt in prompts])
        else:
            self._music.keep_playing()

    def stop(self) -> None:
        """Silence, at once."""
        self._context.speaker.stop()
        self._music.stop()

    def _due(self) -> list[Prompt]:
        waited_ms = self._context.line.now_ms - self._joined_ms
        if self._looked_ms is not None and waited_ms - self._looked_ms < LOOK_EVERY_MS:
            return []
        self._looked_ms = waited_ms
        return self._announcement(waited_ms) or self._comfort(waited_ms)

    def _announcement(self, waited_ms: int) -> list[Prompt]:
        action, directory, call = self._action, self._context.directory, self._context.place
        if not (action.position or action.many or action.wait):
            return []
        if self._known and waited_ms - self._known.at_ms < self._spec.announce_every_ms:
            return []
        place = directory.router.position(call)
        beyond = bool(self._spec.announce_up_to) and place > self._spec.announce_up_to
        has_words = action.many if beyond else action.position
        expected_ms = None
        if action.wait and place:
            expected_ms = directory.router.expected_wait_ms(action.queue, directory.now_ms(), call)
        said = announce(
            self._spec if has_words else replace(self._spec, announce_position=False),
            self._known,
            place=place,
            expected_ms=expected_ms,
            waited_ms=waited_ms,
        )
        if said is None:
            return []
        self._known, self._comforted_ms = told(self._known, said), waited_ms
        self._note(said)
        return self._words(said)

    def _words(self, said: Announcement) -> list[Prompt]:
        action = self._action
        place = action.position if said.place else action.many if said.more_than else ()
        prompts = [filled(p, "position", said.place or said.more_than) for p in place]
        if said.wait_ms is not None:
            prompts += [filled(p, "wait", said.wait_ms // 1000) for p in action.wait]
        return prompts

    def _note(self, said: Announcement) -> None:
        self._context.pen.write(
            FactKind.ANNOUNCED,
            queue=self._action.queue,
            position=said.place or None,
            more_than=said.more_than or None,
            expected_ms=said.wait_ms,
        )

    def _comfort(self, waited_ms: int) -> list[Prompt]:
        """One of them after the other."""
        comfort = self._action.comfort
        if not comfort or waited_ms - self._comforted_ms < self._action.comfort_every_ms:
            return []
        self._comforted_ms = waited_ms
        self._comforts += 1
        return [comfort[(self._comforts - 1) % len(comfort)]]


def filled(prompt: Prompt, name: str, number: int) -> Prompt:
    """The prompt with a figure that only the queue knows."""
    return replace(
        prompt,
        parts=tuple(
            replace(part, value=str(number))
            if isinstance(part, SlotValue) and part.raw == name
            else part
            for part in prompt.parts
        ),
    )
