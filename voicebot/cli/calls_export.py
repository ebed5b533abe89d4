"""`voicebot calls export`: calls as files, to take away."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from voicebot.cli.calls_search import configure_search, count, filter_of
from voicebot.cli.places import add_places
from voicebot.core.errors import EngineError, WrongUse
from voicebot.core.record import Cdr, Fact, FactKind
from voicebot.store.bundle import (
    SUFFIXES,
    call_json,
    csv_text,
    flat,
    opened,
    sound_in,
    sounds,
    write_bundle,
)
from voicebot.store.calls import CallStore
from voicebot.store.recordings import file_name

_AT_ONCE = 100
"""Journals that are in memory together."""
_NO_PARQUET = "Parquet needs pyarrow: .venv/bin/pip install -r requirements/parquet.txt"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("ids", nargs="*", metavar="ID", help="ids of calls; or a search:")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="PATH",
        help="NAME.json (a line a call, with its journal), NAME.csv or NAME.parquet (records), a "
        f"folder (recordings), or a bundle of everything: {', '.join(SUFFIXES)}",
    )
    parser.add_argument("--limit", type=count, default=0, metavar="N", help="the youngest N")
    configure_search(parser)
    add_places(parser, "config", "data")


def run(store: CallStore, args: argparse.Namespace) -> int:
    """Returns the exit code."""
    path: Path = args.output
    write = _writer(path)
    cdrs = _named(store, args.ids) if args.ids else store.every(filter_of(args), args.limit)
    ended = [cdr for cdr in cdrs if cdr.ended is not None]
    if not ended:
        print("voicebot calls: there are no such calls that have ended", file=sys.stderr)
        return 1
    try:
        lacking = write(store, ended, path, args.data)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WrongUse(f"{path} cannot be written: {reason}") from None
    print(f"{path}: {len(ended)} calls")
    for name in lacking:
        print(f"voicebot calls: not there any more: {name}", file=sys.stderr)
    return 1 if lacking else 0


Write = Callable[[CallStore, Sequence[Cdr], Path, Path], Sequence[str]]


def _writer(path: Path) -> Write:
    if path.name.endswith(SUFFIXES):
        return _bundle
    known: dict[str, Write] = {".json": _json, ".csv": _csv, ".parquet": _parquet, "": _wav}
    if path.is_dir() or path.suffix in known:
        return _wav if path.is_dir() else known[path.suffix]
    raise WrongUse(f"{path.name}: name it .json, .csv, .parquet, {', '.join(SUFFIXES)}")


def _named(store: CallStore, ids: Sequence[str]) -> Iterator[Cdr]:
    for prefix in ids:
        cdr = store.get(store.one(prefix))
        if cdr is not None:
            yield cdr


def _journals(store: CallStore, cdrs: Sequence[Cdr]) -> Iterator[tuple[Cdr, Sequence[Fact]]]:
    for first in range(0, len(cdrs), _AT_ONCE):
        part = cdrs[first : first + _AT_ONCE]
        journals = store.journals_of([cdr.call for cdr in part])
        yield from ((cdr, journals.get(cdr.call, ())) for cdr in part)


def _json(store: CallStore, cdrs: Sequence[Cdr], path: Path, data: Path) -> Sequence[str]:
    with path.open("w", encoding="utf-8") as file:
        for cdr, facts in _journals(store, cdrs):
            file.write(call_json(cdr, facts) + "\n")
    return ()


def _csv(store: CallStore, cdrs: Sequence[Cdr], path: Path, data: Path) -> Sequence[str]:
    path.write_text(csv_text(cdrs), "utf-8", newline="")
    return ()


def _parquet(store: CallStore, cdrs: Sequence[Cdr], path: Path, data: Path) -> Sequence[str]:
    try:
        arrow: Any = importlib.import_module("pyarrow")
        parquet: Any = importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise EngineError(_NO_PARQUET) from None
    parquet.write_table(arrow.Table.from_pylist([flat(cdr) for cdr in cdrs]), str(path))
    return ()


def _wav(store: CallStore, cdrs: Sequence[Cdr], path: Path, data: Path) -> Sequence[str]:
    path.mkdir(mode=0o700, exist_ok=True)
    lacking = []
    for cdr, facts in _journals(store, cdrs):
        for name in sounds(facts, FactKind.RECORDING)[:1]:
            content = sound_in(data, name)
            if content is None:
                lacking.append(name)
            else:
                (path / file_name(cdr.call)).write_bytes(content)
    return lacking


def _bundle(store: CallStore, cdrs: Sequence[Cdr], path: Path, data: Path) -> Sequence[str]:
    archive = opened(path)
    try:
        manifest = write_bundle(archive, _journals(store, cdrs), data)
    finally:
        archive.close()
    return list(manifest["missing"])
