"""Training sets read strictly, models learned from them, and how they are used at a node."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path
from random import Random

import minilm
import numpy as np
import pytest

from voicebot.cli import main
from voicebot.core.errors import ConfigError
from voicebot.core.meaning import Choice, Expectation, Match
from voicebot.core.phrases import parse_phrase
from voicebot.core.speech import Hypothesis, Transcript
from voicebot.nlu import NluSettings, PhraseUnderstanding
from voicebot.nlu.embedding.sentence_encoder import SentenceEncoder
from voicebot.nlu.intents import store
from voicebot.nlu.intents.calibration import (
    best_temperature,
    expected_calibration_error,
    learned_levels,
    threshold_keeping,
)
from voicebot.nlu.intents.features import normalized, views
from voicebot.nlu.intents.model import NEIGHBORS, IntentModel
from voicebot.nlu.intents.svm import svm_scores, train_svm
from voicebot.nlu.intents.tfidf import Row, TfIdf
from voicebot.nlu.intents.train import train
from voicebot.nlu.intents.training_set import read_training
from voicebot.nlu.noise import Noise, stock

VERBS = ("i want to", "please", "can you", "i need to", "could i", "how do i", "help me")
ENGLISH = {
    "lost_card": ("report a lost card", "say my card is gone", "tell you my card was stolen"),
    "balance": ("know my balance", "hear how much money i have", "check what is in my account"),
    "transfer": ("send money to a friend", "make a transfer", "pay my landlord from my account"),
}
CHINESE = {
    "挂失": (
        "我的卡丢了",
        "银行卡被偷了怎么办",
        "我要挂失",
        "卡不见了",
        "帮我把卡挂失",
        "卡找不到了",
    ),
    "余额": (
        "查一下余额",
        "我还有多少钱",
        "账户里有多少钱",
        "余额是多少",
        "看看我的余额",
        "查询余额",
    ),
}


def tsv(folder: Path, phrases: dict[str, tuple[str, ...]], starts: tuple[str, ...] = VERBS) -> Path:
    file = folder / "intents.tsv"
    lines = [f"{s} {p}\t{label}" for label, group in phrases.items() for p in group for s in starts]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


@pytest.fixture(scope="session")
def english(tmp_path_factory: pytest.TempPathFactory) -> IntentModel:
    return train(read_training([tsv(tmp_path_factory.mktemp("en"), ENGLISH)]), None)


@pytest.fixture(scope="session")
def sensible(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[IntentModel, SentenceEncoder]:
    folder = tmp_path_factory.mktemp("sense")
    encoder = SentenceEncoder(minilm.write(folder / "encoder", minilm.made_up()))
    return train(read_training([tsv(folder, ENGLISH)]), encoder), encoder


@pytest.fixture(scope="module")
def taught(english: IntentModel, tmp_path_factory: pytest.TempPathFactory) -> PhraseUnderstanding:
    file = tmp_path_factory.mktemp("taught") / "m.npz"
    store.save(english, file)
    return PhraseUnderstanding(NluSettings(intents={"en": file}))


def top(model: IntentModel, text: str, allowed: list[int] | None = None) -> tuple[str, float]:
    calibration = model.calibration(spoken=True, sense=False)
    judgment = model.judge(model.read(text), calibration, allowed)
    return model.labels[judgment.best], judgment.score - calibration.reject


# ------------------------------------------------------------ training sets


def test_every_mistake_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "wrong.tsv"
    file.write_text(
        "text\tlabel\r\n\r\nmy card is gone\tlost\r\nmy card was stolen\tlost\r\n"
        "one\ttwo\tthree\r\nno label\t\r\nMy card is gone!\tother\r\nso\tother\r\n"
        "alone\tlonely\r\n我的卡丢了\tlost\r\n?!\tlost\r\n",
        "utf-8",
    )
    with pytest.raises(ConfigError) as raised:
        read_training([file])
    found = [(problem.line, problem.code) for problem in raised.value.problems]
    assert found == [
        (5, "columns"),
        (6, "columns"),
        (7, "duplicate"),
        (9, "one-phrase"),
        (10, "mixed-languages"),
        (11, "no-text"),
    ]


def test_broken_encoding_is_named_by_line(tmp_path: Path) -> None:
    file = tmp_path / "latin.tsv"
    file.write_bytes(b"fine\ta\nna\xefve\ta\nmore\tb\n\xff\tb\n")
    with pytest.raises(ConfigError) as raised:
        read_training([file])
    assert [(p.line, p.code) for p in raised.value.problems] == [(2, "encoding"), (4, "encoding")]


def test_a_byte_order_mark_and_windows_lines_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "a.tsv"
    file.write_bytes("\ufeffa b\tx\r\nc d\tx\r\n\r\ne f\ty\r\ng h\ty".encode())
    found = read_training([file])
    assert [(e.text, e.label, e.line) for e in found.examples][::3] == [
        ("a b", "x", 1),
        ("g h", "y", 5),
    ]


def test_yaml_is_read_with_its_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(
        "pay: [send money, pay a bill]\ncard:\n  - lost card\n  - card gone\noos: [hi]\n"
    )
    found = read_training([file])
    assert [(e.label, e.line) for e in found.examples] == [
        ("pay", 1), ("pay", 1), ("card", 3), ("card", 4), ("oos", 5),
    ]  # fmt: skip
    assert (len(found.in_scope), len(found.out_of_scope)) == (4, 1)
    file.write_text("pay: send money\ncard: [{a: b}, x]\n")
    with pytest.raises(ConfigError) as raised:
        read_training([file])
    assert [(p.line, p.code) for p in raised.value.problems][:2] == [
        (1, "phrases"),
        (2, "one-phrase"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "line", "code"),
    [
        ("a.tsv", "one\ta\ntwo\ta\n", 0, "one-intent"),
        ("a.yaml", "pay: [send money,\n  pay\n]: b\n", 3, "yaml"),
        ("a.yaml", "- send money\n", 1, "yaml"),
        ("a.tsv", None, 0, "unreadable"),
    ],
)
def test_a_file_that_teaches_nothing_is_named(
    tmp_path: Path, name: str, content: str | None, line: int, code: str
) -> None:
    good, file = tmp_path / "good.tsv", tmp_path / name
    if content is not None:
        file.write_text(content, "utf-8")
    good.write_text("three\ta\nfour\ta\n", "utf-8")
    with pytest.raises(ConfigError) as raised:
        read_training([file, good])
    first = raised.value.problems[0]
    assert (first.file, first.line, first.code) == (str(file), line, code)
    assert first.hint


def test_nothing_is_written_where_a_file_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "a.tsv"
    file.write_text("one\ta\n", "utf-8")
    assert main(["nlu", "train", str(file), "-o", str(tmp_path / "m.npz")]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["a.tsv"]


# ------------------------------------------------------------ learning


def test_new_wordings_are_understood(english: IntentModel) -> None:
    assert top(english, "Somebody stole my card!")[0] == "lost_card"
    assert top(english, "what is my balance")[0] == "balance"
    assert top(english, "i would like to transfer money")[0] == "transfer"


def test_what_is_not_taught_scores_lower(english: IntentModel) -> None:
    assert top(english, "could i make a transfer")[1] > 0
    assert top(english, "will it rain on sunday")[1] < 0


def test_chinese_is_learned_by_character_and_sound(tmp_path: Path) -> None:
    model = train(read_training([tsv(tmp_path, CHINESE, ("", "请问", "喂"))]), None)
    assert model.language == "zh"
    assert top(model, "我的银行卡丢了")[0] == "挂失"
    assert top(model, "查一下鱼额")[0] == "余额"


def test_only_what_is_allowed_competes(english: IntentModel) -> None:
    others = [at for at, label in enumerate(english.labels) if label != "lost_card"]
    calibration = english.calibration(spoken=True, sense=False)
    judgment = english.judge(english.read("i lost my card"), calibration, others)
    assert judgment.probabilities[english.labels.index("lost_card")] == 0
    assert judgment.probabilities.sum() == pytest.approx(1, abs=1e-5)


def test_a_narrower_scope_keeps_the_order_of_what_is_left(english: IntentModel) -> None:
    calibration = english.calibration(spoken=False, sense=False)
    meaning = english.read("my card and my money")
    wide = english.judge(meaning, calibration).probabilities
    narrow = english.judge(meaning, calibration, [0, 2]).probabilities
    assert narrow[0] / narrow[2] == pytest.approx(wide[0] / wide[2], rel=1e-3)


WORDS = sorted({word for group in ENGLISH.values() for p in group for word in p.split()})


def test_what_is_right_stays_right_in_a_narrower_scope(
    sensible: tuple[IntentModel, SentenceEncoder],
) -> None:
    model, encoder = sensible
    chance = Random(4)
    for _ in range(60):
        text = " ".join(chance.sample(WORDS, chance.randint(1, 8)))
        sentence = chance.choice((None, encoder.sentence(text)))
        calibration = model.calibration(spoken=True, sense=sentence is not None)
        meaning = model.read(text, sentence)
        best = model.judge(meaning, calibration).best
        for other in range(len(model.labels)):
            assert model.judge(meaning, calibration, sorted({best, other})).best == best


@pytest.mark.parametrize(
    "text", ["", "x" * 10_000, "my card " * 1_250, "\ud800\u0301\u200f😀" * 500]
)
def test_odd_texts_are_judged_in_time(
    english: IntentModel, taught: PhraseUnderstanding, text: str
) -> None:
    assert top(english, text)[0] in english.labels
    node = menu(*english.labels)
    taught.prepare(node)
    times = []
    for words in (text, f"{text} please", f"so {text}"):
        began = time.thread_time()
        taught.understand(said(words), node)
        times.append(time.thread_time() - began)
    assert min(times) < 0.02


@pytest.mark.parametrize("text", ["", "x" * 10_000, "my card " * 1_250, "\u0301\u200f😀" * 500])
def test_odd_texts_have_a_meaning_beside_their_words(
    sensible: tuple[IntentModel, SentenceEncoder], text: str
) -> None:
    model, encoder = sensible
    assert model.sense is not None
    calibration = model.calibration(spoken=True, sense=True)
    sentence = encoder.sentence(text, model.sense.importance)
    judgment = model.judge(model.read(text, sentence), calibration)
    assert judgment.probabilities.sum() == pytest.approx(1, abs=1e-4)
    assert np.isfinite(judgment.score)


def test_a_model_comes_back_as_it_was(english: IntentModel, tmp_path: Path) -> None:
    store.save(english, tmp_path / "m.npz")
    again = store.load(tmp_path / "m.npz")
    assert (again.version, again.labels) == (english.version, english.labels)
    assert top(again, "my card is gone") == top(english, "my card is gone")
    assert [path.name for path in tmp_path.iterdir()] == ["m.npz"]


def test_a_changed_model_is_refused(english: IntentModel, tmp_path: Path) -> None:
    file = tmp_path / "m.npz"
    store.save(english, file)
    with np.load(file) as stored:
        arrays = dict(stored)
    arrays["svm"] = arrays["svm"] + np.float16(0.5)
    np.savez(file, **arrays)
    with pytest.raises(ConfigError, match="changed"):
        store.load(file)
    file.write_bytes(b"nonsense")
    with pytest.raises(ConfigError, match="cannot be used"):
        store.load(file)


def test_sense_and_words_are_learned_together(
    sensible: tuple[IntentModel, SentenceEncoder], tmp_path: Path
) -> None:
    model, encoder = sensible
    store.save(model, tmp_path / "m.npz")
    again = store.load(tmp_path / "m.npz")
    text = normalized("send money to my landlord")
    for one in (model, again):
        calibration = one.calibration(spoken=False, sense=True)
        judgment = one.judge(one.read(text, encoder.sentence(text)), calibration)
        assert one.labels[judgment.best] == "transfer"
        assert judgment.score > judgment.confidence
    assert set(again.calibrations) == {"typed", "spoken", "typed-words", "spoken-words"}
    assert model.sense is not None
    before = replace(model, sense=replace(model.sense, importance=None))
    store.save(before, tmp_path / "before.npz")
    old = store.load(tmp_path / "before.npz").sense
    assert old is not None
    assert old.importance is None


def test_of_two_that_contradict_the_one_that_counts_more_wins() -> None:
    row = Row(np.array([0, 1], np.int32), np.ones(2, np.float32))
    labels = np.array([0, 1], np.int64)
    for costs, best in (((1.0, 0.3), 0), ((0.3, 1.0), 1)):
        found = train_svm([row, row], labels, 2, 2, costs=np.array(costs, np.float32))
        scores = svm_scores(found.weights, row)
        assert scores.argmax() == best


def test_support_vectors_are_learned_on_from_where_they_were() -> None:
    chance = np.random.default_rng(4)
    places = [np.sort(chance.permutation(30)[:6]).astype(np.int32) for _ in range(60)]
    rows = [Row(at, chance.random(6).astype(np.float32)) for at in places]
    labels = np.array([int(at[0] > 3) for at in places], np.int64)
    whole = train_svm(rows, labels, 2, 30, rounds=40)
    half = train_svm(rows[:50], labels[:50], 2, 30, rounds=40)
    start = np.concatenate([half.duals, np.zeros((10, 2), np.float32)])
    further = train_svm(rows, labels, 2, 30, rounds=40, start=start)
    assert np.allclose(further.weights, whole.weights, atol=0.05)
    still = train_svm(rows, labels, 2, 30, rounds=0, start=whole.duals)
    assert np.allclose(still.weights, whole.weights, atol=1e-4)


def test_what_is_said_in_another_order_or_form_has_the_same_pairs() -> None:
    one, other = (views(text, "en")[2] for text in ("i lost my card", "my card loses"))
    assert set(one) == set(other) == {"card", "lose", "card lose"}


def test_the_time_of_a_long_text_is_bounded() -> None:
    words = normalized(" ".join(f"word{n}" for n in range(2_000)))
    assert sum(views(words, "en")[2].values()) <= 6 * len(words.split())


def test_models_of_before_know_two_views(english: IntentModel, tmp_path: Path) -> None:
    first, second, _ = english.tfidf.vocabularies
    size = len(first) + len(second)
    tfidf = TfIdf("en", (first, second), english.tfidf.rarity[:size])
    svm = np.concatenate([english.svm[:size], english.svm[-1:]])
    store.save(replace(english, tfidf=tfidf, svm=svm), tmp_path / "old.npz")
    assert top(store.load(tmp_path / "old.npz"), "where did my card go")[0] == "lost_card"


def test_the_nearest_examples_are_those_of_the_scope(
    sensible: tuple[IntentModel, SentenceEncoder],
) -> None:
    model, encoder = sensible
    sense = model.sense
    assert sense is not None
    text = normalized("send money to my landlord")
    meaning = model.read(text, encoder.sentence(text, sense.importance))
    assert meaning.vector is not None
    cosines = sense.vectors @ meaning.vector
    assert model.nearness(meaning) == pytest.approx(np.sort(cosines)[-NEIGHBORS])
    own = cosines[sense.firsts[1] : sense.firsts[2]]
    assert model.nearness(meaning, [1]) == pytest.approx(np.sort(own)[-NEIGHBORS])


# ------------------------------------------------------------ figures


def test_a_few_texts_that_are_all_right_do_not_make_sure() -> None:
    logs = np.log(np.array([[0.9, 0.05, 0.05], [0.05, 0.9, 0.05]], np.float32))
    truth = np.array([0, 1], np.int64)
    assert best_temperature(logs, truth) > 1
    many = np.tile(logs, (1_000, 1)), np.tile(truth, 1_000)
    assert best_temperature(*many) < 0.5


def test_calibration_error_is_the_gap_of_confidence_and_truth() -> None:
    right = np.array([True, True, True, False])
    assert expected_calibration_error(np.full(4, 0.75), right) == pytest.approx(0)
    assert expected_calibration_error(np.full(4, 0.95), right) == pytest.approx(0.2)


def test_a_threshold_keeps_its_share() -> None:
    scores = np.arange(1000) / 1000
    assert (scores >= threshold_keeping(scores, 0.95)).mean() == pytest.approx(0.95, abs=0.002)


def test_evaluate_reports_its_six_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tsv(tmp_path, ENGLISH)
    test = tmp_path / "test.tsv"
    test.write_bytes(
        "\ufeffwhere is my card\tlost_card\r\n\r\nmy balance please\tbalance\r\n"
        "will it rain tomorrow\toos\r\nsend money\ttransfer\r\nsing a song\toos\r\n".encode()
    )
    command = ["nlu", "evaluate", "--train", str(file), "--test", str(test), "--lexical", "--json"]
    assert main(command) == 0
    found = json.loads(capsys.readouterr().out)
    names = ["accuracy", "in_scope_accuracy", "oos_recall", "oos_auroc", "ece", "latency_ms"]
    assert list(found) == names
    assert found["accuracy"] == 1
    assert found["oos_recall"] == found["oos_auroc"] == 1
    assert set(found["latency_ms"]) == {"p50", "p95", "p99"}


def test_evaluate_wants_a_choice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for label in ("balance", "oos"):
        file = tmp_path / "one.tsv"
        file.write_text(f"my balance\t{label}\nhow much is left\t{label}\n")
        command = ["nlu", "evaluate", "--train", str(file), "--test", str(file), "--lexical"]
        assert main(command) == 2
        assert "too few intents" in capsys.readouterr().err


# ------------------------------------------------------------ noise


def test_noise_makes_as_many_errors_as_asked() -> None:
    words = [f"word{n}" for n in range(2_000)]
    noise = Noise(stock([" ".join(words)], "en"), 0.2)
    heard = noise(" ".join(words)).split()
    kept = sum(b.size for b in SequenceMatcher(None, words, heard, False).get_matching_blocks())
    assert 0.77 < kept / len(words) < 0.87


def test_noise_is_the_same_for_the_same_seed() -> None:
    some = stock(["my card is lost", "my car is last"], "en")
    first, second = (Noise(some, 0.5, 3) for _ in range(2))
    assert first("my card is lost") == second("my card is lost")
    assert Noise(some, 0.0)("my card is lost") == "my card is lost"


def test_errors_sound_alike() -> None:
    words = ["card", "cart", "balance", "ballots", "transfer", "translate", "money", "monday"]
    alike = stock([" ".join(words * 2)], "en").alike
    assert (alike("card")[0], alike("balance")[0]) == ("cart", "ballots")
    phones = {"night": ["N AY1 T"], "knight": ["N AY1 T"], "nights": ["N AY1 T S"]}
    by_phones = stock(["night knight nights nit"], "en", lambda word: phones.get(word, []))
    assert by_phones.alike("night")[0] == "knight"
    chinese = Noise(stock(["余额鱼鹅查查"], "zh"), 1.0, 5)
    heard = {chinese("余") for _ in range(40)}
    assert "鱼" in heard


def test_a_list_of_readings_falls_in_confidence() -> None:
    noise = Noise(stock(["my card is lost", "send money to my friend"], "en"), 0.4)
    found = noise.transcript("send money to my friend", 4)
    confidences = [hypothesis.confidence for hypothesis in found.hypotheses]
    assert len({h.text for h in found.hypotheses}) == len(confidences) > 1
    assert confidences == sorted(confidences, reverse=True)


# ------------------------------------------------------------ at a node


def said(text: str) -> Transcript:
    return Transcript((Hypothesis(text, 1.0),), final=True)


def menu(*names: str) -> Expectation:
    return Expectation(choices=tuple(Choice(n, (parse_phrase(f"{n} please"),)) for n in names))


def test_a_node_understands_what_was_taught(english: IntentModel, tmp_path: Path) -> None:
    store.save(english, tmp_path / "m.npz")
    taught = PhraseUnderstanding(NluSettings(intents={"en": tmp_path / "m.npz"}))
    plain = PhraseUnderstanding()
    node = menu("lost_card", "balance", "weather")
    text = "could i check what is in my account"
    assert plain.understand(said(text), node).match is Match.NONE
    found = taught.understand(said(text), node)
    assert (found.choice, found.confidence > 0.6) == ("balance", True)
    assert taught.understand(said("weather please"), node).choice == "weather"
    assert taught.understand(said("send money to a friend"), node).match is Match.NONE


def test_a_missing_encoder_is_said_at_the_start(
    sensible: tuple[IntentModel, SentenceEncoder], tmp_path: Path
) -> None:
    store.save(sensible[0], tmp_path / "m.npz")
    settings = NluSettings(intents={"en": tmp_path / "m.npz"}, encoder=tmp_path / "none")
    understanding = PhraseUnderstanding(settings)
    assert "by words alone" in understanding.notes[0]
    text = "could i make a transfer"
    assert understanding.understand(said(text), menu("transfer", "balance")).choice == "transfer"


def test_a_model_of_another_language_stops_the_start(english: IntentModel, tmp_path: Path) -> None:
    store.save(english, tmp_path / "m.npz")
    with pytest.raises(ConfigError, match="was taught `en`"):
        PhraseUnderstanding(NluSettings(intents={"zh": tmp_path / "m.npz"}))


def test_the_flow_s_levels_go_before_what_was_learned(english: IntentModel, tmp_path: Path) -> None:
    store.save(english, tmp_path / "m.npz")
    taught = PhraseUnderstanding(NluSettings(intents={"en": tmp_path / "m.npz"}))
    node = menu("lost_card", "balance")
    text = said("could i check what is in my account")
    learned = english.calibration(spoken=True, sense=False).levels
    assert taught.understand(text, node).levels == learned
    assert taught.understand(text, replace(node, levels_given=True)).levels is None
    assert taught.understand(said("will it rain on sunday"), node).levels is None
    assert PhraseUnderstanding().understand(said("balance please"), node).levels is None


def test_learned_levels_part_right_from_wrong() -> None:
    confidences = np.linspace(0, 1, 1_001)
    right = confidences > 0.45
    levels = learned_levels(confidences, right)
    assert levels.accept == pytest.approx(0.45, abs=0.01)
    assert levels.confirm == 0.1
    sure = learned_levels(confidences, np.ones(1_001, bool))
    assert sure.accept == 0.3


def test_close_intents_are_both_named(tmp_path: Path) -> None:
    colors = {name: (f"stop my {name} card", f"lose my {name} card") for name in ("pink", "blue")}
    phrases = {**colors, "weather": ("hear the weather", "know if it rains")}
    store.save(train(read_training([tsv(tmp_path, phrases)]), None), tmp_path / "m.npz")
    taught = PhraseUnderstanding(NluSettings(intents={"en": tmp_path / "m.npz"}))
    node = menu(*phrases)
    clear = taught.understand(said("i want to stop my pink card"), node)
    assert (clear.choice, clear.runner_up) == ("pink", "")
    found = taught.understand(said("i want to stop my pink and blue card"), node)
    assert {found.choice, found.runner_up} == {"pink", "blue"}
    assert 0.35 <= found.confidence < 0.6


def test_recognizers_learn_from_what_the_choices_of_a_node_were_taught_by(
    english: IntentModel, tmp_path: Path
) -> None:
    file = tmp_path / "m.npz"
    store.save(english, file)
    understanding = PhraseUnderstanding(NluSettings(intents={"en": file}, encoder=tmp_path))
    menu = Expectation(choices=(Choice("balance", ()), Choice("opening", ())))
    worded = understanding.worded(menu)
    assert worded.wordings is not None
    assert set(worded.wordings.sentences) == set(english.phrases["balance"])
    assert replace(worded, wordings=None) == menu
    assert understanding.worded(menu) is worded
    other = Expectation(choices=(Choice("opening", ()),))
    assert understanding.worded(other) is other


def test_a_model_of_before_has_no_phrases(english: IntentModel, tmp_path: Path) -> None:
    file = tmp_path / "m.npz"
    store.save(replace(english, phrases={}), file)
    assert store.load(file).phrases == {}
