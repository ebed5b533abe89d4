"""Yes and no in their spoken forms."""

from __future__ import annotations

import pytest

from voicebot.core.meaning import Expectation, Match, SlotSpec, SlotType

YES = """yes|yeah|yep|yup|uh huh|mm hmm|sure|of course|absolutely|exactly|correct|right|ok|okay
all right|that's right|that's correct|that is fine|yes please|yes it is|it is|I do|i am|go ahead
sounds good|yes, that's right|Yeah, sure.|um yes|yes yes|yep that's the one|i think so|affirmative
是|是的|对|对的|对对对|没错|好|好的|好啊|行|可以|嗯|嗯嗯|要|需要|确认|当然|没问题|有的|是的没错
對|沒錯|嗯是的|对没错|好的谢谢|是啊""".replace("\n", "|").split("|")
NO = """no|nope|nah|no way|no thanks|not really|not at all|never|wrong|incorrect|that's wrong
that is not right|that's not it|it isn't|I don't|i do not|no it is not|no, that's wrong|no thank you
um no|no no|not correct|i don't think so|absolutely not|no sorry|negative|not quite
不|不是|不对|不是的|没有|没|错了|错|不要|不用|不用了|不需要|不行|不可以|不好|算了|不不不|不是不是
沒有|不對|不是这样的|说错了|不要谢谢|不用了谢谢""".replace("\n", "|").split("|")
NEITHER = [
    "",
    "maybe",
    "i have a dream",
    "what do you mean",
    "tell me a joke",
    "tomorrow at nine",
    "也许吧",
    "今天天气怎么样",
    "banana",
]


def _ask(language: str) -> Expectation:
    return Expectation(language=language, slots=(SlotSpec("ok", SlotType.YES_NO),))


def _language(text: str) -> str:
    return "zh" if any("\u4e00" <= character <= "\u9fff" for character in text) else "en"


@pytest.mark.parametrize(
    ("text", "value"), [(t, "yes") for t in YES] + [(t, "no") for t in NO], ids=str
)
def test_answer(understand, text, value):
    found = understand(text, _ask(_language(text)))
    assert found.match is Match.SLOTS
    assert found.slots["ok"].value == value
    assert found.confidence >= 0.6
    assert found.complete


@pytest.mark.parametrize("text", NEITHER)
def test_no_answer(understand, text):
    found = understand(text, _ask(_language(text)))
    assert found.match is Match.NONE or found.confidence < 0.6


def test_change_of_mind(understand):
    assert understand("yes, no wait, no", _ask("en")).slots["ok"].value == "no"


@pytest.mark.parametrize("text", ["i have no idea", "there is no reason for it to be yes"])
def test_within_other_talk_it_is_not_sure(understand, text):
    assert understand(text, _ask("en")).confidence < 0.6
