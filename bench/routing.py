"""What a decision of the router costs: an agent becomes free, and the next caller has the offer.

    python -m bench.routing [--waiting 200] [--agents 50]

Steps of `relax` with skills, three queues, every agent in two. CPU time of one thread, from
`released` to the offer in hand: what one node's event loop is held up for. The database, the
network and the phone come on top.
"""

from __future__ import annotations

import argparse
import time
from random import Random

from voicebot.core.call import CallId
from voicebot.core.queueing import AgentSpec, QueueSpec, RelaxStep
from voicebot.queueing.router import Offer, Router, Wish

QUEUES = ("sales", "service", "loans")
RELAX = (RelaxStep("sticky", 20), RelaxStep("needs", 60), RelaxStep("any"))


def router_with(waiting: int, agents: int, random: Random) -> tuple[Router, list[Offer]]:
    """Every agent talks, and so many callers wait."""
    queues = [QueueSpec(name, relax=RELAX, wrap_up_ms=0) for name in QUEUES]
    people = [
        AgentSpec(f"a{n}", f"sip:{n}@x", (QUEUES[n % 3], QUEUES[(n + 1) % 3]), {"english": n % 100})
        for n in range(agents)
    ]
    router = Router(queues, people)
    for number in range(agents):
        router.join(CallId(f"t{number}"), QUEUES[number % 3], 0)
    offers = list(router.dispatch(0))
    for offer in offers:
        router.answered(offer, 0)
    for number in range(waiting):
        join(router, number, random)
    return router, offers


def join(router: Router, number: int, random: Random) -> None:
    """One more caller."""
    wish = Wish(random.randrange(3), {"english": random.randrange(60)}, ("a1",))
    router.join(CallId(f"w{number}"), random.choice(QUEUES), number, wish)


def measure(waiting: int, agents: int, claims: int) -> list[float]:
    """CPU seconds of each release with the offer that follows."""
    random = Random(1)
    router, talking = router_with(waiting, agents, random)
    spent, now_ms = [], 1_000
    for number in range(claims):
        now_ms += 10
        began = time.process_time()
        router.released(talking.pop(random.randrange(len(talking))), now_ms)
        offers = router.dispatch(now_ms)
        router.due_ms(now_ms)
        spent.append(time.process_time() - began)
        for offer in offers:
            router.answered(offer, now_ms)
            talking.append(offer)
            join(router, waiting + number, random)
    return sorted(spent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--waiting", type=int, default=200)
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--claims", type=int, default=2_000)
    args = parser.parse_args()
    spent = measure(args.waiting, args.agents, args.claims)
    total = sum(spent)
    print(f"{args.claims} claims, {args.waiting} waiting, {args.agents} agents")
    for name, part in (("median", 0.5), ("p99", 0.99), ("most", 1.0)):
        value = spent[min(len(spent) - 1, int(part * len(spent)))]
        print(f"  {name:<7}{1000 * value:7.2f} ms")
    print(f"  {args.claims / total:.0f} claims a second of one core")


if __name__ == "__main__":
    main()
