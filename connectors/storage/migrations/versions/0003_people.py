"""Users with their log-ins and sessions, and who did what."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_Identity = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
        sa.Column("display_name", sa.String(64), nullable=False),
        sa.Column("qualification", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("specialities", sa.Text, nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False, server_default="3"),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("is_away", sa.Boolean, nullable=False),
        sa.Column("preferences", sa.Text, nullable=False),
        *(sa.Column(name, _Moment) for name in ("seen_at", "last_assigned_at", "disabled_at")),
        sa.Column("created_at", _Moment, nullable=False),
    )
    op.create_table(
        "login_attempts",
        sa.Column("name_hash", sa.String(64), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", _Moment),
        sa.Column("tried_at", _Moment, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.String(32), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("csrf", sa.String(64), nullable=False),
        *(sa.Column(name, _Moment, nullable=False) for name in ("created_at", "last_seen_at", "expires_at")),
    )
    op.create_table(
        "audit",
        sa.Column("id", _Identity, primary_key=True, autoincrement=True),
        sa.Column("at", _Moment, nullable=False),
        sa.Column("actor_id", sa.String(32)),
        sa.Column("actor_name", sa.String(64), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )


def downgrade() -> None:
    for table in ("audit", "sessions", "login_attempts", "users"):
        op.drop_table(table)
