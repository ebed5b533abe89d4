"""Drafts and published versions: what serves is read from the store, the folder is the draft.

folder ─────────┐
                ├─▶ Sources ─▶ Library (checked, linked) ─▶ FlowDesk ─▶ a call's pinned flow
store (log) ────┘                                              ▲
                                    a look each second, SIGHUP ┘
"""
