"""Alembic's entry: runs the steps on the connection that `voicebot.store.migrate` gives."""

from alembic import context

from voicebot.store.tables import metadata

connection = context.config.attributes["connection"]
# SQLite alters a table by copying it, which Alembic calls batch mode.
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
