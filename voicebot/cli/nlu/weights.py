"""Which sentence encoder the commands work with."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from voicebot.nlu.embedding.find import MODEL, find_encoder
from voicebot.nlu.embedding.sentence_encoder import SentenceEncoder


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of all commands that train."""
    parser.add_argument("--lang", choices=("en", "zh"), default="", help="default: by the script")
    parser.add_argument(
        "--encoder", type=Path, metavar="FOLDER",
        help=f"model.safetensors and vocab.txt of MiniLM (default: {MODEL})",
    )  # fmt: skip
    parser.add_argument(
        "--lexical", action="store_true", help="by words alone, without the encoder"
    )
    parser.add_argument(
        "--error-rate", type=float, default=0.1, metavar="RATE",
        help="errors a word that the recognizer makes, 0 to 0.5 (default: 0.1)",
    )  # fmt: skip


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
