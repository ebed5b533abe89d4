"""Whether the caller interrupts the bot, or only coughed.

    sure speech  ....######.......      a cough: the prompt pauses and goes on
                         |      Rejected
                         Suspected
    sure speech  ....##############     speech: what is left of the prompt is dropped
                         |        Confirmed
                         Suspected

The prompt pauses at the first suspicion, so the caller is never talked over for long, and the
decision may take its time. Keys decide at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from voicebot.core.audio import FRAME_MS
from voicebot.core.speech import Voicing
from voicebot.core.turn import BargeIn
from voicebot.turns.run_window import RunWindow
from voicebot.turns.settings import BargeInSettings


class BargeInState(StrEnum):
    """What is thought of the caller while a prompt plays."""

    IDLE = "IDLE"
    SUSPECTED = "SUSPECTED"
    CONFIRMED = "CONFIRMED"
    COOLDOWN = "COOLDOWN"
    """Just rejected one."""


class BargeInStep(StrEnum):
    """What moves it on."""

    SPEECH_BEGAN = "speech began"
    ENOUGH = "enough speech, or words"
    NOTHING = "silence, or time is up"
    KEY = "a key"
    COOLED = "cooldown over"


BARGE_IN_TRANSITIONS: dict[tuple[BargeInState, BargeInStep], BargeInState] = {
    (BargeInState.IDLE, BargeInStep.SPEECH_BEGAN): BargeInState.SUSPECTED,
    (BargeInState.IDLE, BargeInStep.KEY): BargeInState.CONFIRMED,
    (BargeInState.SUSPECTED, BargeInStep.ENOUGH): BargeInState.CONFIRMED,
    (BargeInState.SUSPECTED, BargeInStep.NOTHING): BargeInState.COOLDOWN,
    (BargeInState.SUSPECTED, BargeInStep.KEY): BargeInState.CONFIRMED,
    (BargeInState.COOLDOWN, BargeInStep.KEY): BargeInState.CONFIRMED,
    (BargeInState.COOLDOWN, BargeInStep.COOLED): BargeInState.IDLE,
}


def next_barge_in_state(state: BargeInState, step: BargeInStep) -> BargeInState:
    """Read the table; a step without a row raises `ValueError` and changes nothing."""
    try:
        return BARGE_IN_TRANSITIONS[state, step]
    except KeyError:
        raise ValueError(f"a barge-in that is {state} has no way on by: {step}") from None


class BargeInBy(StrEnum):
    """What interrupted."""

    SPEECH = "speech"
    KEYS = "keys"


@dataclass(frozen=True, slots=True)
class Suspected:
    """Pause the prompt and keep its rest."""

    onset_ms: int
    """When the sound began."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Drop the rest of the prompt: the caller has the floor. Comes once."""

    onset_ms: int
    by: BargeInBy


@dataclass(frozen=True, slots=True)
class Rejected:
    """Let the prompt go on from where it paused."""

    reason: str
    """`silence` or `verdict time-out`."""


BargeInEvent = Suspected | Confirmed | Rejected


class BargeInJudge:
    """Judges over one prompt (or several in a row); after `Confirmed` it is done."""

    def __init__(
        self, settings: BargeInSettings | None = None, allowed: BargeIn = BargeIn.BOTH
    ) -> None:
        self._settings = settings or BargeInSettings()
        self._window = RunWindow(
            window_ms=self._settings.suspect_window_ms, enough_ms=self._settings.suspect_ms
        )
        self.allowed = allowed
        """What may interrupt; may be replaced between two prompts."""
        self.reset()

    def reset(self) -> None:
        """A new prompt begins: nothing is suspected."""
        self.state = BargeInState.IDLE
        self._window.clear()
        self._onset_ms = 0
        self._suspected_ms = 0
        self._sure_ms = 0
        self._last_sure_ms = 0
        self._rejected_ms = 0

    def feed(
        self, voicing: Voicing, at_ms: int, *, playing: bool, words_heard: bool = False
    ) -> tuple[BargeInEvent, ...]:
        """One frame, which ends at `at_ms`.

        `playing`: a prompt is sounding (while one is suspected it does not matter: the prompt is
        paused). `words_heard`: the recognizer's partial of the speech under way has words.
        """
        match self.state:
            case BargeInState.SUSPECTED:
                return self._while_suspected(voicing, at_ms, words_heard=words_heard)
            case BargeInState.IDLE | BargeInState.COOLDOWN:
                return self._while_open(voicing, at_ms, playing=playing)
            case BargeInState.CONFIRMED:
                return ()

    def key(self, at_ms: int, *, playing: bool) -> tuple[BargeInEvent, ...]:
        """A key was pressed."""
        open_ = playing or self.state is BargeInState.SUSPECTED
        if not open_ or not self.allowed.by_keys or self.state is BargeInState.CONFIRMED:
            return ()
        self._move(BargeInStep.KEY)
        return (Confirmed(at_ms, BargeInBy.KEYS),)

    def _while_open(
        self, voicing: Voicing, at_ms: int, *, playing: bool
    ) -> tuple[BargeInEvent, ...]:
        if self.state is BargeInState.COOLDOWN and self._is_cool(at_ms):
            self._move(BargeInStep.COOLED)
        if not playing or not self.allowed.by_speech:
            self._window.clear()
            return ()
        speech = self._window.feed(voiced=voicing.sure)
        if not speech or self.state is BargeInState.COOLDOWN:
            return ()
        return self._suspect(at_ms)

    def _is_cool(self, at_ms: int) -> bool:
        return at_ms - self._rejected_ms >= self._settings.cooldown_ms

    def _suspect(self, at_ms: int) -> tuple[BargeInEvent, ...]:
        self._move(BargeInStep.SPEECH_BEGAN)
        self._onset_ms = self._window.onset_ms(at_ms)
        self._sure_ms = self._window.voiced_ms
        self._suspected_ms = self._last_sure_ms = at_ms
        return (Suspected(self._onset_ms), *self._verdict(at_ms, words_heard=False))

    def _while_suspected(
        self, voicing: Voicing, at_ms: int, *, words_heard: bool
    ) -> tuple[BargeInEvent, ...]:
        if voicing.sure:
            self._sure_ms += FRAME_MS
            self._last_sure_ms = at_ms
        return self._verdict(at_ms, words_heard=words_heard)

    def _verdict(self, at_ms: int, *, words_heard: bool) -> tuple[BargeInEvent, ...]:
        settings = self._settings
        if words_heard or self._sure_ms >= settings.confirm_ms:
            self._move(BargeInStep.ENOUGH)
            return (Confirmed(self._onset_ms, BargeInBy.SPEECH),)
        if at_ms - self._last_sure_ms >= settings.reject_silence_ms:
            return self._reject(at_ms, "silence")
        if at_ms - self._suspected_ms >= settings.verdict_ms:
            return self._reject(at_ms, "verdict time-out")
        return ()

    def _reject(self, at_ms: int, reason: str) -> tuple[BargeInEvent, ...]:
        self._move(BargeInStep.NOTHING)
        self._rejected_ms = at_ms
        self._window.clear()
        return (Rejected(reason),)

    def _move(self, step: BargeInStep) -> None:
        self.state = next_barge_in_state(self.state, step)
