"""All who had the caller, for calls that were sent on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column; of earlier calls it has whoever talked last, where somebody did."""
    op.add_column("calls", sa.Column("agents", sa.JSON, nullable=False, server_default="[]"))
    calls = sa.table("calls", sa.column("agent", sa.String), sa.column("agents", sa.JSON))
    connection = op.get_bind()
    names = connection.execute(sa.select(calls.c.agent).where(calls.c.agent != "").distinct())
    for (name,) in names.all():
        change = sa.update(calls).where(calls.c.agent == name).values(agents=[name])
        connection.execute(change)
