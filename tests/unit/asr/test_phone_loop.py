"""Our loop of phones against PocketSphinx's own, on human speech."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pocketsphinx import Decoder

from voicebot.asr.acoustic_model import AcousticModel, ModelError, read_model
from voicebot.asr.cepstra import CEPSTRA, cepstra, features
from voicebot.asr.dictionary import model_path
from voicebot.asr.evidence import Segment
from voicebot.asr.files import load_sound
from voicebot.asr.phone_loop import PhoneLoop
from voicebot.audio.resample import resample
from voicebot.core.audio import WIDEBAND, Pcm

FOLDER = model_path() / "en-us"


@pytest.fixture(scope="module")
def model() -> AcousticModel:
    return read_model(FOLDER)


@pytest.fixture(scope="module")
def sounds(speech: Path) -> list[Pcm]:
    files = sorted(speech.glob("*/*.wav"))[:12]
    assert len(files) == 12
    return [quieter(load_sound(file, as_telephone=True)) for file in files]


def quieter(pcm: Pcm) -> Pcm:
    wide = resample(pcm, WIDEBAND).samples * 0.15
    return Pcm(np.round(wide).astype(np.int16), WIDEBAND)


def decoder(folder: Path) -> Decoder:
    """PocketSphinx; it writes the cepstra of each utterance to the folder."""
    words = folder / "words.dict"
    words.write_text("a AH\n", "utf-8")
    found = Decoder(hmm=str(FOLDER), lm=None, dict=str(words), loglevel="FATAL", topn=4,
                    mfclogdir=str(folder))  # fmt: skip
    found.add_allphone_file("loop")
    found.activate_search("loop")
    return found


def searched(ears: Decoder, pcm: Pcm, *, anew: bool = True) -> list[Segment]:
    """`anew`: it forgets the noise of the last line."""
    if anew:
        ears.start_stream()
    ears.start_utt()
    ears.process_raw(pcm.to_bytes(), full_utt=True)
    ears.end_utt()
    log = ears.get_logmath().log
    return [Segment(s.word, s.start_frame, s.end_frame + 1, log(s.ascore)) for s in ears.seg()]


def by_frame(path: Iterator[Segment] | list[Segment] | tuple[Segment, ...]) -> list[str]:
    return [segment.word for segment in path for _ in range(segment.frames)]


def test_cepstra_are_those_of_pocketsphinx_when_it_hears_them_again(
    tmp_path: Path, sounds: list[Pcm]
) -> None:
    ears = decoder(tmp_path)
    for pcm in sounds[:4]:
        searched(ears, pcm)
        searched(ears, pcm, anew=False)
        _, file = sorted(tmp_path.glob("*.mfc"))
        theirs = np.fromfile(file, ">f4", offset=4).reshape(-1, CEPSTRA)
        for each in tmp_path.glob("*.mfc"):
            each.unlink()
        ours = cepstra(pcm)
        assert ours.shape == theirs.shape
        assert np.abs(ours - theirs).max() < 1e-3


def test_paths_are_nearly_those_of_pocketsphinx(
    tmp_path: Path, model: AcousticModel, sounds: list[Pcm]
) -> None:
    """It adds up four Gaussians of each mixture in whole numbers, we all of them."""
    ears, loop = decoder(tmp_path), PhoneLoop(model)
    same, worse = [], []
    for pcm in sounds:
        searched(ears, pcm)
        theirs = searched(ears, pcm, anew=False)
        ours = loop.search(features(cepstra(pcm)))
        assert (ours[0].start, ours[-1].end) == (0, theirs[-1].end)
        same += [a == b for a, b in zip(by_frame(theirs), by_frame(ours), strict=True)]
        scores = (sum(segment.score for segment in path) for path in (theirs, ours))
        worse.append((next(scores) - next(scores)) / ours[-1].end)
    assert np.mean(same) > 0.8
    assert -2.0 < np.mean(worse) < 0.0


def test_segments_follow_each_other(model: AcousticModel, sounds: list[Pcm]) -> None:
    for pcm in sounds:
        path = PhoneLoop(model).search(features(cepstra(pcm)))
        assert path[0].word == "SIL"
        assert all(a.end == b.start for a, b in pairwise(path))
        assert all(segment.frames >= 3 and segment.score <= 0 for segment in path)


@settings(max_examples=20)
@given(samples=st.lists(st.integers(-32768, 32767), min_size=960, max_size=3_000))
def test_any_sound_has_features_and_a_path(samples: list[int]) -> None:
    pcm = Pcm(np.array(samples, np.int16), WIDEBAND)
    heard = features(cepstra(pcm))
    assert np.isfinite(heard).all()
    path = PhoneLoop(read_model(FOLDER)).search(heard)
    assert path[-1].end == len(heard)


def test_the_best_state_of_a_frame_scores_nothing(model: AcousticModel, sounds: list[Pcm]) -> None:
    scores = model.scores(features(cepstra(sounds[0])))
    assert scores.shape[1:] == (len(model.phones), 3)
    assert np.all(scores.max(axis=(1, 2)) == 0)


@pytest.mark.parametrize("name", ["mdef", "means", "transition_matrices"])
def test_files_of_another_kind_are_refused(tmp_path: Path, name: str) -> None:
    shutil.copytree(FOLDER, tmp_path / "en-us")
    (tmp_path / "en-us" / name).write_bytes(b"something else " * 300)
    with pytest.raises(ModelError, match=name):
        read_model(tmp_path / "en-us")
