"""cards of withdrawn tasks are greyed

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("task", sa.Column("greyed_to", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("task", sa.Column("greyed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_task_to_grey", "task", ["id"], postgresql_where=sa.text("status = 'withdrawn' AND greyed_at IS NULL"), unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_task_to_grey", table_name="task")
    op.drop_column("task", "greyed_at")
    op.drop_column("task", "greyed_to")
