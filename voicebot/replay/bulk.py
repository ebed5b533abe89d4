"""Many calls, over all cores: results in the order of the calls, whatever finishes first."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from voicebot.config.settings import HotlineFile
from voicebot.config.surroundings import database_url
from voicebot.core.ports import Backend
from voicebot.core.whole_file import write_whole
from voicebot.replay.engines import Engines
from voicebot.replay.one import Outcome, replay_one
from voicebot.replay.options import From, ReplayOptions
from voicebot.replay.page import call_page
from voicebot.replay.recorded import RecordedCall
from voicebot.replay.result import CallResult, Status
from voicebot.replay.sources import CallSource, read_call, read_facts
from voicebot.store.calls import CallStore
from voicebot.store.opening import open_calls

log = logging.getLogger(__name__)

Progress = Callable[[int], None]
"""Called with how many more are done."""


@dataclass(frozen=True, slots=True)
class PageWanted:
    """The page of a call with a variant: where it is to be."""

    source: CallSource
    variant: int
    path: Path


_A_CHUNK = {From.SOUND: 1, From.DIALOGUE: 40}


class Replayer:
    """Replays calls in this process, each with every variant of the options."""

    def __init__(self, variants: Sequence[ReplayOptions]) -> None:
        """Raises `ConfigError` where the configuration, a setting or a flow is wrong."""
        self._variants = [Engines(options) for options in variants]
        self._store: CallStore | None = None

    @property
    def hotline(self) -> HotlineFile:
        """The configuration."""
        return self._variants[0].hotline

    def check(self) -> None:
        """Load the flows, so that what is wrong with them is known at once. Raises
        `ConfigError`."""
        for engines in self._variants:
            engines.shelf.today()

    def replay(self, source: CallSource) -> list[CallResult]:
        """A result for each variant."""
        return self.replay_chunk([source])[0]

    def replay_chunk(self, sources: Sequence[CallSource]) -> list[list[CallResult]]:
        """For each call, a result for each variant."""
        engines = self._variants[0]
        if engines.options.begin is not From.DIALOGUE:
            return [[o.result for o in self._outcomes(source)] for source in sources]
        needs_store = any(source.file is None for source in sources)
        calls = read_facts(sources, self._opened(engines) if needs_store else None)
        return [[_guarded(call, each).result for each in self._variants] for call in calls]

    def outcome(self, source: CallSource, live: Backend | None = None, variant: int = 0) -> Outcome:
        """One call with one variant, and what a page shows of it."""
        engines = self._variants[variant]
        store = self._opened(engines) if source.file is None else None
        if engines.options.begin is From.DIALOGUE:
            [call] = read_facts([source], store)
        else:
            call = read_call(source, store, engines.options.data)
        return _guarded(call, engines, live)

    def _outcomes(self, source: CallSource) -> Iterator[Outcome]:
        return (self.outcome(source, variant=number) for number in range(len(self._variants)))

    def write_page(self, page: PageWanted) -> None:
        """Replay a call once more, and write its page. Raises `OSError`."""
        outcome = self.outcome(page.source, variant=page.variant)
        write_whole(page.path, call_page(outcome), durable=False)

    def _opened(self, engines: Engines) -> CallStore:
        if self._store is None:
            self._store = open_calls(database_url(engines.hotline, engines.options.data))
        return self._store

    def close(self) -> None:
        """End what was started."""
        for engines in self._variants:
            engines.close()
        if self._store is not None:
            self._store.close()


def _guarded(call: RecordedCall, engines: Engines, live: Backend | None = None) -> Outcome:
    """One call that cannot be replayed keeps no other from it; nothing personal is told."""
    try:
        return replay_one(call, engines, live)
    except Exception as error:
        log.exception("a call cannot be replayed", extra={"call": call.name})
        why = f"a fault of the replay: {type(error).__name__}"
        return Outcome(CallResult(call.name, Status.NOT_REPLAYED, (why,)), call)


_replayer: Replayer | None = None
"""Of a worker process, from before it was forked."""


def _begin() -> None:
    # What is loaded stays, and calls leave little behind that goes round.
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _write_page(page: PageWanted) -> None:
    assert _replayer is not None
    _replayer.write_page(page)


def _replay(sources: Sequence[CallSource]) -> list[list[CallResult]]:
    assert _replayer is not None
    return _replayer.replay_chunk(sources)


def replay_all(
    sources: Sequence[CallSource],
    variants: Sequence[ReplayOptions],
    *,
    jobs: int = 0,
    progress: Progress = lambda count: None,
) -> list[list[CallResult]]:
    """For each call, a result for each variant. Raises `ConfigError`."""
    size = _A_CHUNK[variants[0].begin]
    chunks = [sources[at : at + size] for at in range(0, len(sources), size)]
    jobs = min(jobs or os.cpu_count() or 1, len(chunks))
    results: list[list[CallResult]] = []
    for done in _done(chunks, variants, jobs):
        results += done
        progress(len(done))
    return results


def _done(
    chunks: Sequence[Sequence[CallSource]], variants: Sequence[ReplayOptions], jobs: int
) -> Iterator[list[list[CallResult]]]:
    if jobs <= 1:
        replayer = Replayer(variants)
        replayer.check()
        try:
            for chunk in chunks:
                yield replayer.replay_chunk(chunk)
        finally:
            replayer.close()
        return
    with _pool(jobs, variants) as pool:
        yield from pool.map(_replay, chunks)


@contextmanager
def _pool(jobs: int, variants: Sequence[ReplayOptions]) -> Iterator[ProcessPoolExecutor]:
    """Forked: the flows are there already, which takes longer to load than a thousand calls take.
    What holds threads or files (engines, the database) is opened by each process for itself."""
    global _replayer
    _replayer = Replayer(variants)
    _replayer.check()
    try:
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(jobs, context, _begin) as pool:
            yield pool
    finally:
        _replayer = None


def write_pages(
    pages: Sequence[PageWanted],
    variants: Sequence[ReplayOptions],
    *,
    jobs: int = 0,
    progress: Progress = lambda count: None,
) -> None:
    """Each replayed once more, as the same comes of it, and written. Raises `OSError`."""
    jobs = min(jobs or os.cpu_count() or 1, len(pages))
    if jobs <= 1:
        replayer = Replayer(variants)
        try:
            for page in pages:
                replayer.write_page(page)
                progress(1)
        finally:
            replayer.close()
        return
    with _pool(jobs, variants) as pool:
        for _ in pool.map(_write_page, pages):
            progress(1)
