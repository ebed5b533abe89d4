"""`voicebot`: one file a command.

A command's module has `HELP` (one line), `configure(parser)` and `run(args) -> exit code`; `PARTS`
are modules of the same kind for what may follow its name (`voicebot replay pin`). It is
imported only when it is called, so that `voicebot calls list` does not wait for a SIP stack.
Exit codes: 0 done, 1 the answer is no (a check failed, a call was refused), 2 wrong use (also a
name or a file that is not there) or configuration, 130 interrupted.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from importlib import metadata

from voicebot.core.errors import ConfigError, VoicebotError, WrongUse

COMMANDS: dict[str, str] = {
    "serve": "run the hotline",
    "call": "place a SIP call that speaks, plays, presses keys and listens",
    "chat": "talk to a flow by typing",
    "flows": "check flow files, draw, test and publish them",
    "calls": "list calls, show one, take them away, erase them",
    "explain": "say what went wrong in a call, where, and what to do about it",
    "report": "count service levels, waits, abandonment, containment",
    "replay": "replay recorded calls through today's code and see what differs",
    "customers": "who calls: import, show, tag, erase",
    "escalations": "what somebody is to look at: list, open, acknowledge, close",
    "outbox": "list notices and callbacks, try notices anew",
    "staff": "compute how many agents a load of calls wants",
    "faq": "what callers ask and are told: import, check, list, try",
    "nlu": "teach what callers say, measure how well it is understood",
    "asr": "transcribe sound files as a call would",
    "models": "list, fetch and verify speech models",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words == ["--version"]:
        print(f"voicebot {metadata.version('voicebot')}")
        return 0
    name = words[0] if words and words[0] in COMMANDS else None
    if name is None:
        return _overview(words)
    if name != "nlu":
        # Before numpy is loaded: calls' sums are small, and BLAS's threads would wait for each
        # other, on cores that the sound needs. Only training gains by them.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    module = importlib.import_module(f"voicebot.cli.{name}")
    parts = getattr(module, "PARTS", {})
    if len(words) > 1 and words[1] in parts:
        module = importlib.import_module(parts[words[1]])
        name = f"{name} {words.pop(1)}"
    parser = argparse.ArgumentParser(
        prog=f"voicebot {name}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.configure(parser)
    return guarded(module.run, parser.parse_args(words[1:]))


def guarded(run: object, args: argparse.Namespace) -> int:
    """The exit code; what is raised on purpose, and a file that cannot be had, is told in short."""
    assert callable(run)
    try:
        return int(run(args))
    except ConfigError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        count = len(error.problems)
        print(
            f"{count} problem{'s' if count != 1 else ''} found; nothing was started.",
            file=sys.stderr,
        )
        return 2
    except VoicebotError as error:
        print(f"voicebot: {error}", file=sys.stderr)
        return 2 if isinstance(error, WrongUse) else 1
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        if error.filename is None:
            raise
        print(f"voicebot: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _overview(words: Sequence[str]) -> int:
    lines = [f"  {name:<12} {text}" for name, text in COMMANDS.items()]
    asked = words[:1] in (["-h"], ["--help"], ["help"])
    out = sys.stdout if asked else sys.stderr
    print("usage: voicebot COMMAND [...]\n\n" + "\n".join(lines), file=out)
    print("\n`voicebot COMMAND --help` says more.", file=out)
    if words and not asked:
        print(f"\nvoicebot: there is no command {words[0]!r}", file=sys.stderr)
    return 0 if asked else 2
