"""Where callers are looked up: a file, a back end, a database of the operator's, or our own."""
