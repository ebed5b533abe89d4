"""Every code that the check of a flow has: what it means, an example, the remedy.

The reference (`docs/flow-language.md`) is written from this table, and a test holds each example to
its code, line and column: a `▸` stands before the place that the problem names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FRAME = {
    "flow": "flow: example\n",
    "start": "start: first\n",
    "on_error": "on_error: trouble\n",
    "slots": """\
slots:
  account: {type: digits, length: 6}
  pin: {type: digits, length: 4, secret: true}
  amount: {type: money}
""",
    "backends": 'backends: {bank: "http://127.0.0.1:8091"}\n',
    "globals": "globals:\n  operator: {key: 0, to: person}\n",
}
_FRAME_NODES = {
    "first": '  first: {kind: say, prompt: "Welcome.", to: person}\n',
    "trouble": '  trouble: {kind: say, prompt: "Something went wrong.", to: person}\n',
    "person": """\
  person:
    kind: queue
    queue: service
    outcomes: {served: bye, timeout: bye, full: bye, nobody: bye}
""",
    "bye": '  bye: {kind: hangup, prompt: "Goodbye."}\n',
}
"""What examples leave out, because it is the same in all of them."""
MARK = "▸"


@dataclass(frozen=True, slots=True)
class Code:
    """One thing that can be wrong."""

    meaning: str
    remedy: str
    example: str = ""
    """Top-level keys of a flow file, a mark before the place; empty where the file itself is what
    is wrong."""
    is_warning: bool = False

    @property
    def text(self) -> str:
        """The example without its mark."""
        return self.example.replace(MARK, "")

    @property
    def place(self) -> tuple[int, int]:
        """Line and column of the mark, from 1."""
        before = self.example[: self.example.index(MARK)]
        return before.count("\n") + 1, len(before) - before.rfind("\n")

    @property
    def flow(self) -> str:
        """The example as a whole flow; its lines come first, so that line numbers stay."""
        text = self.text
        keys = set(re.findall(r"^(\w+):", text, re.MULTILINE))
        if "nodes" not in keys:
            text += "nodes:\n"
        for name, node in _FRAME_NODES.items():
            if not re.search(rf"^  {name}:", text, re.MULTILINE):
                text += node
        return text + "".join(frame for key, frame in _FRAME.items() if key not in keys)


def _error(meaning: str, remedy: str, example: str = "") -> Code:
    return Code(meaning, remedy, example)


def _warning(meaning: str, remedy: str, example: str = "") -> Code:
    return Code(meaning, remedy, example, is_warning=True)


CODES: dict[str, Code] = {
    # ------------------------------------------------------------ the file
    "unreadable": _error("The file cannot be opened.", "Look at its path and permissions."),
    "not-utf8": _error("The file is not UTF-8.", "Save it as UTF-8 in your editor."),
    "too-large": _error("The file has more than 2 MB.", "Part it into several flows."),
    "too-much": _error(
        "The file holds too many values, or is nested too deeply; an alias may contain itself.",
        "Write the values out, or part the flow.",
    ),
    "no-flows": _error("There is no flow file in the folder.", "Name the right folder."),
    "no-flow": _error("The file is empty, or holds no mapping.", "Begin with `flow: name`."),
    "duplicate-flow": _error(
        "Two files hold a flow of the same name.", "Give one of them another name."
    ),
    "yaml": _error(
        "The file is not YAML.",
        "Look at the indentation and the quotes, here and in the line above.",
        'nodes:\n  first: {kind: say, prompt: "Hello.", to: bye\n  bye▸: {kind: hangup}\n',
    ),
    "duplicate-key": _error(
        "A key is written twice; the second would win in silence.",
        "Rename one, or take it out.",
        'nodes:\n  first: {kind: say, prompt: "Hello.", to: bye}\n'
        '  ▸first: {kind: say, prompt: "Hi.", to: bye}\n',
    ),
    "bad-key": _error(
        "A key is no word.",
        "Write a name.",
        "prompts:\n  ▸[a, b]: Hello.\n",
    ),
    "bad-merge": _error(
        "`<<` takes one mapping.",
        "Write `<<: *name`.",
        "slots:\n  account: {<<: ▸5, type: digits}\n",
    ),
    "missing-env": _error(
        "A variable of the environment is not set.",
        "Set it, or give a default: `${env:NAME:-default}`.",
        'prompts:\n  ▸welcome: "Welcome to ${env:NO_SUCH_VARIABLE}."\n',
    ),
    # ------------------------------------------------------------ the shape
    "unknown-key": _error(
        "A key that is not known there.",
        "The hint names the nearest one, or all that are known.",
        'nodes:\n  first: {kind: say, prompt: "Hi.", ▸too: bye, to: bye}\n',
    ),
    "missing-key": _error(
        "A key that must be there is missing.",
        "Add it.",
        'nodes:\n  ▸first: {kind: say, prompt: "Hello."}\n',
    ),
    "unknown-kind": _error(
        "There is no such kind of node.",
        "The hint names the nearest one, or all that there are.",
        'nodes:\n  ▸first: {kind: sya, prompt: "Hello.", to: bye}\n',
    ),
    "missing-kind": _error(
        "A node has no kind.",
        "Write `kind:` and one of the kinds.",
        'nodes:\n  ▸first: {prompt: "Hello.", to: bye}\n',
    ),
    "bad-value": _error(
        "A value does not fit: a duration without its unit, a key that no telephone has …",
        "The message says what is expected.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", timing: {▸no_input: 5}, '
        "choices: {a: {key: 1, to: bye}}}\n",
    ),
    # ------------------------------------------------------------ names
    "missing-node": _error(
        "A way leads to a node that is not there.",
        "Correct the name; the hint has the nearest one.",
        'nodes:\n  first: {kind: say, prompt: "Hello.", ▸to: by}\n',
    ),
    "missing-slot": _error(
        "A slot is named that the flow does not declare.",
        "Declare it under `slots`, or correct the name.",
        'nodes:\n  first: {kind: ask, slots: {▸acount: "Which account?"}, to: bye}\n',
    ),
    "missing-prompt": _error(
        "A prompt is named that is not there, or a question has none.",
        "Add it under `prompts`, or write the text itself.",
        "nodes:\n  first: {kind: say, ▸prompt: welcom, to: bye}\n",
    ),
    "missing-back-end": _error(
        "A back end is named that is not there, or it is not clear which one is meant.",
        "Add it under `backends`, or name it in the node.",
        "nodes:\n  first: {kind: http, ▸backend: bnk, url: /x, outcomes: {ok: bye}}\n",
    ),
    "missing-queue": _error(
        "The configuration has no such queue.",
        "Add it to `hotline.toml`, or correct the name.",
        "nodes:\n  first:\n    kind: queue\n    ▸queue: card\n"
        "    outcomes: {served: bye, timeout: bye, full: bye, nobody: bye}\n",
    ),
    "missing-destination": _error(
        "The configuration has no such destination, and it is no SIP URI.",
        "Add it to `hotline.toml`, or correct the name.",
        "nodes:\n  first: {kind: transfer, ▸target: offce, outcomes: {failed: bye}}\n",
    ),
    "missing-global-command": _error(
        "`without` names a command that is not there.",
        "Correct the name.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", ▸without: [helpp], '
        "choices: {a: {key: 1, to: bye}}}\n",
    ),
    "unknown-name": _error(
        "A value is read that nothing ever sets.",
        "Declare it under `slots`, or set it in a node.",
        "nodes:\n  first: {kind: branch, when: [{if: ▸acount == null, to: bye}], else: bye}\n",
    ),
    "name-twice": _error(
        "A node sets a value that is also a slot.",
        "Give the value another name.",
        "slots:\n  ▸amount: {type: money}\nnodes:\n"
        "  first: {kind: set, values: {amount: 1}, to: bye}\n",
    ),
    "reserved-name": _error(
        "A slot has a name with a meaning of its own: call, body, status, value, position, wait, "
        "answer.",
        "Give it another name.",
        "slots:\n  ▸body: {type: text}\n",
    ),
    # ------------------------------------------------------------ texts
    "bad-template": _error(
        "Braces that cannot be read.",
        "Write `{name}` or `{name:type}`; a brace itself is written twice.",
        'nodes:\n  first: {kind: say, prompt: "Hello ▸{.", to: bye}\n',
    ),
    "bad-markup": _error(
        "Markup that is not known, or not closed.",
        "Write it as the table of markup says, or leave it out.",
        'nodes:\n  first: {kind: say, prompt: "Hello ▸<blink>you</blink>.", to: bye}\n',
    ),
    "missing-translation": _warning(
        "A text that one of the flow's languages lacks.",
        "Write it for each language: `{en: Hello., zh: 您好。}`.",
        "languages: [en, zh]\nprompts:\n  ▸hello: Hello.\n"
        "nodes:\n  first: {kind: say, prompt: hello, to: bye}\n",
    ),
    "early-value": _error(
        "A prompt before the answer holds values, and nothing is known yet.",
        "Leave the values out.",
        'before_answer: {early: [▸"Hello {account}."]}\n',
    ),
    "bad-expression": _error(
        "An expression that cannot be read.",
        "The message says what is missing at that place.",
        'nodes:\n  first: {kind: branch, when: [{if: "▸1 +", to: bye}], else: bye}\n',
    ),
    "wrong-type": _error(
        "An expression or a node needs another type: a number is compared with text, say.",
        "Compare like with like; `number()` and `text()` convert.",
        'nodes:\n  first: {kind: branch, when: [{if: amount ▸== "ten", to: bye}], else: bye}\n',
    ),
    "bad-phrase": _error(
        "A phrase that cannot be read.",
        "Close every bracket; slots are written `{name}`, in a menu's choices only.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", '
        'choices: {a: {phrases: ["go ▸(on"], to: bye}}}\n',
    ),
    "empty-phrase": _error(
        "A phrase may be silence: everything in it may be left out.",
        "Let something stand outside of `[...]`.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", '
        'choices: {a: {phrases: ["▸[go]"], to: bye}}}\n',
    ),
    # ------------------------------------------------------------ what callers say and key
    "same-phrase": _error(
        "Two answers to one question are the same words.",
        "Take it out of one of them.",
        'nodes:\n  first:\n    kind: menu\n    prompt: "Well?"\n    choices:\n'
        '      a: {phrases: ["[please] go"], to: bye}\n'
        '      b: {phrases: ["▸(go | run)"], to: bye}\n',
    ),
    "sounds-alike": _warning(
        "Two answers to one question sound so much alike that they will be taken for each other.",
        "Let callers say it in other words, and offer keys.",
        'nodes:\n  first:\n    kind: menu\n    prompt: "Well?"\n    choices:\n'
        '      a: {phrases: ["▸billing"], to: bye}\n'
        '      b: {phrases: ["building"], to: bye}\n',
    ),
    "shadowed-command": _warning(
        "A menu's answer is also a global command, and wins here.",
        "Take it out, unless that is meant.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", '
        'choices: {a: {phrases: ["▸operator"], to: bye}}}\n',
    ),
    "no-way-in": _error(
        "A choice that nobody can choose.",
        "Give it `phrases`, a `key`, or both.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", choices: {▸a: {to: bye}}}\n',
    ),
    "same-key": _error(
        "One key for two answers.",
        "Give each a key of its own.",
        'nodes:\n  first: {kind: menu, prompt: "1?", '
        "choices: {a: {key: 1, to: bye}, b: {▸key: 1, to: bye}}}\n",
    ),
    "key-prefix": _warning(
        "One key begins another: after the shorter one the caller has to wait, and keys that are "
        "typed ahead are taken wrongly.",
        "Use keys of one length.",
        'nodes:\n  first: {kind: menu, prompt: "1?", '
        "choices: {a: {key: 1, to: bye}, b: {▸key: 12, to: bye}}}\n",
    ),
    "key-hides-command": _warning(
        "The key of a global command means something else in this node.",
        "Take another key, or list the command under `without` if that is meant.",
        'nodes:\n  first: {kind: menu, prompt: "0?", ▸choices: {a: {key: 0, to: bye}}}\n',
    ),
    # ------------------------------------------------------------ secrets
    "secret-leak": _error(
        "A secret slot gets into a url, a tag or what agents see, where it would be kept.",
        "Send it in the body of a request, and nowhere else.",
        'nodes:\n  first: {kind: digits, slot: pin, prompt: "PIN?", to: ask}\n'
        '  ask: {kind: http, ▸url: "/check/{pin}", outcomes: {ok: bye}}\n',
    ),
    "missing-secret": _error(
        "The configuration has no such secret.",
        "Add it under `[secrets]` in hotline.toml, or mend the name.",
        'backends:\n  bank: {url: "http://127.0.0.1:8091", headers: {▸Key: "{secret:tokn}"}}\n',
    ),
    "secret-misplaced": _error(
        "A secret of the configuration stands where it would be kept, logged or heard.",
        "Put it into a header of a back end, an http or a notify node.",
        'nodes:\n  first: {kind: say, prompt: "The code is ▸{secret:token}.", to: bye}\n',
    ),
    "no-mail": _error(
        "A node sends mail, and no mail server is configured.",
        "Add `[mail]` to hotline.toml.",
        "nodes:\n  first:\n    kind: notify\n"
        "    ▸mail: {to: desk@example.org, subject: A call, text: Call back}\n    to: bye\n",
    ),
    "secret-copied": _error(
        "A secret slot is copied; the copy would not be secret.",
        "Use the slot itself.",
        'nodes:\n  first: {kind: digits, slot: pin, prompt: "PIN?", to: copy}\n'
        "  copy: {kind: set, values: {▸mine: pin}, to: bye}\n",
    ),
    "secret-in-phrase": _error(
        "A secret slot stands in a menu's phrase; what callers say to menus is kept.",
        "Ask for it in a node of its own.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", '
        'choices: {a: {phrases: [▸"my pin is {pin}"], to: bye}}}\n',
    ),
    "secret-carried": _error(
        "A secret slot would be kept for another question.",
        "Take it out; it is asked for where it is used.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", '
        "choices: {a: {phrases: [pay], along: [▸pin], to: ask}}}\n"
        '  ask: {kind: digits, slot: pin, prompt: "PIN?", to: bye}\n',
    ),
    "not-correctable": _error(
        "A slot whose words cannot be told from an answer (digits, text, yes or no) is to be "
        "corrected at another question.",
        "Lead the caller back to its question instead.",
        'nodes:\n  first: {kind: ask, slots: {amount: "How much?"}, corrects: [▸account], '
        "to: bye}\n",
    ),
    "never-asked": _warning(
        "A slot may be said along with a choice, but no question for it follows: what was said is "
        "lost.",
        "Take it out, or ask for it on the way.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", '
        "choices: {a: {phrases: [pay], along: [▸amount], to: bye}}}\n",
    ),
    "no-resume": _warning(
        "A digression never comes back to the question that the caller left.",
        "End its nodes with one of kind `resume`.",
        "globals:\n  operator: {key: 0, to: person}\n"
        "  times: {phrases: [opening hours], ▸to: times, returns: true}\n"
        'nodes:\n  times: {kind: say, prompt: "From nine to five.", to: bye}\n',
    ),
    "lone-resume": _warning(
        "No digression comes to a node of kind `resume`, so that it is only a goto.",
        "Give the global command that leads there `returns: true`.",
        "nodes:\n  ▸first: {kind: resume, to: person}\n",
    ),
    "secret-in-clear": _warning(
        "A secret slot goes to another machine without encryption.",
        "Use https.",
        'backends: {far: "http://bank.example"}\nnodes:\n'
        '  first: {kind: digits, slot: pin, prompt: "PIN?", to: ask}\n'
        '  ask: {kind: http, method: POST, url: /check, body: {▸pin: "{pin}"}, '
        "outcomes: {ok: bye}}\n",
    ),
    "secret-spoken": _warning(
        "The bot says a secret slot aloud.",
        "Leave it out.",
        'nodes:\n  first: {kind: digits, slot: pin, prompt: "PIN?", to: tell}\n'
        '  tell: {kind: say, ▸prompt: "It is {pin}.", to: bye}\n',
    ),
    # ------------------------------------------------------------ ways
    "unreachable": _warning(
        "Nothing leads to the node.",
        "Lead a way to it, or take it out.",
        'nodes:\n  first: {kind: say, prompt: "Hi.", to: bye}\n'
        '  ▸lost: {kind: say, prompt: "Hi.", to: bye}\n',
    ),
    "dead-end": _warning(
        "No way leads from the node to a hangup. On the error path this is an error.",
        "Give it a way that ends in a node of kind hangup.",
        "globals: {}\nnodes:\n"
        '  ▸first: {kind: menu, prompt: "Well?", choices: {a: {key: 1, to: first}}}\n',
    ),
    "loop-without-listener": _error(
        "The call goes round without hearing the caller.",
        "Put a node that listens into the loop.",
        'nodes:\n  ▸first: {kind: say, prompt: "Hi.", to: next}\n'
        '  next: {kind: say, prompt: "Hi.", to: first}\n',
    ),
    "silence-loop": _warning(
        "A caller who keeps silent comes back to the node for ever, until the call's limits end "
        "it.",
        "Let the last entry of `no_input` lead to a person or a hangup.",
        'nodes:\n  ▸first: {kind: menu, prompt: "Well?", choices: {a: {key: 1, to: bye}}, '
        'no_input: [{prompt: "Hello?", to: first}]}\n',
    ),
    "no-match-loop": _warning(
        "The same for a caller who is never understood.",
        "Let the last entry of `no_match` lead to a person or a hangup.",
        'nodes:\n  ▸first: {kind: menu, prompt: "Well?", choices: {a: {key: 1, to: bye}}, '
        'no_match: [{prompt: "Sorry?", to: first}]}\n',
    ),
    "no-person": _warning(
        "Callers cannot reach a person at all.",
        "Add a queue, and a global command `operator` that leads to it.",
        "▸flow: example\nglobals: {}\nnodes:\n  first: {kind: hangup}\n  person: {kind: hangup}\n",
    ),
    "no-person-here": _warning(
        "From this node callers cannot reach a person.",
        "Leave the command `operator` in, or add a choice that leads to a queue.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", '
        "choices: {a: {key: 1, to: last}, b: {key: 2, to: person}}}\n"
        '  ▸last: {kind: menu, prompt: "Really?", without: [operator], '
        "choices: {a: {key: 1, to: bye}}}\n",
    ),
    "unreachable-reprompt": _warning(
        "An entry of `no_input` or `no_match` behind one that leaves the node.",
        "Put the entry with `to` last.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", choices: {a: {key: 1, to: bye}}, '
        'no_match: [{prompt: "Sorry.", to: person}, ▸{prompt: "Sorry?"}]}\n',
    ),
    "same-reprompt": _warning(
        "The caller hears the same words twice in a row.",
        "Say more each time: examples, then keys, then a person.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", choices: {a: {key: 1, to: bye}}, '
        'no_match: [{prompt: "Sorry?"}, ▸{prompt: "Sorry?"}]}\n',
    ),
    # ------------------------------------------------------------ values
    "unset-value": _warning(
        "A value is said, sent or reckoned with that some way to the node does not set. The hint "
        "names such a way.",
        "Ask for it first, or decide with `defined(name)`.",
        'nodes:\n  first: {kind: menu, prompt: "Well?", '
        "choices: {a: {key: 1, to: tell}, b: {key: 2, to: ask}}}\n"
        '  ask: {kind: ask, slots: {amount: "How much?"}, to: tell}\n'
        '  tell: {kind: say, prompt: "You said ▸{amount}.", to: bye}\n',
    ),
    "never-filled": _warning(
        "A slot is read, but no caller is ever asked for it.",
        "Ask for it in a node of kind ask or digits, or in a menu's phrases.",
        "slots:\n  ▸amount: {type: money}\nnodes:\n"
        '  first: {kind: say, prompt: "You said {amount}.", to: bye}\n',
    ),
    "unused-slot": _warning(
        "A slot that nothing asks for.",
        "Take it out.",
        "slots:\n  ▸amount: {type: money}\n",
    ),
    "unused-prompt": _warning(
        "A prompt that nothing says.",
        "Take it out.",
        "prompts:\n  ▸hello: Hello.\n",
    ),
    "unused-back-end": _warning(
        "A back end that no node asks.",
        "Take it out.",
        'backends: {▸bank: "http://127.0.0.1:8091"}\n',
    ),
    # ------------------------------------------------------------ flows that call each other
    "missing-flow": _error(
        "No flow of the folder has this name.",
        "Correct the name; the flow's file belongs into the same folder.",
    ),
    "no-exits": _error(
        "A flow is called that never comes back.",
        "Declare `exits` in it and end it with `return` nodes, or use `goto`.",
    ),
    "missing-argument": _error(
        "A flow is called without a parameter that has no default.",
        "Give it under `with`, or give the parameter a default.",
    ),
    "missing-parameter": _error(
        "The flow that is called has no such parameter.", "Correct the name under `with`."
    ),
    "missing-result": _error(
        "The flow that is called gives no such result.", "Name it in that flow's `results`."
    ),
    "missing-exit": _error(
        "The flow has no exit of this name.",
        "Correct the name, or list it under `exits` of the flow.",
        "exits: [done]\nnodes:\n  first: {kind: return, ▸exit: dome}\n",
    ),
    "exit-without-way": _error(
        "A flow that is called may take an exit for which there is no way on.",
        "Give each of its exits a node.",
    ),
    "unused-exit": _warning(
        "No `return` node takes an exit that is declared.",
        "Take it out, or let a way lead there.",
        "exits: [done, ▸failed]\nnodes:\n  first: {kind: return, exit: done}\n",
    ),
    "missing-value": _error(
        "A result that nothing in the flow gives a value to.",
        "Correct the name.",
        "exits: [done]\nresults: [▸ammount]\nnodes:\n  first: {kind: return, exit: done}\n",
    ),
    "parameter-differs": _error(
        "A parameter and a slot of one name are of different types, or only one is secret.",
        "Make them the same: the parameter then fills the slot beforehand.",
        "exits: [done]\nparameters: {▸amount: {type: text}}\nnodes:\n"
        "  first: {kind: return, exit: done}\n",
    ),
    "calls-itself": _warning(
        "A flow calls itself; after a few calls within each other it ends in an error.",
        "Repeat with a `loop` node, which does not go deeper.",
    ),
    "missing-calendar": _error(
        "Neither the flow nor the configuration has this calendar.",
        "Correct the name, or add it under `calendars`.",
        "calendars: {office: {open: {mon-fri: 09:00-17:00}}}\nnodes:\n"
        "  first: {kind: hours, ▸calendar: ofice, outcomes: {open: person, closed: bye}}\n",
    ),
    # ------------------------------------------------------------ knowledge
    "missing-knowledge-base": _error(
        "There is no such knowledge base beside the flows.",
        "Correct the name, or add the file to `knowledge/`.",
    ),
    "no-entry": _error(
        "A knowledge base has no entry in the flow's language.",
        "Write question and answer in it, or name another base.",
    ),
    "missing-entities": _error(
        "No knowledge base has names of this kind.",
        "Correct the kind, or add them under `entities` of a knowledge base.",
        "slots:\n  card: {type: choice, ▸entities: produkt}\n"
        "nodes:\n  first: {kind: ask, slots: {card: Which one?}, to: bye}\n",
    ),
    # ------------------------------------------------------------ recordings
    "missing-recording": _warning(
        "Other prompts of the flow are recorded, this one is not: the voice changes.",
        "Record it as `prompts/LANGUAGE/ID.wav`.",
        "prompts:\n  welcome: Welcome.\n  ▸hours: We are open from nine to five.\nnodes:\n"
        "  first: {kind: say, prompt: [welcome, hours], to: bye}\n",
    ),
    "recording-not-played": _warning(
        "A recording of a prompt that holds values, which no recording can know.",
        "Split the prompt, or remove the recording.",
        'prompts:\n  welcome: Welcome.\n  ▸balance: "You have {amount}."\nnodes:\n'
        "  first: {kind: say, prompt: [welcome, balance], to: bye}\n",
    ),
}
