"""Ports: what the session needs of the world, one to six methods each.

Adapters implement them, `voicebot.sim` ships stand-ins, and `app` joins them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from voicebot.core.audio import Pcm
from voicebot.core.call import LegId, LegInfo, LegState
from voicebot.core.knowledge import Finding, KnowledgeScope
from voicebot.core.meaning import Expectation, Interpretation
from voicebot.core.prompt import Prompt
from voicebot.core.record import Fact
from voicebot.core.speech import Transcript, Voicing

# ---------------------------------------------------------------- the line


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """Sound in both directions: as an event of a leg one frame, where it is recorded any number."""

    heard: Pcm
    """From the far end; silence where no packet came. Time passes by it."""
    played: Pcm
    """To the far end during these same frames, as it went out; same length and rate."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """The far end pressed a key: one event a press and method that tells of it."""

    key: str
    """One of 0-9 * # A B C D."""
    method: str
    """`rfc4733` or `info`."""


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The SIP dialog went on: ringing, answered."""

    state: LegState
    code: int = 0
    """Status code of the response, where there was one."""


@dataclass(frozen=True, slots=True)
class Hold:
    """The far end put us on hold (True) or came back (False)."""

    on: bool


@dataclass(frozen=True, slots=True)
class ReferProgress:
    """A NOTIFY about the transfer that we asked for (RFC 3515)."""

    code: int
    """SIP status of the transferred call so far."""
    final: bool


@dataclass(frozen=True, slots=True)
class ReferRequested:
    """The far end sends us elsewhere (RFC 3515); it hears how that goes by `tell_referrer`."""

    target: str = field(repr=False)
    """SIP URI of Refer-To, without its headers. Personal."""
    replaces: str = field(default="", repr=False)
    """Value for a Replaces header (RFC 3891): the far end talks to the target already."""
    own_leg: LegId | None = None
    """The leg here that `replaces` names: the far end called us a second time, about the call."""


@dataclass(frozen=True, slots=True)
class SoundReport:
    """How a leg's sound was carried, from its first media to its end. Times are in ms."""

    packets: int = 0
    """RTP packets that arrived."""
    lost: int = 0
    late: int = 0
    """Arrived too late (or too early) to be played."""
    doubled: int = 0
    reordered: int = 0
    jitter_ms: float = 0.0
    """Mean interarrival jitter (RFC 3550, section 6.4.1)."""
    jitter_max_ms: float = 0.0
    far_lost: int = 0
    """Packets of ours that the far end missed, as its RTCP says; 0 where it sends none."""
    underruns: int = 0
    """Gaps within something that was being played."""
    overruns: int = 0
    """Samples heard and lost because nobody read them in time."""
    refused: int = 0
    """Samples given to be played for which there was no room."""
    keys_left_out: Mapping[str, int] = field(default_factory=dict)
    """Key events that were no press, by reason."""


@dataclass(frozen=True, slots=True)
class LegEnded:
    """The leg is gone; always the last event."""

    code: int
    """SIP status, 200 after an ordinary BYE."""
    reason: str = ""
    by_far_end: bool = True
    sound: SoundReport | None = None
    """None where there was no sound, or nothing is known of it."""


LegEvent = Audio | Keyed | StateChanged | Hold | ReferProgress | ReferRequested | LegEnded


class Leg(Protocol):
    """One SIP dialog and its sound. Every method may be called at any time; on a leg that is
    gone, those that return nothing do nothing and the others raise `LegGone`."""

    @property
    def id(self) -> LegId: ...

    @property
    def info(self) -> LegInfo: ...

    @property
    def state(self) -> LegState: ...

    @property
    def rate(self) -> int:
        """Sampling rate of `Audio` and of `play`, in Hz: 8000 or 16000. Settled once media runs."""
        ...

    @property
    def telephone_events(self) -> bool:
        """The far end agreed to signal keys (RFC 4733): they need not be listened for. Settled
        once media runs."""
        ...

    @property
    def pending_ms(self) -> float:
        """What was given to `play` and has not been played yet, in ms."""
        ...

    def events(self) -> AsyncIterator[LegEvent]:
        """All that happens on the leg, in order; ends after `LegEnded`. To be read by one reader.

        `Audio` begins when media runs (early media included) and then comes once a frame without
        a gap, whatever the far end sends, until the leg ends.
        """
        ...

    def ring(self) -> None:
        """Say 180 Ringing to an incoming leg."""
        ...

    async def early_media(self) -> None:
        """Say 183 Session Progress to an incoming leg; returns when media runs."""
        ...

    async def answer(self) -> None:
        """Say 200 OK to an incoming leg; returns when media runs."""
        ...

    async def hang_up(self, code: int = 0) -> None:
        """CANCEL, BYE or refuse with `code`, as the state asks for; returns when it is sent."""
        ...

    async def redirect(self, target: str) -> None:
        """Refuse an incoming leg with 302 and where to call instead. Raises `DialRefused` for a
        target that is not allowed."""
        ...

    def play(self, pcm: Pcm) -> None:
        """Append to what is played; `pcm` has the leg's rate. Returns at once."""
        ...

    def flush(self) -> Pcm:
        """Stop playing at once; returns what was left unplayed."""
        ...

    async def bridge(self, other: Leg) -> None:
        """Let both far ends hear each other, until `unbridge` or the end of either."""
        ...

    async def unbridge(self, other: Leg) -> None: ...

    async def hear(self, other: Leg, *, on: bool) -> None:
        """Let this far end hear the other one from now on, or no more; the other hears nothing
        of it. Turning it off is harmless where it is off, or a leg is gone."""
        ...

    async def refer(self, target: str) -> None:
        """Ask the far end to call `target` (blind transfer); `ReferProgress` events follow."""
        ...

    async def tell_referrer(self, code: int) -> None:
        """NOTIFY the far end that asked by REFER how its transfer stands: a SIP status, final from
        200 on."""
        ...

    async def send_keys(self, keys: str) -> None:
        """Send keys by RFC 4733; returns when the last is sent."""
        ...


