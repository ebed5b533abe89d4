"""Codes of secrets."""

from __future__ import annotations

from voicebot.flow.codes.code import Code, error, warning

SECRETS: dict[str, Code] = {
    "secret-leak": error(
        "A secret slot gets into a url, a tag or what agents see, where it would be kept.",
        "Send it in the body of a request, and nowhere else.",
        'nodes:\n  first: {kind: digits, slot: pin, prompt: "PIN?", to: ask}\n'
        '  ask: {kind: http, ▸url: "/check/{pin}", outcomes: {ok: bye}}\n',
    ),
    "missing-secret": error(
        "The configuration has no such secret.",
        "Add it under `[secrets]` in hotline.toml, or mend the name.",
        'backends:\n  bank: {url: "http://127.0.0.1:8091", headers: {▸Key: "{secret:tokn}"}}\n',
    ),
    "secret-misplaced": error(
        "A secret of the configuration stands where it would be kept, logged or heard.",
        "Put it into a header of a back end, an http or a notify node.",
        'nodes:\n  first: {kind: say, prompt: "The code is ▸{secret:token}.", to: bye}\n',
    ),
    "no-mail": error(
        "A node sends mail, and no mail server is configured.",
        "Add `[mail]` to hotline.toml.",
        "nodes:\n  first:\n    kind: notify\n"
        "    ▸mail: {to: desk@example.org, subject: A call, text: Call back}\n    to: bye\n",
    ),
    "secret-copied": error(
        "A secret slot is copied; the copy would not be secret.",
        "Use the slot itself.",
        'nodes:\n  first: {kind: digits, slot: pin, prompt: "PIN?", to: copy}\n'
        "  copy: {kind: set, values: {▸mine: pin}, to: bye}\n",
    ),
    "secret-in-phrase": error(
        "A secret slot stands in a menu's phrase; what callers say to menus is kept.",
        "Ask for it in a node of its own.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", '
        'choices: {a: {phrases: [▸"my pin is {pin}"], to: bye}}}\n',
    ),
    "secret-carried": error(
        "A secret slot would be kept for another question.",
        "Take it out; it is asked for where it is used.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", '
        "choices: {a: {phrases: [pay], along: [▸pin], to: ask}}}\n"
        '  ask: {kind: digits, slot: pin, prompt: "PIN?", to: bye}\n',
    ),
    "not-correctable": error(
        "A slot whose words cannot be told from an answer (digits, text, yes or no) is to be "
        "corrected at another question.",
        "Lead the caller back to its question instead.",
        'nodes:\n  first: {kind: ask, slots: {amount: "How much?"}, corrects: [▸account], '
        "to: bye}\n",
    ),
    "never-asked": warning(
        "A slot may be said along with a choice, but no question for it follows: what was said is "
        "lost.",
        "Take it out, or ask for it on the way.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", '
        "choices: {a: {phrases: [pay], along: [▸amount], to: bye}}}\n",
    ),
    "no-resume": warning(
        "A digression never comes back to the question that the caller left.",
        "End its nodes with one of kind `resume`.",
        "globals:\n  operator: {key: 0, to: person}\n"
        "  times: {phrases: [opening hours], ▸to: times, returns: true}\n"
        'nodes:\n  times: {kind: say, prompt: "From nine to five.", to: bye}\n',
    ),
    "lone-resume": warning(
        "No digression comes to a node of kind `resume`, so that it is only a goto.",
        "Give the global command that leads there `returns: true`.",
        "nodes:\n  ▸first: {kind: resume, to: person}\n",
    ),
    "secret-in-clear": warning(
        "A secret slot goes to another machine without encryption.",
        "Use https.",
        'backends: {far: "http://bank.example"}\nnodes:\n'
        '  first: {kind: digits, slot: pin, prompt: "PIN?", to: ask}\n'
        '  ask: {kind: http, method: POST, url: /check, body: {▸pin: "{pin}"}, '
        "outcomes: {ok: bye}}\n",
    ),
    "secret-spoken": warning(
        "The bot says a secret slot aloud.",
        "Leave it out.",
        'nodes:\n  first: {kind: digits, slot: pin, prompt: "PIN?", to: tell}\n'
        '  tell: {kind: say, ▸prompt: "It is {pin}.", to: bye}\n',
    ),
}
