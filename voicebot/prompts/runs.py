"""A prompt's markup carried out: runs of text that one style says, with the breaks between.

"Hello <break time='1s'/> <prosody rate='slow'>{account}</prosody>"
    ─▶ Run("Hello", pause 1,000 ms), Run("one two three, four five six", rate 0.8)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from voicebot.core.markup import (
    EMPHASES_DB,
    PITCHES,
    RATES,
    Tag,
    break_ms,
    ratio,
    tokens,
    volume_db,
)
from voicebot.core.meaning import SlotType, SlotValue
from voicebot.core.prompt import Prompt
from voicebot.prompts.sentences import SENTENCE_PAUSE_MS
from voicebot.prompts.spoken import without_markup
from voicebot.prompts.wording import ordinal, primary_tag, word

_PARAGRAPH_MS = 500
"""Break at the end of <p>."""
_TYPES: Mapping[str, SlotType] = {
    "digits": SlotType.DIGITS,
    "telephone": SlotType.DIGITS,
    "cardinal": SlotType.NUMBER,
    "number": SlotType.NUMBER,
    "date": SlotType.DATE,
    "time": SlotType.TIME,
    "currency": SlotType.MONEY,
    "duration": SlotType.DURATION,
}


@dataclass(frozen=True, slots=True)
class Style:
    """How a run is said."""

    language: str
    """BCP 47."""
    rate: float = 1.0
    """Factor of the usual words a minute."""
    pitch: float = 1.0
    """Factor of the voice's usual pitch."""
    volume_db: float = 0.0
    """Against the usual level, in dB."""


@dataclass(frozen=True, slots=True)
class Run:
    """Text that one style says."""

    text: str
    style: Style
    values: tuple[tuple[int, int], ...] = ()
    """Where in the text values of the call are, half open."""
    pause_ms: int | None = None
    """The break after it; None where none was written."""


@dataclass(slots=True)
class _Open:
    """An element that is not closed yet."""

    name: str
    style: Style
    """What held before it."""


@dataclass(slots=True)
class _Writer:
    """The runs as they are written."""

    prompt: Prompt
    today: date | None
    style: Style
    runs: list[Run] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    text: str = ""
    values: list[tuple[int, int]] = field(default_factory=list)
    quoted: list[str | SlotValue] | None = None
    """What a <say-as> or <sub> holds, until it is closed."""
    quoting: Tag | None = None

    def add(self, said: str, *, is_value: bool) -> None:
        """Text, a blank put in where words would run together."""
        added = without_markup(said) if is_value else said
        if added.startswith(".") and self._ends_in_a_values_period():
            added = added[1:]
        if self.text and added and _would_run_together(self.text[-1], added[0]):
            self.text += " "
        if is_value:
            self.values.append((len(self.text), len(self.text) + len(added)))
        self.text += added

    def _ends_in_a_values_period(self) -> bool:
        """ "three p.m." ends a sentence as it is."""
        return (
            self.text.endswith(".") and bool(self.values) and self.values[-1][1] == len(self.text)
        )

    def cut(self, pause_ms: int | None = None) -> None:
        """End the run."""
        if self.text.strip() or (pause_ms and not self.runs):
            self.runs.append(Run(self.text, self.style, tuple(self.values), pause_ms))
        elif pause_ms is not None and self.runs:
            last = self.runs[-1]
            self.runs[-1] = replace(last, pause_ms=(last.pause_ms or 0) + pause_ms)
        self.text, self.values = "", []

    def part(self, part: str | SlotValue) -> None:
        """A value, or text without tags."""
        if self.quoted is not None:
            self.quoted.append(part)
        elif isinstance(part, str):
            self.add(part, is_value=False)
        else:
            self.add(word(part, self.style.language, today=self.today), is_value=True)

    def tag(self, tag: Tag) -> None:
        """Begin or end an element."""
        if tag.name == "break":
            self.cut(break_ms(tag.attributes) or 0)
        elif self.quoting is not None:
            if tag.is_end and tag.name == self.quoting.name:
                self.unquote(self.quoting)
        elif tag.name in ("sub", "say-as"):
            if not tag.is_end and not tag.is_empty:
                self.quoting, self.quoted = tag, []
        elif tag.is_end:
            self.end(tag.name)
        elif not tag.is_empty:
            self.begin(tag)

    def begin(self, tag: Tag) -> None:
        self.open.append(_Open(tag.name, self.style))
        style = _styled(self.style, tag)
        if style != self.style:
            self.cut()
            self.style = style

    def end(self, name: str) -> None:
        if not any(element.name == name for element in self.open):
            return
        while True:
            element = self.open.pop()
            if element.style != self.style:
                self.cut()
                self.style = element.style
            if element.name == name:
                break
        if name in ("p", "s") and (self.text.strip() or self.runs):
            self.cut(_PARAGRAPH_MS if name == "p" else SENTENCE_PAUSE_MS)

    def unquote(self, tag: Tag) -> None:
        """Say what a <say-as> or <sub> stands for."""
        parts, self.quoted, self.quoting = self.quoted or [], None, None
        if tag.name == "sub":
            self.add(tag.attributes.get("alias", ""), is_value=False)
            return
        is_value = any(isinstance(part, SlotValue) for part in parts)
        text = "".join(part if isinstance(part, str) else part.value for part in parts).strip()
        how = tag.attributes.get("interpret-as", "")
        self.add(_said_as(text, how, self.style.language, self.today), is_value=is_value)


def runs_of(prompt: Prompt, *, today: date | None = None) -> tuple[Run, ...]:
    """The runs in order. What is not closed ends with the prompt; unknown tags are left out."""
    writer = _Writer(prompt, today, Style(prompt.language))
    for part in prompt.parts:
        if isinstance(part, SlotValue):
            writer.part(part)
            continue
        for token in tokens(part):
            if isinstance(token, Tag):
                writer.tag(token)
            else:
                writer.part(without_markup(token))
    if writer.quoting is not None:
        writer.unquote(writer.quoting)
    writer.cut()
    return tuple(writer.runs)


def _styled(style: Style, tag: Tag) -> Style:
    given = tag.attributes
    if given.get("xml:lang"):
        style = replace(style, language=primary_tag(given["xml:lang"]))
    if tag.name == "emphasis":
        louder = EMPHASES_DB.get(given.get("level", "moderate"), 0.0)
        return replace(style, volume_db=style.volume_db + louder)
    if tag.name != "prosody":
        return style
    return replace(
        style,
        rate=style.rate * (ratio(given.get("rate", ""), RATES) or 1.0),
        pitch=style.pitch * (ratio(given.get("pitch", ""), PITCHES) or 1.0),
        volume_db=style.volume_db + (volume_db(given.get("volume", "")) or 0.0),
    )


def _said_as(text: str, how: str, language: str, today: date | None) -> str:
    if how in ("characters", "spell-out"):
        return ", ".join(char for char in text if not char.isspace())
    if how == "ordinal" and text.isascii() and text.isdigit() and len(text) <= 9:
        return ordinal(int(text), language)
    kind = _TYPES.get(how)
    return word(SlotValue(kind, text), language, today=today) if kind else text


def _would_run_together(left: str, right: str) -> bool:
    return left.isascii() and right.isascii() and left.isalnum() and right.isalnum()
