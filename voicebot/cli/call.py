"""Place a SIP call: speak, play sound, press keys, listen, and report when the bot spoke.

    voicebot call sip:bank_en@127.0.0.1 --say "I lost my card" --dtmf 4321 --record call.wav
    voicebot call sip:bank_en@127.0.0.1 --wait 1.5 --say "operator" --json

Steps are done in the order given. Each waits until the bot has spoken and fallen silent, but the
step after a --wait comes exactly then. A --wait that comes first counts from the answer, so that
`--wait 1.5 --say operator` interrupts the greeting. After the last step the call goes on until the
bot hangs up or has been silent for --linger seconds. The recording has the bot on the left channel
and the caller on the right.

Exit codes: 0 the call was answered, 1 it was refused or could not be placed, 2 wrong use.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from voicebot.audio.wav import read_wav
from voicebot.audio.wav_writer import write_wav
from voicebot.core.errors import DialRefused, VoicebotError
from voicebot.sim.caller import Caller, Press, Report, Say, Step, Wait, joined
from voicebot.sip.destinations import route, split_host
from voicebot.sip.endpoint import SipEndpoint
from voicebot.sip.settings import Destinations, Media, SipSettings, Srtp, Transport, TransportKind
from voicebot.tts.caller_voice import caller_voice

KEYS = frozenset("0123456789*#ABCD")
LANGUAGES = ("en", "zh")
"""That `--say` has voices for."""
_USER = r"[A-Za-z0-9_.!~*'()&=+$,/%-]+"
"""`unreserved`, `escaped` and the harmless of `user-unreserved` (RFC 3261 section 25.1)."""

_HINTS = {
    408: " (nothing answers there: no hotline, another port, or one that does not know this "
    "machine's address; see allowed_networks)",
    488: " (no codec or encryption in common)",
    503: " (full, or stopping)",
}
"""What a refusal most often means, for people."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    parser.add_argument(
        "uri", type=_uri, metavar="SIP-URI", help="sip:FLOW@HOST[:PORT][;transport=tcp|tls]"
    )
    steps = parser.add_argument_group("steps, in order, any number of them")
    for flag, metavar, text in (
        ("--say", "TEXT", "speak, with another voice than the bot's"),
        ("--play", "WAV", "play a sound file"),
        ("--dtmf", "KEYS", "press keys: 0-9 * # A-D"),
        ("--wait", "SECONDS", "let time pass"),
    ):
        steps.add_argument(flag, metavar=metavar, action=_Step, dest="steps", help=text)
    parser.add_argument("--record", type=_to_write, metavar="OUT.wav", help="keep both sides")
    parser.add_argument("--json", action="store_true", help="report as one JSON object")
    parser.add_argument(
        "--linger",
        type=_seconds,
        default=10.0,
        metavar="SECONDS",
        help="after the last step, hang up when the bot was silent so long (10)",
    )
    parser.add_argument(
        "--from",
        type=_user,
        dest="user",
        default="caller",
        metavar="NUMBER",
        help="number of the caller",
    )
    parser.add_argument(
        "--codec",
        type=_codec,
        action="append",
        metavar="NAME",
        help="PCMU, PCMA, G722 or opus; repeat it in order of preference (all)",
    )
    parser.add_argument(
        "--language", choices=LANGUAGES, default="en", help="of --say: en (default), zh"
    )
    parser.add_argument(
        "--srtp",
        choices=[kind.value for kind in Srtp],
        default=Srtp.OPTIONAL.value,
        help="encrypted sound: optional (default) offers it, required calls only with it",
    )
    parser.set_defaults(steps=[])


def run(args: argparse.Namespace) -> int:
    """Call; returns the exit code."""
    report, rate = asyncio.run(_call(args))
    if args.record and report.heard:
        write_wav(args.record, joined(report.heard, rate), joined(report.spoken, rate))
    print(json.dumps(_as_json(report)) if args.json else _as_text(report, args))
    return 0 if report.answered else 1


async def _call(args: argparse.Namespace) -> tuple[Report, int]:
    steps = [await _step(kind, value, args.language) for kind, value in args.steps]
    async with SipEndpoint(_settings(args)) as line:
        leg = await line.dial(args.uri, {})
        report = await Caller(leg, steps, linger_ms=round(args.linger * 1000)).run()
        return report, leg.rate


