"""Flows written in tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flow_caller import HEAD, write

from voicebot.core.errors import ConfigError, Problem
from voicebot.flow.flow import Flow
from voicebot.flow.loader import load_file

Build = Callable[..., Flow]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """A flow from nodes in YAML, which follow those of `HEAD`."""

    def make(nodes: str, head: str = HEAD, **options: object) -> Flow:
        return load_file(write(tmp_path, nodes, head), environment={}, **options)  # type: ignore[arg-type]

    return make


@pytest.fixture
def problems(tmp_path: Path) -> Callable[..., tuple[Problem, ...]]:
    """The problems of a flow that must not load."""

    def find(nodes: str, head: str = HEAD, **options: object) -> tuple[Problem, ...]:
        with pytest.raises(ConfigError) as raised:
            load_file(write(tmp_path, nodes, head), environment={}, **options)  # type: ignore[arg-type]
        return raised.value.problems

    return find
