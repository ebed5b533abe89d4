"""How values are said in English, as bodies of JSGF rules.

A rule names others as `<name>`; `rules_for` gives the entry rule of a slot type, and `RULES` all
that it leans on. Parsing to canonical values is not done here.
"""

from __future__ import annotations

from voicebot.core import cards
from voicebot.core.meaning import SlotSpec, SlotType

_UNITS = "one | two | three | four | five | six | seven | eight | nine"
_TEENS = (
    "ten | eleven | twelve | thirteen | fourteen | fifteen | sixteen | seventeen | eighteen"
    " | nineteen"
)
_TENS = "twenty | thirty | forty | fifty | sixty | seventy | eighty | ninety"
_MONTHS = (
    "january | february | march | april | may | june | july | august | september | october"
    " | november | december"
)
_WEEKDAYS = "monday | tuesday | wednesday | thursday | friday | saturday | sunday"
_ORDINAL_UNITS = "first | second | third | fourth | fifth | sixth | seventh | eighth | ninth"
_ORDINAL_REST = (
    "tenth | eleventh | twelfth | thirteenth | fourteenth | fifteenth | sixteenth | seventeenth"
    " | eighteenth | nineteenth | twentieth | thirtieth"
)

RULES: dict[str, str] = {
    "unit": _UNITS,
    "digit": f"zero | oh | {_UNITS}",
    "single_digit": f"zero | {_UNITS}",
    "below_hundred": f"<unit> | {_TEENS} | ({_TENS}) [<unit>]",
    "below_thousand": "<below_hundred> | (a | <unit>) hundred [[and] <below_hundred>]",
    "cardinal": (
        "<below_thousand> | (a | <below_thousand>) thousand [[and] <below_thousand>]"
        " | (a | <below_hundred>) million"
    ),
    "number": "[minus] (zero | <cardinal>) [point <digit> [<digit>]]",
    "ordinal": f"{_ORDINAL_UNITS} | {_ORDINAL_REST} | (twenty | thirty) ({_ORDINAL_UNITS})",
    "month": _MONTHS,
    "weekday": _WEEKDAYS,
    "year": "(nineteen | twenty) <below_hundred> | two thousand [[and] <below_hundred>]",
    "month_day": (
        "[the] <ordinal> [of] <month> [[of] <year>] | <month> [the] <ordinal> [<year>]"
        " | <month> <below_hundred>"
    ),
    "date": (
        "today | tonight | yesterday | [the] day after tomorrow | tomorrow"
        " | [this | next | on | this coming] <weekday> | <weekday> next week"
        " | next week | next month | in <unit> (days | weeks) | in a week"
        " | [on] [<weekday>] [the] <month_day> | [<weekday>] the <ordinal>"
    ),
    "hour": "one | two | three | four | five | six | seven | eight | nine | ten | eleven | twelve",
    "minute": f"(oh) <unit> | {_TEENS} | (twenty | thirty | forty | fifty) [<unit>]",
    "half_day": "a m | p m | in the morning | in the afternoon | in the evening | at night",
    "time": (
        "<hour> | <hour> o'clock [<half_day>] | <hour> [<minute>] <half_day> | <hour> <minute>"
        " | half past <hour> [<half_day>] | [a] quarter (past | to | after | of) <hour>"
        " [<half_day>] | (five | ten | twenty | twenty five) (past | to) <hour> [<half_day>]"
        " | noon | midnight | midday"
    ),
    "moment": "<date> [at] <time> | [at] <time> [on] <date> | <date> | <time> | "
    "(tomorrow | this | <weekday>) (morning | afternoon | evening) [at <time>]",
    "span": "second | seconds | minute | minutes | hour | hours | day | days | week | weeks"
    " | month | months | year | years",
    "duration": (
        "(a | an | <below_hundred>) <span> [[and] <below_hundred> <span>]"
        " | half an hour | [a] quarter of an hour | three quarters of an hour"
        " | (an | one) hour and a half | <unit> and a half (hours | days | weeks | years)"
        " | (a | one) year and a half | a couple of (minutes | hours | days | weeks)"
    ),
    "yes": (
        "yes | yeah | yep | yup | sure | correct | right | okay | exactly | absolutely"
        " | of course | yes please | please do | that's right | that's correct"
        " | that is right | that is correct | it is | i do | yes i do | yes that's right"
        " | yes that's correct | yes it is | sure thing | all right | definitely"
    ),
    "no": (
        "no | nope | nah | wrong | incorrect | not really | no thanks | no thank you"
        " | that's wrong | that's not right | that is wrong | that is not right | not correct"
        " | no that's wrong | no that's not right | it is not | it isn't | i don't | no i don't"
        " | no it isn't | never mind | not now | negative"
    ),
    "yes_no": "<yes> | <no>",
}

