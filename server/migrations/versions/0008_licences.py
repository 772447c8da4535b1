"""Licences: products, pools, entitlements with renewals, allocations, what agents saw, warnings"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

ONE_TARGET = (
    "(district_code IS NOT NULL AND school_id IS NULL AND asset_id IS NULL)"
    " OR (district_code IS NULL AND school_id IS NOT NULL AND asset_id IS NULL)"
    " OR (district_code IS NULL AND school_id IS NULL AND asset_id IS NOT NULL)"
)


def upgrade() -> None:
    op.create_table(
        "sw_product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("edition", sa.String(length=80), nullable=False),
        sa.Column("metric", sa.String(length=24), nullable=False),
        sa.Column("seen_as", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", "edition"),
    )
    op.create_table(
        "licence_pool",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["sw_product.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.create_index("ix_licence_pool_product_id", "licence_pool", ["product_id"])
    op.create_table(
        "entitlement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pool_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("lot_id", sa.Integer(), nullable=True),
        sa.Column("renews_id", sa.Integer(), nullable=True),
        sa.Column("key_ref", sa.String(length=120), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name="entitlement_quantity"),
        sa.CheckConstraint("last_on IS NULL OR last_on >= from_on", name="entitlement_term"),
        sa.ForeignKeyConstraint(["pool_id"], ["licence_pool.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"]),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"]),
        sa.ForeignKeyConstraint(["renews_id"], ["entitlement.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_entitlement_pool_id", "entitlement", ["pool_id"])
    op.create_index("ix_entitlement_contract_id", "entitlement", ["contract_id"])
    op.create_index("ix_entitlement_lot_id", "entitlement", ["lot_id"])
    op.create_index("ix_entitlement_renews_id", "entitlement", ["renews_id"])
    op.create_index("entitlement_last", "entitlement", ["last_on"])
    op.create_table(
        "allocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pool_id", sa.Integer(), nullable=False),
        sa.Column("district_code", sa.String(length=12), nullable=True),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("asset_id", sa.Integer(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name="allocation_quantity"),
        sa.CheckConstraint("last_on IS NULL OR last_on >= from_on", name="allocation_term"),
        sa.CheckConstraint(ONE_TARGET, name="allocation_one_target"),
        sa.ForeignKeyConstraint(["pool_id"], ["licence_pool.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["district_code"], ["district.code"]),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"]),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_allocation_pool_id", "allocation", ["pool_id"])
    op.create_index("ix_allocation_district_code", "allocation", ["district_code"])
    op.create_index("ix_allocation_school_id", "allocation", ["school_id"])
    op.create_index("ix_allocation_asset_id", "allocation", ["asset_id"])
    op.create_table(
        "sw_seen",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("release", sa.String(length=80), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["product_id"], ["sw_product.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("asset_id", "product_id", "release"),
    )
    op.create_index("sw_seen_product", "sw_seen", ["product_id", "asset_id"])
    op.create_table(
        "licence_warning",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entitlement_id", sa.Integer(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entitlement_id"], ["entitlement.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("entitlement_id", "last_on", "days"),
    )
    op.create_index("ix_licence_warning_entitlement_id", "licence_warning", ["entitlement_id"])
