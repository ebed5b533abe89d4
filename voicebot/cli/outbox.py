"""What waits for others after calls: notices to be delivered, callers to be called back.

    voicebot outbox list                  notices, the youngest first
    voicebot outbox list --state dead     those that were given up, with the reason
    voicebot outbox retry ID ...          try them anew; all that are dead with --all
    voicebot outbox callbacks             who waits for a call, the longest waiting first
    voicebot outbox settle ID             a callback was made; --as failed, canceled

Works while the hotline serves. A notice is tried ten times within about two days; what it said is
kept until it arrived. `--json` gives an object a line.

Exit codes: 0 done, 2 there is no such notice or callback, wrong use, or there is no database.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable

from voicebot.cli.calls import table
from voicebot.cli.places import add_places, store_url
from voicebot.config.surroundings import hotline_in
from voicebot.core.afterwards import CallbackRequest, CallbackState
from voicebot.core.errors import WrongUse
from voicebot.store.callbacks import CallbackStore
from voicebot.store.opening import open_afterwards
from voicebot.store.outbox import NoticeState, OutboxStore, Waiting, channel_of

COLUMNS = ("id", "channel", "state", "created", "attempts", "due", "error")
CALLBACK_COLUMNS = (
    "number",
    "queue",
    "why",
    "state",
    "attempts",
    "last result",
    "requested",
    "not before",
    "call",
    "id",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    commands = parser.add_subparsers(dest="what", required=True, metavar="SUBCOMMAND")
    listing = commands.add_parser("list", help="notices, the youngest first")
    listing.add_argument("--state", type=NoticeState, choices=list(NoticeState), help="only these")
    listing.add_argument("--limit", type=int, default=50, help="at most so many (50)")
    retry = commands.add_parser("retry", help="try dead notices anew")
    retry.add_argument("id", nargs="*", metavar="ID", help="ids of notices")
    retry.add_argument("--all", action="store_true", help="every dead notice")
    callbacks = commands.add_parser("callbacks", help="who waits for a call")
    callbacks.add_argument(
        "--state", type=CallbackState, choices=list(CallbackState), help="only these"
    )
    settle = commands.add_parser("settle", help="a callback was made, or will not be")
    settle.add_argument("id", metavar="ID", help="as `callbacks --json` has it, or how it begins")
    settle.add_argument(
        "--as",
        dest="outcome",
        type=CallbackState,
        choices=[state for state in CallbackState if state is not CallbackState.WAITING],
        default=CallbackState.DONE,
        help="(done)",
    )
    for command in (listing, callbacks):
        command.add_argument("--json", action="store_true", help="JSON, one object a line")
    for command in (listing, retry, callbacks, settle):
        add_places(command, "config", "data")


def run(args: argparse.Namespace) -> int:
    """Returns the exit code."""
    hotline = hotline_in(args.config)
    callbacks, outbox = open_afterwards(store_url(args), hotline.webhooks, hotline.node)
    commands: dict[str, Callable[[], int]] = {
        "list": lambda: _list(outbox, args),
        "retry": lambda: _retry(outbox, args),
        "callbacks": lambda: _callbacks(callbacks, args),
        "settle": lambda: _settle(callbacks, args),
    }
    try:
        return commands[args.what]()
    finally:
        outbox.close()
        callbacks.close()


def _list(outbox: OutboxStore, args: argparse.Namespace) -> int:
    entries = outbox.list(args.state, max(1, args.limit))
    cells = [_cells(entry) for entry in entries]
    _print(COLUMNS, cells, args, "No such notices." if args.state else "No notices yet.")
    return 0


def _retry(outbox: OutboxStore, args: argparse.Namespace) -> int:
    if bool(args.id) == args.all:
        print("voicebot outbox: name notices, or say --all", file=sys.stderr)
        return 2
    missing = [name for name in args.id if not outbox.revive(name)]
    revived = outbox.revive_all() if args.all else len(args.id) - len(missing)
    print(f"{revived} tried anew.")
    for name in missing:
        hint = "`voicebot outbox list --state dead` lists them"
        print(f"voicebot outbox: {name} is no dead notice: {hint}", file=sys.stderr)
    return 2 if missing else 0


def _callbacks(store: CallbackStore, args: argparse.Namespace) -> int:
    cells = [_callback_cells(request) for request in store.list(args.state)]
    _print(CALLBACK_COLUMNS, cells, args, "Nobody waits for a call.")
    return 0


def _settle(store: CallbackStore, args: argparse.Namespace) -> int:
    waiting = [request.id for request in store.list(CallbackState.WAITING)]
    found = [name for name in waiting if name.startswith(args.id)]
    if len(found) != 1 or not store.settle(found[0], args.outcome):
        hint = "`voicebot outbox callbacks` lists them"
        raise WrongUse(f"no one callback that waits has an id that begins with {args.id!r}: {hint}")
    print(f"Settled: {args.outcome}.")
    return 0


def _print(
    columns: tuple[str, ...],
    cells: list[tuple[str, ...]],
    args: argparse.Namespace,
    nothing: str,
) -> None:
    if args.json:
        for row in cells:
            print(json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False))
    else:
        print(table([columns, *cells]) if cells else nothing)


def _cells(entry: Waiting) -> tuple[str, ...]:
    return (
        entry.notice.id,
        channel_of(entry.notice),
        str(entry.state),
        f"{entry.created.astimezone():%Y-%m-%d %H:%M:%S}",
        str(entry.attempts),
        f"{entry.due.astimezone():%Y-%m-%d %H:%M:%S}" if entry.state == "waiting" else "",
        entry.error,
    )


def _callback_cells(request: CallbackRequest) -> tuple[str, ...]:
    when = request.not_before
    return (
        request.number,
        request.queue,
        "cut off" if request.cut_off else "asked",
        str(request.state),
        str(request.attempts),
        request.result,
        f"{request.requested_at.astimezone():%Y-%m-%d %H:%M:%S}",
        f"{when.astimezone():%Y-%m-%d %H:%M}" if when else "",
        request.call[:8],
        request.id,
    )
