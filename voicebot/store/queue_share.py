"""Queues of several nodes, as one node's router uses them: at once, whatever the database does.

    router ──▶ QueueShare ──thread──▶ QueueStore      what this node does, in its order
       ▲            │ ◀── what came of claims
       └── learn ◀──┴── rows that other nodes changed, all rows now and then

What this node did is so at once; only a claim waits for the database, and that for `PATIENCE_S` at
most: then, and while the database is away, this node dials by what it knows, and the claim is made
afterwards. Where it turns out that another node has the agent, that phone rings no longer; people
who talk to each other go on talking.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from voicebot.core.call import CallId
from voicebot.core.queueing import OfferOutcome, PauseReason, Place
from voicebot.queueing.estimate import RECENT
from voicebot.queueing.router import RINGING, TALKING, Router
from voicebot.queueing.sharing import Offer, Reply
from voicebot.queueing.snapshot import Agent, Entry, Snapshot
from voicebot.store.database import Conflict
from voicebot.store.queue_desk import SERVED
from voicebot.store.queue_jobs import FAILED, Job, Jobs
from voicebot.store.queues import QueueStore

log = logging.getLogger(__name__)

LEASE_MS = 4_000
"""Offers and contacts of a node that is not heard of are set free after so long."""
PATIENCE_S = 1.0
"""A claim that takes longer is made afterwards."""
CLOSE_S = 3.0

Held = tuple[str, int]
"""An agent, and this node's token of an offer."""


