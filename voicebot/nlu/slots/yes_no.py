"""Yes and no in their spoken forms."""

from __future__ import annotations

from voicebot.core.meaning import SlotSpec
from voicebot.nlu.slots.reading import Lexicon, Reading, Scene, Words
from voicebot.nlu.text import words_of
from voicebot.nlu.weights import FILLERS

_YES = """yes|yeah|yep|yup|ya|aye|uh huh|mm hmm|mhm|sure|sure thing|of course|certainly|absolutely
definitely|exactly|precisely|indeed|correct|right|true|affirmative|ok|all right|alright|fine
that is right|that is correct|that is it|that is fine|that is true|that is the one|you got it
you are right|right on|it is|i do|i am|i did|i have|yes it is|yes i do|yes i am|yes i did|yes i have
yes that is right|yes that is correct|yes please|please do|go ahead|go for it|do it|sounds good
sounds right|why not|i think so|i guess so|i believe so|got it|by all means|no problem|not wrong
no doubt|of course yes|very well|totally|perfect|great|good|y|you bet|i suppose so|i suppose
please|i would|i would love to|i would like that|i would like to|that would be great
that would be good|that would be nice|that would be lovely|that works|that works for me|works for me
for sure|that sounds good|sounds about right|sounds right to me|that is me|this is he|this is she
speaking|cool|lovely|yes sir|yes ma'am|yes indeed|if you could|if you would|if possible
hundred percent|one hundred percent|i can|we do|we are|we can|we did|we have|they are|he is|she is
roger|肯定|肯定的|肯定是|必须的|必须|是呢|行嘞|好嘞|好滴|那当然|可不是|可不是吗|正是|是的呢|成|可以吧|也可以|也好
是|是的|是啊|是呀|是吧|是滴|是我|对|对的|对啊|对呀|对对|对对对|没错|没有错|不错|正确|好|好的|好啊
好吧|好呀|行|行的|行啊|可以|可以的|可以啊|嗯|嗯嗯|恩|嗯对|嗯是的|要|要的|需要|想|愿意|同意|确认|确定
当然|当然是|没问题|有的|就是|就是我|就这样|说得对|说对了|你说得对|是这样|是这样的|就是这个|OK|中|得|可"""

_NO = """no|nope|nah|no way|no thanks|no thank you|not really|not at all|not now|not yet|not quite
not exactly|not correct|not right|not true|never|never mind|negative|wrong|incorrect|false
that is wrong|that is not right|that is not correct|that is not it|that is incorrect|that is false
no it is not|it is not|is not|i do not|i do not think so|i am not|i did not|i have not|do not
i would rather not|rather not|certainly not|absolutely not|definitely not|of course not
no that is wrong
no that is not right|no i do not|no i did not|not me|not that|not that one|no sir|no ma'am|n
uh uh|nuh uh|not at the moment|not right now|not today|not this time|i am afraid not|maybe not
perhaps not|i would not|no need|there is no need|not necessary|i am good|i am fine|i am ok
no that is all|that is all|that will be all|no that is fine|no that is ok|no i am good|no i am fine
no that is it|nothing else|no way jose|negatory|not likely|i can not|we do not|we are not|we did not
you got it wrong|you are wrong|i think not|i guess not|hardly|by no means
不|不是|不是的|不是啊|不对|不对的|不对不对|不是不是|错|错了|错误|不正确|没有|没有啊|没|没有的|否|不要
不要了|不用|不用了|不需要|不必|不必了|不好|不行|不可以|不想|不愿意|不同意|不确认|不确定|算了|没有没有
搞错了|弄错了|你搞错了|你错了|说错了|不是这样|不是这样的|不是这个|别|不了|不的|不谢谢|才不是|不用麻烦|不用麻烦了|不麻烦了|不打扰了|不用管|不用管了|不必麻烦|免了"""

_WEAK = frozenset(
    words_of("right good great fine ok perfect sure n y 恩 嗯 想 得 中 可 没 别 错 要 好 行")
)
"""Alone they mean it; among other words they may not."""


def _lines(block: str) -> list[str]:
    return [wording.strip() for wording in block.replace("\n", "|").split("|")]


_ELLIPTIC_WORDINGS = """i do|i am|i did|i have|it is|is not|do not|i do not|i am not|i did not
i have not|it is not|i can|we do|we are|we can|we did|we have|they are|he is|she is
i can not|we do not|we are not|we did not|i would not|i would like to|i would love to
i am good|i am fine|i am ok|cool
this is she|this is he|no need|yes i do|yes i am|yes i did|yes i have|yes it is|do it|totally
never|perfect
有的|没有|不要|不用|不想|需要|想|要|就是|可以|不可以|不行|不需要|确定|确认|没|有"""
_ELLIPTIC = {words_of(wording) for wording in _lines(_ELLIPTIC_WORDINGS)}
"""Answers only where the sentence ends with them: "I have" is one, "I have a card" is none."""


_ALONE = {words_of("please"), words_of("speaking"), words_of("i would"), words_of("if possible")}
"""Answers only where nothing else is said."""

_ASKING = frozenset("谁什哪怎几多")
_NEITHER = Lexicon(
    dict.fromkeys(
        _lines("""not sure|not certain|i am not sure|i do not know|do not know|no idea
不知道|不清楚|不一定|不好说|没想好|不晓得|不了解"""),
        True,
    )
)
"""Wordings that begin like a no and are none."""
_GIVING_UP = {words_of("never mind"), words_of("算了")}
"""No, unless the flow has a command of this name."""

_WORDINGS = Lexicon(dict.fromkeys(_lines(_YES), "yes") | dict.fromkeys(_lines(_NO), "no"))


def _ends(words: Words, at: int) -> bool:
    return at >= len(words) or words[at] in FILLERS or words[at] == "了"


def _is_question(words: Words, at: int, end: int) -> bool:
    """是谁, 要什么."""
    return end == at + 1 and end < len(words) and words[end] in _ASKING


def _is_all(words: Words, at: int, end: int) -> bool:
    return all(word in FILLERS for word in (*words[:at], *words[end:]))


def read(words: Words, at: int, spec: SlotSpec, scene: Scene) -> list[Reading]:
    """The longest wording of yes or no at `at`."""
    hit = _WORDINGS.at(words, at)
    if hit is None:
        return []
    value, end = hit
    if tuple(words[at:end]) in _ELLIPTIC and not _ends(words, end):
        return []
    if _is_question(words, at, end) or _NEITHER.at(words, at):
        return []
    if tuple(words[at:end]) in _ALONE and not _is_all(words, at, end):
        return []
    weak = end == at + 1 and words[at] in _WEAK and len(words) > 2
    weak = weak or tuple(words[at:end]) in _GIVING_UP
    return [Reading(end, value, 0.8 if weak else 1.0)]
