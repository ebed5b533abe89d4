"""Checks how agents send callers on: every mistake, with its line and what to do."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from voicebot.config.people import Mistake
from voicebot.config.toml_file import TomlFile, dotted
from voicebot.core.queueing import AgentSpec, QueueSpec
from voicebot.core.transfers import Target, TargetKind
from voicebot.session.talk_keys import PLAIN
from voicebot.session.talk_settings import TransferSettings

_PREFIX = re.compile(r"\*\d{1,3}")
_KEYS = ("attended", "blind", *PLAIN)
_AT = ("transfers",)


def check_transfers(
    file: TomlFile,
    settings: TransferSettings,
    queues: tuple[QueueSpec, ...],
    agents: tuple[AgentSpec, ...],
) -> None:
    """Note every problem of `[transfers]` with the file."""
    mistakes = [*_of_keys(settings), *_of_codes(settings, queues, agents)]
    if settings.ring_ms < 1_000:
        mistakes.append(Mistake((*_AT, "ring_ms"), "bad-value", "too short", "the least is 1000"))
    for where, code, message, hint in mistakes:
        file.note(code, f"{dotted(where)}: {message}", where, hint)


def _of_keys(settings: TransferSettings) -> Iterator[Mistake]:
    set_ones = {name: code for name in _KEYS if (code := getattr(settings, name))}
    for name, code in set_ones.items():
        where = (*_AT, name)
        if not _PREFIX.fullmatch(code):
            hint = "a star and one to three digits, as in *1; empty to switch it off"
            yield Mistake(where, "bad-value", f"{code} is no such code", hint)
        for other, longer in set_ones.items():
            if other != name and longer.startswith(code):
                message = f"{code} is the beginning of {other} ({longer})"
                yield Mistake(where, "bad-value", message, "let no code begin with another one")


def _of_codes(
    settings: TransferSettings, queues: tuple[QueueSpec, ...], agents: tuple[AgentSpec, ...]
) -> Iterator[Mistake]:
    numbers = {agent.number: agent.name for agent in agents if agent.number}
    for digits, text in settings.codes.items():
        where = (*_AT, "codes", digits)
        if not digits.isdecimal():
            yield Mistake(where, "bad-value", f"{digits} is no code", "digits, as in 31")
        if digits in numbers:
            message = f"{digits} is the number of {numbers[digits]}"
            yield Mistake(where, "twice", message, "take another code")
        try:
            target = Target.parse(text)
        except ValueError:
            hint = "as in queue:billing, agent:anna, node:verify, number:branch"
            yield Mistake(where, "bad-value", f"{text} is no target", hint)
            continue
        known = {TargetKind.QUEUE: [q.name for q in queues], TargetKind.AGENT: _names(agents)}
        if target.kind in known and target.name not in known[target.kind]:
            hint = f"known: {', '.join(sorted(known[target.kind]))}"
            yield Mistake(where, f"unknown-{target.kind}", f"there is no {text}", hint)


def _names(agents: tuple[AgentSpec, ...]) -> Collection[str]:
    return [agent.name for agent in agents]
