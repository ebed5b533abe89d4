"""From journals to labels, data sets, comparisons and what serves."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.cli import main
from voicebot.core.call import CallId
from voicebot.core.errors import ConfigError
from voicebot.core.record import Fact, FactKind
from voicebot.nlu.intents import store
from voicebot.nlu.intents.scorer import TrainedIntents
from voicebot.nlu.intents.train import train
from voicebot.nlu.intents.training_set import read_training
from voicebot.nlu.trainer import alias, dataset
from voicebot.nlu.trainer.clusters import Cluster, clusters
from voicebot.nlu.trainer.comparing import compare, wilson
from voicebot.nlu.trainer.inbox import Item, Reason, collect, understood
from voicebot.nlu.trainer.labeling import Labeling, press
from voicebot.store.opening import open_store

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TAUGHT = {
    "lost_card": ("i lost my card", "my card is gone", "somebody stole my card"),
    "balance": ("what is my balance", "how much money do i have", "tell me my balance"),
    "transfer": ("send money to a friend", "make a transfer", "i want to transfer money"),
}


def call(
    name: str, *facts: tuple[str, dict[str, Any]], caller: str = "+491", began: datetime = NOON
) -> list[Fact]:
    """The journal of a call that lasts a minute."""
    whole = [
        ("rang", {"caller": caller, "called": "hotline"}),
        ("answered", {"flow": "bank", "flow_version": "1", "language": "en"}),
        *facts,
        ("ended", {"by": "caller", "outcome": "contained", "code": 200, "node": "x"}),
    ]
    return [
        Fact(CallId(name), seq, seq, began + timedelta(seconds=60 if seq else 0), FactKind(k), data)
        for seq, (k, data) in enumerate(whole)
    ]


def heard(text: str) -> tuple[str, dict[str, Any]]:
    return "heard", {"text": text, "confidence": 0.9}


def chose(choice: str, confidence: float = 0.9, runner_up: str = "") -> tuple[str, dict[str, Any]]:
    data = {"match": "choice", "choice": choice, "confidence": confidence, "runner_up": runner_up}
    return "understood", {**data, "slots": {}}


MISSED = ("not_understood", {"node": "menu", "count": 1, "text": "x"})
NO = ("understood", {"match": "slots", "choice": "", "confidence": 1.0, "slots": {"answer": "no"}})


def reasons(*journals: list[Fact]) -> dict[str, tuple[Reason, ...]]:
    return {item.text: item.reasons for item in collect(journals)}


# ------------------------------------------------------------ inbox


def test_what_went_wrong_is_found_and_what_went_well_is_not() -> None:
    journal = call(
        "a",
        heard("Where is my parcel?"),
        MISSED,
        heard("lost card"),
        chose("lost_card"),
        heard("the money thing"),
        chose("balance", 0.45),
        heard("card or money"),
        chose("balance", 0.8, "lost_card"),
    )
    assert reasons(journal) == {
        "where is my parcel": (Reason.NO_MATCH,),
        "the money thing": (Reason.UNSURE,),
        "card or money": (Reason.UNSURE,),
    }
    assert [(i.text, i.guesses) for i in understood([journal])] == [("lost card", ("lost_card",))]


def test_a_no_is_held_against_what_was_said_before() -> None:
    journal = call("a", heard("my plastic"), chose("balance"), heard("no"), NO)
    (item,) = collect([journal])
    assert (item.text, item.reasons, item.wrong) == ("my plastic", (Reason.DENIED,), ("balance",))


def moved(via: str) -> tuple[str, dict[str, Any]]:
    return "moved", {"node": "next", "via": via}


def chosen(*facts: tuple[str, dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    return {item.text: item.chosen for item in collect([call("a", *facts)])}


def test_what_was_chosen_in_the_end_stands_beside_what_was_doubted() -> None:
    asked_back = (heard("card or money"), chose("balance", 0.8, "lost_card"))
    assert chosen(*asked_back, heard("the first"), chose("lost_card"), moved("lost_card")) == {
        "card or money": ("lost_card",)
    }
    keyed = ("keyed", {"digits": "2", "reason": "complete"})
    assert chosen(*asked_back, keyed, moved("lost_card")) == {"card or money": ("lost_card",)}
    denied = (heard("my plastic"), chose("balance"), heard("no"), NO)
    assert chosen(*denied, heard("lost card"), chose("lost_card"), moved("lost_card")) == {
        "my plastic": ("lost_card",)
    }
    assert chosen(heard("my plastic"), MISSED, heard("card"), chose("card"), moved("card")) == {
        "my plastic": ("card",)
    }


def test_what_ends_a_question_without_a_choice_says_nothing_of_it() -> None:
    missed = (heard("my plastic"), MISSED)
    assert chosen(*missed, moved("no_match")) == {"my plastic": ()}
    assert chosen(*missed, ("keyed", {"count": 4, "reason": "complete"}), moved("no_match")) == {
        "my plastic": ()
    }
    later = (heard("hours"), chose("hours"), moved("hours"))
    assert chosen(*missed, moved("no_input"), *later) == {"my plastic": ()}


def test_what_was_chosen_is_suggested_first_also_without_a_model(model: TrainedIntents) -> None:
    (item,) = items("i want money")
    taken = [Item(item.text, "en", item.reasons, chosen=("transfer",), places=item.places)]
    (cluster,) = clusters(taken, None)
    assert cluster.suggestions == (("transfer", 0.9),)
    (cluster,) = clusters(taken, model)
    assert cluster.suggestions[0][0] == "transfer"
    assert sum(likely for _, likely in cluster.suggestions) == pytest.approx(1, abs=1e-5)


def test_who_says_it_again_was_not_understood() -> None:
    journal = call("a", heard("block my card"), chose("x"), heard("block my cart"), chose("x"))
    assert reasons(journal) == {"block my cart": (Reason.REPEATED,)}


@pytest.mark.parametrize(("minutes", "found"), [(10, True), (20, False)])
def test_who_calls_again_soon_was_not_served(minutes: int, found: bool) -> None:
    first = call("a", heard("my balance"), chose("balance"))
    later = NOON + timedelta(minutes=1 + minutes)
    again = call("b", heard("hello"), chose("hello"), began=later)
    other = call("c", heard("hello"), chose("hello"), began=later, caller="+492")
    assert ("my balance" in reasons(first, again)) is found
    assert not reasons(first, other)


def test_secrets_and_numbers_do_not_come_into_the_inbox() -> None:
    journal = call("a", heard(""), MISSED, heard("4 3 2 1"), MISSED)
    assert not reasons(journal)


def test_the_same_text_is_one_item_with_all_its_places() -> None:
    journals = [call(name, heard("my parcel"), MISSED) for name in ("a", "b")]
    (item,) = collect(journals)
    assert (item.count, item.places) == (2, ("a/2", "b/2"))


def items(*texts: str) -> list[Item]:
    return [Item(text, "en", (Reason.NO_MATCH,), places=(f"{text}/1",)) for text in texts]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> TrainedIntents:
    file = written(tmp_path_factory.mktemp("set"))
    return TrainedIntents(train(read_training([file]), None), None)


def written(folder: Path, more: str = "") -> Path:
    file = folder / "intents.tsv"
    lines = [f"{text}\t{label}\n" for label, texts in TAUGHT.items() for text in texts]
    file.write_text("".join(lines) + more, "utf-8")
    return file


def test_alike_texts_are_together_and_have_suggestions(model: TrainedIntents) -> None:
    found = clusters(items("my card was stolen", "stolen card", "what a balance"), model)
    assert [len(cluster.items) for cluster in found] == [2, 1]
    assert [cluster.suggestions[0][0] for cluster in found] == ["lost_card", "balance"]


def test_what_was_denied_is_not_suggested(model: TrainedIntents) -> None:
    (item,) = items("my card was stolen")
    denied = Item(item.text, "en", item.reasons, wrong=("lost_card",))
    (found,) = clusters([denied], model)
    assert "lost_card" not in dict(found.suggestions)


# ------------------------------------------------------------ labeling


def waiting() -> Labeling:
    one, two, three = items("a", "b", "c")
    suggestions = (("card", 0.7), ("money", 0.2))
    return Labeling((Cluster((one, two), suggestions), Cluster((three,), suggestions)))


def pressed(*keys: str) -> Labeling:
    state = waiting()
    for key in keys:
        state = press(state, key)
    return state


@pytest.mark.parametrize(
    ("keys", "labels"),
    [
        (("", ""), {"a": "card", "b": "card", "c": "card"}),
        (("2", "o"), {"a": "money", "b": "money", "c": "oos"}),
        (("n", "parcel", "s"), {"a": "parcel", "b": "parcel"}),
        (("n", "two words", "parcel", "q"), {"a": "parcel", "b": "parcel"}),
        (("f", "1", "2", "q"), {"a": "card", "b": "money"}),
        (("1", "u", "2", "q"), {"a": "money", "b": "money"}),
        (("9", "x", "q"), {}),
        (("d", "q"), {}),
    ],
)
def test_a_key_decides(keys: tuple[str, ...], labels: dict[str, str]) -> None:
    state = pressed(*keys)
    assert state.labels == labels
    assert state.cluster is None or keys[-1] != "q"


def test_what_is_dropped_is_known_by_its_place() -> None:
    assert pressed("d").dropped == {"a/1", "b/1"}


@given(st.lists(st.sampled_from(["", "1", "2", "3", "n", "o", "s", "d", "f", "u", "q", "x y"])))
def test_any_keys_end_with_labels_of_what_was_shown(keys: list[str]) -> None:
    state = waiting()
    for key in keys:
        state = press(state, key)
    assert set(state.labels) <= {"a", "b", "c"}
    assert state.dropped <= {"a/1", "b/1", "c/1"}


# ------------------------------------------------------------ data sets


def add(file: Path, **labels: str) -> dataset.Added:
    texts = {text.replace("_", " "): label for text, label in labels.items()}
    return dataset.add(file, texts, by="ann", when=NOON, why="calls")


def test_every_version_is_kept(tmp_path: Path) -> None:
    file = written(tmp_path)
    before = file.read_bytes()
    assert add(file, where_is_my_card="lost_card").version is not None
    first, second = dataset.log_of(file)
    assert (dataset.folder_of(file) / "0001.tsv").read_bytes() == before
    assert (second.number, second.added, second.by, second.why) == (2, 1, "ann", "calls")
    assert second.when == "2026-11-22T12:00:00+00:00"
    assert (dataset.folder_of(file) / "0002.tsv").read_bytes() == file.read_bytes()
    assert first.sha256 != second.sha256
    assert "where is my card\tlost_card\n" in file.read_text("utf-8")


def test_a_phrase_may_change_its_intent(tmp_path: Path) -> None:
    file = written(tmp_path)
    add(file, make_a_transfer="balance")
    text = file.read_text("utf-8")
    assert "make a transfer\tbalance" in text
    assert "make a transfer\ttransfer" not in text


def test_a_lone_phrase_waits_for_a_second(tmp_path: Path) -> None:
    file = written(tmp_path)
    added = add(file, my_parcel="parcel")
    assert (added.version, added.lonely) == (None, ("parcel",))
    assert add(file, my_parcel="parcel", where_is_it="parcel").version is not None


def test_nothing_changes_where_the_outcome_is_no_training_set(tmp_path: Path) -> None:
    file = written(tmp_path, more="alone\tlonely\n")
    before = file.read_bytes()
    with pytest.raises(ConfigError, match="lonely"):
        add(file, my_money="balance")
    assert file.read_bytes() == before
    assert [version.number for version in dataset.log_of(file)] == [1]


def test_what_is_held_out_is_never_learned(tmp_path: Path) -> None:
    file = written(tmp_path)
    count, _ = dataset.freeze(file, share=0.5, by="ann", when=NOON)
    frozen = dataset.held_out_file(file).read_text("utf-8").splitlines()
    assert len(frozen) == count > 0
    assert not set(frozen) & set(file.read_text("utf-8").splitlines())
    with pytest.raises(ConfigError, match="already"):
        dataset.freeze(file, share=0.5, by="ann", when=NOON)
    text, label = frozen[0].split("\t")
    assert dataset.add(file, {text: label}, by="ann", when=NOON, why="").held_out == 1
    file.write_text(file.read_text("utf-8") + frozen[0] + "\n", "utf-8")
    model = tmp_path / "m.npz"
    assert main(["nlu", "train", str(file), "-o", str(model)]) == 2
    assert not model.exists()


# ------------------------------------------------------------ comparing


def test_a_model_that_is_no_worse_may_serve() -> None:
    truth = ["a"] * 10 + ["b"] * 10
    old = ["a"] * 10 + ["a"] * 5 + ["b"] * 5
    found = compare(truth, old, truth, 0.1)
    assert (found.old, found.new, found.objections) == (0.75, 1.0, ())
    assert 0 < found.difference[0] < 0.25 < found.difference[1]


def test_a_loss_of_one_intent_is_refused_though_all_is_better() -> None:
    truth = ["a"] * 10 + ["b"] * 10
    old = ["a"] * 10 + ["a"] * 10
    new = ["a"] * 8 + ["b"] * 12
    found = compare(truth, old, new, 0.1)
    assert found.new > found.old
    assert list(found.objections) == ["`a` falls from 100 to 80 % of 10 phrases"]
    assert not compare(truth, old, new, 0.2).objections


def test_worse_over_all_is_refused() -> None:
    found = compare(["a", "b"] * 4, ["a", "b"] * 4, ["a", "b"] * 3 + ["a", "a"], 0.5)
    assert len(found.objections) == 1


def test_wilson_s_interval_is_as_tables_have_it() -> None:
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-3)
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share(pair: tuple[int, int]) -> None:
    low, high = wilson(*pair)
    assert 0 <= low <= pair[0] / pair[1] + 1e-9
    assert pair[0] / pair[1] - 1e-9 <= high <= 1


# ------------------------------------------------------------ publishing


@pytest.fixture
def versions(tmp_path: Path) -> Callable[[str], Path]:
    """A model file of a training set with one more phrase."""

    def make(text: str) -> Path:
        file = written(tmp_path, more=f"{text}\tbalance\n")
        target = tmp_path / f"{text}.npz"
        store.save(train(read_training([file]), None), target)
        return target

    return make


def serving(name: Path) -> str:
    return store.load(name).version


def test_a_name_stands_for_the_model_that_was_published(
    tmp_path: Path, versions: Callable[[str], Path]
) -> None:
    name, one, two = tmp_path / "intents.npz", versions("one"), versions("two")
    for model in (one, two):
        alias.publish(name, model, by="ann", when=NOON, why="calls")
        assert serving(name) == serving(model)
    assert name.is_symlink()
    back = alias.roll_back(name, to="", by="bob", when=NOON, why="worse")
    assert serving(name) == serving(one) == back.version
    assert [entry.by for entry in alias.log_of(name)] == ["ann", "ann", "bob"]
    assert alias.lines(alias.log_of(name))[0].startswith(f"* {back.version}")
    with pytest.raises(ConfigError, match="no other model"):
        alias.roll_back(name, to="", by="bob", when=NOON, why="")
    alias.roll_back(name, to=serving(two)[:6], by="bob", when=NOON, why="")
    assert serving(name) == serving(two)


def test_the_first_model_of_a_name_is_kept(tmp_path: Path, versions: Callable[[str], Path]) -> None:
    name, one, two = tmp_path / "intents.npz", versions("one"), versions("two")
    name.write_bytes(one.read_bytes())
    alias.publish(name, two, by="ann", when=NOON, why="")
    alias.roll_back(name, to="", by="ann", when=NOON, why="")
    assert serving(name) == serving(one)


def test_a_damaged_model_is_not_published(tmp_path: Path, versions: Callable[[str], Path]) -> None:
    name, one = tmp_path / "intents.npz", versions("one")
    alias.publish(name, one, by="ann", when=NOON, why="")
    broken = tmp_path / "broken.npz"
    broken.write_bytes(one.read_bytes()[:-500])
    assert main(["nlu", "publish", str(broken), str(name)]) == 2
    assert serving(name) == serving(one)
    kept = alias.folder_of(name) / f"{serving(one)}.npz"
    kept.write_bytes(b"rust")
    with pytest.raises(ConfigError):
        alias.roll_back(name, to=kept.stem, by="ann", when=NOON, why="")


# ------------------------------------------------------------ the whole loop


def test_from_calls_to_a_better_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    hotline = open_store(f"sqlite:///{data / 'voicebot.db'}")
    for at, text in enumerate(("parcel please", "my parcel please", "zebra")):
        began = datetime.now(UTC) - timedelta(hours=1)
        for fact in call(f"c{at}", heard(text), MISSED, caller=f"+49{at}", began=began):
            hotline.journal.write(fact)
    hotline.close()
    file, model = written(tmp_path), tmp_path / "m.npz"
    held = tmp_path / "held.tsv"
    held.write_text("where is the parcel\tparcel\nmy balance\tbalance\nmy card\tlost_card\n")
    assert main(["nlu", "train", str(file), "-o", str(model), "--lexical"]) == 0
    places = ["--data", str(data), "--config", str(tmp_path / "none")]
    inbox = ["nlu", "inbox", str(file), "--model", str(model), *places]
    answer(monkeypatch, "n", "parcel", "d")
    assert main([*inbox, "--by", "ann"]) == 0
    assert "version 2, 2 phrases more" in capsys.readouterr().out
    assert json.loads((data / "nlu_inbox.json").read_text()) == ["c2/2"]
    assert main([*inbox, "--list"]) == 0
    assert capsys.readouterr().out == "Nothing is waiting.\n"
    better = tmp_path / "better.npz"
    assert main(["nlu", "train", str(file), "-o", str(better), "--lexical"]) == 0
    both = ["nlu", "compare", str(model), str(better), "--test", str(held)]
    assert main([*both, *places, "--since", "1d"]) == 0
    assert "The new model may serve." in capsys.readouterr().out
    assert main(["nlu", "compare", str(better), str(model), "--test", str(held)]) == 1
    name = tmp_path / "intents.npz"
    assert main(["nlu", "publish", str(better), str(name), "--by", "ann"]) == 0
    assert main(["nlu", "publish", "--log", str(name)]) == 0
    assert "published by ann" in capsys.readouterr().out
    assert main(["nlu", "rollback", str(name)]) == 2


def answer(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    import io
    import sys

    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
