"""What a customer hears who is called back. A recording named `callback/ID` goes first."""

from __future__ import annotations

from voicebot.core.prompt import Prompt
from voicebot.prompts.wording import primary_tag

GREETING, SORRY = "greeting", "sorry"
PHRASES: dict[str, dict[str, str]] = {
    "en": {
        GREETING: "Hello. This is the call back that you asked for. I am connecting you now.",
        SORRY: "I am sorry, nobody is free any more. We will call you again.",
    },
    "zh": {
        GREETING: "您好，这是您预约的回电，现在为您接通。",
        SORRY: "很抱歉，现在没有空闲的座席，我们会再次给您回电。",
    },
}


def phrase(name: str, language: str) -> Prompt:
    """One phrase; in English where the language has none."""
    texts = PHRASES.get(primary_tag(language))
    if texts is None:
        return Prompt((PHRASES["en"][name],), "en", id=f"callback/{name}")
    return Prompt((texts[name],), language, id=f"callback/{name}")
