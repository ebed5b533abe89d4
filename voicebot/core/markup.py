"""Markup in prompts: the part of SSML 1.1 (W3C, 2010) that a telephone needs.

    It costs <prosody rate="slow">{price:money}</prosody>.<break time="500ms"/> Do you want it?

The root `<speak>` may be left out. `without_markup` in `prompts` removes whatever is not known
here, so a text never reaches a caller's ear as brackets; `mistakes` tells the operator before.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]*)((?:\s+[^<>]*?)?)\s*(/?)>|<!--.*?-->|<[?!][^<>]*>")
_ATTRIBUTE = re.compile(r"""([A-Za-z:-]+)\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')""")
_SECONDS = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)(ms|s)")
_PERCENT = re.compile(r"([+-]?)(\d{1,3}(?:\.\d+)?)%")
_DECIBELS = re.compile(r"([+-]?\d{1,2}(?:\.\d+)?)dB")

MAX_BREAK_MS = 10_000
STRENGTHS_MS = {
    "none": 0,
    "x-weak": 100,
    "weak": 200,
    "medium": 400,
    "strong": 700,
    "x-strong": 1_000,
}
"""How long a break of a strength is; SSML leaves it to the synthesizer."""
RATES = {"x-slow": 0.6, "slow": 0.8, "medium": 1.0, "fast": 1.2, "x-fast": 1.4, "default": 1.0}
PITCHES = {"x-low": 0.6, "low": 0.8, "medium": 1.0, "high": 1.2, "x-high": 1.4, "default": 1.0}
VOLUMES_DB = {
    "silent": -90.0,
    "x-soft": -12.0,
    "soft": -6.0,
    "medium": 0.0,
    "loud": 4.0,
    "x-loud": 8.0,
    "default": 0.0,
}
EMPHASES_DB = {"strong": 3.0, "moderate": 1.5, "none": 0.0, "reduced": -3.0}
SAY_AS = frozenset(
    {
        "digits",
        "telephone",
        "characters",
        "spell-out",
        "cardinal",
        "number",
        "ordinal",
        "date",
        "time",
        "currency",
        "duration",
    }
)
ABOUT: Mapping[str, tuple[str, str]] = {
    "speak": ("the root, which may be left out", "<speak>Welcome.</speak>"),
    "p": ("a paragraph: a longer pause after it", "<p>Welcome.</p> Please choose."),
    "s": ("a sentence: a pause after it", "<s>Welcome</s> Please choose."),
    "break": (
        "a pause: `time` (10 s at most) or `strength`: "
        + ", ".join(f"{name} {ms} ms" for name, ms in STRENGTHS_MS.items()),
        'One moment. <break time="500ms"/> Here it is.',
    ),
    "sub": ("`alias` is said in place of what is written", '<sub alias="doctor">Dr</sub> May'),
    "say-as": (
        f"`interpret-as`: {', '.join(sorted(SAY_AS))}",
        'Press <say-as interpret-as="digits">42</say-as>.',
    ),
    "prosody": (
        f"`rate`: a percentage or {', '.join(RATES)}; `pitch`: a percentage or "
        f"{', '.join(PITCHES)}; `volume`: decibels or {', '.join(VOLUMES_DB)}",
        '<prosody rate="slow" volume="+3dB">{number}</prosody>',
    ),
    "emphasis": (f"`level`: {', '.join(EMPHASES_DB)}", "It is <emphasis>not</emphasis> open."),
    "lang": ("another language's voice", 'Say <lang xml:lang="zh">你好</lang>.'),
    "mark": ("is kept out of what is said; nothing else", 'Welcome.<mark name="here"/>'),
}
"""What each tag does, and an example."""
_EMPTY_TAGS = frozenset({"break", "mark"})
_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "speak": frozenset({"version", "xmlns", "xml:lang"}),
    "p": frozenset({"xml:lang"}),
    "s": frozenset({"xml:lang"}),
    "break": frozenset({"time", "strength"}),
    "sub": frozenset({"alias"}),
    "say-as": frozenset({"interpret-as", "format", "detail"}),
    "prosody": frozenset({"rate", "pitch", "volume"}),
    "emphasis": frozenset({"level"}),
    "lang": frozenset({"xml:lang"}),
    "mark": frozenset({"name"}),
}
TAGS = tuple(_ATTRIBUTES)
"""All that are known."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of a text."""

    name: str
    attributes: Mapping[str, str]
    is_end: bool
    is_empty: bool
    offset: int
    """In characters of the text, from 0."""


def tokens(text: str) -> Iterator[str | Tag]:
    """Text between tags, with entities resolved, and the known tags; others are left out."""
    start = 0
    for found in _TAG.finditer(text):
        if found.start() > start:
            yield html.unescape(text[start : found.start()])
        start = found.end()
        if found[2] and found[2].lower() in _ATTRIBUTES:
            yield _tag(found)
    if start < len(text):
        yield html.unescape(text[start:])


