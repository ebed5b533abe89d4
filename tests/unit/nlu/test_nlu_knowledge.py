"""Finding entries: by words, over errors, within what may be told, and how sure that is."""

from __future__ import annotations

import datetime
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.core.knowledge import (
    AnswerLevels,
    Entity,
    Entry,
    Finding,
    Knowledge,
    KnowledgeScope,
    Verdict,
)
from voicebot.core.meaning import Choice, Expectation, Match
from voicebot.core.phrases import parse_phrase
from voicebot.core.speech import Hypothesis, Transcript
from voicebot.flow.knowledge.reading import read_knowledge
from voicebot.nlu import NluSettings, build
from voicebot.nlu.knowledge.calibration import BY_WORDS, cases, cautious, learned
from voicebot.nlu.knowledge.names import Names
from voicebot.nlu.knowledge.retriever import Retriever
from voicebot.nlu.knowledge.ridge import fit
from voicebot.nlu.knowledge.sounds import alike, key_of

ROOT = Path(__file__).parents[3]
GOLD = Entity("gold", "product", {"en": ("gold card", "golden card"), "zh": ("金葵花卡", "金卡")})
PLAIN = Entity("plain", "product", {"en": ("classic card",), "zh": ("普通卡",)})


def entry(name: str, *questions: str, language: str = "en", **more: object) -> Entry:
    return Entry(name, {language: questions}, {language: "yes"}, **more)  # type: ignore[arg-type]


BASE = Knowledge(
    "shop",
    "1",
    {
        e.id: e
        for e in (
            entry(
                "limit",
                "how much can i take out at a cash machine",
                "what is the daily limit at the atm",
                "cash withdrawal limit",
                tags=("cards",),
            ),
            entry("gold", "what does the gold card cost", "yearly fee of the gold card"),
            entry("plain", "what does the classic card cost", "yearly fee of the classic card"),
            entry("returns", "how do i send something back", "i want to return it"),
            entry(
                "bonus",
                "what is the winter bonus",
                "how do i get the bonus",
                valid_until=datetime.date(2026, 12, 31),
            ),
        )
    },
    {"gold": GOLD, "plain": PLAIN},
)
SCOPE = KnowledgeScope((BASE,))
DAY = datetime.date(2026, 11, 23)
RETRIEVER = Retriever(lambda: None)


def search(
    text: str, scope: KnowledgeScope = SCOPE, day: datetime.date = DAY, language: str = "en"
) -> tuple[Finding, ...]:
    return RETRIEVER.search((Hypothesis(text, 1.0),), scope, language, day)


def best(text: str, scope: KnowledgeScope = SCOPE, day: datetime.date = DAY) -> str:
    found = search(text, scope, day)
    return found[0].entry if found and found[0].score >= 0.3 else ""


# ---------------------------------------------------------------- what is found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("what is the daily limit at the cash machine", "limit"),
        ("i'd like to return something", "returns"),
        ("uh what does uh the gold card cost please", "gold"),
        ("can you play some music", ""),
        ("", ""),
        ("???", ""),
    ],
)
def test_questions_are_found_by_their_words(text: str, expected: str) -> None:
    assert best(text) == expected


def test_a_synonym_is_the_name_itself() -> None:
    named, meant = search("what does the golden card cost"), search("what does the gold card cost")
    assert named == meant
    assert meant[0].entry == "gold"


def test_who_asks_for_one_product_hears_of_no_other() -> None:
    names = [one.entry for one in search("yearly fee of the classic card")]
    assert names[0] == "plain"
    assert "gold" not in names


def test_who_names_no_product_is_asked_which() -> None:
    found = search("what is the yearly fee")
    assert {one.entry for one in found[:2]} == {"gold", "plain"}
    assert SCOPE.verdict(found) is not Verdict.ANSWER


def test_an_entry_that_is_over_does_not_compete() -> None:
    assert best("what is the winter bonus") == "bonus"
    assert best("what is the winter bonus", day=datetime.date(2027, 1, 1)) == ""


