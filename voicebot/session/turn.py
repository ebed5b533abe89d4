"""One turn: a prompt, and what came back by voice or keys."""

from __future__ import annotations

from voicebot.core.errors import EngineError
from voicebot.core.meaning import Match
from voicebot.core.prompt import Prompt
from voicebot.core.record import FactKind
from voicebot.core.speech import Voicing
from voicebot.core.turn import BargeIn, Floor
from voicebot.flow.actions import Listen
from voicebot.flow.events import EngineFailed, Event, NoInput, NoMatch, Typed, Understood
from voicebot.session.context import Context
from voicebot.session.ear import Ear, Utterance, heard_data
from voicebot.session.line import Frame
from voicebot.turns.barge_in import BargeInJudge, Confirmed, Rejected, Suspected, Undecided
from voicebot.turns.digits import Collected, CollectReason, DigitCollector, DigitEvent, Ignored
from voicebot.turns.floor import FloorEvent
from voicebot.turns.key_drops import DropReason
from voicebot.turns.no_input import NoInputTimer

LATE_TERMINATOR_MS = 1_500
"""A terminator pressed so soon after a string that had ended by its length belongs to it."""

NOISE_MS = 250
"""A sound shorter than this in which nothing was recognized was no answer."""


async def take_turn(context: Context, row: list[tuple[Prompt, BargeIn]], listen: Listen) -> Event:
    """Say the prompts, listening already, and wait for the answer. Raises `LegGone`."""
    turn = _Turn(context, listen)
    context.speaker.start(row)
    try:
        return await turn.run()
    except EngineError as error:
        context.pen.write(FactKind.FAILED, what="speech recognition", error=str(error))
        return EngineFailed("speech recognition")
    finally:
        turn.close()


