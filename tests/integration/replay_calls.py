"""Calls of many kinds, as callers make them: to be replayed."""

from __future__ import annotations

from hotline import ROOT

_SPEECH = ROOT / "tests" / "fixtures" / "speech"
_YES = str(_SPEECH / "answers" / "tflm_yes.wav")
_NO = str(_SPEECH / "answers" / "tflm_no.wav")
_HALF_AN_HOUR = str(_SPEECH / "answers" / "goog_half_an_hour.wav")

Steps = tuple[str, ...]

CALLS: tuple[tuple[str, Steps], ...] = (
    # words, keys, and the back end's answer read out
    ("bank_en", ("--say", "I lost my card", "--dtmf", "4321", "--say", "no thank you")),
    # a person in the queue, over the greeting
    ("bank_en", ("--wait", "1.5", "--say", "operator", "--linger", "14")),
    # a secret by keys
    ("bank_en", ("--dtmf", "4", "--dtmf", "100400", "--dtmf", "100300", "--dtmf", "5#", "--dtmf",
                 "1", "--dtmf", "9876", "--linger", "1")),
    # a human voice where yes or no is asked
    ("bank_en", ("--say", "my balance", "--dtmf", "100200", "--play", _NO, "--linger", "1")),
    # nothing that is understood, then silence
    ("bank_en", ("--say", "purple monkeys eat bananas on the roof", "--linger", "6")),
    # interrupted twice; the caller hangs up within a prompt
    ("bank_en", ("--wait", "2", "--say", "what are your opening hours", "--wait", "1", "--say",
                 "airport", "--wait", "2.5", "--linger", "0")),
    # keys typed ahead, over every prompt
    ("bank_en", ("--wait", "0.8", "--dtmf", "24321", "--linger", "2")),
    # another flow: a date in human speech
    ("clinic", ("--say", "I need an appointment", "--play", _HALF_AN_HOUR, "--linger", "3")),
    # a cough over the greeting, then an account by voice
    ("bank_en", ("--wait", "1", "--play", _YES, "--say", "my balance", "--say",
                 "one zero zero two zero zero", "--say", "yes", "--linger", "1")),
    # silence throughout
    ("bank_en", ("--linger", "12")),
)  # fmt: skip
