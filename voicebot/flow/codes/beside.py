"""Codes of what stands beside a flow: others that it calls, knowledge, recordings."""

from __future__ import annotations

from voicebot.flow.codes.code import Code, error, warning

BESIDE: dict[str, Code] = {
    # ------------------------------------------------------------ flows that call each other
    "missing-flow": error(
        "No flow of the folder has this name.",
        "Correct the name; the flow's file belongs into the same folder.",
    ),
    "no-exits": error(
        "A flow is called that never comes back.",
        "Declare `exits` in it and end it with `return` nodes, or use `goto`.",
    ),
    "missing-argument": error(
        "A flow is called without a parameter that has no default.",
        "Give it under `with`, or give the parameter a default.",
    ),
    "missing-parameter": error(
        "The flow that is called has no such parameter.", "Correct the name under `with`."
    ),
    "missing-result": error(
        "The flow that is called gives no such result.", "Name it in that flow's `results`."
    ),
    "missing-exit": error(
        "The flow has no exit of this name.",
        "Correct the name, or list it under `exits` of the flow.",
        "exits: [done]\nnodes:\n  first: {kind: return, ▸exit: dome}\n",
    ),
    "exit-without-way": error(
        "A flow that is called may take an exit for which there is no way on.",
        "Give each of its exits a node.",
    ),
    "unused-exit": warning(
        "No `return` node takes an exit that is declared.",
        "Take it out, or let a way lead there.",
        "exits: [done, ▸failed]\nnodes:\n  first: {kind: return, exit: done}\n",
    ),
    "missing-value": error(
        "A result that nothing in the flow gives a value to.",
        "Correct the name.",
        "exits: [done]\nresults: [▸ammount]\nnodes:\n  first: {kind: return, exit: done}\n",
    ),
    "parameter-differs": error(
        "A parameter and a slot of one name are of different types, or only one is secret.",
        "Make them the same: the parameter then fills the slot beforehand.",
        "exits: [done]\nparameters: {▸amount: {type: text}}\nnodes:\n"
        "  first: {kind: return, exit: done}\n",
    ),
    "calls-itself": warning(
        "A flow calls itself; after a few calls within each other it ends in an error.",
        "Repeat with a `loop` node, which does not go deeper.",
    ),
    "missing-calendar": error(
        "Neither the flow nor the configuration has this calendar.",
        "Correct the name, or add it under `calendars`.",
        "calendars: {office: {open: {mon-fri: 09:00-17:00}}}\nnodes:\n"
        "  first: {kind: hours, ▸calendar: ofice, outcomes: {open: person, closed: bye}}\n",
    ),
    # ------------------------------------------------------------ knowledge
    "missing-knowledge-base": error(
        "There is no such knowledge base beside the flows.",
        "Correct the name, or add the file to `knowledge/`.",
    ),
    "no-entry": error(
        "A knowledge base has no entry in the flow's language.",
        "Write question and answer in it, or name another base.",
    ),
    "missing-entities": error(
        "No knowledge base has names of this kind.",
        "Correct the kind, or add them under `entities` of a knowledge base.",
        "slots:\n  card: {type: choice, ▸entities: produkt}\n"
        "nodes:\n  first: {kind: ask, slots: {card: Which one?}, to: bye}\n",
    ),
    # ------------------------------------------------------------ recordings
    "missing-recording": warning(
        "Other prompts of the flow are recorded, this one is not: the voice changes.",
        "Record it as `prompts/LANGUAGE/ID.wav`.",
        "prompts:\n  welcome: Welcome.\n  ▸hours: We are open from nine to five.\nnodes:\n"
        "  first: {kind: say, prompt: [welcome, hours], to: bye}\n",
    ),
    "recording-not-played": warning(
        "A recording of a prompt that holds values, which no recording can know.",
        "Split the prompt, or remove the recording.",
        'prompts:\n  welcome: Welcome.\n  ▸balance: "You have {amount}."\nnodes:\n'
        "  first: {kind: say, prompt: [welcome, balance], to: bye}\n",
    ),
}
