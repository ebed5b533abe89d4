"""Scenarios: whole calls in virtual time, written as the transcripts that they must become.

    script ─▶ world (line, engines, back end, agents, clock) ─▶ session ─▶ journal ─▶ transcript
       │                                                                        │
       └──────────────── compared, line by line ◀───────────────────────────────┘

Everything of a call is real but for the line and the engines.
"""
