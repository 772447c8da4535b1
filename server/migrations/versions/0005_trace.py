"""What was changed and what was read, for ever"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "personal_read",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("noun", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("personal_read", schema=None) as batch_op:
        batch_op.create_index("personal_read_noun", ["noun", "key"], unique=False)
    op.create_table(
        "trace",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("noun", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    with op.batch_alter_table("trace", schema=None) as batch_op:
        batch_op.create_index("trace_noun", ["noun", "key"], unique=False)
        batch_op.create_index("trace_school", ["school_id"], unique=False)
    append_only = _POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _SQLITE
    for statement in append_only:
        op.execute(statement)


# Statement triggers: they fire for ON CONFLICT DO UPDATE and MERGE as well, and for what would touch no row.
_POSTGRESQL = (
    """
    CREATE FUNCTION zeng_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'table % takes new rows only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $$
    """,
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION zeng_append_only()"
        for table in ("trace", "personal_read")
    ),
)
# INSERT OR REPLACE deletes without asking the trigger of DELETE, so a row that is there is protected from it too.
_SQLITE = tuple(
    f"CREATE TRIGGER {table}_no_{name} BEFORE {name.upper()} ON {table} {when} "
    f"BEGIN SELECT RAISE(ABORT, 'table {table} takes new rows only'); END"
    for table, key in (("trace", "number"), ("personal_read", "id"))
    for name, when in (
        ("update", ""),
        ("delete", ""),
        ("insert", f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"),
    )
)
