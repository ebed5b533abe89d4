"""What went wrong in a call, by rules over its journal."""
