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
        return value if value is None or value.tzinfo else value.replace(tzinfo=datetime.UTC)


metadata = sa.MetaData()
# A partial index is used where a query says the same words: what SQLAlchemy writes for a boolean on SQLite.
_OPEN, _OPEN_SQLITE = sa.text("is_open"), sa.text("is_open = 1")

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
    sa.Column("reply_token", sa.String(64), nullable=False, server_default=""),  # unused; for the expert's next words
    sa.Column("token_from", UtcDateTime),
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
    sa.Column("author", sa.String(64), nullable=False, server_default=""),  # an expert's name as users see it
    sa.Column("author_id", sa.String(32), nullable=False, server_default=""),
    sa.Column("quotes_seq", sa.Integer, nullable=False, server_default="0"),  # the message it answers
    sa.Column("quote_token", sa.String(200), nullable=False, server_default=""),  # LINE's, to quote this message
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

# What has to reach a channel (of the conversation, or "email"), written in the transaction that made it. `status` is one of
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
        sqlite_where=_OPEN_SQLITE,
        postgresql_where=_OPEN,
    ),
    sa.Index("ix_outbox_open", "conversation_id", "id", sqlite_where=_OPEN_SQLITE, postgresql_where=_OPEN),
)

# The parts of conversations that belong to people (bot.handoff). One of a conversation is open at most.
handoffs = sa.Table(
    "handoffs",
    metadata,
    sa.Column("id", _Identity, primary_key=True, autoincrement=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("reason", sa.String(16), nullable=False),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("speciality", sa.String(16), nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("receipt", sa.String(16), nullable=False, unique=True),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    sa.Column("joined_at", UtcDateTime),
    sa.Column("queued_at", UtcDateTime),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("expert", sa.String(32), nullable=False),
    sa.Column("assigned_at", UtcDateTime),
    sa.Column("active_at", UtcDateTime),
    sa.Column("answered_at", UtcDateTime),
    sa.Column("closed_at", UtcDateTime),
    sa.Column("contact", sa.String(16), nullable=False),
    sa.Column("email", sa.String(254), nullable=False, server_default=""),  # personal: gone with the conversation
    sa.Column("promised_for", sa.Date),
    sa.Column("due_on", sa.Date),
    sa.Column("category", sa.String(32), nullable=False),
    sa.Column("for_knowledge", sa.Boolean, nullable=False),
    sa.Column("rating", sa.Integer, nullable=False),
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("is_open", sa.Boolean, nullable=False),
    sa.Column("user_seen_at", UtcDateTime),
    sa.Column("user_typing_at", UtcDateTime),
    sa.Column("expert_typing_at", UtcDateTime),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Index(
        "uq_handoff_open",
        "conversation_id",
        unique=True,
        sqlite_where=_OPEN_SQLITE,
        postgresql_where=_OPEN,
    ),
    sa.Index("ix_handoff_conversation", "conversation_id", "id"),
    sa.Index("ix_handoff_status", "status", sqlite_where=_OPEN_SQLITE, postgresql_where=_OPEN),
    sa.Index("ix_handoff_closed", "closed_at"),
)

# Every step of a handoff, for ever.
handoff_moves = sa.Table(
    "handoff_moves",
    metadata,
    sa.Column("id", _Identity, primary_key=True, autoincrement=True),
    sa.Column("handoff_id", sa.ForeignKey("handoffs.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("before", sa.String(16)),
    sa.Column("after", sa.String(16), nullable=False),
    sa.Column("reason", sa.String(16), nullable=False),
    sa.Column("actor_kind", sa.String(16), nullable=False),
    sa.Column("actor", sa.String(32), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

# What experts write for each other. A table of its own, so that no query of messages can ever reach it.
memos = sa.Table(
    "memos",
    metadata,
    sa.Column("id", _Identity, primary_key=True, autoincrement=True),
    sa.Column("handoff_id", sa.ForeignKey("handoffs.id", ondelete="CASCADE"), nullable=False),
    sa.Column("client_id", sa.String(64), nullable=False),
    sa.Column("author_id", sa.String(32), nullable=False),
    sa.Column("author", sa.String(64), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("handoff_id", "client_id", name="uq_memo_client"),
)

# How each expert stands to a handoff: what is read, what is half written, and until when it is on the screen.
desks = sa.Table(
    "desks",
    metadata,
    sa.Column("handoff_id", sa.ForeignKey("handoffs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("user_id", sa.String(32), primary_key=True),
    sa.Column("read_seq", sa.Integer, nullable=False, server_default="0"),
    sa.Column("draft", sa.Text, nullable=False, server_default=""),
    sa.Column("draft_mode", sa.String(8), nullable=False, server_default="reply"),
    sa.Column("viewed_at", UtcDateTime),
)

canned = sa.Table(
    "canned",
    metadata,
    sa.Column("id", _Identity, primary_key=True, autoincrement=True),
    sa.Column("owner_id", sa.String(32)),  # none: everybody's
    sa.Column("shortcut", sa.String(32), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)

# An expert chose this entry as the answer to these words: a label for the matching.
labels = sa.Table(
    "labels",
    metadata,
    sa.Column("id", _Identity, primary_key=True, autoincrement=True),
    sa.Column("handoff_id", sa.ForeignKey("handoffs.id", ondelete="CASCADE"), nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("entry_id", sa.String(64), nullable=False),
    sa.Column("user_id", sa.String(32), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

# The operator's own days, and the switches that take effect at once (bot.calendar).
calendar_days = sa.Table(
    "calendar_days",
    metadata,
    sa.Column("date", sa.Date, primary_key=True),
    sa.Column("intervals", sa.Text, nullable=False),  # JSON; empty: closed
    sa.Column("words", sa.Text, nullable=False),
)

switches = sa.Table(
    "switches",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("is_on", sa.Boolean, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("changed_by", sa.String(64), nullable=False),
)

# Who works with the product (connectors.people).
users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("name", sa.String(64), nullable=False, unique=True),
    sa.Column("display_name", sa.String(64), nullable=False),
    sa.Column("qualification", sa.String(64), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("specialities", sa.Text, nullable=False),  # JSON
    sa.Column("capacity", sa.Integer, nullable=False, server_default="3"),
    sa.Column("password_hash", sa.String(255), nullable=False),
    sa.Column("is_away", sa.Boolean, nullable=False),
    sa.Column("preferences", sa.Text, nullable=False),  # JSON
    sa.Column("seen_at", UtcDateTime),  # none: not there
    sa.Column("last_assigned_at", UtcDateTime),
    sa.Column("disabled_at", UtcDateTime),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

# Log-ins that began and have not succeeded, by a hash of the name that was given, so that a name that nobody has is
# locked just like any other, and what is typed into the wrong field is kept nowhere.
login_attempts = sa.Table(
    "login_attempts",
    metadata,
    sa.Column("name_hash", sa.String(64), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("locked_until", UtcDateTime),
    sa.Column("tried_at", UtcDateTime, nullable=False),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("user_id", sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("csrf", sa.String(64), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("last_seen_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
)

# Who did what, for ever.
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", _Identity, primary_key=True, autoincrement=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("actor_id", sa.String(32)),
    sa.Column("actor_name", sa.String(64), nullable=False),
    sa.Column("what", sa.String(32), nullable=False),
    sa.Column("target", sa.String(64), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
)
