"""What subcommands that publish have in common: whose flows, which store, who does it."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Iterator
from contextlib import contextmanager

from voicebot.cli.places import store_url
from voicebot.config.surroundings import database_url, hotline_file, surroundings_of
from voicebot.flow.anywhere import Anywhere
from voicebot.publishing.press import Press
from voicebot.publishing.sources import Sources
from voicebot.store.opening import find_versions, open_versions
from voicebot.store.versions import VersionStore


def add_who_and_why(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """`--why` and `--by`."""
    parser.add_argument("--why", required=required, default="", help="the reason, for the history")
    parser.add_argument("--by", default="", metavar="WHO", help="instead of your user name")


def percentage(text: str) -> float:
    """`10%` or `10`."""
    try:
        percent = float(text.removesuffix("%"))
    except ValueError:
        percent = -1
    if not 0 < percent < 100:
        raise argparse.ArgumentTypeError(f"{text} is no share of the callers, such as 10%")
    return percent


@contextmanager
def press(args: argparse.Namespace) -> Iterator[Press]:
    """The store opened for publishing. Raises `ConfigError`."""
    hotline = hotline_file(args.config)
    sources = Sources(args.flows, surroundings_of(hotline), environment=Anywhere())
    versions = open_versions(database_url(hotline, args.data))
    try:
        yield Press(sources, versions, args.by or _user())
    finally:
        versions.close()


@contextmanager
def published(args: argparse.Namespace) -> Iterator[VersionStore | None]:
    """The store opened for reading; None where nothing can have been published. Raises
    `ConfigError`."""
    versions = find_versions(store_url(args))
    try:
        yield versions
    finally:
        if versions is not None:
            versions.close()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
