"""What the reference of the flow language teaches first, and an example of each kind of node.

An example is nodes as they stand under `nodes:`; the flow around them is `AROUND`. Tests check
every one.
"""

from __future__ import annotations

TEACHING = """\
# The flow language

*Written by `docs/flow_language.py` from the code; the guide for a first flow is
[ivr_flows/README.md](../ivr_flows/README.md).*

A flow is a YAML file: some settings, and **nodes** under `nodes:`. A call is at one node at a time;
each kind of node does one thing and names the node that comes next.

```yaml
flow: hello
start: welcome
on_error: sorry
slots:
  order: {type: digits, length: 5}
globals:
  operator: {key: 0, to: person}
prompts:
  welcome: ["Welcome to the shop.", "Hello, this is the shop."]
nodes:
  welcome: {kind: say, prompt: welcome, to: main}
  main:
    kind: menu
    prompt: "Order state, or a person?"
    no_match: [{prompt: "Say order, or person.", repeat: true}, {to: person}]
    choices:
      order: {key: 1, phrases: ["[where is] my order", "order {order}"], to: ask}
      person: {key: 2, phrases: ["[a] person"], to: person}
  ask: {kind: ask, slots: {order: "What is the number?"}, to: tell}
  tell: {kind: say, prompt: "Order {order} is on its way.", to: bye}
  person:
    kind: queue
    queue: service
    outcomes: {served: bye, timeout: bye, full: bye, nobody: bye}
  sorry: {kind: say, prompt: "Something went wrong.", to: person}
  bye: {kind: hangup, prompt: "Goodbye."}
```

- **Names** are lower case, digits and underscores. `to` and every outcome name a node.
- **Prompts** are an id of `prompts:` or the text itself, or a list of both; of several wordings the
  next one is said each time. `{name}` puts a value in, worded by its type; `{name:money}` words it
  as that type. A recording `prompts/LANGUAGE/ID.wav` is played instead of a text without values.
- **Phrases** are what callers say: `[may be left out]`, `(one | of | these)`, `{slot}`.
- **Slots** are typed values that callers give, by voice or keys. `secret: true` keeps one out of
  journal, log and recording; it may only go into the body of a request.

  | type | callers say | value |
  |---|---|---|
  | `digits` | "one oh four double five nine", 幺三八零零 | `104559` |
  | `number` | "a hundred and five", "half a dozen", 三万五, 百分之二十 | `105` |
  | `money` | "twelve fifty", 十二块五 | `12.50 USD` |
  | `date` | "a week from friday", "the last of the month", 下下周三, 月底 | `2026-11-27` |
  | `time` | "half past seven", "quarter to nine", 差一刻九点 | `19:30` |
  | `datetime` | "tomorrow at three", "in two hours", 明早八点四十 | `2026-11-19T15:00` |
  | `duration` | "an hour and a half", 一个半小时 | seconds: `5400` |
  | `yes_no` | "yep", "not at the moment", 对, 不用了 | `yes`, `no` |
  | `phone` | "four one five, triple five ...", 幺三八... | E.164: `+14155552671` |
  | `card` | its digits in whatever groups; the check digit must be right | `4242...` |
  | `choice` | an option's phrases; names by their sound, too (章伟 for 张伟) | the option |
  | `text` | anything | as recognized |

  A day without a year or month is the next one (`toward: past` for births and purchases), an hour
  without "a.m." of business hours, or of the slot's `hours`. Part of a value ("friday", "nine oh
  four") may be said first and the rest in the next turn; "no, the twenty-third", "not five, six"
  and 不是三点是四点 put right what is wrong of a value and leave the rest.
- **Values** are set by nodes (`save`, `values`) and read in prompts, templates and expressions.
- **Durations** are written `400ms`, `5s`, `2m`. **Keys** are `0-9`, `*` and `#`.
- **What callers said before** is kept: slots said with a menu's choice fill later questions of the
  same name (`along` allows them in any words, `carry: false` at a slot keeps it out), `follow_up`
  takes "and tomorrow?", `corrects` takes "no, thirty" where something is read back, a global
  command with `returns: true` is a digression after which a node of kind [resume](#resume) asks
  again, and the command `cancel` ("forget it") drops it all. Nothing of a secret slot is kept.
- **What is inherited** (timing, confidence, barge-in, `no_input`, `no_match`, `on_error`): what a
  node says wins, then what the flow says, then the system.
  `voicebot flows explain FLOW NODE` shows each with its origin.
- **Anything that fails** takes the node's `on_error`, or the flow's: a back end, the recognizer, an
  expression without a value, a caller who is never understood, too many steps (1,000), one node ten
  times in a row.

Editors complete and check a file that begins with
`# yaml-language-server: $schema=flow.schema.json`; `voicebot flows check` finds what a schema
cannot; `voicebot flows draw` shows it as a picture.
"""

