"""Run the hotline until it is told to stop.

    voicebot serve                    the sample hotlines, on this machine and private networks
    voicebot serve --check            only check the configuration and the flows

Settings are read from sip_config/ (sip.toml, hotline.toml), flows from ivr_flows/; docs/ops.md
explains every setting. Where it listens is printed when it is ready to be called.

Flows that were published (`voicebot flows publish`) serve as they were published, others as the
folder has them. A running hotline takes what is published without a restart, and SIGHUP has it read
the folder anew; calls keep the version that they began with.

SIGTERM or Ctrl-C drains: new calls are refused with 503, calls under way may end, up to `drain_s`
(60 s); a second one ends them at once.

Exit codes: 0 stopped as told, 2 the configuration or a flow is wrong, or a port is taken: nothing
was started, and every problem is listed with its file and line.
"""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import replace

from voicebot.app.serving import serve
from voicebot.cli.places import add_places
from voicebot.config import Settings, load
from voicebot.observe import log_lines
from voicebot.observe.settings import LogSettings


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    add_places(parser)
    parser.add_argument(
        "--sip-port",
        type=_port,
        metavar="N",
        help="instead of the lowest port of sip.toml, the others move along: with the sample "
        "UDP and TCP take N, TLS N+1",
    )
    parser.add_argument(
        "--console-port",
        type=_port,
        metavar="N",
        help="instead of the console's port of hotline.toml; 0 takes any free one",
    )
    parser.add_argument(
        "--draft", action="store_true", help="serve the folder's flows, whatever was published"
    )
    parser.add_argument("--check", action="store_true", help="check all files, start nothing")
    parser.add_argument("--verbose", action="store_true", help="log more; still nothing personal")


def run(args: argparse.Namespace) -> int:
    """Serve; returns the exit code."""
    log_lines.set_up(LogSettings(), verbose=args.verbose)
    settings = _overridden(load(args.config, args.flows, args.data, draft=args.draft), args)
    for warning in settings.warnings:
        print(warning)
    if args.check:
        print("The configuration and the flows are in order.")
        return 0
    log_lines.set_up(settings.hotline.log, verbose=args.verbose)
    asyncio.run(serve(settings, announce=lambda line: print(line, flush=True)))
    return 0


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port, 0 to 65535")
    return int(text)


def _overridden(settings: Settings, args: argparse.Namespace) -> Settings:
    """Ports by flag, for a second hotline beside the first."""
    sip, hotline = settings.sip, settings.hotline
    if args.sip_port is not None:
        base, first = args.sip_port, min(t.port for t in sip.transports)
        moved = tuple(replace(t, port=base + t.port - first) for t in sip.transports)
        sip = replace(sip, transports=moved)
    if args.console_port is not None:
        hotline = replace(hotline, console=replace(hotline.console, port=args.console_port))
    return replace(settings, sip=sip, hotline=hotline)
