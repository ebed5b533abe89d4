"""What the pools of worker processes share: what a process does, and how long it may take."""
