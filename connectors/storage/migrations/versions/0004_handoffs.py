"""Handoffs and what experts keep beside them; who wrote a message and which one it answers."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_Identity = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_Moment = sa.DateTime(timezone=True)
_WHERE_OPEN = {"sqlite_where": sa.text("is_open = 1"), "postgresql_where": sa.text("is_open")}
_NEW_COLUMNS = (
    ("conversations", sa.Column("reply_token", sa.String(64), nullable=False, server_default="")),
    ("conversations", sa.Column("token_from", _Moment)),
    ("messages", sa.Column("author", sa.String(64), nullable=False, server_default="")),
    ("messages", sa.Column("author_id", sa.String(32), nullable=False, server_default="")),
    ("messages", sa.Column("quotes_seq", sa.Integer, nullable=False, server_default="0")),
    ("messages", sa.Column("quote_token", sa.String(200), nullable=False, server_default="")),
)


def upgrade() -> None:
    for table, column in _NEW_COLUMNS:
        op.add_column(table, column)
    _recreate_outbox_indexes()
    _create_handoffs()
    op.create_table(
        "handoff_moves",
        sa.Column("id", _Identity, primary_key=True, autoincrement=True),
        _handoff(index=True),
        sa.Column("before", sa.String(16)),
        sa.Column("after", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("actor_kind", sa.String(16), nullable=False),
        sa.Column("actor", sa.String(32), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", _Moment, nullable=False),
    )
    _create_what_experts_keep()


def _handoff(**options: bool) -> sa.Column[int]:
    target = sa.ForeignKey("handoffs.id", ondelete="CASCADE")
    return sa.Column("handoff_id", _Identity, target, **({"nullable": False} | options))


def _create_handoffs() -> None:
    op.create_table(
        "handoffs",
        sa.Column("id", _Identity, primary_key=True, autoincrement=True),
        sa.Column(
            "conversation_id", sa.String(64), sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False
        ),
        *(sa.Column(name, sa.String(16), nullable=False) for name in ("status", "reason", "channel", "speciality")),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("receipt", sa.String(16), nullable=False, unique=True),
        sa.Column("opened_at", _Moment, nullable=False),
        sa.Column("joined_at", _Moment),
        sa.Column("queued_at", _Moment),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("expert", sa.String(32), nullable=False),
        *(sa.Column(name, _Moment) for name in ("assigned_at", "active_at", "answered_at", "closed_at")),
        sa.Column("contact", sa.String(16), nullable=False),
        sa.Column("promised_for", sa.Date),
        sa.Column("due_on", sa.Date),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("for_knowledge", sa.Boolean, nullable=False),
        sa.Column("rating", sa.Integer, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        *(sa.Column(name, _Moment) for name in ("user_seen_at", "user_typing_at", "expert_typing_at")),
        sa.Column("changed_at", _Moment, nullable=False),
    )
    op.create_index("ix_handoff_conversation", "handoffs", ["conversation_id", "id"])
    op.create_index("ix_handoff_closed", "handoffs", ["closed_at"])
    op.create_index("ix_handoff_status", "handoffs", ["status"], **_WHERE_OPEN)
    op.create_index("uq_handoff_open", "handoffs", ["conversation_id"], unique=True, **_WHERE_OPEN)


def _recreate_outbox_indexes() -> None:
    """SQLite did not use them: their condition was not what SQLAlchemy asks for."""
    for name, columns in (
        ("ix_outbox_due", ["channel", "next_attempt_at"]),
        ("ix_outbox_open", ["conversation_id", "id"]),
    ):
        op.drop_index(name, "outbox")
        op.create_index(name, "outbox", columns, **_WHERE_OPEN)


def _create_what_experts_keep() -> None:
    op.create_table(
        "memos",
        sa.Column("id", _Identity, primary_key=True, autoincrement=True),
        _handoff(),
        sa.Column("client_id", sa.String(64), nullable=False),
        sa.Column("author_id", sa.String(32), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", _Moment, nullable=False),
        sa.UniqueConstraint("handoff_id", "client_id", name="uq_memo_client"),
    )
    op.create_table(
        "desks",
        _handoff(primary_key=True),
        sa.Column("user_id", sa.String(32), primary_key=True),
        sa.Column("read_seq", sa.Integer, nullable=False, server_default="0"),
        sa.Column("draft", sa.Text, nullable=False, server_default=""),
        sa.Column("draft_mode", sa.String(8), nullable=False, server_default="reply"),
        sa.Column("viewed_at", _Moment),
    )
    op.create_table(
        "canned",
        sa.Column("id", _Identity, primary_key=True, autoincrement=True),
        sa.Column("owner_id", sa.String(32)),
        sa.Column("shortcut", sa.String(32), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("changed_at", _Moment, nullable=False),
    )
    op.create_table(
        "labels",
        sa.Column("id", _Identity, primary_key=True, autoincrement=True),
        _handoff(),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("entry_id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("at", _Moment, nullable=False),
    )


def downgrade() -> None:
    for table in ("labels", "canned", "desks", "memos", "handoff_moves", "handoffs"):
        op.drop_table(table)
    for table, column in reversed(_NEW_COLUMNS):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column.name)
