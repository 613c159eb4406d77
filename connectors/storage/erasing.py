"""Erases a message that its user took back, wherever its words went."""

import msgspec
import sqlalchemy as sa

from bot.conversation import Ignored, State
from bot.erasing import unquoted, without
from connectors.storage.rows import to_json
from connectors.storage.schema import conversations, handoffs, inbox, labels, messages, outbox

_QUOTING = ("handoff", "offline_form")  # the actions of messages that quote the user's question


def erase(connection: sa.Connection, conversation_id: str, state: State, external_id: str, words: str) -> State:
    """Puts `words` in the place of a message; where it was not answered yet, it will not be. Returns the state left."""
    execute = connection.execute
    sent = sa.and_(messages.c.conversation_id == conversation_id, messages.c.external_id == external_id)
    said = [text.strip() for text in connection.scalars(sa.select(messages.c.text).where(sent)) if text.strip()]
    execute(messages.update().where(sent).values(text=words))
    waiting = sa.and_(inbox.c.conversation_id == conversation_id, inbox.c.external_id == external_id)
    execute(inbox.update().where(waiting).values(event=to_json(Ignored("unsent"))))
    for text in said:
        _erase_questions(connection, conversation_id, text)
        _erase_quotes(connection, conversation_id, text, words)
        state = msgspec.structs.replace(state, asked=without(state.asked.strip(), text))
    mine = conversations.c.id == conversation_id
    execute(conversations.update().where(mine).values(state=to_json(state)))
    return state


def _erase_questions(connection: sa.Connection, conversation_id: str, said: str) -> None:
    """From what experts are asked, what users thought of it, and the labels that experts gave."""
    columns = (handoffs.c.id, handoffs.c.question, handoffs.c.comment)
    for row in connection.execute(sa.select(*columns).where(handoffs.c.conversation_id == conversation_id)).all():
        left = {"question": without(row.question, said), "comment": without(row.comment, said)}
        if left != {"question": row.question, "comment": row.comment}:
            connection.execute(handoffs.update().where(handoffs.c.id == row.id).values(left))
            labelled = sa.and_(labels.c.handoff_id == row.id, labels.c.question == row.question)
            connection.execute(labels.update().where(labelled).values(question=left["question"]))


def _erase_quotes(connection: sa.Connection, conversation_id: str, said: str, words: str) -> None:
    """From the bot's messages that asked whether this is the question, and from their copies for delivery."""
    mine = sa.and_(messages.c.conversation_id == conversation_id, messages.c.action.in_(_QUOTING))
    columns = (messages.c.seq, messages.c.text, messages.c.parts, messages.c.decision)
    for row in connection.execute(sa.select(*columns).where(mine)).all():
        left = unquoted(row.text, said, words)
        if left != row.text:
            before, after = to_json(row.text)[1:-1], to_json(left)[1:-1]
            changed = {
                "text": left,
                "parts": row.parts.replace(before, after),
                "decision": row.decision.replace(before, after),
            }
            connection.execute(messages.update().where(mine, messages.c.seq == row.seq).values(changed))
            # What is still on its way stays: a retry must not change a message.
            sent = sa.and_(outbox.c.conversation_id == conversation_id, outbox.c.seq == row.seq, ~outbox.c.is_open)
            connection.execute(outbox.update().where(sent).values(payload=""))
