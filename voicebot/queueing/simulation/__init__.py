"""Callers and agents in virtual time, through the router that serves real ones."""
