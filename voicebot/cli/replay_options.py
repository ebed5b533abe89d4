"""What `voicebot replay` is asked: which calls, against what, how."""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from voicebot.cli.calls_search import parse_since, spellings
from voicebot.core.call import Outcome
from voicebot.replay.caller import Timing
from voicebot.replay.changing import parse_value
from voicebot.replay.choosing import NotFound
from voicebot.replay.options import JOURNAL, LIVE, From, ReplayOptions
from voicebot.replay.voice import Prompts
from voicebot.store.query import CallFilter

_WHERE = ("flow", "outcome", "caller", "text", "intent", "tag", "confidence")


def configure_filter(group: Any) -> None:
    """Declare which calls."""
    group.add_argument("--all", action="store_true", help="every call of the hotline")
    group.add_argument("--since", type=parse_since, metavar="WHEN", help="30m, 2h, 7d, 2026-11-22")
    group.add_argument("--until", type=parse_since, metavar="WHEN", help="the same")
    group.add_argument(
        "--where",
        action="append",
        type=_where,
        default=[],
        metavar="NAME=VALUE",
        help="flow, outcome, caller, text, intent, tag; confidence=0.5: something was heard with "
        "less",
    )
    group.add_argument("--limit", type=int, default=0, metavar="N", help="the youngest N")


def configure_now(group: Any) -> None:
    """Declare against what."""
    group.add_argument(
        "--flow", default="", metavar="NAME", help="another flow than that of the call"
    )
    group.add_argument(
        "--flow-version",
        default="",
        metavar="VERSION",
        help="`then` for the versions that the call was served with, or how one begins",
    )
    group.add_argument(
        "--draft", action="store_true", help="the folder's flows, whatever was published"
    )
    group.add_argument(
        "--set",
        action="append",
        type=_setting,
        default=[],
        dest="values",
        metavar="NAME=VALUE",
        help="vad.*, recognition.*, understanding.*, speech.*, timing.*, flow.*, endpointing.*, "
        "barge_in.*",
    )
    group.add_argument(
        "--sweep",
        action="append",
        type=_sweep,
        default=[],
        metavar="NAME=A,B,C",
        help="each of the values; several sweeps: each with each",
    )
    group.add_argument(
        "--backend",
        choices=(JOURNAL, LIVE),
        default=JOURNAL,
        help="who answers http nodes: the journal, or the flows' back ends as they are now",
    )


def configure_how(group: Any) -> None:
    """Declare how."""
    group.add_argument(
        "--from",
        dest="begin",
        choices=[one.value for one in From],
        default=From.SOUND.value,
        help="with the sound, or with what was recognized then",
    )
    group.add_argument(
        "--timing",
        choices=[one.value for one in Timing],
        default=Timing.RELATIVE.value,
        help="the caller speaks and presses keys as long after a prompt as then (relative), or "
        "at the same time of the call (absolute)",
    )
    group.add_argument(
        "--prompts",
        choices=[one.value for one in Prompts],
        default=Prompts.THEN.value,
        help="with their sound and length of then, or as they are spoken today",
    )
    group.add_argument(
        "--caller-channel",
        choices=("left", "right"),
        default="left",
        help="of stereo files that are named (left)",
    )
    group.add_argument("--jobs", type=int, default=0, metavar="N", help="processes (one a core)")


def variants_of(args: argparse.Namespace) -> tuple[list[ReplayOptions], list[str]]:
    """Options with each combination of what is swept, and their names."""
    base = ReplayOptions(
        config=args.config,
        flows=args.flows,
        data=args.data,
        draft=args.draft,
        flow=args.flow,
        flow_version=args.flow_version,
        begin=From(args.begin),
        timing=Timing(args.timing),
        prompts=Prompts(args.prompts),
        backend=args.backend,
        values=dict(args.values),
    )
    options, names = [], []
    for choice in itertools.product(*([(name, v) for v in values] for name, values in args.sweep)):
        options.append(replace(base, values={**base.values, **dict(choice)}))
        names.append(" ".join(f"{name}={value}" for name, value in choice))
    return options, names


def filter_of(args: argparse.Namespace) -> CallFilter:
    """Which of the hotline's calls. Raises `NotFound` where a name is given twice."""
    return CallFilter(since=args.since, until=args.until, **_fields(args.where))


def _fields(where: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Of the filter. Raises `NotFound` where one is given twice: all must fit."""
    fields = dict(where)
    if len(fields) < len(where):
        raise NotFound("--where: give each name once; calls must fit all of them")
    if "caller" in fields:
        fields["callers"] = tuple(spellings([fields.pop("caller")]))
    return fields


def _where(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if name not in _WHERE or not equals:
        known = ", ".join(_WHERE)
        raise argparse.ArgumentTypeError(f"{text!r} is no filter; write NAME=VALUE with {known}")
    if name == "outcome":
        if value not in list(Outcome):
            known = ", ".join(Outcome)
            raise argparse.ArgumentTypeError(f"{value!r} is no outcome; known: {known}")
        return name, Outcome(value)
    if name != "confidence":
        return name, value
    try:
        return name, float(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{value!r} is no confidence from 0 to 1") from None


def _setting(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r}: write NAME=VALUE, as vad.mode=2")
    return name, parse_value(value)


def _sweep(text: str) -> tuple[str, list[Any]]:
    name, values = _setting(text)
    found = [parse_value(part) for part in str(values).split(",") if part]
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r}: write NAME=A,B,C")
    return name, found
