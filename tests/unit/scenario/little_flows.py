"""A little hotline for tests of the tools: a menu, a back end, a queue."""

from __future__ import annotations

from pathlib import Path

SHOP = """\
flow: shop
language: en
start: main
on_error: sorry
backends: {shop: "${env:SHOP_URL}/v1"}
slots:
  order: {type: digits, length: 4}
  pin: {type: digits, length: 4, secret: true}
prompts:
  hello: "Welcome to the shop. Orders, or a person?"
  state: "It is {state}."
nodes:
  main:
    kind: menu
    prompt: hello
    no_input:
      - {prompt: "Hello?"}
      - {prompt: "One moment.", to: person}
    choices:
      order: {key: 1, label: orders, phrases: ["my order"], to: order}
      person: {key: 0, label: a person, phrases: ["a person"], to: person}
  order: {kind: digits, slot: order, prompt: "The number?", confirm: never, to: pin}
  pin: {kind: digits, slot: pin, prompt: "The PIN?", confirm: never, to: look}
  look:
    kind: http
    method: POST
    url: /orders/{order}
    body: {pin: "{pin}"}
    save: {state: body.state}
    outcomes: {ok: tell, not_found: main, failed: sorry}
  tell: {kind: say, prompt: state, to: bye}
  person:
    kind: queue
    queue: desk
    outcomes: {served: bye, timeout: sorry, full: sorry, nobody: sorry, left: main}
  sorry: {kind: hangup, prompt: "Sorry."}
  bye: {kind: hangup, prompt: "Goodbye."}
"""

ORDER = """\
# An order is told.
flow    shop
http    POST /orders/4711 {"pin": "1234"} → 200 {"state": "on its way"}

ring    +4917055501 → shop
caller  "my order"
keys    4711
keys    1234
"""


def shop(folder: Path, **scenarios: str) -> Path:
    """A folder with the flow and its scenarios."""
    tests = folder / "tests"
    tests.mkdir(parents=True)
    (folder / "shop.yaml").write_text(SHOP, "utf-8")
    for name, text in scenarios.items():
        (tests / f"{name}.txt").write_text(text, "utf-8")
    return folder