def test_only_entries_with_a_tag_compete() -> None:
    tagged = KnowledgeScope((BASE,), frozenset({"cards"}))
    assert {one.entry for one in search("what does the gold card cost", tagged)} <= {"limit"}


def test_several_readings_are_weighed_by_how_sure_they_are() -> None:
    one, other = "what does the gold card cost", "how do i send something back"
    for sure, expected in ((0.9, "gold"), (0.1, "returns")):
        readings = (Hypothesis(one, sure), Hypothesis(other, 1 - sure))
        assert RETRIEVER.search(readings, SCOPE, "en", DAY)[0].entry == expected


def test_what_was_hardly_heard_is_not_answered() -> None:
    text = "what does the gold card cost"
    assert SCOPE.verdict(search(text)) is Verdict.ANSWER
    found = RETRIEVER.search((Hypothesis(text, 0.3),), SCOPE, "en", DAY)
    assert SCOPE.verdict(found) is Verdict.CLARIFY


def test_a_language_without_entries_finds_nothing() -> None:
    assert search("卡多少钱", language="zh") == ()


@given(st.text(max_size=300))
@settings(max_examples=60)
def test_no_text_is_too_odd(text: str) -> None:
    assert all(0 <= one.score <= 1 for one in search(text))


def test_ten_thousand_characters_take_no_longer_than_a_few_words() -> None:
    search("warm")
    began = time.thread_time()
    search("what does the gold card cost " * 400)
    assert time.thread_time() - began < 0.2


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("said", "name"),
    [("golden gard", "golden card"), ("clasik kard", "classic card"), ("gould card", "gold card")],
)
def test_misheard_names_sound_alike(said: str, name: str) -> None:
    assert alike(key_of(tuple(said.split())), key_of(tuple(name.split())))


@pytest.mark.parametrize(
    ("one", "other"), [("gold card", "lost card"), ("classic card", "plastic bag")]
)
def test_other_words_do_not(one: str, other: str) -> None:
    assert not alike(key_of(tuple(one.split())), key_of(tuple(other.split())))


def test_a_misheard_name_is_folded_into_the_name() -> None:
    names = Names((GOLD, PLAIN), "en")
    names.know(["what does it cost"])
    folded = names.fold("what does the clasik kard cost", by_sound=True)
    assert folded.text == "what does the classic card cost"
    assert folded.entities == {"plain"}


def test_an_everyday_word_is_no_misheard_name() -> None:
    names = Names((GOLD, PLAIN), "en")
    assert names.fold("i lost my old card", by_sound=True).entities == frozenset()


def test_a_chinese_name_is_folded_by_its_sound() -> None:
    names = Names((GOLD, PLAIN), "zh")
    assert names.fold("金魁花卡年费多少", by_sound=True).text == "金葵花卡年费多少"
    assert names.fold("金卡年费多少", by_sound=True).entities == {"gold"}


# ---------------------------------------------------------------- how sure


def test_scores_of_left_out_questions_are_those_of_learning_anew() -> None:
    chance = np.random.default_rng(1)
    points = chance.standard_normal((9, 4)).astype(np.float32)
    kernel = points @ points.T
    groups = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2])
    _, left_out = fit(kernel, groups)
    for row in range(9):
        for found, out in (
            (left_out.alone, np.array([row])),
            (left_out.without_entry, np.flatnonzero(groups == groups[row])),
        ):
            kept = np.setdiff1d(np.arange(9), out)
            inverse = np.linalg.inv(kernel[np.ix_(kept, kept)] + 0.3 * np.eye(len(kept)))
            truth = np.eye(3)[groups[kept]]
            expected = kernel[row, kept] @ inverse @ truth
            others = [n for n in range(3) if len(out) == 1 or n != groups[row]]
            assert np.allclose(found[row, others], expected[others], atol=1e-4)


