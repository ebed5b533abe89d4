"""Exact matching of phrase patterns against the tokens of an utterance.

A pattern is compiled once into matchers; each gives, for a token to begin at, every token that
it may end at, with the slots filled on the way. Ends are a set, so the work grows with the
square of the utterance at worst, however the pattern nests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from voicebot.core.meaning import EMPTY, SlotSpec, SlotType, SlotValue
from voicebot.core.phrases import Maybe, OneOf, Phrase, Sequence, SlotMark, Words, slots_of
from voicebot.nlu.slots import READERS, begun, merging
from voicebot.nlu.slots.reading import Reading, Scene
from voicebot.nlu.text import Utterance, words_of


@dataclass(frozen=True, slots=True)
class Fill:
    """A slot and the tokens that fill it."""

    slot: str
    first: int
    last: int
    """Past its last token."""
    value: str
    quality: float = 1.0
    adds: bool = False
    """The value holds what was given before as well."""
    alike: bool = False
    """An option that only sounds like what was said."""
    several: bool = False
    """Another option is said in the same words."""


_BY_SOUND = 0.8
"""Quality of an option that only sounds like what was said."""
_THANKS = frozenset(words_of("please thanks thank you 谢谢 吧"))

Sounds = Callable[[tuple[str, ...]], tuple[str, ...]]
"""From words to what they sound like, one for one."""

Ends = dict[int, tuple[Fill, ...]]
"""Token after a match, and the slots filled within it."""


@dataclass(slots=True)
class Tape:
    """One utterance as patterns read it."""

    utterance: Utterance
    scene: Scene
    specs: Mapping[str, SlotSpec]
    options: Mapping[str, tuple[tuple[str, Pattern], ...]]
    """Patterns of choice slots: slot name to (option, pattern)."""
    keys: tuple[str, ...]
    """What words are compared by: the tokens, or their sounds."""
    by_sound: bool = False
    filled: Mapping[str, SlotValue] = field(default_factory=lambda: EMPTY)
    """What was given before."""
    start: int = 0
    """Where the match under way began."""
    wanting: bool = False
    """The utterance ended where the pattern went on to a slot."""
    going_on: bool = False
    """The utterance ended where the pattern went on."""
    sounds: Sounds | None = None
    """How options of slots sound, for those that are not said as they are written."""
    nested: bool = False
    """An option of a slot is being read, not the pattern itself."""
    _sounding: tuple[str, ...] = ()
    _cache: dict[tuple[str, int], tuple[Fill, ...]] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """Number of tokens."""
        return len(self.keys)

    def reaches_end(self, at: int, *, slot_ahead: bool) -> None:
        """Called where a matcher finds the utterance over."""
        if self.nested or at <= self.start:
            return
        self.going_on = True
        self.wanting = self.wanting or slot_ahead

    def fills(self, name: str, at: int) -> tuple[Fill, ...]:
        """Ways to fill slot `name` from token `at`, the longest first."""
        if (name, at) not in self._cache:
            self._cache[name, at] = self._read(name, at) if at < self.end else ()
        return self._cache[name, at]

    def _read(self, name: str, at: int) -> tuple[Fill, ...]:
        spec = self.specs.get(name)
        if spec is None or spec.type is SlotType.TEXT:
            raw, last = self.utterance.raw, max(at + 1, self._before_thanks())
            return tuple(Fill(name, at, e, raw(at, e), 0.9) for e in range(last, at, -1))
        if spec.type is SlotType.CHOICE:
            return self._read_choice(name, at)
        return tuple(_fill(name, at, reading) for reading in self._readings(spec, at))

    def _readings(self, spec: SlotSpec, at: int) -> list[Reading]:
        words, earlier = self.utterance.words, self.filled.get(spec.name)
        if earlier is None:
            return READERS[spec.type](words, at, spec, self.scene)
        return merging.read(words, at, spec, self.scene, earlier)

    def begins(self, name: str, at: int) -> Fill | None:
        """A part of slot `name` from token `at`."""
        words, spec = self.utterance.words, self.specs[name]
        found = begun.read(words, at, spec, self.scene, self.filled.get(name))
        return _fill(name, at, found) if found else None

    def _before_thanks(self) -> int:
        """The end of what was said but for "please" and "thank you"."""
        end = self.end
        while end and self.utterance.words[end - 1] in _THANKS:
            end -= 1
        return end

    def _read_choice(self, name: str, at: int) -> tuple[Fill, ...]:
        """By the words; where these fit none, by how they sound."""
        exact = self._options_at(name, at)
        if exact or self.sounds is None:
            return exact
        keys, by_sound = self.keys, self.by_sound
        self.keys, self.by_sound = self._heard(), True
        alike = self._options_at(name, at)
        self.keys, self.by_sound = keys, by_sound
        clear = (found for found in alike if not found.several)
        return tuple(replace(found, quality=_BY_SOUND, alike=True) for found in clear)

    def _heard(self) -> tuple[str, ...]:
        if not self._sounding and self.sounds is not None:
            self._sounding = self.sounds(self.utterance.words)
        return self._sounding

    def _options_at(self, name: str, at: int) -> tuple[Fill, ...]:
        found: dict[int, Fill] = {}
        self.nested = True
        for option, pattern in self.options.get(name, ()):
            for end in pattern.ends(self, at):
                first = found.setdefault(end, Fill(name, at, end, option))
                if first.value != option:
                    found[end] = replace(first, several=True)
        self.nested = False
        return tuple(found[end] for end in sorted(found, reverse=True))


def _fill(name: str, at: int, reading: Reading) -> Fill:
    return Fill(name, at, reading.end, reading.value, reading.quality, reading.adds)


class _Matcher(Protocol):
    def ends(self, tape: Tape, at: int) -> Ends: ...


@dataclass(frozen=True, slots=True)
class _Literal:
    words: tuple[str, ...]
    sounds: tuple[str, ...]
    slot_ahead: bool

    def ends(self, tape: Tape, at: int) -> Ends:
        wanted = self.sounds if tape.by_sound else self.words
        said = tape.keys[at : at + len(wanted)]
        if said == wanted:
            return {at + len(wanted): ()}
        if at + len(wanted) > tape.end and said == wanted[: len(said)]:
            tape.reaches_end(at, slot_ahead=self.slot_ahead)
        return {}


@dataclass(frozen=True, slots=True)
class _Slot:
    name: str

    def ends(self, tape: Tape, at: int) -> Ends:
        if at >= tape.end:
            tape.reaches_end(at, slot_ahead=True)
        found: Ends = {}
        for fill in tape.fills(self.name, at):
            found.setdefault(fill.last, (fill,))
        return found


@dataclass(frozen=True, slots=True)
class _All:
    parts: tuple[_Matcher, ...]

    def ends(self, tape: Tape, at: int) -> Ends:
        here: Ends = {at: ()}
        for part in self.parts:
            there: Ends = {}
            for place, fills in here.items():
                for end, more in part.ends(tape, place).items():
                    there.setdefault(end, fills + more)
            here = there
            if not here:
                break
        return here


@dataclass(frozen=True, slots=True)
class _Any:
    options: tuple[_Matcher, ...]

    def ends(self, tape: Tape, at: int) -> Ends:
        found: Ends = {}
        for option in self.options:
            for end, fills in option.ends(tape, at).items():
                found.setdefault(end, fills)
        return found


@dataclass(frozen=True, slots=True)
class _Optional:
    part: _Matcher

    def ends(self, tape: Tape, at: int) -> Ends:
        return {**self.part.ends(tape, at), at: ()}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled phrase."""

    matcher: _Matcher
    first: frozenset[str] | None
    """Tokens that it may begin with; None where anything may."""
    first_sounds: frozenset[str] | None
    slots: frozenset[str]
    negative: bool
    """Its own words deny something ("my card is not working")."""

    def starts(self, tape: Tape) -> range | list[int]:
        """The tokens that it may begin at, by its first word alone."""
        allowed = self.first_sounds if tape.by_sound else self.first
        if allowed is None:
            return range(tape.end)
        return [at for at, key in enumerate(tape.keys) if key in allowed]

    def ends(self, tape: Tape, at: int) -> Ends:
        """Where it may end when it begins at token `at`; never the empty match."""
        if not tape.nested:
            tape.start, tape.wanting, tape.going_on = at, False, False
        allowed = self.first_sounds if tape.by_sound else self.first
        if at >= tape.end or (allowed is not None and tape.keys[at] not in allowed):
            return {}
        found = self.matcher.ends(tape, at)
        found.pop(at, None)
        return found


