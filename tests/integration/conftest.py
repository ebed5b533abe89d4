"""What the tests of the real line share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

pytest.importorskip("pjsua2", reason="pjsua2 is not built: run script/setup")

from far_end import FarEnd
from raw_phone import RawPhone
from sip_line import Line, open_line


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    """Our endpoint, with a socket on loopback."""
    async with open_line() as one:
        yield one


@pytest.fixture
async def far_end() -> AsyncIterator[FarEnd]:
    """Another endpoint, in a process of its own."""
    async with FarEnd() as one:
        yield one


@pytest.fixture
async def phone() -> AsyncIterator[RawPhone]:
    """A phone that sends what it is told."""
    async with RawPhone("127.0.0.1") as one:
        yield one
