"""Everything that the journey needs"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.tenancy import protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TENANTS = (
    "attributions",
    "audit",
    "customers",
    "deliveries",
    "events",
    "identities",
    "imports",
    "keys",
    "members",
    "model_versions",
    "order_lines",
    "orders",
    "placements",
    "products",
    "refund_lines",
    "refunds",
    "slates",
    "stores",
    "variants",
)


def upgrade() -> None:
    op.create_table(
        "attributions",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("slate_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("refunded_amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "order_id", "line_id", name=op.f("attributions_pkey")),
    )
    op.create_index(op.f("attributions_store_id_at_idx"), "attributions", ["store_id", "at"], unique=False)
    op.create_table(
        "audit",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("audit_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "audit_id", name=op.f("audit_pkey")),
    )
    op.create_table(
        "customers",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("version", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("store_id", "customer_id", name=op.f("customers_pkey")),
    )
    op.create_table(
        "deliveries",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "delivery_id", name=op.f("deliveries_pkey")),
    )
    op.create_table(
        "directory",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "token", name=op.f("directory_pkey")),
    )
    op.create_index(op.f("directory_store_id_idx"), "directory", ["store_id"], unique=False)
    op.create_table(
        "events",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visitor_id", sa.Text(), nullable=True),
        sa.Column("slate_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "event_id", name=op.f("events_pkey")),
    )
    op.create_index(op.f("events_store_id_at_idx"), "events", ["store_id", "at"], unique=False)
    op.create_index(
        op.f("events_store_id_visitor_id_at_idx"), "events", ["store_id", "visitor_id", "at"], unique=False
    )
    op.create_table(
        "identities",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("visitor_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "visitor_id", name=op.f("identities_pkey")),
    )
    op.create_table(
        "imports",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stale", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rejected", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "import_id", name=op.f("imports_pkey")),
    )
    op.create_table(
        "keys",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "key_id", name=op.f("keys_pkey")),
    )
    op.create_table(
        "members",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "member_id", name=op.f("members_pkey")),
    )
    op.create_table(
        "model_versions",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("window_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("window_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("metrics", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("chosen", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("snapshot", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("store_id", "version", name=op.f("model_versions_pkey")),
    )
    op.create_table(
        "order_lines",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("variant_id", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_amount", sa.BigInteger(), nullable=False),
        sa.Column("total_amount", sa.BigInteger(), nullable=False),
        sa.Column("slate_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "order_id", "line_id", name=op.f("order_lines_pkey")),
    )
    op.create_index(
        op.f("order_lines_store_id_slate_id_idx"),
        "order_lines",
        ["store_id", "slate_id"],
        unique=False,
        postgresql_where=sa.text("slate_id is not null"),
    )
    op.create_table(
        "orders",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("visitor_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total_amount", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "order_id", name=op.f("orders_pkey")),
    )
    op.create_index(
        op.f("orders_store_id_created_at_idx"), "orders", ["store_id", "created_at"], unique=False
    )
    op.create_index(
        op.f("orders_store_id_customer_id_idx"), "orders", ["store_id", "customer_id"], unique=False
    )
    op.create_index(
        op.f("orders_store_id_visitor_id_idx"), "orders", ["store_id", "visitor_id"], unique=False
    )
    op.create_table(
        "outbox",
        sa.Column("outbox_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=True),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("args", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("outbox_id", name=op.f("outbox_pkey")),
    )
    op.create_index(
        "outbox_key_key", "outbox", ["job", "key"], unique=True, postgresql_where=sa.text("key is not null")
    )
    op.create_table(
        "placements",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("display", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("version", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "key", name=op.f("placements_pkey")),
    )
    op.create_table(
        "products",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("image", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("price_amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("compare_at_amount", sa.BigInteger(), nullable=True),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("stock_version", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("store_id", "product_id", name=op.f("products_pkey")),
    )
    op.create_table(
        "refund_lines",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("refund_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), server_default="0", nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "refund_id", "line_id", name=op.f("refund_lines_pkey")),
    )
    op.create_index(
        op.f("refund_lines_store_id_order_id_idx"), "refund_lines", ["store_id", "order_id"], unique=False
    )
    op.create_table(
        "refunds",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("refund_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "refund_id", name=op.f("refunds_pkey")),
    )
    op.create_index(op.f("refunds_store_id_order_id_idx"), "refunds", ["store_id", "order_id"], unique=False)
    op.create_table(
        "slates",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("slate_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placement", sa.Text(), nullable=False),
        sa.Column("visitor_id", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("product_id", sa.Text(), nullable=True),
        sa.Column("basket", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("items", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("propensities", postgresql.ARRAY(sa.REAL()), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("arm", sa.Text(), nullable=False),
        sa.Column("ghost", sa.Boolean(), nullable=False),
        sa.Column("explored", sa.Boolean(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "slate_id", name=op.f("slates_pkey")),
    )
    op.create_index(op.f("slates_store_id_at_idx"), "slates", ["store_id", "at"], unique=False)
    op.create_index(
        op.f("slates_store_id_visitor_id_at_idx"), "slates", ["store_id", "visitor_id", "at"], unique=False
    )
    op.create_table(
        "stores",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), server_default="UTC", nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("holdout", sa.Double(), server_default="0.05", nullable=False),
        sa.Column("exploration", sa.Double(), server_default="0.02", nullable=False),
        sa.Column("attribution_hours", sa.Integer(), server_default="24", nullable=False),
        sa.Column("webhook_secret_sealed", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.PrimaryKeyConstraint("store_id", name=op.f("stores_pkey")),
    )
    op.create_table(
        "variants",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("variant_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("price_amount", sa.BigInteger(), nullable=False),
        sa.Column("compare_at_amount", sa.BigInteger(), nullable=True),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("stock_version", sa.DateTime(timezone=True), nullable=False),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("store_id", "product_id", "variant_id", name=op.f("variants_pkey")),
    )
    for table in TENANTS:
        protect(table)


def downgrade() -> None:
    op.drop_table("variants")
    op.drop_table("stores")
    op.drop_index(op.f("slates_store_id_visitor_id_at_idx"), table_name="slates")
    op.drop_index(op.f("slates_store_id_at_idx"), table_name="slates")
    op.drop_table("slates")
    op.drop_index(op.f("refunds_store_id_order_id_idx"), table_name="refunds")
    op.drop_table("refunds")
    op.drop_index(op.f("refund_lines_store_id_order_id_idx"), table_name="refund_lines")
    op.drop_table("refund_lines")
    op.drop_table("products")
    op.drop_table("placements")
    op.drop_index("outbox_key_key", table_name="outbox", postgresql_where=sa.text("key is not null"))
    op.drop_table("outbox")
    op.drop_index(op.f("orders_store_id_visitor_id_idx"), table_name="orders")
    op.drop_index(op.f("orders_store_id_customer_id_idx"), table_name="orders")
    op.drop_index(op.f("orders_store_id_created_at_idx"), table_name="orders")
    op.drop_table("orders")
    op.drop_index(
        op.f("order_lines_store_id_slate_id_idx"),
        table_name="order_lines",
        postgresql_where=sa.text("slate_id is not null"),
    )
    op.drop_table("order_lines")
    op.drop_table("model_versions")
    op.drop_table("members")
    op.drop_table("keys")
    op.drop_table("imports")
    op.drop_table("identities")
    op.drop_index(op.f("events_store_id_visitor_id_at_idx"), table_name="events")
    op.drop_index(op.f("events_store_id_at_idx"), table_name="events")
    op.drop_table("events")
    op.drop_index(op.f("directory_store_id_idx"), table_name="directory")
    op.drop_table("directory")
    op.drop_table("deliveries")
    op.drop_table("customers")
    op.drop_table("audit")
    op.drop_index(op.f("attributions_store_id_at_idx"), table_name="attributions")
    op.drop_table("attributions")
