"""Codes of ways through a flow and of values on them."""

from __future__ import annotations

from voicebot.flow.codes.code import Code, error, warning

WAYS: dict[str, Code] = {
    # ------------------------------------------------------------ ways
    "unreachable": warning(
        "Nothing leads to the node.",
        "Lead a way to it, or take it out.",
        'nodes:\n  first: {kind: say, prompt: "Hi.", to: bye}\n'
        '  ▸lost: {kind: say, prompt: "Hi.", to: bye}\n',
    ),
    "dead-end": warning(
        "No way leads from the node to a hangup. On the error path this is an error.",
        "Give it a way that ends in a node of kind hangup.",
        "globals: {}\nnodes:\n"
        '  ▸first: {kind: menu, prompt: "Well?", choices: {a: {key: 1, to: first}}}\n',
    ),
    "loop-without-listener": error(
        "The call goes round without hearing the caller.",
        "Put a node that listens into the loop.",
        'nodes:\n  ▸first: {kind: say, prompt: "Hi.", to: next}\n'
        '  next: {kind: say, prompt: "Hi.", to: first}\n',
    ),
    "silence-loop": warning(
        "A caller who keeps silent comes back to the node for ever, until the call's limits end "
        "it.",
        "Let the last entry of `no_input` lead to a person or a hangup.",
        'nodes:\n  ▸first: {kind: menu, prompt: "Well?", choices: {a: {key: 1, to: bye}}, '
        'no_input: [{prompt: "Hello?", to: first}]}\n',
    ),
    "no-match-loop": warning(
        "The same for a caller who is never understood.",
        "Let the last entry of `no_match` lead to a person or a hangup.",
        'nodes:\n  ▸first: {kind: menu, prompt: "Well?", choices: {a: {key: 1, to: bye}}, '
        'no_match: [{prompt: "Sorry?", to: first}]}\n',
    ),
    "no-person": warning(
        "Callers cannot reach a person at all.",
        "Add a queue, and a global command `operator` that leads to it.",
        "▸flow: example\nglobals: {}\nnodes:\n  first: {kind: hangup}\n  person: {kind: hangup}\n",
    ),
    "no-person-here": warning(
        "From this node callers cannot reach a person.",
        "Leave the command `operator` in, or add a choice that leads to a queue.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", '
        "choices: {a: {key: 1, to: last}, b: {key: 2, to: person}}}\n"
        '  ▸last: {kind: menu, prompt: "Really?", without: [operator], '
        "choices: {a: {key: 1, to: bye}}}\n",
    ),
    "unreachable-reprompt": warning(
        "An entry of `no_input` or `no_match` behind one that leaves the node.",
        "Put the entry with `to` last.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", choices: {a: {key: 1, to: bye}}, '
        'no_match: [{prompt: "Sorry.", to: person}, ▸{prompt: "Sorry?"}]}\n',
    ),
    "same-reprompt": warning(
        "The caller hears the same words twice in a row.",
        "Say more each time: examples, then keys, then a person.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", choices: {a: {key: 1, to: bye}}, '
        'no_match: [{prompt: "Sorry?"}, ▸{prompt: "Sorry?"}]}\n',
    ),
    # ------------------------------------------------------------ values
    "unset-value": warning(
        "A value is said, sent or reckoned with that some way to the node does not set. The hint "
        "names such a way.",
        "Ask for it first, or decide with `defined(name)`.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", '
        "choices: {a: {key: 1, to: tell}, b: {key: 2, to: ask}}}\n"
        '  ask: {kind: ask, slots: {amount: "How much?"}, to: tell}\n'
        '  tell: {kind: say, prompt: "You said ▸{amount}.", to: bye}\n',
    ),
    "never-filled": warning(
        "A slot is read, but no caller is ever asked for it.",
        "Ask for it in a node of kind ask or digits, or in a menu's phrases.",
        "slots:\n  ▸amount: {type: money}\nnodes:\n"
        '  first: {kind: say, prompt: "You said {amount}.", to: bye}\n',
    ),
    "unused-slot": warning(
        "A slot that nothing asks for.",
        "Take it out.",
        "slots:\n  ▸amount: {type: money}\n",
    ),
    "unused-prompt": warning(
        "A prompt that nothing says.",
        "Take it out.",
        "prompts:\n  ▸hello: Hello.\n",
    ),
    "unused-back-end": warning(
        "A back end that no node asks.",
        "Take it out.",
        'backends: {▸bank: "http://127.0.0.1:8091"}\n',
    ),
}
