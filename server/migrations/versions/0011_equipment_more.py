"""What agents saw of the equipment, numbers given out, pieces that are one and pieces that are two"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    for table in ("maker", "model", "lot"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column("version", server_default=None)
    with op.batch_alter_table("asset", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kept", sa.JSON(none_as_null=True), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("search", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("same_as_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("seen_school_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("seen_device_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key("asset_same_as_id_fkey", "asset", ["same_as_id"], ["id"])
        batch_op.create_foreign_key("asset_seen_school_id_fkey", "school", ["seen_school_id"], ["id"])
        batch_op.create_foreign_key(
            "asset_seen_device_id_fkey", "device", ["seen_device_id"], ["id"], ondelete="SET NULL"
        )
        for name in ("asset_school", "asset_kind", "asset_state", "asset_model"):
            batch_op.drop_index(name)
        batch_op.create_index("asset_school", ["school_id", "inventory_no"], unique=False)
        batch_op.create_index(
            "asset_list",
            [
                "inventory_no", "same_as_id", "school_id", "kind", "state", "model_id", "lot_id", "seen_at",
                "in_service_on", "warranty_until", "programme", "conflict", "search", "id",
            ],
            unique=False,
        )  # fmt: skip
        batch_op.create_index("asset_model", ["model_id", "inventory_no"], unique=False)
        batch_op.create_index("asset_seen_device", ["seen_device_id"], unique=False)
        batch_op.create_index(
            "asset_same_as", ["same_as_id"], unique=False, sqlite_where=sa.text("same_as_id IS NOT NULL"),
            postgresql_where=sa.text("same_as_id IS NOT NULL"),
        )  # fmt: skip
        batch_op.create_index(
            "asset_wordless", ["id"], unique=False, sqlite_where=sa.text("search = ''"),
            postgresql_where=sa.text("search = ''"),
        )  # fmt: skip
    with op.batch_alter_table("asset", schema=None) as batch_op:
        batch_op.alter_column("kept", server_default=None)
        batch_op.alter_column("search", server_default=None)
    op.create_table(
        "told_apart",
        sa.Column("first_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("second_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["first_id"], ["asset.id"]),
        sa.ForeignKeyConstraint(["second_id"], ["asset.id"]),
        sa.PrimaryKeyConstraint("first_id", "second_id"),
    )
    op.create_table(
        "inventory_series",
        sa.Column("district_code", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["district_code"], ["district.code"]),
        sa.PrimaryKeyConstraint("district_code", "year"),
    )
    op.create_table(
        "sighting",
        sa.Column("device_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("described", sa.Text(), nullable=False),
        sa.Column("serial", sa.String(length=120), nullable=False),
        sa.Column("macs", sa.JSON(), nullable=False),
        sa.Column("machine_id", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("rivals", sa.JSON(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"]),
        sa.PrimaryKeyConstraint("device_id"),
    )
    with op.batch_alter_table("sighting", schema=None) as batch_op:
        batch_op.create_index("sighting_serial", ["serial"], unique=False)
        batch_op.create_index("sighting_machine", ["machine_id"], unique=False)
        batch_op.create_index("sighting_queue", ["outcome", "school_id", "device_id"], unique=False)
