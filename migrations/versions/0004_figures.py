"""a guide's week for persona drift; Latin words and figures are found by threes; what a store sent is read from one index

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COUNTS = (
    "added", "ended", "lost", "sends", "links", "opened", "posts", "friends", "life", "work", "fun", "sales", "solving",
)  # fmt: skip
# As content_library.rules.lexemes does for new texts: every three neighbouring letters or figures.
BY_THREES = """
UPDATE item SET search = search
    || array_to_tsvector(ARRAY(SELECT DISTINCT substr(search_text, n, 3) FROM generate_series(1, length(search_text) - 2) n
        WHERE substr(search_text, n, 3) ~ '^[a-z0-9]{3}$'))
    || array_to_tsvector(ARRAY(SELECT DISTINCT '~' || substr(initials, n, 3) FROM generate_series(1, length(initials) - 2) n
        WHERE substr(initials, n, 3) ~ '^[a-z0-9]{3}$'))
WHERE search IS NOT NULL
"""


def upgrade() -> None:
    op.create_table(
        "guide_week",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("persona_id", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_guide_week_staff_id")),
        sa.PrimaryKeyConstraint("week", "staff_id", "persona_id", name=op.f("pk_guide_week")),
    )
    op.create_table(
        "place_week",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("persona_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("store_id", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.ForeignKeyConstraint(["persona_id"], ["persona.id"], name=op.f("fk_place_week_persona_id")),
        sa.PrimaryKeyConstraint("week", "persona_id", "path", "store_id", name=op.f("pk_place_week")),
    )
    op.execute("SET LOCAL statement_timeout = 0")
    op.drop_index("ix_item_send_staff_id_sent_at", table_name="item_send")
    op.create_index("ix_item_send_staff_id_sent_at", "item_send", ["staff_id", "sent_at"], postgresql_include=["item_id"])
    op.execute(BY_THREES)


def downgrade() -> None:
    op.drop_index("ix_item_send_staff_id_sent_at", table_name="item_send")
    op.create_index("ix_item_send_staff_id_sent_at", "item_send", ["staff_id", "sent_at"])
    op.drop_table("place_week")
    op.drop_table("guide_week")
