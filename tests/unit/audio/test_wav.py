import struct
import wave
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.audio import g711
from voicebot.audio.tones import tone
from voicebot.audio.wav import WavError, parse_wav, read_wav
from voicebot.audio.wav_writer import WavWriter, wav_bytes, write_wav
from voicebot.core.audio import Pcm

SINE = tone((700,), 50, 8_000, -12).samples


def chunk(ident, body):
    return ident + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def riff(*chunks):
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def fmt(tag, bits, *, channels=1, rate=8_000, extra=b"", width=None):
    block = channels * (width or (bits + 7) // 8)
    fields = struct.pack("<HHIIHH", tag, channels, rate, rate * block, block, bits)
    return chunk(b"fmt ", fields + extra)


def extensible(tag, bits, **options):
    guid = struct.pack("<H", tag) + bytes.fromhex("000000001000800000aa00389b71")
    extra = struct.pack("<HHI", 22, bits, 4) + guid
    return fmt(0xFFFE, bits, extra=extra, **options)


def as_24(samples):
    wide = samples.astype("<i4") * 256
    return wide.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()


EXACT = {
    "16 bit": (fmt(1, 16), SINE.tobytes()),
    "24 bit": (fmt(1, 24), as_24(SINE)),
    "32 bit": (fmt(1, 32), (SINE.astype("<i4") * 65536).tobytes()),
    "float": (fmt(3, 32), (SINE / np.float32(32768)).astype("<f4").tobytes()),
    "double": (fmt(3, 64), (SINE / 32768).astype("<f8").tobytes()),
    "extensible 16": (extensible(1, 16), SINE.tobytes()),
    "extensible 24": (extensible(1, 24), as_24(SINE)),
    "extensible float": (extensible(3, 32), (SINE / 32768).astype("<f4").tobytes()),
}


@pytest.mark.parametrize("kind", EXACT)
def test_exact_formats(kind):
    head, data = EXACT[kind]
    wav = parse_wav(riff(head, chunk(b"data", data)))
    assert wav.rate == 8_000
    assert np.array_equal(wav.mono().samples, SINE)


def test_8_bit_and_companded():
    eight = (SINE // 256 + 128).astype(np.uint8)
    wav = parse_wav(riff(fmt(1, 8), chunk(b"data", eight.tobytes())))
    assert np.array_equal(wav.mono().samples, SINE // 256 * 256)
    for tag, encode, decode in (
        (7, g711.mulaw_encode, g711.mulaw_decode),
        (6, g711.alaw_encode, g711.alaw_decode),
    ):
        codes = encode(SINE)
        wav = parse_wav(riff(fmt(tag, 8), chunk(b"fact", b"1234"), chunk(b"data", codes.tobytes())))
        assert np.array_equal(wav.mono().samples, decode(codes))


def test_loud_values_are_clipped_not_wrapped():
    floats = np.array([2.0, -2.0, 1.0, np.nan], dtype="<f4").tobytes()
    wav = parse_wav(riff(fmt(3, 32), chunk(b"data", floats)))
    assert list(wav.mono().samples) == [32767, -32768, 32767, 0]
    wide = np.array([2**31 - 1, -(2**31)], dtype="<i4").tobytes()
    wav = parse_wav(riff(fmt(1, 32), chunk(b"data", wide)))
    assert list(wav.mono().samples) == [32767, -32768]


def test_stereo_and_odd_chunks():
    both = np.stack([SINE, -SINE // 2], axis=1)
    odd = chunk(b"LIST", b"odd")
    wav = parse_wav(
        riff(
            chunk(b"JUNK", b"x" * 7),
            fmt(1, 16, channels=2, rate=44_100),
            odd,
            chunk(b"data", both.tobytes()),
            chunk(b"id3 ", b"tail!"),
        )
    )
    assert wav.rate == 44_100
    assert np.array_equal(wav.channel(0).samples, SINE)
    assert np.array_equal(wav.channel(1).samples, -SINE // 2)
    assert np.array_equal(wav.mono().samples, np.round(both.mean(axis=1)).astype(np.int16))


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFF000, 10_000])
def test_sizes_of_killed_recorders(size):
    data = b"data" + struct.pack("<I", size) + SINE.tobytes() + b"\x01"
    wav = parse_wav(b"RIFF\0\0\0\0WAVE" + fmt(1, 16) + data)
    assert np.array_equal(wav.mono().samples, SINE)


def test_empty_data_before_another_chunk_is_empty():
    wav = parse_wav(riff(fmt(1, 16), chunk(b"data", b""), chunk(b"LIST", b"INFO")))
    assert len(wav.mono()) == 0


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a WAV"),
        (b"ID3\x03 an mp3 file by another name", "not a WAV"),
        (b"RIFX\0\0\0\0WAVE", "RIFX"),
        (riff(fmt(1, 16)), "no sound"),
        (riff(chunk(b"data", b"1234")), "before its format"),
        (riff(fmt(0x11, 4, width=1), chunk(b"data", b"12")), "0x0011"),
        (riff(chunk(b"fmt ", b"short"), chunk(b"data", b"12")), "too short"),
        (riff(fmt(1, 16, channels=0), chunk(b"data", b"12")), "no sense"),
    ],
)
def test_what_cannot_be_read_is_said(data, message):
    with pytest.raises(WavError, match=message) as raised:
        parse_wav(data, name="greeting.wav")
    assert str(raised.value).startswith("greeting.wav: ")


@given(st.binary(max_size=200))
def test_garbage_never_raises_anything_else(tail):
    for head in (b"RIFF\0\0\0\0WAVE", riff(fmt(1, 24, channels=3)), b""):
        try:
            parse_wav(head + tail)
        except WavError:
            continue


def test_written_files_are_read_by_others(tmp_path):
    path = tmp_path / "two.wav"
    write_wav(path, Pcm(SINE, 8_000), Pcm(SINE[:100], 8_000))
    with wave.open(str(path)) as other:
        assert other.getparams()[:4] == (2, 2, 8_000, len(SINE))
        frames = np.frombuffer(other.readframes(1_000), "<i2").reshape(-1, 2)
    assert np.array_equal(frames[:, 0], SINE)
    assert not frames[100:, 1].any()
    assert np.array_equal(read_wav(path).channel(1).samples[:100], SINE[:100])
    with wave.open(BytesIO(wav_bytes(Pcm(SINE, 16_000)))) as other:
        assert other.getparams()[:4] == (1, 2, 16_000, len(SINE))
    with pytest.raises(ValueError, match="one rate"):
        wav_bytes(Pcm(SINE, 8_000), Pcm(SINE, 16_000))


@given(st.lists(st.integers(0, 2_000), max_size=30))
def test_at_every_moment_the_file_on_disk_is_whole(tmp_path_factory, lengths):
    path = tmp_path_factory.mktemp("wav") / "call.wav"
    writer = WavWriter(path, 8_000, patch_ms=100)
    line = np.arange(sum(lengths)).astype(np.int16)
    start = 0
    for length in lengths:
        piece = Pcm(line[start : start + length], 8_000)
        writer.append(piece, Pcm(-piece.samples, 8_000))
        start += length
        with wave.open(str(path)) as player:
            so_far = player.getnframes()
        # Nothing is promised that is not there, and at most `patch_ms` is missing.
        assert start - 800 <= so_far <= start
        kept = read_wav(path)
        assert np.array_equal(kept.channels[0], line[:so_far])
    assert writer.duration_ms == start / 8
    writer.close()
    writer.close()
    done = read_wav(path)
    assert np.array_equal(done.channels[0], line)
    assert np.array_equal(done.channels[1], -line)


def test_writer_refuses_what_does_not_fit(tmp_path):
    writer = WavWriter(tmp_path / "a.wav", 8_000)
    frame = Pcm.silence(20, 8_000)
    with pytest.raises(ValueError, match="2 channels"):
        writer.append(frame)
    with pytest.raises(ValueError, match="of one length"):
        writer.append(frame, Pcm.silence(10, 8_000))
    with pytest.raises(ValueError, match="at 8000 Hz, the sound at 16000"):
        writer.append(Pcm.silence(10, 16_000), Pcm.silence(10, 16_000))
    writer.close()
    writer.append(frame, frame)
    assert len(read_wav(tmp_path / "a.wav").mono()) == 0
    with pytest.raises(FileExistsError):
        WavWriter(tmp_path / "a.wav", 8_000)
