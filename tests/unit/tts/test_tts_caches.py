"""Memory and disk."""

from __future__ import annotations

import os
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.audio import Pcm
from voicebot.tts.disk_cache import DiskCache
from voicebot.tts.memory_cache import MemoryCache


def sound(value: int, count: int = 1000, rate: int = 8000) -> Pcm:
    return Pcm(np.full(count, value, dtype=np.int16), rate)


def test_what_was_put_comes_back(tmp_path: Path) -> None:
    DiskCache(tmp_path / "new" / "folder", 10**6).put("a", sound(-7, rate=16000))
    again = DiskCache(tmp_path / "new" / "folder", 10**6).get("a")
    assert again is not None
    assert again.rate == 16000
    assert (again.samples == -7).all()
    assert DiskCache(tmp_path, 10**6).get("b") is None


def test_a_file_is_a_wav_that_anybody_can_play(tmp_path: Path) -> None:
    DiskCache(tmp_path, 10**6).put("a", sound(5))
    with wave.open(str(tmp_path / "a.wav"), "rb") as file:
        assert (file.getnframes(), file.getframerate(), file.getnchannels()) == (1000, 8000, 1)


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "append"])
def test_a_damaged_file_is_as_none_and_removed(tmp_path: Path, damage: str) -> None:
    cache = DiskCache(tmp_path, 10**6)
    cache.put("a", sound(5))
    path = tmp_path / "a.wav"
    data = path.read_bytes()
    middle = len(data) // 2
    path.write_bytes(
        {
            "flip": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
            "cut": data[:middle],
            "empty": b"",
            "append": data + b"x",
        }[damage]
    )
    assert cache.get("a") is None
    assert not path.exists()
    cache.put("a", sound(6))
    assert cache.get("a") is not None


def test_the_least_recently_used_goes_first(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 6_200)  # three files of 2,048 bytes
    for age, key in enumerate("abc"):
        cache.put(key, sound(1))
        os.utime(tmp_path / f"{key}.wav", (age, age))
    assert cache.get("a") is not None  # used now
    cache.put("d", sound(1))
    assert cache.get("a") is not None
    assert cache.get("b") is None
    assert cache.get("d") is not None


def test_the_size_is_bounded_also_over_restarts(tmp_path: Path) -> None:
    for start in range(5):
        cache = DiskCache(tmp_path, 20_000)
        for n in range(8):
            cache.put(f"k{start}x{n}", sound(n))
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 20_000


def test_what_is_too_big_is_not_kept(tmp_path: Path) -> None:
    DiskCache(tmp_path, 1_000).put("a", sound(1))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_costs_nothing_but_the_cache(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    cache = DiskCache(blocked, 10**6)
    cache.put("a", sound(1))
    assert cache.get("a") is None


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 300)), max_size=60))
def test_memory_is_bounded_and_keeps_the_latest(puts: list[tuple[int, int]]) -> None:
    cache = MemoryCache(1_000)
    for key, count in puts:
        cache.put(str(key), sound(key, count))
        latest = cache.get(str(key))
        assert latest is not None
        assert len(latest) == count
    kept = [pcm for n in range(10) if (pcm := cache.get(str(n)))]
    assert sum(pcm.samples.nbytes for pcm in kept) <= 1_000


def test_memory_drops_what_was_not_used() -> None:
    cache = MemoryCache(4_000)
    cache.put("a", sound(1))
    cache.put("b", sound(2))
    assert cache.get("a") is not None
    cache.put("c", sound(3))
    assert (cache.get("b"), cache.get("a") is None) == (None, False)