def _settings(args: argparse.Namespace) -> SipSettings:
    """Any free ports; a call to wherever the person at the terminal says."""
    codecs = tuple(args.codec or Media().codecs)
    return SipSettings(
        transports=tuple(Transport(kind, port=0) for kind in TransportKind),
        media=replace(Media(), codecs=codecs, rtp_port_first=0, srtp=Srtp(args.srtp)),
        destinations=_destinations(args.uri),
        user=args.user,
    )


def _destinations(uri: str) -> Destinations:
    return Destinations(hosts=(_host(uri), *Destinations().hosts))


def _host(uri: str) -> str:
    return split_host(uri.strip("<>").split(":", 1)[-1].split("@")[-1].split(";")[0])


async def _step(kind: str, value: str, language: str) -> Step:
    match kind:
        case "say":
            return Say(await caller_voice(value, language), value)
        case "play":
            return Say(read_wav(Path(value)).mono(), value)
        case "dtmf":
            return Press(value)
    return Wait(round(float(value) * 1000))


class _Step(argparse.Action):
    """Keeps steps of all kinds in one list, in order; says what is wrong with one at once."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        kind, value = str(option_string).lstrip("-"), str(values)
        if fault := _fault(kind, value):
            parser.error(f"{option_string}: {fault}")
        namespace.steps = [*namespace.steps, (kind, value)]


def _fault(kind: str, value: str) -> str:
    if kind == "dtmf" and not set(value) <= KEYS:
        return "keys are 0-9 * # A-D"
    if kind == "play":
        return _unplayable(Path(value))
    if kind == "say" and not value.strip():
        return "there is nothing to say"
    if kind == "wait":
        try:
            _seconds(value)
        except (ValueError, argparse.ArgumentTypeError):
            return "a number of seconds is wanted"
    return ""


def _unplayable(path: Path) -> str:
    if not path.is_file():
        return f"there is no file {path}"
    try:
        read_wav(path)
    except VoicebotError as error:
        return str(error)
    return ""


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds") from None
    if not 0 <= value <= 86_400:
        raise argparse.ArgumentTypeError("between 0 and 86400 seconds")
    return value


def _uri(text: str) -> str:
    try:
        route(text, _destinations(text), ())
    except DialRefused as error:
        message = f"{error}; write sip:FLOW@HOST:PORT, as sip:bank_en@127.0.0.1"
        raise argparse.ArgumentTypeError(message) from None
    port = re.search(r":(\d+)>?(;|$)", text)
    if port is not None and not 0 < int(port[1]) < 65_536:
        raise argparse.ArgumentTypeError(f"{port[1]} is no port, 1 to 65535")
    return text


def _user(text: str) -> str:
    if not re.fullmatch(_USER, text):
        message = f"{text!r} cannot stand in a SIP address: digits, letters and +*._- can"
        raise argparse.ArgumentTypeError(message)
    return text


def _codec(name: str) -> str:
    known = Media().codecs
    if name.lower() not in map(str.lower, known):
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(known)}")
    return name


def _to_write(text: str) -> Path:
    path = Path(text)
    if path.is_dir() or not path.parent.is_dir():
        reason = "is a folder" if path.is_dir() else f"there is no folder {path.parent}"
        raise argparse.ArgumentTypeError(f"{text}: {reason}")
    return path


def _as_json(report: Report) -> dict[str, Any]:
    return {
        "answered": report.answered,
        "code": report.code,
        "reason": report.reason,
        "ended_by": "bot" if report.ended_by_bot else "caller",
        "duration_ms": report.duration_ms,
        "bot": [asdict(span) for span in report.bot],
        "steps": [asdict(span) for span in report.steps],
    }


def _as_text(report: Report, args: argparse.Namespace) -> str:
    if not report.answered:
        return f"not answered: {report.code} {report.reason}{_HINTS.get(report.code, '')}"
    rows = [(span.start_ms, span.end_ms, "bot speaks") for span in report.bot]
    rows += [
        (span.start_ms, span.end_ms, f"{kind} {value}")
        for span, (kind, value) in zip(report.steps, args.steps, strict=False)
    ]
    lines = [f"{a / 1000:7.2f} - {b / 1000:6.2f} s  {what}" for a, b, what in sorted(rows)]
    who = "bot" if report.ended_by_bot else "caller"
    lines.append(f"{report.duration_ms / 1000:7.2f} s           hung up by the {who}")
    return "\n".join(lines)
