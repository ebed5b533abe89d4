"""Talk to a flow by typing: the engine, understanding and back end that serve a call.

    voicebot chat bank_en                     a flow of ivr_flows/, by name
    voicebot chat my_flow.yaml --trace        any file; with what the journal would hold and what
                                              the conversation keeps for later turns
    printf 'lost card\\n#4321\\n' | voicebot chat bank_en

Type what the caller would say. Lines of keys only are keys (12, 12#, *; a # before them is left
out), and those that a question does not take are kept for the next. An empty line is silence.
/hangup, or the end of input, ends the call. Queues and transfers end as --queue-outcome and
--transfer-outcome say.

What sip_config/ says of understanding holds, trained models included. The flow's back end is asked
for real, with the secrets of sip_config/. Where it is the demo bank of this machine and does not
run, one is started for the conversation.

Exit codes: 0 the call came to its end, 1 it failed, 2 the flow cannot be loaded.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from voicebot import nlu
from voicebot.cli.chat.back_end import back_end
from voicebot.cli.chat.conversation import Conversation
from voicebot.cli.chat.keyboard import Keyboard
from voicebot.cli.chat.pretending import Pretending
from voicebot.cli.flows.finding import add_flow, load_by_name
from voicebot.config.surroundings import hotline_in
from voicebot.core.call import Outcome
from voicebot.core.queueing import TRANSFER_ENDS, QueueOutcome, TransferOutcome
from voicebot.flow.flow import Flow

_CONFIG = Path("sip_config")


def configure(parser: argparse.ArgumentParser) -> None:
    """The command line."""
    add_flow(parser)
    parser.add_argument(
        "--language", metavar="TAG", default="", help="instead of the flow's: en, zh"
    )
    parser.add_argument(
        "--queue-outcome",
        action="append",
        type=QueueOutcome,
        metavar="OUTCOME",
        help=f"how a wait for a person ends: {', '.join(QueueOutcome)}; repeat it for the next "
        "wait (served)",
    )
    parser.add_argument(
        "--transfer-outcome",
        type=TransferOutcome,
        choices=TRANSFER_ENDS,
        default=TransferOutcome.DONE,
        metavar="OUTCOME",
        help=f"how a transfer ends: {', '.join(TRANSFER_ENDS)} (done)",
    )
    parser.add_argument("--caller", metavar="NUMBER", default="", help="the caller's number")
    parser.add_argument(
        "--trace",
        action="store_true",
        help="show nodes, slots, scores, what came close, and what is kept for later turns",
    )
    parser.add_argument(
        "--today", type=datetime.date.fromisoformat, metavar="DATE", help="YYYY-MM-DD"
    )
    parser.add_argument(
        "--own-backend", action="store_true", help="start a demo bank of its own in any case"
    )


def run(args: argparse.Namespace) -> int:
    """Talk until the call ends."""
    return asyncio.run(_talk(load_by_name(args.folder, args.flow), args))


async def _talk(flow: Flow, args: argparse.Namespace) -> int:
    async with AsyncExitStack() as stack:
        hotline = hotline_in(_CONFIG)
        backend = await back_end(stack, hotline, own=args.own_backend)
        now = _now(args.today)
        understanding = nlu.build(hotline.understanding, now=lambda: now or datetime.datetime.now())
        for note in understanding.notes:
            print(f"Note: {note}", file=sys.stderr)
        pretending = Pretending(list(args.queue_outcome or []), args.transfer_outcome)
        talk = Conversation(flow, backend, understanding, pretending, Keyboard(), trace=args.trace)
        began = now or datetime.datetime.now()
        outcome = await talk.run(began.astimezone(), args.language, args.caller)
        return 1 if outcome is Outcome.FAILED else 0


def _now(today: datetime.date | None) -> datetime.datetime | None:
    """Nine in the morning of the day that was named."""
    return datetime.datetime.combine(today, datetime.time(9)) if today else None