def _tag(found: re.Match[str]) -> Tag:
    name = found[2].lower()
    attributes = {
        match[1].lower(): html.unescape(match[2] if match[2] is not None else match[3])
        for match in _ATTRIBUTE.finditer(found[3] or "")
    }
    is_empty = bool(found[4]) or name in _EMPTY_TAGS
    return Tag(name, attributes, bool(found[1]), is_empty, found.start())


def break_ms(attributes: Mapping[str, str]) -> int | None:
    """How long a break is; None for one that is not written right."""
    if "time" not in attributes:
        return STRENGTHS_MS.get(attributes.get("strength", "medium"))
    found = _SECONDS.fullmatch(attributes["time"].strip())
    if found is None:
        return None
    return min(MAX_BREAK_MS, round(float(found[1]) * (1 if found[2] == "ms" else 1000)))


def ratio(value: str, names: Mapping[str, float]) -> float | None:
    """A rate or pitch as a factor, 0.5 to 2: `slow`, `80%`, `+20%`; None if not written right."""
    if value in names:
        return names[value]
    found = _PERCENT.fullmatch(value.strip())
    if found is None:
        return None
    part = float(found[2]) / 100
    factor = {"+": 1 + part, "-": 1 - part}.get(found[1], part)
    return min(2.0, max(0.5, factor))


def volume_db(value: str) -> float | None:
    """A volume against the usual one, in dB: `soft`, `+3dB`; None if not written right."""
    if value in VOLUMES_DB:
        return VOLUMES_DB[value]
    found = _DECIBELS.fullmatch(value.strip())
    return min(12.0, max(-40.0, float(found[1]))) if found else None


def mistakes(text: str) -> Iterator[tuple[int, str]]:
    """(offset, what is wrong) of the markup in a text."""
    open_tags: list[Tag] = []
    for found in _TAG.finditer(text):
        if not found[2]:
            continue
        name = found[2].lower()
        if name not in _ATTRIBUTES:
            yield found.start(), f"<{name}> is not known; there are: {', '.join(TAGS)}"
            continue
        tag = _tag(found)
        if "{" in found[0]:
            yield found.start(), "a value cannot stand within a tag"
        elif tag.is_end:
            yield from _closed(tag, open_tags)
        else:
            yield from _wrong_attributes(tag)
            if not tag.is_empty:
                open_tags.append(tag)
    for tag in open_tags:
        yield tag.offset, f"<{tag.name}> is not closed"


def _closed(tag: Tag, open_tags: list[Tag]) -> Iterator[tuple[int, str]]:
    if open_tags and open_tags[-1].name == tag.name:
        open_tags.pop()
    elif tag.name not in _EMPTY_TAGS:
        yield tag.offset, f"</{tag.name}> closes nothing that is open here"


def _wrong_attributes(tag: Tag) -> Iterator[tuple[int, str]]:
    known = _ATTRIBUTES[tag.name]
    for name in tag.attributes:
        if name not in known:
            yield tag.offset, f"<{tag.name}> has no {name}; it has: {', '.join(sorted(known))}"
    problem = _wrong_value(tag.name, tag.attributes)
    if problem:
        yield tag.offset, problem


def _wrong_value(name: str, given: Mapping[str, str]) -> str:
    if name == "break" and break_ms(given) is None:
        return 'write time="500ms", or strength="' + "|".join(STRENGTHS_MS) + '"'
    if name == "sub" and not given.get("alias"):
        return '<sub> needs alias="what is said"'
    if name == "say-as" and given.get("interpret-as") not in SAY_AS:
        return '<say-as> needs interpret-as="' + "|".join(sorted(SAY_AS)) + '"'
    if name == "emphasis" and given.get("level", "moderate") not in EMPHASES_DB:
        return '<emphasis> takes level="' + "|".join(EMPHASES_DB) + '"'
    if name == "lang" and not given.get("xml:lang"):
        return '<lang> needs xml:lang="zh"'
    return _wrong_prosody(given) if name == "prosody" else ""


def _wrong_prosody(given: Mapping[str, str]) -> str:
    if "rate" in given and ratio(given["rate"], RATES) is None:
        return 'rate is "80%" or one of ' + ", ".join(RATES)
    if "pitch" in given and ratio(given["pitch"], PITCHES) is None:
        return 'pitch is "+10%" or one of ' + ", ".join(PITCHES)
    if "volume" in given and volume_db(given["volume"]) is None:
        return 'volume is "+3dB" or one of ' + ", ".join(VOLUMES_DB)
    return ""
