"""Codes of texts, and of what callers say and key."""

from __future__ import annotations

from voicebot.flow.codes.code import Code, error, warning

WORDS: dict[str, Code] = {
    # ------------------------------------------------------------ texts
    "bad-template": error(
        "Braces that cannot be read.",
        "Write `{name}` or `{name:type}`; a brace itself is written twice.",
        'nodes:\n  first: {kind: say, prompt: "Hello ▸{.", to: bye}\n',
    ),
    "bad-markup": error(
        "Markup that is not known, or not closed.",
        "Write it as the table of markup says, or leave it out.",
        'nodes:\n  first: {kind: say, prompt: "Hello ▸<blink>you</blink>.", to: bye}\n',
    ),
    "missing-translation": warning(
        "A text that one of the flow's languages lacks.",
        "Write it for each language: `{en: Hello., zh: 您好。}`.",
        "languages: [en, zh]\nprompts:\n  ▸hello: Hello.\n"
        "nodes:\n  first: {kind: say, prompt: hello, to: bye}\n",
    ),
    "early-value": error(
        "A prompt before the answer holds values, and nothing is known yet.",
        "Leave the values out.",
        'before_answer: {early: [▸"Hello {account}."]}\n',
    ),
    "bad-expression": error(
        "An expression that cannot be read.",
        "The message says what is missing at that place.",
        'nodes:\n  first: {kind: branch, when: [{if: "▸1 +", to: bye}], else: bye}\n',
    ),
    "wrong-type": error(
        "An expression or a node needs another type: a number is compared with text, say.",
        "Compare like with like; `number()` and `text()` convert.",
        'nodes:\n  first: {kind: branch, when: [{if: amount ▸== "ten", to: bye}], else: bye}\n',
    ),
    "bad-phrase": error(
        "A phrase that cannot be read.",
        "Close every bracket; slots are written `{name}`, in a menu's choices only.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", '
        'choices: {a: {phrases: ["go ▸(on"], to: bye}}}\n',
    ),
    "empty-phrase": error(
        "A phrase may be silence: everything in it may be left out.",
        "Let something stand outside of `[...]`.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", '
        'choices: {a: {phrases: ["▸[go]"], to: bye}}}\n',
    ),
    # ------------------------------------------------------------ what callers say and key
    "same-phrase": error(
        "Two answers to one question are the same words.",
        "Take it out of one of them.",
        'nodes:\n  first:\n    kind: menu\n    prompt: "Well?"\n    choices:\n'
        '      a: {phrases: ["[please] go"], to: bye}\n'
        '      b: {phrases: ["▸(go | run)"], to: bye}\n',
    ),
    "sounds-alike": warning(
        "Two answers to one question sound so much alike that they will be taken for each other.",
        "Let callers say it in other words, and offer keys.",
        'nodes:\n  first:\n    kind: menu\n    prompt: "Well?"\n    choices:\n'
        '      a: {phrases: ["▸billing"], to: bye}\n'
        '      b: {phrases: ["building"], to: bye}\n',
    ),
    "shadowed-command": warning(
        "A menu's answer is also a global command, and wins here.",
        "Take it out, unless that is meant.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", '
        'choices: {a: {phrases: ["▸operator"], to: bye}}}\n',
    ),
    "no-way-in": error(
        "A choice that nobody can choose.",
        "Give it `phrases`, a `key`, or both.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", choices: {▸a: {to: bye}}}\n',
    ),
    "same-key": error(
        "One key for two answers.",
        "Give each a key of its own.",
        'nodes:\n  first: {kind: menu, prompt: "1?", '
        "choices: {a: {key: 1, to: bye}, b: {▸key: 1, to: bye}}}\n",
    ),
    "key-prefix": warning(
        "One key begins another: after the shorter one the caller has to wait, and keys that are "
        "typed ahead are taken wrongly.",
        "Use keys of one length.",
        'nodes:\n  first: {kind: menu, prompt: "1?", '
        "choices: {a: {key: 1, to: bye}, b: {▸key: 12, to: bye}}}\n",
    ),
    "key-hides-command": warning(
        "The key of a global command means something else in this node.",
        "Take another key, or list the command under `without` if that is meant.",
        'nodes:\n  first: {kind: menu, prompt: "0?", ▸choices: {a: {key: 0, to: bye}}}\n',
    ),
}
