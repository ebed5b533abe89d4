"""Recognition of questions and of names of the trade."""

from __future__ import annotations

from voicebot.asr.grammar import compile_jsgf
from voicebot.asr.word_list import UNKNOWN, compile_list
from voicebot.core.knowledge import Entry, Knowledge, KnowledgeScope
from voicebot.core.meaning import Choice, Expectation
from voicebot.core.phrases import parse_phrase

BASE = Knowledge(
    "shop", "1", {"fee": Entry("fee", {"en": ("what is the fee", "zeta costs")}, {"en": "Nine."})}
)
ORDER = Choice("order", (parse_phrase("order the zeta"),))


def test_pocketsphinx_hears_the_questions_as_they_are_written() -> None:
    grammar = compile_jsgf(Expectation(knowledge=KnowledgeScope((BASE,))))
    assert "(what is the fee | zeta costs) <tail>" in grammar.jsgf
    assert {word for word, _ in grammar.dictionary} >= {"what", "is", "the", "fee", "zeta"}


def test_a_given_pronunciation_goes_before_the_dictionary() -> None:
    plain = dict(compile_jsgf(Expectation(choices=(ORDER,))).dictionary)
    given = compile_jsgf(Expectation(choices=(ORDER,), sounds=(("zeta", "Z EH T AH"),)))
    assert dict(given.dictionary)["zeta"] == ("Z EH T AH", *plain["zeta"])


def test_vosk_takes_dictation_where_questions_come_in_any_words() -> None:
    words = {"order", "the", "zeta", "what", "is", "fee", "costs"}
    at_menu = Expectation(choices=(ORDER,), knowledge=KnowledgeScope((BASE,)))
    alone = Expectation(knowledge=KnowledgeScope((BASE,), free=True))
    assert compile_list(at_menu, words) == [
        "order the zeta",
        "what is the fee",
        "zeta costs",
        UNKNOWN,
    ]
    assert compile_list(alone, words) == []
