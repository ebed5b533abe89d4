"""A telephone hotline that understands callers, on your own machines, offline."""
