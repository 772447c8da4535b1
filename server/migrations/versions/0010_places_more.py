"""places_more: versions of districts and rooms, so that an edit says what it saw; numbers as each school gave them"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    for table in ("district", "room"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("phone_use") as batch:
        batch.add_column(sa.Column("raw", sa.String(length=60), nullable=False, server_default=""))
