"""The only place where adapters are built and joined: one node, from its start to its stop.

serving ─▶ start ─▶ engines, people, customers, console, announcing, node
"""