def compile_pattern(phrase: Phrase, sounds: Sounds | None = None) -> Pattern:
    """Prepare a phrase for matching; with `sounds` for the comparison by sound, too."""
    first = _first(phrase)
    heard = None if first is None or not sounds else frozenset(sounds(tuple(sorted(first))))
    words = {word for text in _texts(phrase) for word in words_of(text)}
    return Pattern(
        _compile(phrase, sounds, slot_ahead=False),
        first,
        heard,
        frozenset(slots_of(phrase)),
        bool(words & {"not", "never", "不", "没", "别", "未", "无"}),
    )


def _compile(phrase: Phrase, sounds: Sounds | None, *, slot_ahead: bool) -> _Matcher:
    match phrase:
        case Words(text):
            words = words_of(text)
            return _Literal(words, sounds(words) if sounds else words, slot_ahead)
        case SlotMark(name):
            return _Slot(name)
        case Maybe(part):
            return _Optional(_compile(part, sounds, slot_ahead=slot_ahead))
        case OneOf(options):
            return _Any(tuple(_compile(o, sounds, slot_ahead=slot_ahead) for o in options))
        case Sequence(parts):
            compiled: list[_Matcher] = []
            for part in reversed(parts):
                compiled.append(_compile(part, sounds, slot_ahead=slot_ahead))
                slot_ahead = slot_ahead or any(True for _ in slots_of(part))
            return _All(tuple(reversed(compiled)))


