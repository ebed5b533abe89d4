"""Which voice says which part of a sentence.

espeak-ng's Mandarin voice changes to English for Latin letters by itself. Its other voices
say "Chinese letter" for each Chinese character, so those parts go to the Chinese voice.
"""

from __future__ import annotations

import re

from voicebot.prompts.wording import primary_tag

_HAN_RUN = re.compile(r"[㐀-鿿][㐀-鿿，。、！？；：“”《》（）\d\s]*(?<!\s)")


def by_language(text: str, language: str) -> list[tuple[str, str]]:
    """Pairs of text and primary language tag, in order; most texts are one."""
    tag = primary_tag(language)
    if tag == "zh":
        return [(text, tag)]
    found, start = [], 0
    for match in _HAN_RUN.finditer(text):
        found += [(text[start : match.start()], tag), (match.group(), "zh")]
        start = match.end()
    found.append((text[start:], tag))
    return [(part.strip(), tag) for part, tag in found if re.search(r"\w", part)]
