"""Checks who may use the console, and what agents work with there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from voicebot.config.people import Mistake, unknown
from voicebot.config.toml_file import TomlFile, dotted
from voicebot.core.access import Role
from voicebot.core.queueing import AgentSpec, QueueSpec
from voicebot.web.screen_pop import mistakes
from voicebot.web.settings import SHORTEST_TOKEN, DeskSettings, Token, WebSettings

MOST_EARLIER = 50


def check_desk(
    file: TomlFile,
    console: WebSettings,
    desk: DeskSettings,
    queues: Sequence[QueueSpec],
    agents: Sequence[AgentSpec],
) -> None:
    """Note every problem of `[[console.tokens]]` and `[desk]` with the file."""
    found = [*_of_tokens(console, [q.name for q in queues], [a.name for a in agents])]
    for where, code, message, hint in [*found, *_of_desk(desk)]:
        file.note(code, f"{dotted(where)}: {message}", where, hint)


def _of_tokens(console: WebSettings, queues: list[str], agents: list[str]) -> Iterator[Mistake]:
    names, tokens = list[str](), [console.token] if console.token else []
    for i, one in enumerate(console.tokens):
        at = ("console", "tokens", i)
        if one.name in names:
            yield Mistake((*at, "name"), "twice", f"{one.name} has a token already", "rename one")
        if len(one.token) < SHORTEST_TOKEN:
            hint = f"{SHORTEST_TOKEN} characters or more: `openssl rand -hex 16` makes one"
            yield Mistake((*at, "token"), "bad-value", "this token is too short", hint)
        elif one.token in tokens:
            hint = "give everybody a token of their own"
            yield Mistake((*at, "token"), "twice", "somebody else has this token", hint)
        if one.role is Role.AGENT and one.name not in agents:
            yield unknown((*at, "name"), "", "agent", one.name, agents)
        yield from _of_scope(at, one, queues)
        names, tokens = [*names, one.name], [*tokens, one.token]


def _of_scope(at: tuple[str | int, ...], one: Token, queues: list[str]) -> Iterator[Mistake]:
    for queue in one.queues:
        if queue not in queues:
            yield unknown((*at, "queues"), "", "queue", queue, queues)


def _of_desk(desk: DeskSettings) -> Iterator[Mistake]:
    for message, hint in mistakes(desk.screen_pop):
        yield Mistake(("desk", "screen_pop"), "bad-address", message, hint)
    for code in desk.dispositions:
        if not re.fullmatch(r"\w[\w-]{0,63}", code):
            hint = "letters, digits, _ and -; 64 at most"
            yield Mistake(("desk", "dispositions"), "bad-value", f"{code!r} is no name", hint)
    if desk.lagged_after_s < 0:
        where = ("desk", "lagged_after_s")
        yield Mistake(where, "bad-value", f"{desk.lagged_after_s} is too small", "0 for never")
    if not 0 <= desk.earlier_calls <= MOST_EARLIER:
        hint = f"0 to {MOST_EARLIER}"
        where = ("desk", "earlier_calls")
        yield Mistake(where, "bad-value", f"{desk.earlier_calls} is out of bounds", hint)
