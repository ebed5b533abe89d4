"""How much a word says: fillers nothing, function words little, the rest fully."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from voicebot.nlu.han import is_han

_FILLERS = """
um uh er erm hm hmm ah oh eh well so please thanks thank you ok yes yeah yep hi hello hey
actually basically like just sorry excuse now today good morning afternoon evening there
sir madam miss ma'am bye goodbye right alright then and anyway kindly quickly again
嗯 呃 额 啊 哦 喂 呀 呢 吧 吗 嘛 哈 诶 哎 唉 请 谢 您 你 好 那 就 哪
"""
_FUNCTION_WORDS = """
i me my mine myself we us our you your he she it its they them their this that these those
a an the of to in on at by for from with about into over up out off as or but if because
is am are was were be been being do does did done have has had having can could will would
shall should may might must not no what which who where when why how some any all
want need like get got getting make let know tell say speak talk give go going come see
help looking wondering think believe guess try trying tried able wish hoping
something anything one ones more much very really also too still only yet already here than
我 你 您 他 她 它 们 的 了 是 在 有 个 这 那 一 下 想 要 能 可 以 会 把 被 给 让 和 跟 与 也 都
还 又 再 很 太 什 么 怎 样 哪 里 得 着 过 为 到 从 对 去 来 说 问 帮 查 办 不 没 需 现 刚 才 上 但
"""
FILLERS = frozenset(_FILLERS.split())
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())

_FILLER, _FUNCTION, _CONTENT = 0.02, 0.15, 1.0
_HAN_FUNCTION, _HAN = 0.07, 0.5


@lru_cache(maxsize=16_384)
def weight(word: str) -> float:
    """From 0 to 1; a Han character is about half a word."""
    if word in FILLERS:
        return _FILLER
    if is_han(word):
        return _HAN_FUNCTION if word in FUNCTION_WORDS else _HAN
    return _FUNCTION if word in FUNCTION_WORDS else _CONTENT


def says(word: str) -> bool:
    """Whether a word carries meaning of its own."""
    return weight(word) >= _HAN


def total(words: Sequence[str]) -> float:
    """Weight of several words."""
    return sum(map(weight, words))
