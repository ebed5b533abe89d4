"""Whether the caller interrupts the bot, or only coughed.

    sure speech  ....######.......      a cough: the prompt pauses and goes on
                         |      Rejected
                         Suspected
    sure speech  ....##############     speech: what is left of the prompt is dropped
                         |        Confirmed
                         Suspected

The prompt pauses at the first suspicion, so the caller is never talked over for long, and the
decision may take its time: words, or speech for longer than anyone coughs or says "mm-hm". On a
line that was quiet so far, any sound is a suspicion. Keys decide at once.

    a crowd      ▅▆▅▄▆▅▅▆▅▆▅▅▆▅     Suspected, as one voice is louder; Rejected; again; and then
                                     no more in this call, but for a sure answer

On a line that was not quiet before, speech may be anybody's: what decides is words, for which the
recognizer is asked (`Undecided`) where no pause comes, or that it is louder than all others there.
A caller who goes on speaking when time is up is heard on, whatever the prompt does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from voicebot.core.audio import FRAME_MS
from voicebot.core.speech import Voicing
from voicebot.core.transitions import next_state
from voicebot.core.turn import BargeIn
from voicebot.turns.run_window import RunWindow
from voicebot.turns.settings import BargeInSettings
from voicebot.turns.wariness import Wariness

_SILENCE = "silence"


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
    refusal = "a barge-in that is {state} has no way on by: {event}"
    return next_state(BARGE_IN_TRANSITIONS, state, step, refusal)


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

    @property
    def is_over(self) -> bool:
        """What was suspected has ended: nothing more comes of it."""
        return self.reason == _SILENCE


@dataclass(frozen=True, slots=True)
class Undecided:
    """Ask the recognizer what was said so far, if it is not at it. Comes once a suspicion."""


BargeInEvent = Suspected | Confirmed | Rejected | Undecided


class BargeInJudge:
    """Judges over one prompt (or several in a row); after `Confirmed` it is done."""

    def __init__(
        self,
        settings: BargeInSettings | None = None,
        allowed: BargeIn = BargeIn.BOTH,
        wariness: Wariness | None = None,
    ) -> None:
        """`wariness`: the call's; None: this is its only judge."""
        self._settings = settings or BargeInSettings()
        self._wariness = wariness or Wariness(self._settings)
        self._window = RunWindow(
            window_ms=self._settings.suspect_window_ms, enough_ms=self._settings.suspect_ms
        )
        self._began = RunWindow(
            window_ms=self._settings.outburst_window_ms, enough_ms=self._settings.outburst_ms
        )
        self._louder = RunWindow(
            window_ms=self._settings.louder_window_ms, enough_ms=self._settings.louder_ms
        )
        self._is_louder = False
        """Than all others, for long enough."""
        self.allowed = allowed
        """What may interrupt; may be replaced between two prompts."""
        self.reset()

    def reset(self) -> None:
        """A new prompt begins: nothing is suspected."""
        self.state = BargeInState.IDLE
        self._restless = False
        """The line was not quiet before what was suspected last."""
        self._asked = False
        self._forget_windows()
        self._onset_ms = 0
        self._suspected_ms = 0
        self._sure_ms = 0
        self._last_sound_ms = 0
        self._cool_ms = 0

    def believes(self, confidence: float) -> bool:
        """Words recognized with this confidence may interrupt: in a crowd, somebody says something
        like a phrase at times; who spoke into silence is taken at their word."""
        if self.state is BargeInState.SUSPECTED and not self._restless:
            return True
        doubtful = self._restless or self._wariness.wary
        return not doubtful or confidence >= self._settings.restless_confidence

    def feed(
        self,
        voicing: Voicing,
        at_ms: int,
        *,
        playing: bool,
        words_heard: bool = False,
        reading: bool = False,
    ) -> tuple[BargeInEvent, ...]:
        """One frame, which ends at `at_ms`.

        `playing`: a prompt is sounding (while one is suspected it does not matter: the prompt is
        paused). `words_heard`: the recognizer's partial of the speech under way has words that it
        `believes`; `reading`: it is not known yet, but asked for.
        """
        self._is_louder = self._louder.feed(voiced=voicing.louder)
        match self.state:
            case BargeInState.SUSPECTED:
                self._listen(voicing, at_ms)
                return self._verdict(at_ms, words_heard=words_heard, reading=reading)
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
            self._forget_windows()
            return ()
        self._wariness.under_prompt(voicing)
        # Both fed in any case; what sounded in a cooldown and is over when it ends counts no more.
        speech = self._window.feed(voiced=voicing.sure) and voicing.sure
        began = self._began.feed(voiced=voicing.outburst) and voicing.outburst
        if not (speech or began) or self.state is BargeInState.COOLDOWN:
            return ()
        if voicing.restless and self._wariness.wary and not self._is_louder:
            return ()
        self._restless = voicing.restless
        return self._suspect(at_ms)

    def _is_cool(self, at_ms: int) -> bool:
        return at_ms >= self._cool_ms

    def _suspect(self, at_ms: int) -> tuple[BargeInEvent, ...]:
        self._move(BargeInStep.SPEECH_BEGAN)
        self._asked = False
        self._onset_ms = min(self._window.onset_ms(at_ms), self._began.onset_ms(at_ms))
        self._sure_ms = self._window.voiced_ms
        self._suspected_ms = self._last_sound_ms = at_ms
        return (Suspected(self._onset_ms), *self._verdict(at_ms))

    def _listen(self, voicing: Voicing, at_ms: int) -> None:
        speech = voicing.sure and voicing.voiced
        if speech:
            self._sure_ms += FRAME_MS
        if speech or voicing.outburst:
            self._last_sound_ms = at_ms

    def _verdict(
        self, at_ms: int, *, words_heard: bool = False, reading: bool = False
    ) -> tuple[BargeInEvent, ...]:
        settings = self._settings
        long_enough = self._sure_ms >= settings.confirm_ms
        if words_heard or (self._is_louder if self._restless else long_enough):
            self._move(BargeInStep.ENOUGH)
            return (Confirmed(self._onset_ms, BargeInBy.SPEECH),)
        enough_ms = settings.reading_ms if reading else settings.reject_silence_ms
        if at_ms - self._last_sound_ms >= enough_ms:
            return self._reject(at_ms, _SILENCE)
        longest_ms = settings.restless_verdict_ms if self._restless else settings.verdict_ms
        if at_ms - self._suspected_ms >= longest_ms:
            return self._reject(at_ms, "verdict time-out")
        return self._in_between(at_ms)

    def _in_between(self, at_ms: int) -> tuple[BargeInEvent, ...]:
        due = at_ms - self._suspected_ms >= self._settings.restless_reading_ms
        if self._asked or not self._restless or not due:
            return ()
        self._asked = True
        return (Undecided(),)

    def _reject(self, at_ms: int, reason: str) -> tuple[BargeInEvent, ...]:
        self._move(BargeInStep.NOTHING)
        if self._restless:
            self._wariness.was_wrong()
        self._cool_ms = at_ms + (self._settings.cooldown_ms if self._sure_ms else 0)
        self._forget_windows()
        return (Rejected(reason),)

    def _forget_windows(self) -> None:
        self._window.clear()
        self._began.clear()

    def _move(self, step: BargeInStep) -> None:
        self.state = next_barge_in_state(self.state, step)