class QueueShare:
    """Implements `queueing.sharing.Share`. Used on one event loop."""

    def __init__(self, store: QueueStore) -> None:
        self.node = store.node
        self._store = store
        self._jobs = Jobs(self._noted, store.together)
        self._numbers = itertools.count(1)
        self._last: dict[str, int] = {}
        """The last job by row."""
        self._real: dict[Held, Offer] = {}
        """Offers as the store knows them, by this node's token; used in the worker's thread."""
        self._lock = threading.Lock()
        self._seen: dict[str, int] = {}
        """The store's token of each agent, as it was last learned."""
        self._asked: dict[_Claim, None] = {}
        self._away = False
        self.kept_ms = 0
        """How long the place of a caller who was cut off is kept."""
        self._ahead_ms = 0.0
        """Of the store's clock, before this process's."""
        self._to_read: set[str] | None = set()
        self._router: Router | None = None
        self._changed: Callable[[], None] = lambda: None
        self._loop: asyncio.AbstractEventLoop | None = None

    # ------------------------------------------------------------ begin and end

    def open(self) -> None:
        """Blocks: what this node's last run held is set free, and the clocks are compared. Raises
        `DatabaseAway`."""
        self._store.start()
        self.compare_clocks(first=True)

    def join(self, router: Router, changed: Callable[[], None]) -> None:
        """From now on `router` learns what others do; `changed` is called after. On its loop."""
        self._router, self._changed = router, changed
        self._loop = asyncio.get_running_loop()
        self._jobs.start()

    def learn_all(self, router: Router) -> None:
        """Blocks: everything as it stands, before the first call. Raises `DatabaseAway`."""
        self._router = router
        self._apply(self._store.snapshot(), 0, None)
        for queue, lengths in self._contacts():
            router.learn_contacts(queue, lengths)

    def close(self) -> None:
        """Write what there is to write, and go in order. Blocks."""
        if self._jobs.close(CLOSE_S):
            self._store.stop()

    @property
    def away(self) -> bool:
        """The database takes nothing just now."""
        return self._away

    @property
    def backlog(self) -> int:
        """What is not written yet."""
        return len(self._jobs)

    def now_ms(self) -> int:
        """The store's time, as far as this node knows."""
        return round(time.monotonic() * 1000 + self._ahead_ms)

    def compare_clocks(self, *, first: bool = False) -> None:
        """Blocks. Later differences are made up little by little. Raises `DatabaseAway`."""
        began_s = time.monotonic()
        theirs_ms = self._store.now_ms()
        ours_ms = (began_s + time.monotonic()) * 500
        by_ms = theirs_ms - ours_ms - self._ahead_ms
        self._ahead_ms += by_ms if first else max(-5.0, min(5.0, by_ms))

    # ------------------------------------------------------------ callers

    def joined(self, entry: Entry, number: str) -> None:
        place = Place(
            entry.id,
            entry.call,
            entry.queue,
            number,
            entry.priority,
            entry.skills,
            entry.preferred,
        )

        def run(_again: bool) -> bool:
            try:
                self._store.enter(place, joined_ms=entry.joined_ms)
            except Conflict:  # told twice, or it was thought lost
                self._store.join(place, joined_ms=entry.joined_ms)
            return self._store.inherit(entry.id, number, within_ms=self.kept_ms)

        def settle(_inherited: object) -> None:
            self.read((f"e {entry.id}",))

        self._add((entry.id,), (), self.now_ms(), run, settle, heeds=(True,))

    def left(self, entry: Entry, outcome: str) -> None:
        self._post((entry.id,), entry.ringing, lambda: self._store.leave(entry.id, outcome))

    def reprioritized(self, entry: Entry) -> None:
        self._post(
            (entry.id,),
            (),
            lambda: self._store.reprioritize(
                entry.id, priority=entry.priority, age_ms=entry.artificial_age_ms
            ),
        )

    # ------------------------------------------------------------ offers

    def claim(self, entry: Entry, offer: Offer, reply: Reply) -> None:
        claim = _Claim(reply)
        if self._away:
            claim.tell(granted=True)
        elif self._loop is not None:
            self._asked[claim] = None
            claim.timer = self._loop.call_later(PATIENCE_S, partial(self._go_ahead, claim))
        at_ms = self.now_ms()

        def run(again: bool) -> Offer | None:
            found = self._store.claimed(entry, offer.agent.name) if again else None
            lease_ms = LEASE_MS + self.now_ms() - at_ms
            name = offer.agent.name
            found = found or self._store.claim(entry, name, lease_ms=lease_ms, own=True)
            if found is not None:
                with self._lock:
                    self._real[name, offer.token] = found
            return found

        self._add(
            (entry.id,),
            (offer.agent.name,),
            at_ms,
            run,
            partial(self._claimed, claim, offer),
            alone=self._store.tells,  # two nodes that claim several could wait for each other
        )

    def _go_ahead(self, claim: _Claim) -> None:
        self._asked.pop(claim, None)
        claim.tell(granted=True)

    def _claimed(self, claim: _Claim, offer: Offer, result: object) -> None:
        self._asked.pop(claim, None)
        if isinstance(result, Offer):
            claim.tell(granted=True)
            return
        self.read((f"a {offer.agent.name}", f"e {offer.call}"))
        claim.refuse()

    def dialed(self, offer: Offer) -> None:
        """A claim says so already."""

    def answered(self, offer: Offer) -> None:
        self._report(offer, self._store.answered, ends=False, needed=True)

    def failed(self, offer: Offer, outcome: OfferOutcome) -> None:
        self._report(offer, lambda real: self._store.failed(real, outcome), ends=True)

    def unbridged(self, offer: Offer, outcome: OfferOutcome) -> None:
        self._report(offer, self._store.unbridged, ends=True)

    def held(self, offer: Offer, *, on: bool) -> None:
        self._report(offer, lambda real: self._store.held(real, on=on), ends=False)

    def released(self, offer: Offer, now_ms: int) -> None:
        self._report(offer, self._store.released, ends=True, at_ms=now_ms)

    def _report(
        self,
        offer: Offer,
        tell: Callable[[Offer], bool],
        *,
        ends: bool,
        needed: bool = False,
        at_ms: int | None = None,
    ) -> None:
        """`ends`: the offer is over after it. `needed`: where it counts no more, the phone is to
        stop."""
        key = (offer.agent.name, offer.token)

        def run(_again: bool) -> bool:
            real = self._real.get(key)
            if real is None:
                return False
            counts = tell(real)
            if ends:
                with self._lock:
                    self._real.pop(key, None)
            return counts

        at_ms = self.now_ms() if at_ms is None else at_ms

        def settle(_counts: object) -> None:
            if needed:
                self._lost(offer)
            self.read((f"a {offer.agent.name}",))

        self._add((offer.call,), (offer.agent.name,), at_ms, run, settle, heeds=(False,))

    # ------------------------------------------------------------ agents

    def ticked(self, agent: Agent, now_ms: int) -> None:
        place = (agent.call,) if agent.call else ()
        self._post(place, (agent.name,), lambda: self._store.tick_agent(agent.name), now_ms)

    def logged_in(self, agent: str, by: str) -> None:
        self._post((), (agent,), lambda: self._store.log_in(agent, by=by))

    def logged_out(self, agent: str, by: str) -> None:
        self._post((), (agent,), lambda: self._store.log_out(agent, by=by))

    def paused(self, agent: str, reason: PauseReason, by: str) -> None:
        self._post((), (agent,), lambda: self._store.pause(agent, reason, by=by))

    def resumed(self, agent: str, by: str) -> None:
        self._post((), (agent,), lambda: self._store.resume(agent, by=by))

    def wrap_up_ended(self, agent: Agent, by: str) -> None:
        place = (agent.call,) if agent.call else ()
        self._post(place, (agent.name,), lambda: self._store.end_wrap_up(agent.name, by=by))

    def wrap_up_extended(self, agent: Agent, by_ms: int) -> None:
        self._post((), (agent.name,), lambda: self._store.extend_wrap_up(agent.name, by_ms))

    # ------------------------------------------------------------ what other nodes did

    def read(self, rows: Iterable[str] | None) -> None:
        """Have these rows read, or all; on the loop. What is asked for while one reading waits is
        read with it."""
        with self._lock:
            asked = self._to_read
            self._to_read = None if rows is None or asked is None else asked | set(rows)
        if asked != set():
            return
        wanted: list[set[str] | None] = []

        def run(_again: bool) -> Snapshot:
            if not wanted:
                with self._lock:
                    wanted.append(self._to_read)
                    self._to_read = set()
            names, ids = _split(wanted[0])
            return self._store.snapshot() if wanted[0] is None else self._store.read(names, ids)

        number = next(self._numbers)
        settle = partial(self._read, number, wanted)
        self._jobs.put(Job(number, run, self._on_loop(settle), alone=True))

    def _read(self, number: int, wanted: list[set[str] | None], found: object) -> None:
        if isinstance(found, Snapshot):
            self._apply(found, number, wanted[0])
            self._changed()

    def _apply(self, found: Snapshot, number: int, wanted: set[str] | None) -> None:
        """Rows that this node has changed meanwhile are left as they are, and read again."""
        router = self._router
        assert router is not None
        newer = {row for row, last in self._last.items() if last > number}
        for agent in found.agents:
            if f"a {agent.name}" not in newer:
                router.learn_agent(self._with_token(agent, router.agents.get(agent.name)))
        for entry in found.entries:
            if f"e {entry.id}" not in newer:
                router.learn_entry(entry)
        there = {entry.id for entry in found.entries}
        asked = set(router.entries) if wanted is None else {CallId(i) for i in _split(wanted)[1]}
        for place in asked - there:
            if f"e {place}" not in newer:
                router.learn_gone(place)
        again = newer if wanted is None else newer & wanted
        if again:
            self.read(again)
        self._last = {row: last for row, last in self._last.items() if last > number}

    def _with_token(self, agent: Agent, known: Agent | None) -> Agent:
        """With a token of this node's: another one where somebody else has had the agent."""
        token = known.token if known is not None else 0
        real = self._real.get((agent.name, token))
        before = real.token if real is not None else self._seen.get(agent.name)
        self._seen[agent.name] = agent.token
        return replace(agent, token=token if before == agent.token else token + 1)

    def _lost(self, offer: Offer) -> None:
        """Another node has set the agent free: who rings is to stop, who talks goes on."""
        router = self._router
        assert router is not None
        agent = router.agents[offer.agent.name]
        if agent.token != offer.token or agent.call != offer.call:
            return
        log.warning("an offer was taken away from this node", extra={"agent": agent.name})
        if agent.state in RINGING and router.withdrawn(offer, self.now_ms()):
            self.read((f"a {agent.name}", f"e {offer.call}"))
            self._changed()
        elif agent.state in TALKING:
            self._talks_still(offer)

    def _talks_still(self, offer: Offer) -> None:
        def run(_again: bool) -> bool:
            found = self._store.talks_still(offer, lease_ms=LEASE_MS)
            with self._lock:
                if found is not None:
                    self._real[offer.agent.name, offer.token] = found
                else:
                    self._real.pop((offer.agent.name, offer.token), None)
            if found is None:  # another node has the agent, too: this caller is served all the same
                self._store.leave(offer.call, SERVED)
            return True

        self._add((offer.call,), (offer.agent.name,), self.now_ms(), run, heeds=())

    def renew(self) -> None:
        """This node lives, and holds its offers. Blocks. Raises `DatabaseAway`."""
        with self._lock:
            held = dict(self._real)
        lost = self._store.renew(tuple(held.values()), lease_ms=LEASE_MS)
        gone = {(offer.agent.name, offer.token) for offer in lost}
        for (name, token), real in held.items():
            if (name, real.token) in gone and self._real.get((name, token)) is real:
                self.on_loop(partial(self._lost, replace(real, token=token)))

    # ------------------------------------------------------------ between the threads

    def on_loop(self, call: Callable[[], None]) -> None:
        """From a thread; nothing where the loop is closed."""
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(call)
        except RuntimeError:
            return

    def _on_loop(self, settle: Callable[[object], None]) -> Callable[[object], None]:
        return lambda result: self.on_loop(partial(settle, result))

    def _post(
        self,
        places: tuple[CallId, ...],
        agents: tuple[str, ...],
        do: Callable[[], object],
        at_ms: int | None = None,
    ) -> None:
        at_ms = self.now_ms() if at_ms is None else at_ms
        self._add(places, agents, at_ms, lambda _again: do(), heeds=())

    def _add(
        self,
        places: tuple[CallId, ...],
        agents: tuple[str, ...],
        at_ms: int,
        run: Callable[[bool], object],
        settle: Callable[[object], None] = lambda _: None,
        *,
        heeds: tuple[object, ...] | None = None,
        alone: bool = False,
    ) -> None:
        """`heeds`: the results that `settle` is for; None for all. Waking the loop is dear."""
        rows = [*(f"e {place}" for place in places), *(f"a {agent}" for agent in agents)]
        number = next(self._numbers)
        self._last.update(dict.fromkeys(rows, number))

        def then(again: bool) -> object:
            with self._store.as_of(at_ms):
                found = run(again)
            return found if found is not None else FAILED

        def checked(result: object) -> None:
            settle(result)
            if result is FAILED:
                self.read(rows)

        def done(result: object) -> None:
            if heeds is None or result in heeds:
                self.on_loop(partial(checked, result))
            elif result is FAILED:
                self.on_loop(partial(self.read, rows))

        self._jobs.put(Job(number, then, done, alone))

    def _noted(self, away: bool) -> None:
        self.on_loop(partial(self._note, away))

    def _note(self, away: bool) -> None:
        self._away = away
        if away:
            for claim in tuple(self._asked):
                self._go_ahead(claim)
        else:
            self.read(None)

    def _contacts(self) -> list[tuple[str, list[int]]]:
        return [
            (queue, list(reversed(self._store.contacts_ms(queue, limit=RECENT))))
            for queue in self._store.queues
        ]


class _Claim:
    """One that is asked for."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self._told = False
        self.timer: asyncio.TimerHandle | None = None

    def tell(self, *, granted: bool) -> None:
        """Once."""
        if self.timer is not None:
            self.timer.cancel()
        if not self._told:
            self._told = True
            self._reply(granted)

    def refuse(self) -> None:
        """Though it may have been granted before."""
        self._told = False
        self.tell(granted=False)


def _split(rows: Iterable[str] | None) -> tuple[list[str], list[str]]:
    """Agents, and places."""
    rows = sorted(rows or ())
    return [r[2:] for r in rows if r[0] == "a"], [r[2:] for r in rows if r[0] == "e"]
