"""Choices, universals, slots within patterns, denial, rivals, completeness."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.core.meaning import Choice, Expectation, Match, SlotSpec, SlotType
from voicebot.core.phrases import parse_phrase, sentences
from voicebot.core.speech import Transcript
from voicebot.nlu import NluSettings, PhraseUnderstanding, build


def _choices(entries: dict[str, list[str]]) -> tuple[Choice, ...]:
    return tuple(
        Choice(name, tuple(parse_phrase(text) for text in texts)) for name, texts in entries.items()
    )


UNIVERSALS = _choices(
    {
        "operator": ["[speak to | talk to] [a | an] (operator | agent | person)"],
        "help": ["help", "what can i say"],
        "repeat": ["repeat [that]", "say that again"],
        "main_menu": ["main menu"],
    }
)
BANK = Expectation(
    choices=_choices(
        {
            "balance": ["[check] [my] [account] balance", "how much money do i have"],
            "lost_card": [
                "[i] [have] (lost | misplaced) my [credit | debit] card",
                "my card was stolen",
            ],
            "pay": ["pay {amount} to {payee}", "pay [a | my] bill"],
            "transfer": ["transfer money", "transfer {amount}"],
            "broken": ["my card is not working", "i can not use my card"],
            "hours": ["opening hours", "when do you open"],
        }
    ),
    slots=(SlotSpec("amount", SlotType.MONEY), SlotSpec("payee", SlotType.TEXT)),
    universals=UNIVERSALS,
)
BANK_ZH = Expectation(
    language="zh",
    choices=_choices(
        {
            "lost_card": ["挂失", "[我的] [银行] 卡 (丢了 | 被偷了)"],
            "balance": ["[查 | 查询] [我的] [账户] 余额", "还有多少钱"],
            "transfer": ["转账", "给 {payee} 转 {amount}"],
        }
    ),
    slots=(SlotSpec("amount", SlotType.MONEY, currency="CNY"), SlotSpec("payee", SlotType.TEXT)),
    universals=_choices({"operator": ["[转] 人工 [服务]"], "repeat": ["再说一遍"]}),
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("i lost my card", "lost_card"),
        ("I've lost my credit card.", "lost_card"),
        ("um, yes please, I lost my card, thank you", "lost_card"),
        ("hi, I'd like to check my balance", "balance"),
        ("balance", "balance"),
        ("what's my balance?", "balance"),
        ("pay my bill please", "pay"),
        ("when do you open tomorrow", "hours"),
        ("my card isn't working", "broken"),
        ("i can't use my card", "broken"),
        ("I need to transfer some money", "transfer"),
        ("no, I lost my card", "lost_card"),
    ],
)
def test_choice(understand, text, name):
    found = understand(text, BANK)
    assert (found.match, found.choice) == (Match.CHOICE, name)
    assert found.confidence >= 0.6
    assert found.runner_up == ""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("operator", "operator"),
        ("can I talk to a person please", "operator"),
        ("help", "help"),
        ("sorry, could you say that again?", "repeat"),
        ("main menu", "main_menu"),
    ],
)
def test_universal(understand, text, name):
    found = understand(text, BANK)
    assert (found.match, found.choice) == (Match.UNIVERSAL, name)
    assert found.confidence >= 0.6


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我要挂失", "lost_card"),
        ("我的银行卡丢了怎么办", "lost_card"),
        ("掛失", "lost_card"),
        ("卦师", "lost_card"),
        ("帮我查一下余额", "balance"),
        ("查询雨鹅", "balance"),
        ("请帮我转账谢谢", "transfer"),
    ],
)
def test_chinese_choice(understand, text, name):
    found = understand(text, BANK_ZH)
    assert (found.match, found.choice) == (Match.CHOICE, name)
    assert found.confidence >= 0.6


def test_chinese_universal(understand):
    assert understand("麻烦转人工服务", BANK_ZH).choice == "operator"


@pytest.mark.parametrize(
    "text",
    [
        "tell me a joke",
        "what's the weather like",
        "hello",
        "yes",
        "no",
        "seven eight nine",
        "i want to buy a dog",
        "asdf qwer",
        "thank you goodbye",
        "",
        "   ",
        "...",
    ],
)
def test_nonsense_is_nothing(understand, text):
    found = understand(text, BANK)
    assert (found.match, found.choice, found.complete) == (Match.NONE, "", False)
    assert found.text == text


@pytest.mark.parametrize("text", ["讲个笑话", "今天天气怎么样", "你好", "我想订外卖", "妈你在哪里"])
def test_chinese_nonsense_is_nothing(understand, text):
    assert understand(text, BANK_ZH).match is Match.NONE


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("I did not lose my card", "lost_card"),
        ("I haven't lost my card", "lost_card"),
        ("my card was not stolen", "lost_card"),
        ("I don't want to transfer money", "transfer"),
    ],
)
def test_what_is_denied_is_not_taken(understand, text, name):
    found = understand(text, BANK)
    assert found.match is Match.NONE or found.confidence < 0.6, name


@pytest.mark.parametrize("text", ["不是挂失", "我不要转账", "我没有丢卡", "不想查余额"])
def test_what_is_denied_in_chinese_is_not_taken(understand, text):
    found = understand(text, BANK_ZH)
    assert found.match is Match.NONE or found.confidence < 0.6


def test_what_follows_a_denial_counts(understand):
    assert understand("I did not lose my card, I want my balance", BANK).choice == "balance"
    assert understand("我不是要挂失，是要查余额", BANK_ZH).choice == "balance"


def test_slots_within_a_pattern(understand):
    found = understand("Pay twelve dollars to Bob Miller", BANK)
    assert found.choice == "pay"
    assert found.slots["amount"].value == "12.00 USD"
    assert found.slots["amount"].raw == "twelve dollars"
    assert found.slots["payee"].value == "Bob Miller"
    chinese = understand("给小明转一百块", BANK_ZH)
    assert chinese.choice == "transfer"
    assert (chinese.slots["payee"].value, chinese.slots["amount"].value) == ("小明", "100.00 CNY")


def test_thanks_are_no_part_of_free_text(understand):
    assert understand("pay 5 to bob, thank you", BANK).slots["payee"].value == "bob"
    assert understand("给小明转五块谢谢", BANK_ZH).slots["amount"].value == "5.00 CNY"


def test_slots_of_other_choices_are_left_alone(understand):
    assert not understand("check my balance", BANK).slots
    assert understand("transfer fifty dollars please", BANK).slots.keys() == {"amount"}


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("i lost my card", True),
        ("um, I lost my card, thank you", True),
        ("balance", True),
        ("transfer money", True),
        ("transfer fifty dollars", True),
        ("transfer", False),
        ("pay", False),
        ("pay twelve dollars", False),
        ("pay twelve dollars to", False),
        ("my card", False),
        ("i lost my card and", False),
        ("i lost my", False),
        ("someone made off with my card", False),
        ("help", True),
        ("tell me a joke", False),
    ],
)
def test_complete(understand, text, complete):
    assert understand(text, BANK).complete is complete


def test_a_beginning_of_another_choice_is_not_complete(understand, choice):
    menu = Expectation(
        choices=(choice("bill", "pay my bill"), choice("by_card", "pay my bill by card"))
    )
    assert not understand("pay my bill", menu).complete
    assert understand("pay my bill by card", menu).complete
    assert understand("pay my bill by card", menu).choice == "by_card"


def test_two_close_choices_give_a_runner_up(understand, choice):
    menu = Expectation(
        choices=(choice("open", "open an account"), choice("close", "close an account"))
    )
    found = understand("an account", menu)
    assert found.match is Match.NONE or (found.runner_up and found.confidence < 0.6)
    same = Expectation(choices=(choice("a", "my card"), choice("b", "my card")))
    found = understand("my card", same)
    assert {found.choice, found.runner_up} == {"a", "b"}
    assert found.confidence < 0.6
    assert not found.complete


def test_the_node_wins_over_a_universal_on_a_tie(understand, choice):
    menu = Expectation(choices=(choice("agent_fees", "agent"),), universals=UNIVERSALS)
    found = understand("agent", menu)
    assert (found.match, found.choice, found.runner_up) == (Match.CHOICE, "agent_fees", "")


def test_confidence_falls_with_the_recognizers(understand):
    sure = understand("i lost my card", BANK)
    unsure = understand("i lost my card", BANK, confidence=0.5)
    assert unsure.confidence == pytest.approx(sure.confidence * 0.5, abs=0.001)
    assert understand("i lost my card", BANK, confidence=0.2).match is Match.NONE


def test_talk_around_costs_a_little(understand):
    bare = understand("i lost my card", BANK).confidence
    polite = understand("um yes please i lost my card thank you", BANK).confidence
    long = understand("i was walking the dog in the park when i lost my card", BANK).confidence
    assert bare >= polite > 0.9
    assert polite > long > 0.6


def test_a_later_reading_may_be_the_one(understand):
    found = understand((("i crossed my cart", 0.8), ("i lost my card", 0.7)), BANK)
    assert (found.choice, found.text) == ("lost_card", "i lost my card")


def test_readings_that_disagree_lower_the_confidence(understand):
    found = understand((("transfer money", 0.7), ("my card was stolen", 0.68)), BANK)
    assert (found.choice, found.runner_up) == ("transfer", "lost_card")
    assert found.confidence < 0.6


def test_rejected_speech_is_nothing():
    understanding = PhraseUnderstanding()
    for transcript in (
        Transcript((), final=True),
        Transcript((), final=True, rejected=True),
    ):
        assert understanding.understand(transcript, BANK).match is Match.NONE


async def test_the_port(choice):
    understanding = build(NluSettings(hypotheses=1))
    found = await understanding.interpret(Transcript((), final=False), BANK)
    assert found.match is Match.NONE


def test_an_empty_expectation_means_nothing(understand):
    assert understand("anything", Expectation()).match is Match.NONE


@pytest.mark.parametrize("expectation", [BANK, BANK_ZH], ids=["en", "zh"])
def test_every_sentence_of_every_pattern_is_understood(understand, expectation):
    for goal in (*expectation.choices, *expectation.universals):
        for phrase in goal.phrases:
            for sentence in sentences(phrase):
                text = sentence.format(amount="12.50", payee="anna")
                found = understand(text, expectation)
                assert (found.choice, found.confidence > 0.8) == (goal.name, True), text


_WORDS = """i lost my card not um pay twelve dollars to bob my balance transfer money and no please
help operator a one two 挂 失 查 余 额 不 是 给 转 一 百 块"""
_VOCABULARY = st.sampled_from(_WORDS.split())


@given(st.one_of(st.text(max_size=200), st.lists(_VOCABULARY, max_size=25).map(" ".join)))
@settings(max_examples=150)
def test_any_text_gets_an_interpretation(understand, text):
    for expectation in (BANK, BANK_ZH):
        found = understand(text, expectation)
        assert 0 <= found.confidence <= 1
        assert (found.match is Match.NONE) == (found.choice == "" and not found.slots)
        assert found.match is not Match.NONE or not found.complete
        for value in found.slots.values():
            assert value.raw in found.text


def test_a_text_of_ten_thousand_characters_takes_no_time(understand):
    started = time.process_time()
    assert understand("pay twelve dollars to one hundred and " * 300, BANK).text
    assert understand("给" * 10_000, BANK_ZH).match is Match.NONE
    assert time.process_time() - started < 2


def test_scopes_are_kept_and_bounded():
    understanding = PhraseUnderstanding(NluSettings(scopes=2))
    transcript = Transcript((), final=True)
    menus = [Expectation(choices=_choices({f"c{n}": [f"word{n}"]})) for n in range(5)]
    for menu in menus:
        understanding._scopes.get(menu)
        assert understanding.understand(transcript, menu).match is Match.NONE
    first = understanding._scopes.get(menus[-1])
    again = Expectation(choices=_choices({"c4": ["word4"]}))
    assert understanding._scopes.get(again) is first
    assert understanding._scopes.get(menus[0]) is not first
