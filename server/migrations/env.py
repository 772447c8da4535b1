"""Alembic's door to the one engine; `server.db.migrate` hands the connection over."""

from alembic import context
from sqlmodel import SQLModel

import alerts.tables  # noqa: F401
import inventory.tables  # noqa: F401

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
