"""G.711 against the numbers printed in ITU-T G.711, tables 1a/1b and 2a/2b."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.audio import g711

# Table 2a: (decision values n and n+1, code as sent, decoder output), 14-bit, positive.
MULAW_ROWS = [
    (7903, 8159, 0b10000000, 8031),
    (4063, 4319, 0b10001111, 4191),
    (2015, 2143, 0b10011111, 2079),
    (991, 1055, 0b10101111, 1023),
    (479, 511, 0b10111111, 495),
    (223, 239, 0b11001111, 231),
    (95, 103, 0b11011111, 99),
    (31, 35, 0b11101111, 33),
    (1, 3, 0b11111110, 2),
    (0, 1, 0b11111111, 0),
]
# Table 1a: the same with 13 bits; codes before the inversion of even bits.
ALAW_ROWS = [
    (3968, 4096, 0b11111111, 4032),
    (2048, 2176, 0b11110000, 2112),
    (1024, 1088, 0b11100000, 1056),
    (512, 544, 0b11010000, 528),
    (256, 272, 0b11000000, 264),
    (128, 136, 0b10110000, 132),
    (64, 68, 0b10100000, 66),
    (62, 64, 0b10011111, 63),
    (0, 2, 0b10000000, 1),
]


def one(function, value, kind):
    return int(function(np.array([value], dtype=kind))[0])


@pytest.mark.parametrize(("low", "high", "code", "output"), MULAW_ROWS)
def test_mulaw_table(low, high, code, output):
    for sample in (4 * low, 4 * high - 1):
        assert one(g711.mulaw_encode, sample, np.int16) == code
        assert one(g711.mulaw_encode, ~sample, np.int16) == code & 0x7F
    assert one(g711.mulaw_decode, code, np.uint8) == 4 * output
    assert one(g711.mulaw_decode, code & 0x7F, np.uint8) == -4 * output


@pytest.mark.parametrize(("low", "high", "code", "output"), ALAW_ROWS)
def test_alaw_table(low, high, code, output):
    sent = code ^ 0x55
    for sample in (8 * low, 8 * high - 1):
        assert one(g711.alaw_encode, sample, np.int16) == sent
        assert one(g711.alaw_encode, ~sample, np.int16) == sent ^ 0x80
    assert one(g711.alaw_decode, sent, np.uint8) == 8 * output
    assert one(g711.alaw_decode, sent ^ 0x80, np.uint8) == -8 * output


def test_overload_is_clipped():
    loudest = np.array([32767, -32768], dtype=np.int16)
    assert list(g711.mulaw_encode(loudest)) == [0x80, 0x00]
    assert list(g711.alaw_encode(loudest)) == [0xAA, 0x2A]


@pytest.mark.parametrize(
    ("encode", "decode"),
    [(g711.mulaw_encode, g711.mulaw_decode), (g711.alaw_encode, g711.alaw_decode)],
)
def test_every_code_survives_a_round_trip(encode, decode):
    codes = np.arange(256, dtype=np.uint8)
    again = encode(decode(codes))
    different = codes[again != codes]
    # Only mu-law has two zeros; the negative one comes back as the positive one.
    assert list(different) == ([0x7F] if encode is g711.mulaw_encode else [])


@given(st.integers(-32768, 32767))
def test_error_is_at_most_half_a_step(sample):
    magnitude = min(abs(sample), 32124)
    mulaw = one(g711.mulaw_decode, one(g711.mulaw_encode, sample, np.int16), np.uint8)
    assert abs(abs(mulaw) - magnitude) <= (magnitude + 132) / 33 + 4
    alaw = one(g711.alaw_decode, one(g711.alaw_encode, sample, np.int16), np.uint8)
    assert abs(abs(alaw) - magnitude) <= max(8, magnitude / 32) + 1


def test_strided_input():
    stereo = np.arange(-1000, 1000, dtype=np.int16).reshape(-1, 2)
    left = stereo[:, 0]
    assert list(g711.mulaw_encode(left)) == list(g711.mulaw_encode(left.copy()))
