"""The walk of a call: the only floor with tasks.

leg ─▶ line ─▶ turn (vad, endpointing, barge-in, keys, recognition) ─▶ dialogue ─▶ flow engine
 ▲                                                                        │ actions
 └────────────── speaker ◀── voice        waiting, bridge ◀───────────────┘
"""
