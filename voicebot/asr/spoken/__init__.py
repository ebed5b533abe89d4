"""How callers say values, by language: rules of the grammar for each slot type."""
