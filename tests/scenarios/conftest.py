"""What scenario tests share: a hotline with a desk is `world` in desk_hotline.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from talking_hotline import Talking


@pytest.fixture
def talking(tmp_path: Path) -> Talking:
    """A caller who talks to an agent."""
    return Talking(tmp_path)
