"""Where a hotline's things are: the options that its commands share, and the store behind them."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from voicebot.config.surroundings import database_url, hotline_file

_PLACES = {
    "config": ("sip_config", "sip.toml and hotline.toml"),
    "flows": ("ivr_flows", "flow files and recorded prompts"),
    "data": ("data", "database, recordings, caches"),
}


def add_places(parser: argparse.ArgumentParser, *names: str) -> None:
    """Declare `--config`, `--flows` and `--data`, or those that are named.

    Each may stand in the environment: VOICEBOT_CONFIG, VOICEBOT_FLOWS, VOICEBOT_DATA.
    """
    for name in names or _PLACES:
        folder, text = _PLACES[name]
        variable = f"VOICEBOT_{name.upper()}"
        parser.add_argument(
            f"--{name}",
            type=Path,
            default=Path(os.environ.get(variable) or folder),
            metavar="DIR",
            help=f"{text} (default: {folder}, or ${variable})",
        )


def store_url(args: argparse.Namespace) -> str:
    """The database that the hotline of `--config` and `--data` keeps its calls in; that of the
    data folder where there is no configuration. Raises `ConfigError` where it is wrong."""
    return database_url(hotline_file(args.config) if args.config.is_dir() else None, args.data)
