"""What a customer hears who is called back. A recording named `callback/ID` goes first."""

from __future__ import annotations

from voicebot.core.prompt import Prompt
from voicebot.prompts.wording import primary_tag

GREETING, CUT_OFF, ASK, CONNECTING, SORRY = "greeting", "cut_off", "ask", "connecting", "sorry"
PHRASES: dict[str, dict[str, str]] = {
    "en": {
        GREETING: "Hello. This is the call back that you asked for.",
        CUT_OFF: "Hello. You called us, and the line broke off.",
        ASK: "To be connected, press one, or say yes.",
        CONNECTING: "I am connecting you now.",
        SORRY: "I am sorry, nobody is free any more. We will call you again.",
    },
    "zh": {
        GREETING: "您好，这是您预约的回电。",
        CUT_OFF: "您好，刚才您的来电中断了，现在给您回电。",
        ASK: "如需接通，请按一，或者说“是”。",
        CONNECTING: "现在为您接通。",
        SORRY: "很抱歉，现在没有空闲的座席，我们会再次给您回电。",
    },
}
_NAMED = {
    "en": {
        GREETING: "Hello, this is {name}. You asked us to call you back.",
        CUT_OFF: "Hello, this is {name}. You called us, and the line broke off.",
    },
    "zh": {
        GREETING: "您好，这里是{name}，这是您预约的回电。",
        CUT_OFF: "您好，这里是{name}，刚才您的来电中断了，现在给您回电。",
    },
}
"""Where the hotline has a name."""


def phrase(name: str, language: str, *, of: str = "") -> Prompt:
    """One phrase, which may name the hotline it is `of`; in English where the language has none."""
    tag = primary_tag(language)
    if tag not in PHRASES:
        tag = language = "en"
    text = PHRASES[tag][name]
    if of and name in _NAMED[tag]:
        text = _NAMED[tag][name].format(name=of)
    return Prompt((text,), language, id=f"callback/{name}")


def every_callback_prompt(language: str, *, of: str = "") -> tuple[Prompt, ...]:
    """All of a language, to be made ready."""
    return tuple(phrase(name, language, of=of) for name in PHRASES["en"])