def test_the_curve_learns_where_questions_are_answered_right() -> None:
    scores = np.array([[0.9, 0.1]] * 50 + [[0.2, 0.1]] * 50)
    truth = np.array([0] * 50 + [1] * 50)
    curve = learned(cases(scores, np.full(100, 0.5), truth, 1.0), BY_WORDS)
    high, low = curve(np.array([0.9, 0.2]), np.array([0.8, 0.1]), np.array([0.5, 0.5]))
    assert high > 0.9
    assert low < 0.2


def test_by_meaning_an_answer_takes_more_and_asking_back_the_same() -> None:
    likely = np.linspace(0, 1, 101)
    lower = cautious(likely)
    levels = AnswerLevels()
    assert (np.diff(lower) > 0).all()
    assert (lower <= likely + 1e-9).all()
    assert likely[lower >= levels.answer].min() == pytest.approx(0.85)
    assert likely[lower >= levels.clarify].min() == pytest.approx(levels.clarify)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ((0.9, 0.1), Verdict.ANSWER),
        ((0.9, 0.8), Verdict.CLARIFY),
        ((0.5,), Verdict.CLARIFY),
        ((0.2,), Verdict.NOTHING),
        ((), Verdict.NOTHING),
    ],
)
def test_an_answer_takes_score_and_margin(scores: tuple[float, ...], expected: Verdict) -> None:
    found = tuple(Finding("shop", str(n), score) for n, score in enumerate(scores))
    assert KnowledgeScope((BASE,), levels=AnswerLevels(0.7, 0.15, 0.3)).verdict(found) is expected


def test_few_paraphrases_of_the_chinese_sample_are_answered_wrong() -> None:
    base = read_knowledge(ROOT / "ivr_flows" / "knowledge" / "bank_faq_zh.yaml").knowledge
    assert base is not None
    scope = KnowledgeScope((base,))
    rows = (ROOT / "bench" / "data" / "knowledge" / "bank_faq_zh.tsv").read_text("utf-8")
    asked = [tuple(line.split("\t")) for line in rows.splitlines()]
    top = wrong = spoken_outside = 0
    for text, label in asked:
        found = search(text, scope, language="zh")
        first = found[0].entry if found else ""
        answers = scope.verdict(found) is Verdict.ANSWER
        top += first == label
        wrong += answers and first != label and label != "oos"
        spoken_outside += answers and label == "oos"
    assert len(asked) == 156
    assert top >= 95
    assert wrong <= 4
    assert spoken_outside <= 4


# ---------------------------------------------------------------- beside what the node expects

MENU = Expectation(
    choices=(
        Choice("order", (parse_phrase("[i want to] order [a card]"),)),
        Choice("limit_up", (parse_phrase("raise my limit"),)),
    ),
    universals=(Choice("operator", (parse_phrase("[talk to] an agent"),)),),
    knowledge=SCOPE,
)


@pytest.mark.parametrize(
    ("text", "match", "choice"),
    [
        ("i want to order a card", Match.CHOICE, "order"),
        ("talk to an agent", Match.UNIVERSAL, "operator"),
        ("what does the gold card cost", Match.ANSWER, "gold"),
        ("the stars are bright tonight", Match.NONE, ""),
    ],
)
def test_what_the_node_expects_comes_first(text: str, match: Match, choice: str) -> None:
    understanding = build(
        NluSettings(knowledge_by_words=True), lambda: datetime.datetime(2026, 11, 23, 9)
    )
    meant = understanding.understand(Transcript((Hypothesis(text, 0.95),), final=True), MENU)
    assert (meant.match, meant.choice) == (match, choice)


async def test_a_base_that_nobody_prepared_is_made_ready_in_the_turn() -> None:
    understanding = build(NluSettings(knowledge_by_words=True), datetime.datetime.now)
    assert understanding.is_slow(MENU)
    heard = Transcript((Hypothesis("what does the gold card cost", 0.95),), final=True)
    assert (await understanding.interpret(heard, MENU)).choice == "gold"
    assert not understanding.is_slow(MENU)
