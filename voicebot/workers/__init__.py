"""What the pools of worker processes share: with what a process is started, what it is doing, and
how long it may take."""
