"""Codes of the file, its shape and its names."""

from __future__ import annotations

from voicebot.flow.codes.code import Code, error

FILES: dict[str, Code] = {
    # ------------------------------------------------------------ the file
    "unreadable": error("The file cannot be opened.", "Look at its path and permissions."),
    "not-utf8": error("The file is not UTF-8.", "Save it as UTF-8 in your editor."),
    "too-large": error("The file has more than 2 MB.", "Part it into several flows."),
    "too-much": error(
        "The file holds too many values, or is nested too deeply; an alias may contain itself.",
        "Write the values out, or part the flow.",
    ),
    "no-flows": error("There is no flow file in the folder.", "Name the right folder."),
    "no-flow": error("The file is empty, or holds no mapping.", "Begin with `flow: name`."),
    "duplicate-flow": error(
        "Two files hold a flow of the same name.", "Give one of them another name."
    ),
    "yaml": error(
        "The file is not YAML.",
        "Look at the indentation and the quotes, here and in the line above.",
        'nodes:\n  first: {kind: say, prompt: "Hello.", to: bye\n  bye▸: {kind: hangup}\n',
    ),
    "duplicate-key": error(
        "A key is written twice; the second would win in silence.",
        "Rename one, or take it out.",
        'nodes:\n  first: {kind: say, prompt: "Hello.", to: bye}\n'
        '  ▸first: {kind: say, prompt: "Hi.", to: bye}\n',
    ),
    "bad-key": error(
        "A key is no word.",
        "Write a name.",
        "prompts:\n  ▸[a, b]: Hello.\n",
    ),
    "bad-merge": error(
        "`<<` takes one mapping.",
        "Write `<<: *name`.",
        "slots:\n  account: {<<: ▸5, type: digits}\n",
    ),
    "missing-env": error(
        "A variable of the environment is not set.",
        "Set it, or give a default: `${env:NAME:-default}`.",
        'prompts:\n  ▸welcome: "Welcome to ${env:NO_SUCH_VARIABLE}."\n',
    ),
    # ------------------------------------------------------------ the shape
    "unknown-key": error(
        "A key that is not known there.",
        "The hint names the nearest one, or all that are known.",
        'nodes:\n  first: {kind: say, prompt: "Hi.", ▸too: bye, to: bye}\n',
    ),
    "missing-key": error(
        "A key that must be there is missing.",
        "Add it.",
        'nodes:\n  ▸first: {kind: say, prompt: "Hello."}\n',
    ),
    "unknown-kind": error(
        "There is no such kind of node.",
        "The hint names the nearest one, or all that there are.",
        'nodes:\n  ▸first: {kind: sya, prompt: "Hello.", to: bye}\n',
    ),
    "missing-kind": error(
        "A node has no kind.",
        "Write `kind:` and one of the kinds.",
        'nodes:\n  ▸first: {prompt: "Hello.", to: bye}\n',
    ),
    "bad-value": error(
        "A value does not fit: a duration without its unit, a key that no telephone has …",
        "The message says what is expected.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", timing: {▸no_input: 5}, '
        "choices: {a: {key: 1, to: bye}}}\n",
    ),
    # ------------------------------------------------------------ names
    "missing-node": error(
        "A way leads to a node that is not there.",
        "Correct the name; the hint has the nearest one.",
        'nodes:\n  first: {kind: say, prompt: "Hello.", ▸to: by}\n',
    ),
    "missing-slot": error(
        "A slot is named that the flow does not declare.",
        "Declare it under `slots`, or correct the name.",
        'nodes:\n  first: {kind: ask, slots: {▸acount: "Which account?"}, to: bye}\n',
    ),
    "missing-prompt": error(
        "A prompt is named that is not there, or a question has none.",
        "Add it under `prompts`, or write the text itself.",
        "nodes:\n  first: {kind: say, ▸prompt: welcom, to: bye}\n",
    ),
    "missing-back-end": error(
        "A back end is named that is not there, or it is not clear which one is meant.",
        "Add it under `backends`, or name it in the node.",
        "nodes:\n  first: {kind: http, ▸backend: bnk, url: /x, outcomes: {ok: bye}}\n",
    ),
    "missing-queue": error(
        "The configuration has no such queue.",
        "Add it to `hotline.toml`, or correct the name.",
        "nodes:\n  first:\n    kind: queue\n    ▸queue: card\n"
        "    outcomes: {served: bye, timeout: bye, full: bye, nobody: bye}\n",
    ),
    "missing-destination": error(
        "The configuration has no such destination, and it is no SIP URI.",
        "Add it to `hotline.toml`, or correct the name.",
        "nodes:\n  first: {kind: transfer, ▸target: offce, outcomes: {failed: bye}}\n",
    ),
    "missing-global-command": error(
        "`without` names a command that is not there.",
        "Correct the name.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", ▸without: [helpp], '
        "choices: {a: {key: 1, to: bye}}}\n",
    ),
    "unknown-name": error(
        "A value is read that nothing ever sets.",
        "Declare it under `slots`, or set it in a node.",
        "nodes:\n  first: {kind: branch, when: [{if: ▸acount == null, to: bye}], else: bye}\n",
    ),
    "name-twice": error(
        "A node sets a value that is also a slot.",
        "Give the value another name.",
        "slots:\n  ▸amount: {type: money}\nnodes:\n"
        "  first: {kind: set, values: {amount: 1}, to: bye}\n",
    ),
    "reserved-name": error(
        "A slot has a name with a meaning of its own: call, body, status, value, position, wait, "
        "answer.",
        "Give it another name.",
        "slots:\n  ▸body: {type: text}\n",
    ),
}