LANGUAGES = """\
## Several languages

With `languages` a flow speaks each of them; calls begin in the first. Wherever a text may stand,
there may be one for each, and the check names those that are missing; a list is several wordings,
in each language as many as it needs. Phrases and labels go by language, too. A node of kind
[language](#language) changes it.

```yaml
flow: two_tongues
languages: [en, zh]
start: hello
on_error: person
prompts:
  hello: {en: ["Welcome.", "Hello."], zh: 您好。}
globals: {operator: {key: 0, to: person}}
nodes:
  hello: {kind: say, prompt: hello, to: main}
  main:
    kind: menu
    prompt: {en: "Your bill, or Chinese?", zh: 账单，还是英文？}
    choices:
      bill: {key: 1, phrases: {en: ["[my] bill"], zh: ["账单"]}, to: person}
      other: {key: 2, phrases: {en: [chinese], zh: ["英文"]}, to: which}
  which: {kind: branch, when: [{if: 'call.language == "en"', to: zh}], else: en}
  zh: {kind: language, language: zh, to: main}
  en: {kind: language, language: en, to: main}
  person:
    kind: queue
    queue: service
    outcomes: {served: bye, timeout: bye, full: bye, nobody: bye}
  bye: {kind: hangup, prompt: {en: Goodbye., zh: 再见。}}
```
"""

AROUND = """\
flow: example
start: first
on_error: trouble
exits: [done]
languages: [en, zh]
slots:
  account: {type: digits, length: 6}
  pin: {type: digits, length: 4, secret: true}
  amount: {type: money}
backends: {bank: "https://bank.example"}
calendars:
  office: {time_zone: Europe/Berlin, open: {mon-fri: "9:00-17:00"}}
globals:
  operator: {key: 0, to: person}
nodes:
  trouble: {kind: say, prompt: "Something went wrong.", to: person}
  person:
    kind: queue
    queue: service
    outcomes: {served: bye, timeout: bye, full: bye, nobody: bye}
  bye: {kind: hangup, prompt: "Goodbye."}
"""

