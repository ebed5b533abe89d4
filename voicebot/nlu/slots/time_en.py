"""English times: "three o'clock", "quarter to five", "three thirty p m", "noon"."""

from __future__ import annotations

from voicebot.nlu.slots import numerals_en as numerals
from voicebot.nlu.slots.clock import Clock, Part
from voicebot.nlu.slots.reading import Lexicon, Words, lexicon, word_at

PARTS = Lexicon(
    {
        wording: part
        for part, wordings in {
            Part.MORNING: "am|a m|in the morning|this morning|morning",
            Part.AFTERNOON: "pm|p m|in the afternoon|this afternoon|afternoon",
            Part.EVENING: "in the evening|this evening|evening|tonight",
            Part.NIGHT: "at night",
        }.items()
        for wording in wordings.split("|")
    }
)
_NAMED = Lexicon(
    {
        "noon": Clock(12, 0),
        "midday": Clock(12, 0),
        "twelve noon": Clock(12, 0),
        "midnight": Clock(0, 0),
        "twelve midnight": Clock(0, 0),
        "noontime": Clock(12, 0),
    }
)
_O_CLOCK = lexicon("o'clock|o clock|oclock|sharp|hundred hours|hundred")
_SPANS = Lexicon(
    {"half an hour": 30, "a half hour": 30, "an hour": 60, "one hour": 60, "two hours": 120}
    | {"a quarter of an hour": 15, "quarter of an hour": 15, "an hour and a half": 90}
)
_MINUTES = Lexicon({"half": 30, "quarter": 15, "a quarter": 15})

Hit = tuple[Clock, int, bool]
"""Time, the token after it, and whether it can be nothing else."""


def find(words: Words, at: int) -> Hit | None:
    """The longest English time at `at`."""
    if named := _NAMED.at(words, at):
        return named[0], named[1], True
    return _shifted(words, at) or _relative(words, at) or _hour_first(words, at)


def _shifted(words: Words, at: int) -> Hit | None:
    """ "half an hour before noon", "an hour after three p m"."""
    minutes = _SPANS.at(words, at)
    direction = word_at(words, minutes[1]) if minutes else ""
    if minutes is None or direction not in ("before", "after", "past"):
        return None
    base = find(words, minutes[1] + 1)
    if base is None:
        return None
    shift = minutes[0] if direction == "before" else -minutes[0]
    return base[0].earlier(shift), base[1], True


def _hour(words: Words, at: int) -> tuple[int, int] | None:
    lead = word_at(words, at) in ("oh", "zero") and word_at(words, at + 1) in numerals.UNITS
    start = at + lead
    word = word_at(words, start)
    if word.isdecimal() and len(word) <= 2:
        number: tuple[int, int] | None = (int(word), start + 1)
    elif word in numerals.TENS or word in numerals.TEENS or word in numerals.UNITS:
        number = numerals.below_hundred(words, start)
    else:
        number = None
    if number is None or number[0] > 24:
        return None
    return number


def _relative(words: Words, at: int) -> Hit | None:
    """ "half past three", "ten minutes to five", "quarter after two"."""
    minutes = _MINUTES.at(words, at) or numerals.below_hundred(words, at)
    if minutes is None or minutes[0] > 59:
        return None
    start = minutes[1] + (word_at(words, minutes[1]) in ("minutes", "minute"))
    direction = word_at(words, start)
    if minutes[0] == 30 and words[at] == "half" and (hour := _hour(words, start)):
        part = PARTS.at(words, hour[1])
        clock = Clock.of(hour[0], 30, part[0] if part else Part.NONE)
        return clock, part[1] if part else hour[1], True
    if direction not in ("past", "after", "to", "till", "before", "of"):
        return None
    if direction == "of" and start == minutes[1]:
        return None
    named = _NAMED.at(words, start + 1)
    hour = None if named else _hour(words, start + 1)
    if hour is None and named is None:
        return None
    end = named[1] if named else hour[1] if hour else start
    end = _O_CLOCK.skip(words, end)
    part = PARTS.at(words, end)
    clock = (
        named[0] if named else Clock.of(hour[0] if hour else 0, 0, part[0] if part else Part.NONE)
    )
    offset = -minutes[0] if direction in ("past", "after") else minutes[0]
    return clock.earlier(offset), part[1] if part else end, True


def _minute(words: Words, at: int) -> tuple[int, int] | None:
    """ "thirty", "oh five", "zero five"; a single unit is none."""
    if word_at(words, at) in ("oh", "o", "zero") and word_at(words, at + 1) in numerals.UNITS:
        return numerals.UNITS[words[at + 1]], at + 2
    number = numerals.below_hundred(words, at)
    if number is None and word_at(words, at).isdecimal() and len(words[at]) == 2:
        number = (int(words[at]), at + 1)
    return number if number and 10 <= number[0] <= 59 else None


def _hour_first(words: Words, at: int) -> Hit | None:
    part_before = PARTS.at(words, at) if word_at(words, at) in ("this", "tonight") else None
    start = part_before[1] if part_before else at
    start += part_before is not None and word_at(words, start) == "at"
    hour = _hour(words, start)
    if hour is None:
        return None
    value, end = hour
    o_clock = _O_CLOCK.at(words, end)
    minute = None if o_clock else _minute(words, end)
    end = o_clock[1] if o_clock else minute[1] if minute else end
    part = part_before or PARTS.at(words, end)
    if part and not part_before:
        end = part[1]
    military = word_at(words, start) in ("oh", "zero") or word_at(words, start).startswith("0")
    clock = Clock.of(
        value, minute[0] if minute else 0, part[0] if part else Part.NONE, typed=military
    )
    sure = o_clock is not None or part is not None or minute is not None
    return clock, end, sure