def _texts(phrase: Phrase) -> list[str]:
    match phrase:
        case Words(text):
            return [text]
        case SlotMark():
            return []
        case Maybe(part):
            return _texts(part)
        case OneOf(options):
            return [text for option in options for text in _texts(option)]
        case Sequence(parts):
            return [text for part in parts for text in _texts(part)]


def _first(phrase: Phrase) -> frozenset[str] | None:
    """Tokens that may come first; None where a slot may."""
    tokens, open_ended = _first_of(phrase)
    return None if open_ended else tokens


def _first_of(phrase: Phrase) -> tuple[frozenset[str], bool]:
    match phrase:
        case Words(text):
            return frozenset(words_of(text)[:1]), False
        case SlotMark():
            return frozenset(), True
        case Maybe(part):
            return _first_of(part)
        case OneOf(options):
            firsts = [_first_of(option) for option in options]
        case Sequence(parts):
            needed = 1 + next((i for i, p in enumerate(parts) if not _may_be_empty(p)), len(parts))
            firsts = [_first_of(part) for part in parts[:needed]]
    return frozenset().union(*(tokens for tokens, _ in firsts)), any(o for _, o in firsts)


def _may_be_empty(phrase: Phrase) -> bool:
    match phrase:
        case Maybe():
            return True
        case Words(text):
            return not words_of(text)
        case SlotMark():
            return False
        case OneOf(options):
            return any(_may_be_empty(option) for option in options)
        case Sequence(parts):
            return all(_may_be_empty(part) for part in parts)
