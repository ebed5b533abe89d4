"""Words that every room shares: frozen types and the ports between rooms. No I/O, no clocks."""