class _Turn:
    """The turn under way."""

    def __init__(self, context: Context, listen: Listen) -> None:
        self._context = context
        self._line = context.line
        self._speaker = context.speaker
        self._pen = context.pen
        self._expectation = listen.expectation
        self._cover = [(prompt, BargeIn.KEYS) for prompt in listen.cover]
        """Not said yet."""
        self._hears = listen.expectation.speech
        self._ear = Ear(context, listen)
        barge_in = context.services.barge_in.at(listen.timing.sensitivity)
        self._judge = BargeInJudge(barge_in, wariness=context.wariness)
        self._no_input = NoInputTimer(listen.timing.no_input_ms)
        keys = self._expectation.keys
        waits = listen.timing.inter_digit_ms, listen.timing.term_timeout_ms
        self._digits = DigitCollector(keys, *waits) if keys else None
        self._paused_ms = 0
        """When the prompt last fell silent on a suspicion."""

    async def run(self) -> Event:
        self._hand_on(FloorEvent.PROMPT_STARTED if self._speaker.speaking else FloorEvent.LISTENING)
        try:
            return await self._until_answered()
        finally:
            still_speaks = self._context.floor is Floor.SPEAKING
            self._hand_on(FloorEvent.WAITING if still_speaks else FloorEvent.INPUT_ENDED)

    async def _until_answered(self) -> Event:
        while True:
            frame = await self._line.frame()
            if self._context.floor is Floor.SPEAKING and not self._speaker.speaking:
                self._hand_on(FloorEvent.PROMPT_ENDED)
            if self._line.held:
                self._no_input.feed(frame.at_ms, held=True)
                continue
            event = self._keys(frame.at_ms)
            if event is None:
                voicing = await self._context.voicing(frame)
                event = self._speech(frame, voicing) or self._silence(frame.at_ms)
            if event is not None:
                return event

    def close(self) -> None:
        self._ear.close()
        self._speaker.stop()

    def _hand_on(self, event: FloorEvent) -> None:
        self._context.hand_on(event)

    # ------------------------------------------------------------ keys

    def _keys(self, now_ms: int) -> Event | None:
        keys, digits, speaker = self._line.keys, self._digits, self._speaker
        if digits is None:
            return None  # Typed ahead: the keys wait for a node that takes them.
        if not keys or (speaker.speaking and not speaker.barge_in.by_keys):
            return self._collected(digits.tick(now_ms))
        self._interrupt("keys", now_ms)
        self._ear.forget()
        return self._collected(digits.take(keys, now_ms))

    def _collected(self, events: tuple[DigitEvent, ...]) -> Event | None:
        for event in events:
            if isinstance(event, Ignored):
                self._line.keypad.drop(event.method, event.reason)
        return next((self._typed(e) for e in events if isinstance(e, Collected)), None)

    def _typed(self, collected: Collected) -> Event:
        secret, spec = self._expectation.secret, self._expectation.keys
        what = {"count": len(collected.digits)} if secret else {"digits": collected.digits}
        self._pen.write(FactKind.KEYED, **what, reason=collected.reason)
        if spec is not None and collected.reason is CollectReason.COMPLETE:
            until_ms = self._line.now_ms + LATE_TERMINATOR_MS
            late = self._line.keys.expect_late(spec.terminators, until_ms)
            if late is not None:
                self._line.keypad.drop(late.method, DropReason.LATE_TERMINATOR)
        if collected.reason is CollectReason.INVALID:
            return NoMatch()
        return Typed(collected.digits)

    @property
    def _typing(self) -> bool:
        return self._digits is not None and self._digits.active

    # ------------------------------------------------------------ speech

    def _speech(self, frame: Frame, voicing: Voicing) -> Event | None:
        if self._typing or not self._hears:
            return None
        speaker = self._speaker
        speaking = speaker.speaking
        if speaking and not speaker.barge_in.by_speech:
            self._ear.keep(frame)
            return None
        utterance = self._ear.feed(frame, voicing)
        self._judge_barge_in(voicing, frame.at_ms, playing=speaking)
        if utterance is not None:
            return self._answer(utterance)
        if self._cover and not speaking and self._ear.is_slow(frame.at_ms):
            self._say_cover()
        return None

    def _say_cover(self) -> None:
        """Once a turn. What was said in the end waits until it has been said."""
        self._hand_on(FloorEvent.PROMPT_STARTED)
        self._speaker.start(self._cover, covers=True)
        self._cover = []

    def _judge_barge_in(self, voicing: Voicing, now_ms: int, *, playing: bool) -> None:
        ear = self._ear
        words_heard = ear.words is not None and self._judge.believes(ear.words)
        for event in self._judge.feed(
            voicing, now_ms, playing=playing, words_heard=words_heard, reading=ear.reading
        ):
            match event:
                case Suspected():
                    self._paused_ms = now_ms
                    self._speaker.pause()
                case Confirmed(onset_ms):
                    self._interrupt("speech", onset_ms)
                case Undecided():
                    ear.ask(now_ms)
                case Rejected() as rejected:
                    self._resume("no speech")
                    if rejected.is_over and not ear.reading:
                        ear.reset()  # Else it may prove to be an answer yet.

    def _interrupt(self, by: str, onset_ms: int) -> None:
        """The caller has the floor: the prompt and those after it are dropped."""
        speaker = self._speaker
        if not speaker.speaking:
            return
        heard_ms, total_ms = round(speaker.heard_ms), round(speaker.given_ms)
        silent_ms = (self._paused_ms if speaker.paused else self._line.now_ms) - onset_ms
        speaker.stop()
        self._hand_on(FloorEvent.BARGED_IN)
        if heard_ms:
            self._pen.write(
                FactKind.BARGED_IN,
                by=by,
                onset_ms=onset_ms,
                silent_ms=silent_ms,
                heard_ms=heard_ms,
                total_ms=total_ms,
            )

    def _resume(self, reason: str) -> None:
        """It was a cough or an echo: the prompt goes on where it stopped."""
        if self._speaker.paused:
            self._pen.write(FactKind.RESUMED, reason=reason, paused_ms=self._paused_ms)
        self._speaker.resume()

    def _answer(self, utterance: Utterance) -> Event | None:
        meant = utterance.interpretation.match is not Match.NONE
        believed = meant and self._judge.believes(utterance.interpretation.confidence)
        if self._speaker.speaking and not believed:
            self._resume("nothing understood")
            self._ear.reset()
            return None
        if not meant and _is_noise(utterance):
            self._ear.reset()
            return None
        self._interrupt("speech", utterance.start_ms)
        self._note(utterance)
        if not meant:
            return NoMatch(utterance.interpretation)
        return Understood(utterance.interpretation)

    def _note(self, utterance: Utterance) -> None:
        secret = self._expectation.secret
        self._pen.write(FactKind.HEARD, **heard_data(utterance, self._ear.stages, secret=secret))

    # ------------------------------------------------------------ silence

    def _silence(self, now_ms: int) -> Event | None:
        if self._speaker.speaking:
            return None
        if not self._no_input.running:
            self._no_input.start(now_ms)
        held = self._ear.busy or self._typing
        return NoInput() if self._no_input.feed(now_ms, held=held) else None


def _is_noise(utterance: Utterance) -> bool:
    short = utterance.end_ms - utterance.start_ms < NOISE_MS
    return short and not utterance.transcript.text
