"""The tables. The database is the truth; whatever is pushed to a screen is only a hint to fetch."""

import datetime

import sqlalchemy as sa


class UtcDateTime(sa.types.TypeDecorator[datetime.datetime]):
    """An aware moment, stored in UTC; SQLite keeps no time zone of its own."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime.datetime | None, _dialect: sa.Dialect) -> datetime.datetime | None:
        """Moments go in as UTC."""
        return value.astimezone(datetime.UTC) if value else None

    def process_result_value(self, value: datetime.datetime | None, _dialect: sa.Dialect) -> datetime.datetime | None:
        """Moments come out aware."""
        return value.replace(tzinfo=value.tzinfo or datetime.UTC) if value else None


metadata = sa.MetaData()

_Identity = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("channel_key", sa.String(64)),  # who it is at the channel (LINE: user, group or room id)
    sa.Column("token_hash", sa.String(64), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("last_seq", sa.Integer, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("updated_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("channel", "channel_key", name="uq_conversation_key"),
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("client_id", sa.String(128), nullable=False),
    sa.Column("external_id", sa.String(64), nullable=False),  # the channel's id of it
    sa.Column("action", sa.String(32), nullable=False),
    sa.Column("parts", sa.Text, nullable=False),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Index("ix_message_external", "conversation_id", "external_id"),
)

# What was received and not yet answered. Unique by the sender's event id, so that a redelivery is a no-op.
inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("id", _Identity, primary_key=True, autoincrement=True),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("event_id", sa.String(200), nullable=False),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    sa.Column("external_id", sa.String(64), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),  # of the user's message; 0 where the event has none
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("reply_token", sa.String(64), nullable=False),
    sa.Column("occurred_at", UtcDateTime, nullable=False),
    sa.Column("delivered_at", UtcDateTime, nullable=False),  # the reply token lives from here on
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("done_at", UtcDateTime),
    sa.UniqueConstraint("channel", "conversation_id", "event_id", name="uq_inbox_event"),
    sa.Index(
        "ix_inbox_waiting", "id", sqlite_where=sa.text("done_at IS NULL"), postgresql_where=sa.text("done_at IS NULL")
    ),
    sa.Index("ix_inbox_conversation", "conversation_id", "occurred_at", "id"),
)

# What has to reach a channel, written in the transaction of the turn that made it. `status` is one of
# connectors.line.delivering.Status; a lease names until when somebody is at it.
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", _Identity, primary_key=True, autoincrement=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_attempt_at", UtcDateTime, nullable=False),
    sa.Column("leased_until", UtcDateTime),
    sa.Column("reply_token", sa.String(64), nullable=False),
    sa.Column("token_from", UtcDateTime),
    sa.Column("retry_key", sa.String(36), nullable=False),
    sa.Column("payload", sa.Text, nullable=False),  # the messages as first sent: a retry must not change them
    sa.Column("leaves", sa.Boolean, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("first_attempt_at", UtcDateTime),
    sa.Column("sent_at", UtcDateTime),
    sa.Column("is_open", sa.Boolean, nullable=False),  # neither sent nor given up
    sa.UniqueConstraint("conversation_id", "seq", name="uq_outbox_message"),
    sa.Index(
        "ix_outbox_due",
        "channel",
        "next_attempt_at",
        sqlite_where=sa.text("is_open"),
        postgresql_where=sa.text("is_open"),
    ),
    sa.Index(
        "ix_outbox_open", "conversation_id", "id", sqlite_where=sa.text("is_open"), postgresql_where=sa.text("is_open")
    ),
)
