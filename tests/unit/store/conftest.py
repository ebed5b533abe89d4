from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from call_story import Pen

from voicebot.store.opening import Store, open_store
from voicebot.store.settings import StoreSettings


@pytest.fixture
def pen() -> Callable[..., Pen]:
    return Pen


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'voicebot.db'}"


@pytest.fixture
def settings() -> StoreSettings:
    return StoreSettings(node="here", batch_ms=5, busy_timeout_ms=10, retry_ms=10)


@pytest.fixture
def store(url: str, settings: StoreSettings) -> Iterator[Store]:
    opened = open_store(url, settings)
    yield opened
    opened.close()