class Telephone(Protocol):
    """The SIP user agent."""

    def incoming(self) -> AsyncIterator[Leg]:
        """Legs that ring, already admitted (source allowed, capacity left)."""
        ...

    async def dial(self, target: str, headers: Mapping[str, str], *, caller_name: str = "") -> Leg:
        """Start a call; returns at once with a leg in state CALLING. Raises `DialRefused` for a
        target that is not allowed."""
        ...


# ---------------------------------------------------------------- engines


class Vad(Protocol):
    """A voice activity detector with the state of one call."""

    def hear(self, heard: Pcm, played: Pcm) -> bool:
        """Take one frame (`FRAME_MS`) of what was heard, and what was played meanwhile (its echo
        is no speech). True where the verdict is cheaper once the detectors of other calls have
        taken their frames, too: they share the work."""
        ...

    def judge(self) -> Voicing:
        """The verdict on the frame that was taken last; asked once for each."""
        ...


class Hearing(Protocol):
    """The recognition of one utterance."""

    def feed(self, pcm: Pcm) -> None:
        """More of the utterance, any length, the call's rate. Never blocks."""
        ...

    async def partial(self) -> Transcript:
        """The best reading of all that was fed so far; `final` where `finish` would say the same
        after silence and nothing else. Raises `EngineError`."""
        ...

    async def finish(self) -> Transcript:
        """The final reading. Raises `EngineError`. Cheap where nothing but silence came since
        the last partial."""
        ...

    def close(self) -> None:
        """Drop the utterance; harmless after `finish`."""
        ...


class Recognizer(Protocol):
    """A speech recognizer."""

    def hear(self, expectation: Expectation) -> Hearing:
        """A new utterance; what is expected becomes the grammar."""
        ...


class Understanding(Protocol):
    """From words to meaning."""

    def worded(self, expectation: Expectation) -> Expectation:
        """`expectation` as recognizers want it: with what its choices were taught by."""
        ...

    async def interpret(self, transcript: Transcript, expectation: Expectation) -> Interpretation:
        """What of `expectation` was meant; `Match.NONE` if nothing was."""
        ...

    async def look_up(self, text: str, scope: KnowledgeScope, language: str) -> tuple[Finding, ...]:
        """What of a knowledge base may be the answer to a text, best first."""
        ...


class Voice(Protocol):
    """From prompts to sound: recordings, cache and synthesis."""

    def speak(self, prompt: Prompt, rate: int) -> AsyncIterator[Pcm]:
        """The prompt's audio at `rate` Hz, in pieces as they are ready. Raises `EngineError`."""
        ...

    def text(self, prompt: Prompt) -> str:
        """The words that are spoken, values worded."""
        ...

    def fallback(self, language: str, rate: int) -> Pcm:
        """An apology that needs no engine: for when `speak` fails. Never empty."""
        ...


# ---------------------------------------------------------------- back ends and records


@dataclass(frozen=True, slots=True)
class BackendRequest:
    """A request of an http node."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    """Secrets stand in it by name: see `flow.secrets`."""
    body: object = None
    """JSON value; None for no body."""
    timeout_ms: int = 10_000
    idempotency_key: str = ""
    form: Mapping[str, str] | None = None
    """Fields of an HTML form, in place of `body`."""


@dataclass(frozen=True, slots=True)
class BackendReply:
    """What the back end answered."""

    status: int
    body: object
    """JSON value, or text where it is none."""


class Backend(Protocol):
    """The operator's back end."""

    async def request(self, request: BackendRequest) -> BackendReply:
        """Raises `EngineError` when there is no answer (with `timeout` in its text if too late)."""
        ...


class Journal(Protocol):
    """Where facts of a call go."""

    def write(self, fact: Fact) -> None:
        """Append; returns at once. Durable within a second."""
        ...


class Recording(Protocol):
    """A call's two-channel recording."""

    @property
    def failure(self) -> str:
        """Why it stopped before its end; empty while all is well."""
        ...

    def add(self, audio: Audio) -> None:
        """Append frames: heard left, played (or the agent) right. Never blocks."""
        ...

    def pause(self, *, on: bool) -> None:
        """While on, silence is written in place of sound, so that times stay true."""
        ...

    def close(self) -> None: ...


class MessageRecording(Protocol):
    """A message that a caller leaves: one channel."""

    @property
    def failure(self) -> str:
        """Why it could not be kept; empty while all is well."""
        ...

    def add(self, audio: Audio) -> None:
        """Append frames; only what was heard counts. Never blocks."""
        ...

    def close(self) -> None: ...

    def discard(self) -> None:
        """Close it and keep nothing of it."""
        ...
