"""The recognition tasks of `bench/asr.py`: clips, what may be said, what was said."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path

from bench.asr_sounds import music, noises, prompts
from voicebot.core.audio import Pcm
from voicebot.core.meaning import Choice, Expectation, SlotSpec, SlotType
from voicebot.core.phrases import parse_phrase
from voicebot.flow.loader import load_file

BANK = Path(__file__).resolve().parent.parent / "ivr_flows" / "bank_en.yaml"
DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


@dataclass(frozen=True, slots=True)
class Clip:
    """One sound and the truth about it."""

    sound: Path | Pcm
    truth: Mapping[str, str]
    """Slot to value, or `text` to the words; empty for speech that is not expected."""


@dataclass(frozen=True, slots=True)
class Task:
    """Clips against one expectation."""

    name: str
    expectation: Expectation
    clips: tuple[Clip, ...]
    anchor: str = ""
    """What was measured before, for comparison."""


def tasks(
    speech: Path, music_folder: Path | None = None, prompts_folder: Path | None = None
) -> Iterator[Task]:
    """All tasks that the folder of human speech and the others allow."""
    one_digit = Expectation(slots=(SlotSpec("digit", SlotType.DIGITS, 1, 1),))
    four_digits = Expectation(slots=(SlotSpec("pin", SlotType.DIGITS, 4, 4),))
    menu = _menu()
    digits = tuple(_digit(file) for file in sorted((speech / "fsdd").glob("*.wav")))
    words = tuple(_word(file) for file in sorted((speech / "words").glob("*/*.wav")))
    orders = tuple(_order(speech / "orders"))
    yield Task("isolated digits", one_digit, digits, "79-82 %")
    yield Task("command words, 5-way", _commands(words), words, "99.7 % (6-way)")
    yield Task("orders", order_expectation(), orders, "85.5 % whole, 98 % of slots")
    yield Task("digits beside global commands", _as_asked(one_digit), digits)
    yield Task("commands beside global commands", _as_asked(_commands(words)), words)
    yield Task("orders beside global commands", _as_asked(order_expectation()), orders)
    yield Task("yes and no", Expectation(slots=(SlotSpec("a", SlotType.YES_NO),)), _yes_no(speech))
    yield Task("15 digits in a row", _fifteen(), _zips(speech), "")
    yield Task("date, time, duration", _moment(), _moments(speech), "")
    unexpected = {"words": _unexpected(words), "orders": _unexpected(orders)}
    unexpected |= {"digits": _unexpected(digits), "noise": _heard(noises(40))}
    unexpected |= {"music": _heard(music(music_folder))} if music_folder else {}
    unexpected |= {"prompts": _heard(prompts(prompts_folder))} if prompts_folder else {}
    yield Task("words at a digit beside global commands", _as_asked(one_digit), unexpected["words"])
    prompted = {"menu": menu, "command": _commands(words), "digit": one_digit, "pin": four_digits}
    expected = {("words", "command"), ("digits", "digit"), ("orders", "order")}
    for name, expectation in (prompted | {"order": order_expectation()}).items():
        for what, clips in unexpected.items():
            if (what, name) not in expected:
                yield Task(f"unexpected {what} at a {name}", expectation, clips)


def _as_asked(expectation: Expectation) -> Expectation:
    """As the sample bank would ask it: a caller may say "operator" anywhere."""
    return replace(expectation, universals=load_file(BANK, environment={}).universals)


def _heard(sounds: Iterable[Pcm]) -> tuple[Clip, ...]:
    return tuple(Clip(pcm, {}) for pcm in sounds)


def extracted(text: str, expectation: Expectation) -> dict[str, str]:
    """The slots of an order in recognized words: longest options first, each word used once."""
    named = [(option.name, slot.name) for slot in expectation.slots for option in slot.options]
    found: dict[str, str] = {}
    rest = f" {text} ".replace(" ", "  ")
    for words, slot in sorted(named, key=lambda pair: len(pair[0]), reverse=True):
        spaced = f" {words} ".replace(" ", "  ")
        if spaced in rest and slot not in found:
            found[slot] = words
            rest = rest.replace(spaced, "  |  ", 1)
    return found


def order_expectation() -> Expectation:
    """Orders as people say them: who, what of it, with what in it; each thing once at most."""
    lead = (
        "([please] (make | get | give | bring | brew | prepare) [me]"
        " | (can | could | may) i [please] (get | have) | i want | i need"
        " | (i'd | i would) like [to have] | i'll (have | take))"
    )
    orders = permutations(("[{size}]", "[{numberofshots}]", "[{roast}]"))
    how = " | ".join(" ".join(order) for order in orders)
    extras = "({milkamount} [and {sugaramount}] | {sugaramount} [and {milkamount}])"
    pattern = f"[{lead}] [a | an | the] ({how}) {{coffeedrink}} [with {extras}]"
    amounts = ["", "some ", "a lot of ", "lots of ", "a bit of ", "a little bit of "]
    milks = ["milk", "cream", "skim milk", "almond milk", "soy milk", "whole milk"]
    return Expectation(
        choices=(Choice("order", (parse_phrase(pattern),)),),
        slots=(
            _slot("size", "small|medium|large|eight ounce|twelve ounce|sixteen ounce|twenty ounce"),
            _slot("numberofshots", "single shot|double shot|triple shot"),
            _slot("roast", "light roast|medium roast|dark roast"),
            _slot(
                "coffeedrink",
                "coffee|iced coffee|house coffee|drip coffee|iced mocha|mocha|latte|iced latte"
                "|cappuccino|americano|espresso",
            ),
            _slot("milkamount", "|".join(a + milk for a in amounts for milk in milks)),
            _slot(
                "sugaramount",
                "|".join(a + s for a in amounts for s in ("sugar", "brown sugar", "sweetener")),
            ),
        ),
    )


def _slot(name: str, options: str) -> SlotSpec:
    choices = tuple(Choice(text, (parse_phrase(text),)) for text in options.split("|"))
    return SlotSpec(name, SlotType.CHOICE, options=choices)


def _digit(file: Path) -> Clip:
    return Clip(file, {"text": DIGITS[int(file.name[0])]})


def _word(file: Path) -> Clip:
    return Clip(file, {"text": file.parent.name})


def _order(folder: Path) -> Iterator[Clip]:
    labels = json.loads((folder / "labels.json").read_text("utf-8"))
    for name, label in labels.items():
        truth = {slot.lower(): value.strip() for slot, value in label["slots"].items()}
        yield Clip(folder / name, truth)


def _commands(words: tuple[Clip, ...]) -> Expectation:
    names = sorted({clip.truth["text"] for clip in words})
    return Expectation(choices=tuple(Choice(n, (parse_phrase(n),)) for n in names))


def _menu() -> Expectation:
    patterns = {
        "balance": "[what is | check] [my] [account] balance",
        "card": "[i] [have] (lost | misplaced) my [credit | debit] card | my card was stolen",
        "bill": "pay [my | a] bill | bill payment",
        "transfer": "(make | i want to make) a transfer | transfer [some] money",
        "hours": "opening hours | when are you open",
    }
    universals = {"operator": "(operator | agent | speak to (someone | an agent))", "help": "help"}
    return Expectation(
        choices=tuple(Choice(n, (parse_phrase(p),)) for n, p in patterns.items()),
        universals=tuple(Choice(n, (parse_phrase(p),)) for n, p in universals.items()),
    )


def _unexpected(clips: tuple[Clip, ...]) -> tuple[Clip, ...]:
    return tuple(Clip(clip.sound, {}) for clip in clips)


def _yes_no(speech: Path) -> tuple[Clip, ...]:
    return tuple(Clip(speech / "misc" / f"tflm_{w}.wav", {"text": w}) for w in ("yes", "no"))


def _fifteen() -> Expectation:
    return Expectation(slots=(SlotSpec("digits", SlotType.DIGITS, 15, 15),))


def _zips(speech: Path) -> tuple[Clip, ...]:
    text = "one zero zero zero one nine oh two one oh zero one eight zero three"
    return (Clip(speech / "misc" / "10001-90210-01803.wav", {"text": text}),)


def _moment() -> Expectation:
    return Expectation(
        slots=(SlotSpec("when", SlotType.DATETIME), SlotSpec("long", SlotType.DURATION))
    )


def _moments(speech: Path) -> tuple[Clip, ...]:
    said = {"today": "today", "half_an_hour": "half an hour", "230pm": "two thirty p m"}
    files = {speech / "misc" / f"goog_{name}.wav": text for name, text in said.items()}
    return tuple(Clip(file, {"text": text}) for file, text in files.items())
