"""Shipped stand-ins: a line, a caller, agents, engines and a clock that waits for nobody.

With them a whole call runs in virtual time through the real session, flow engine and queue.
"""