_MONEY = {
    "USD": ("dollar | dollars | bucks", "cent | cents"),
    "EUR": ("euro | euros", "cent | cents"),
    "GBP": ("pound | pounds", "penny | pence"),
    "CNY": ("yuan", "cents"),
}
_PLAIN = {
    SlotType.NUMBER: "<number>",
    SlotType.YES_NO: "<yes_no>",
    SlotType.DATE: "<date>",
    SlotType.TIME: "<time>",
    SlotType.DATETIME: "<moment>",
    SlotType.DURATION: "<duration>",
}
_BEFORE = {
    SlotType.DATE: ("on", "for", "how about"),
    SlotType.TIME: ("at", "for", "how about"),
    SlotType.DATETIME: ("on", "at", "for", "how about"),
    SlotType.DURATION: ("for",),
    SlotType.CHOICE: ("i'd like", "i want", "i would like", "the", "a"),
    SlotType.YES_NO: (),
}
_COMMON = ("it's", "it is", "that's", "that is")
_LONGEST_EXACT = 12


def rule_for(slot: SlotSpec) -> str | None:
    """The body for a slot's value; None where its type cannot be a grammar (text, choice)."""
    if slot.type is SlotType.DIGITS:
        return digits(slot.min_length, slot.max_length)
    if slot.type is SlotType.PHONE:
        return f"[plus] ({digits(7, 15)})"
    if slot.type is SlotType.CARD:
        return digits(cards.SHORTEST, cards.LONGEST)
    if slot.type is SlotType.MONEY:
        return _money(slot.currency)
    return _PLAIN.get(slot.type)


def carriers(slot: SlotSpec) -> tuple[str, ...]:
    """Words that callers put before a value when they were asked for it."""
    if slot.type is SlotType.YES_NO:
        return ()
    common = () if _is_short(slot) else _COMMON
    name = slot.name.replace("_", " ")
    if not all(part.isalpha() for part in name.split()):
        return (*common, *_BEFORE.get(slot.type, ()))
    return (*common, f"my {name} is", f"the {name} is", *_BEFORE.get(slot.type, ()))


def _is_short(slot: SlotSpec) -> bool:
    """Values of one syllable, half of which "it's" or "that's" would take."""
    return slot.type is SlotType.DIGITS and slot.max_length < 3


def digits(fewest: int, most: int) -> str:
    """A digit string: a known length as a fixed repetition, which beats any loop."""
    if most == 1:
        return "<single_digit>"
    if fewest == most and most <= _LONGEST_EXACT:
        return _exact(most)
    tail = "<digit>"
    for _ in range(most - fewest - 1):
        tail = f"<digit> [{tail}]"
    head = " ".join(["<digit>"] * fewest)
    rest = f" [{tail}]" if most > fewest else ""
    return f"{head}{rest} | /0.05/ [{head}] (double | triple) <digit> [{tail}]"


def _exact(length: int) -> str:
    """Single digits, or all but one group of them single."""
    ways = [" ".join(["<digit>"] * length)]
    for group, word in ((2, "double"), (3, "triple")):
        for before in range(length - group + 1):
            after = length - group - before
            parts = ["<digit>"] * before + [word, "<digit>"] + ["<digit>"] * after
            ways.append("/0.02/ " + " ".join(parts))
    return " | ".join(ways)


def _money(currency: str) -> str:
    major, minor = _MONEY.get(currency, _MONEY["USD"])
    return (
        f"<cardinal> ({major}) [[and] <below_hundred> [{minor}]] | <below_hundred> ({minor})"
        f" | <cardinal> | <below_hundred> point <digit> <digit> [{major}]"
        f" | half a ({major.split(' | ', maxsplit=1)[0]})"
    )
