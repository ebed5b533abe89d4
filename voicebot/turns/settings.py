"""Settings of turn-taking that no question changes; those that it does are `core.turn.Timing`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from voicebot.core.audio import FRAME_MS


def _scaled(ms: int, sensitivity: float, longest_ms: int) -> int:
    """A stretch of speech, half as long at sensitivity 1, twice as long at 0, in whole frames."""
    frames = round(ms * 2 ** (1 - 2 * sensitivity) / FRAME_MS)
    return min(max(frames, 1) * FRAME_MS, longest_ms)


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """When speech begins and when it pauses."""

    start_window_ms: int = 200
    start_voiced_ms: int = 120
    """Speech begins when so much of the window is voiced."""
    pause_ms: int = 180
    """Silence after which the recognizer is asked for a partial."""
    resume_window_ms: int = 100
    resume_voiced_ms: int = 60
    """In a pause speech resumes when so much of this window is voiced; less is noise."""

    def at(self, sensitivity: float) -> Self:
        """For a question of another sensitivity than 0.5."""
        if sensitivity == 0.5:
            return self
        voiced = _scaled(self.start_voiced_ms, sensitivity, self.start_window_ms)
        return replace(self, start_voiced_ms=voiced)


@dataclass(frozen=True, slots=True)
class BargeInSettings:
    """When a prompt gives way."""

    suspect_window_ms: int = 160
    suspect_ms: int = 80
    """The prompt pauses when so much of the window is surely speech."""
    outburst_window_ms: int = 120
    outburst_ms: int = 60
    """It pauses, too, when in so much of this window something began, speech or not."""
    confirm_ms: int = 600
    """So much sure speech is neither a cough nor an "mm-hm": these go on for half a second."""
    reject_silence_ms: int = 260
    """It was one of them when so much silence follows before that and no words were recognized."""
    reading_ms: int = 700
    """Silence for which the recognizer is waited for, where it is still at it."""
    verdict_ms: int = 1_200
    """Without enough speech so long after the prompt paused, it goes on."""
    restless_verdict_ms: int = 2_400
    """The same where speech alone does not interrupt, as the line was not quiet before it."""
    restless_confidence: float = 0.65
    """Words that end a prompt on such a line, or in a call whose prompts pause no more, are
    recognized with at least this confidence."""
    louder_window_ms: int = 800
    louder_ms: int = 600
    """On such a line, a prompt ends for who is louder than all others in so much of the window."""
    restless_reading_ms: int = 2_000
    """Where somebody on such a line speaks without a break for so long after the prompt paused, the
    recognizer is asked for what it was so far."""
    restless_pauses: int = 2
    """After so many rejections on such a line, the call's prompts pause no more: only an answer
    that is beyond doubt, or a voice louder than all others, ends them."""
    restless_ms: int = 30_000
    """They do again once they were played for so long without a voice on such a line."""
    cooldown_ms: int = 600
    """After a rejection the prompt does not pause again for so long; at once where there had been
    no speech at all."""

    def at(self, sensitivity: float) -> Self:
        """For a question of another sensitivity than 0.5."""
        if sensitivity == 0.5:
            return self
        suspect = _scaled(self.suspect_ms, sensitivity, self.suspect_window_ms)
        outburst = _scaled(self.outburst_ms, sensitivity, self.outburst_window_ms)
        return replace(self, suspect_ms=suspect, outburst_ms=outburst)
