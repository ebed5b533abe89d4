"""Which sentence encoder the commands work with."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from voicebot.asr.dictionary import pronunciations
from voicebot.core.errors import EngineError
from voicebot.nlu.embedding.find import MODEL, find_encoder
from voicebot.nlu.embedding.sentence_encoder import SentenceEncoder
from voicebot.nlu.intents.train import TrainingOptions


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of all commands that train."""
    parser.add_argument("--lang", choices=("en", "zh"), default="", help="default: by the script")
    configure_encoder(parser)
    parser.add_argument(
        "--error-rate", type=float, default=0.1, metavar="RATE",
        help="errors a word that the recognizer makes, 0 to 0.5 (default: 0.1)",
    )  # fmt: skip


def configure_encoder(parser: argparse.ArgumentParser) -> None:
    """Where the encoder is."""
    parser.add_argument(
        "--encoder", type=Path, metavar="FOLDER",
        help=f"model.safetensors and vocab.txt of MiniLM (default: {MODEL})",
    )  # fmt: skip
    parser.add_argument(
        "--lexical", action="store_true", help="by words alone, without the encoder"
    )


def options(args: argparse.Namespace) -> TrainingOptions:
    """How to train."""
    return TrainingOptions(error_rate=args.error_rate, pronounce=pronounce)


def pronounce(word: str) -> Sequence[str]:
    """As the recognizers' dictionary has it; nothing where there is none."""
    try:
        return pronunciations(word)
    except EngineError:
        return ()


def encoder_for(args: argparse.Namespace, language: str) -> SentenceEncoder | None:
    """None for Chinese, where asked, and where there is none, which is said."""
    if args.lexical or language == "zh":
        return None
    encoder = SentenceEncoder(args.encoder) if args.encoder else find_encoder()
    if encoder is None:
        print(
            f"No sentence encoder in {MODEL}: learning by words alone, which is right "
            "less often. docs/ops.md says how to get it.",
            file=sys.stderr,
        )
    return encoder