KINDS: dict[str, str] = {
    "say": 'first: {kind: say, prompt: ["Welcome.", "This call is recorded."], to: bye}',
    "menu": """\
first:
  kind: menu
  prompt: "Balance or card?"
  again: "What else?"
  help: "Press 1 for your balance, 2 for a lost card."
  choices:
    balance:
      key: 1
      phrases: ["[my] balance"]
      label: hear your balance
      along: [account]          # "my balance, account one two three four five six"
      follow_up: [account]      # "and account six five four three two one?"
      to: balance
    card: {key: 2, phrases: ["[i] lost my card"], to: person}
balance: {kind: ask, slots: {account: "Which account?"}, to: bye}
""",
    "ask": """\
first:
  kind: ask
  prompt: "How much, and from which account?"
  slots:
    amount: {prompt: "How much?", help: "Say an amount."}
    account: {prompt: "From which account?", confirm: always}
  read_back: "{amount} from {account}. Is that right?"
  to: bye
""",
    "answer": """\
first:
  kind: answer
  knowledge: {base: shop_faq, tags: [orders], answer: 0.75}
  prompt: "What would you like to know?"
  outcomes: {answered: bye, not_found: person}
""",
    "digits": """\
first:
  kind: digits
  slot: pin
  prompt: "Please key in your PIN."
  timing: {inter_digit: 2s}
  to: bye
""",
    "branch": """\
first: {kind: ask, slots: {amount: "How much?"}, to: which}
which:
  kind: branch
  when:
    - {if: amount > 1000, to: person}
    - {if: amount > 0, to: bye}
  else: first
""",
    "set": 'first: {kind: set, values: {tries: "default(tries, 0) + 1"}, to: bye}',
    "loop": """\
first: {kind: loop, times: 3, counter: n, body: tell, after: bye}
tell: {kind: say, prompt: "This is number {n}.", to: first}
""",
    "goto": "first: {kind: goto, to: bye}",
    "call": """\
first:
  kind: call
  flow: identify
  save: {customer: customer}
  exits: {known: bye, unknown: person}
""",
    "return": "first: {kind: return, exit: done}",
    "resume": """\
times: {kind: say, prompt: "We are open from nine to five.", to: first}
first: {kind: resume, to: person}
""",
    "hours": """\
first:
  kind: hours
  calendar: office
  opens: opening
  outcomes: {open: person, closed: closed}
closed: {kind: say, prompt: "We open again {opening}.", to: bye}
""",
    "percent": """\
first:
  kind: percent
  arms:
    new: {share: 10, to: person}
    old: {share: 90, to: bye}
""",
    "mark": "first: {kind: mark, milestone: identified, outcome: balance_told, to: bye}",
    "language": "first: {kind: language, language: zh, to: bye}",
    "http": """\
first: {kind: ask, slots: {account: "Which account?"}, to: look_up}
look_up:
  kind: http
  url: /accounts/{account}
  cover: "One moment, please."
  save: {balance: body.balance}
  outcomes: {ok: tell, not_found: first, failed: trouble}
tell: {kind: say, prompt: "You have {balance:money}.", to: bye}
""",
    "customer": """\
first: {kind: ask, slots: {account: "Which account?"}, to: who}
who: {kind: customer, id: "{account}", found: hello, unknown: first}
hello: {kind: say, prompt: "Hello {customer.name}.", to: bye}
""",
    "queue_status": """\
first:
  kind: queue_status
  queue: service
  save: {waiting: waiting}
  outcomes: {available: person, busy: tell, nobody: bye}
tell: {kind: say, prompt: "{waiting} callers are waiting.", to: person}
""",
    "queue": """\
first:
  kind: queue
  queue: service
  prompt: "I'll connect you."
  position: "You are number {position} in line."
  many: "More than {position} callers are before you."
  wait: "An agent will be free in about {wait}."
  comfort: ["Please stay on the line.", "Thank you for waiting."]
  priority: 1
  skills: {english: 50}
  agents: [anna]
  keys: {"1": bye}
  choices:
    callback: {phrases: ["call me back"], to: bye}
  outcomes: {served: bye, timeout: bye, full: bye, nobody: bye, left: bye, long_wait: bye}
""",
    "transfer": """\
first:
  kind: transfer
  mode: dial
  target: [office, sip:desk@example.com]
  prompt: "One moment."
  outcomes: {done: bye, no_answer: person, failed: person}
""",
    "hangup": 'first: {kind: hangup, prompt: "Goodbye.", outcome: contained}',
    "record": """\
first:
  kind: record
  prompt: "Please leave a message after the tone."
  max: 1m
  save: message
  outcomes: {recorded: bye, empty: bye}
""",
    "callback": """\
first:
  kind: callback
  queue: service
  prompt: "Shall we call you back?"
  outcomes: {accepted: bye, declined: person, failed: person}
""",
    "notify": """\
first: {kind: ask, slots: {account: "Which account?"}, to: tell}
tell:
  kind: notify
  mail:
    to: desk@example.com
    subject: "Call about account {account}"
    text: "A caller asked about {account}."
  to: bye
""",
    "survey": """\
first:
  kind: survey
  questions:
    friendly: {prompt: "From one to five, how friendly were we?", scale: 1-5}
  to: bye
""",
    "wait": "first: {kind: wait, for: 5s, to: bye}",
}
