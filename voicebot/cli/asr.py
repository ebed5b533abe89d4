"""Transcribe sound files as a call would hear them.

    voicebot asr transcribe yes.wav --expect yes --expect no
    voicebot asr transcribe zip.wav --digits 5 --telephone
    voicebot asr transcribe *.wav --expect-file orders.txt --json
    voicebot asr transcribe note.wav --engine vosk

The files go through the recognizer, the worker processes and the rejection that serve calls.
`--expect` takes a phrase pattern as flow files write it: `[...]` may be left out, `(a | b)` is a
choice. A file of patterns has one a line; lines that begin with `#` are skipped.

Exit codes: 0 all files were transcribed (also to nothing), 1 some could not be, 2 wrong use.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from voicebot.asr import AsrSettings, PooledRecognizer, build
from voicebot.asr.files import FileError, Heard, hear, load_sound
from voicebot.core.errors import ConfigError, EngineError, Problem
from voicebot.core.meaning import Choice, Expectation, SlotSpec, SlotType
from voicebot.core.phrases import Phrase, PhraseError, parse_phrase


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `voicebot asr`."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="SUBCOMMAND")
    add = commands.add_parser(
        "transcribe",
        help="print what sound files say",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add.add_argument("files", nargs="+", type=Path, metavar="FILE", help="WAV, one channel")
    add.add_argument("--engine", choices=("pocketsphinx", "vosk"), help="default: as for calls")
    add.add_argument("--expect", action="append", default=[], metavar="PHRASE")
    add.add_argument("--expect-file", type=Path, metavar="FILE", help="patterns, one a line")
    add.add_argument("--digits", type=int, metavar="N", help="a string of N digits is expected")
    add.add_argument("--language", default="en", metavar="TAG", help="default: en")
    add.add_argument("--telephone", action="store_true", help="send through G.711 at 8 kHz first")
    add.add_argument("--models", type=Path, default=Path("asr_models"), metavar="DIR")
    add.add_argument("--model", type=Path, metavar="DIR", help="a Vosk model folder to use")
    add.add_argument("--json", action="store_true", help="one JSON row a file")


def run(args: argparse.Namespace) -> int:
    """Exit code of `voicebot asr transcribe`."""
    expectation = _expectation(args)
    settings = _settings(args)
    recognizer = PooledRecognizer(settings, {}) if _is_sphinx(args) else build(settings)
    _check(args, recognizer, expectation)
    return asyncio.run(_transcribe(args, recognizer, expectation))


def _is_sphinx(args: argparse.Namespace) -> bool:
    """PocketSphinx was asked for, whatever Vosk models are here."""
    return bool(args.engine == "pocketsphinx")


def _expectation(args: argparse.Namespace) -> Expectation:
    phrases = tuple(_phrases(args))
    choices = (Choice("expected", phrases),) if phrases else ()
    slots: tuple[SlotSpec, ...] = ()
    if args.digits is not None:
        if not 1 <= args.digits <= 20:
            raise _wrong("--digits", "takes 1 to 20")
        slots = (SlotSpec("digits", SlotType.DIGITS, args.digits, args.digits),)
    return Expectation(language=args.language, choices=choices, slots=slots)


def _phrases(args: argparse.Namespace) -> Iterator[Phrase]:
    for number, text in enumerate(args.expect, 1):
        yield _phrase(text, f"--expect {number}", 0)
    if args.expect_file is None:
        return
    try:
        lines = args.expect_file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(str(args.expect_file), f"cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield _phrase(line, str(args.expect_file), number)


def _phrase(text: str, file: str, line: int) -> Phrase:
    try:
        return parse_phrase(text)
    except PhraseError as error:
        problem = Problem(file, line, error.offset + 1, "bad-phrase", str(error))
        raise ConfigError([problem]) from error


def _settings(args: argparse.Namespace) -> AsrSettings:
    settings = AsrSettings(models_dir=args.models)
    if args.model is not None:
        return replace(settings, vosk={args.language: args.model.resolve()})
    return settings


def _check(args: argparse.Namespace, recognizer: PooledRecognizer, wanted: Expectation) -> None:
    """Nothing starts that cannot hear what is asked."""
    engine = recognizer.engine(wanted.language)
    if not engine or (args.engine and engine != args.engine):
        hint = "`voicebot models list` shows what can be fetched; --model names a folder"
        name = args.engine or "any engine"
        raise _wrong("--engine", f"no model of {name} for `{wanted.language}` is here", hint)
    if engine == "pocketsphinx" and not (wanted.choices or wanted.slots):
        hint = "add --expect PHRASE, --expect-file FILE or --digits N; or use --engine vosk"
        raise _wrong("--expect", "PocketSphinx must know what may be said", hint)
    if unheard := recognizer.unheard(wanted):
        print(f"note: cannot be recognized: {', '.join(unheard)}", file=sys.stderr)


def _wrong(what: str, message: str, hint: str = "") -> ConfigError:
    return ConfigError([Problem(what, 0, 0, "wrong-use", message, hint)])


async def _transcribe(
    args: argparse.Namespace, recognizer: PooledRecognizer, expectation: Expectation
) -> int:
    await recognizer.start()
    failed = 0
    try:
        for file in args.files:
            try:
                pcm = load_sound(file, as_telephone=args.telephone)
                heard = await hear(recognizer, pcm, expectation)
            except (FileError, EngineError) as error:
                failed += 1
                print(f"voicebot: {error}", file=sys.stderr)
                if args.json:
                    print(json.dumps({"file": str(file), "error": str(error)}), flush=True)
                continue
            if args.json:
                print(json.dumps(_row(file, heard), ensure_ascii=False), flush=True)
            else:
                print(_line(file, heard), flush=True)
    finally:
        await recognizer.close()
    return 1 if failed else 0


def _row(file: Path, heard: Heard) -> dict[str, Any]:
    best = heard.transcript.hypotheses[0] if heard.transcript.hypotheses else None
    return {
        "file": str(file),
        "text": heard.transcript.text,
        "confidence": heard.transcript.confidence,
        "rejected": heard.transcript.rejected,
        "took_ms": round(heard.took_ms, 1),
        "words": [
            {"text": w.text, "start_ms": w.start_ms, "end_ms": w.end_ms, "confidence": w.confidence}
            for w in (best.words if best else ())
        ],
    }


def _line(file: Path, heard: Heard) -> str:
    transcript = heard.transcript
    nothing = "(not what was expected)" if transcript.rejected else "(nothing)"
    return f"{transcript.confidence:.2f}  {file}  {transcript.text or nothing}"
