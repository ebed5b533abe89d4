"""Intents learned from examples: a model trained beside the flow, its confidence calibrated."""
