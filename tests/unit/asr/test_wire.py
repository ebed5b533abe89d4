"""Messages survive the pipe."""

from __future__ import annotations

import asyncio
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.asr import wire

HEADERS = st.dictionaries(st.text(), st.integers() | st.text() | st.none(), max_size=4)


@given(HEADERS, st.lists(st.binary(max_size=200), max_size=4))
def test_round_trip_by_both_readers(header: dict[str, object], parts: list[bytes]) -> None:
    message = wire.Message(header, parts)
    data = wire.encode(message)

    async def read() -> wire.Message:
        stream = asyncio.StreamReader()
        stream.feed_data(data)
        return await wire.read(stream)

    assert asyncio.run(read()) == message
    assert wire.read_blocking(io.BytesIO(data)) == message


def test_the_end_of_the_stream_is_no_message() -> None:
    assert wire.read_blocking(io.BytesIO(b"")) is None


@pytest.mark.parametrize(
    "data", [b"\x00\x01\xff\xff\xff\xff", b"\x00\x01\x00\x00\x00\x01x", b"\x00\x00",
             b"\x00\x01\x00\x00\x00\x011"]
)  # fmt: skip
def test_nonsense_is_refused(data: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.read_blocking(io.BytesIO(data))
