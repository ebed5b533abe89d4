"""A flow whose every state a test can reach with one key."""

from __future__ import annotations

_DESK = """
flow: {name}
language: en
start: choose
on_error: sorry
timing: {{no_input: 40s, inter_digit: 2s}}
backends:
  bank: "${{env:DEMO_BANK_URL}}"
slots:
  code: {{type: digits, length: 4}}
  pin: {{type: digits, length: 4, secret: true}}
prompts:
  choose: "Yes?"
  news: >-
    This is a long announcement that nobody wants to hear to its end, about the weather of the
    last week, the weather of this week, and the weather that next week is going to bring us.
  ask_code: "The code?"
  ask_pin: "The PIN?"
  thanks: "Thank you."
  sorry: "Sorry."
nodes:
  choose:
    kind: menu
    prompt: choose
    choices:
      news: {{key: 1, label: news, to: news}}
      code: {{key: 2, label: code, to: code}}
      wait: {{key: 3, label: wait, to: wait}}
      person: {{key: 4, label: person, to: person}}
      send: {{key: 5, label: send, to: send}}
      pin: {{key: 6, label: PIN, to: pin}}
      done: {{key: 8, label: done, to: bye}}
  news: {{kind: say, prompt: news, barge_in: none, to: choose}}
  code: {{kind: digits, slot: code, prompt: ask_code, confirm: never, to: code_again}}
  code_again: {{kind: digits, slot: pin, prompt: ask_pin, confirm: never, to: bye}}
  wait:
    kind: http
    url: "/accounts/100200?delay=20"
    timeout: 25s
    outcomes: {{ok: bye, failed: sorry}}
  person:
    kind: queue
    queue: {queue}
    outcomes: {{served: bye, timeout: sorry, full: sorry, nobody: sorry, left: choose}}
  send:
    kind: transfer
    target: branch
    outcomes: {{failed: sorry, busy: choose}}
  pin: {{kind: digits, slot: pin, prompt: ask_pin, to: pin_send}}
  pin_send:
    kind: http
    method: POST
    url: /passwords/reset
    body: {{account: "100200", pin: "{{pin}}"}}
    outcomes: {{ok: bye, refused: sorry, failed: sorry}}
  sorry: {{kind: hangup, prompt: sorry, outcome: failed}}
  bye: {{kind: hangup, prompt: thanks}}
"""

DESTINATIONS = '[destinations]\nbranch = "sip:branch@127.0.0.1:5999"\n'


def desk(name: str, queue: str = "service") -> str:
    """The flow as YAML: keys 1 to 6 lead to a prompt, digits, a slow back end, a queue, a
    transfer and a PIN; 8 ends it."""
    return _DESK.format(name=name, queue=queue)
