"""Conversations, messages, inbox and outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_Identity = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("channel_key", sa.String(64)),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("last_seq", sa.Integer, nullable=False),
        sa.Column("created_at", _Moment, nullable=False),
        sa.Column("updated_at", _Moment, nullable=False),
        sa.UniqueConstraint("channel", "channel_key", name="uq_conversation_key"),
    )
    op.create_table(
        "messages",
        _conversation(primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("client_id", sa.String(128), nullable=False),
        sa.Column("external_id", sa.String(64), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("parts", sa.Text, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("created_at", _Moment, nullable=False),
    )
    op.create_index("ix_message_external", "messages", ["conversation_id", "external_id"])
    _create_inbox()
    _create_outbox()


def _conversation(primary_key: bool = False) -> sa.Column[str]:
    target = sa.ForeignKey("conversations.id", ondelete="CASCADE")
    return sa.Column("conversation_id", sa.String(64), target, primary_key=primary_key, nullable=False)


def _create_inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", _Identity, primary_key=True, autoincrement=True),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("event_id", sa.String(200), nullable=False),
        _conversation(),
        sa.Column("external_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("reply_token", sa.String(64), nullable=False),
        sa.Column("occurred_at", _Moment, nullable=False),
        sa.Column("delivered_at", _Moment, nullable=False),
        sa.Column("received_at", _Moment, nullable=False),
        sa.Column("done_at", _Moment),
        sa.UniqueConstraint("channel", "conversation_id", "event_id", name="uq_inbox_event"),
    )
    waiting = sa.text("done_at IS NULL")
    op.create_index("ix_inbox_waiting", "inbox", ["id"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_index("ix_inbox_conversation", "inbox", ["conversation_id", "occurred_at", "id"])


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _Identity, primary_key=True, autoincrement=True),
        _conversation(),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", _Moment, nullable=False),
        sa.Column("leased_until", _Moment),
        sa.Column("reply_token", sa.String(64), nullable=False),
        sa.Column("token_from", _Moment),
        sa.Column("retry_key", sa.String(36), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("leaves", sa.Boolean, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("created_at", _Moment, nullable=False),
        sa.Column("first_attempt_at", _Moment),
        sa.Column("sent_at", _Moment),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.UniqueConstraint("conversation_id", "seq", name="uq_outbox_message"),
    )
    is_open = sa.text("is_open")
    for name, columns in (
        ("ix_outbox_due", ["channel", "next_attempt_at"]),
        ("ix_outbox_open", ["conversation_id", "id"]),
    ):
        op.create_index(name, "outbox", columns, sqlite_where=is_open, postgresql_where=is_open)


def downgrade() -> None:
    for table in ("outbox", "inbox", "messages", "conversations"):
        op.drop_table(table)
