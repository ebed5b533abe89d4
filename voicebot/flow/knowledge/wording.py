"""What callers say around an answer: that it was none, that they have another question, or none."""

from __future__ import annotations

from voicebot.core.meaning import Choice
from voicebot.core.phrases import parse_phrase

DENY, MORE, DONE = "answer.denied", "answer.more", "answer.done"
"""Names of built-in choices: no flow has a name with a dot."""
PHRASES: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        DENY: (
            "[no] [sorry] (that's | that is) not (what i asked | what i meant | my question | it)",
            "[no] [sorry] (that's | that is) not what i (wanted | want) [to know]",
            "[no] [that's the | that was the] wrong answer",
            "[no] that (didn't | doesn't | did not | does not) (help | answer my question)",
            "[no] [i think] you (misunderstood | didn't understand) [me]",
            "[no] i (asked | meant) something else",
            "[no] that has nothing to do with (it | my question)",
        ),
        MORE: (
            "yes [please]",
            "[yes] [i have] (another | one more | a) question",
            "[yes] (one more thing | something else)",
        ),
        DONE: (
            "no [thank you | thanks]",
            "[no] (nothing | nothing else) [thank you | thanks]",
            "[no] (that's | that is | that was) (all | it) [thank you | thanks]",
            "(thank you | thanks) [that's all] [bye | goodbye]",
            "[no] (i'm | i am) (done | fine | good)",
            "[no] (goodbye | bye)",
        ),
    },
    "zh": {
        DENY: (
            "[不 | 不对 | 不是] [我] 问 的 不 是 这 个",
            "[不] (不 是 这 个 | 不 对 | 答 非 所 问 | 说 错 了 | 答 错 了)",
            "我 (不 是 | 没) 问 这 个",
            "[你] (没 听 懂 | 没 听 明 白 | 理 解 错 了)",
            "我 (是 说 | 问 的 是) 别 的",
        ),
        MORE: ("(有 | 还 有) [一 个] [问题 | 别 的 问题]", "是 的", "我 还 (想 | 要) 问 [一 个]"),
        DONE: (
            "(没有 | 没 | 没 有) [别 的] [了] [谢谢]",
            "(不 用 | 不 用 了 | 没 事 了 | 就 这 些) [谢谢]",
            "(谢谢 | 再见) [再见]",
        ),
    },
}


def choices(language: str, *names: str) -> tuple[Choice, ...]:
    """Built-in choices of a language."""
    known = PHRASES.get(language, {})
    return tuple(Choice(name, tuple(map(parse_phrase, known.get(name, ())))) for name in names)
