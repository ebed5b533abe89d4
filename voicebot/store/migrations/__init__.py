"""Alembic's scripts: each step of the tables, in `versions`."""
