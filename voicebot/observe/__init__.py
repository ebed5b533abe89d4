"""How the hotline is seen from outside: metrics, readiness, traces.

    journal facts ─▶ feed ─▶ follow ─┬▶ CallMetrics ─┐
                                     └▶ Traces       ├─▶ /metrics
    counters of engines, line, store ─▶ Snapshot ────┴─▶ /readyz, /healthz

Calls know nothing of this room: it reads facts that they write, and counters that engines keep.
"""
