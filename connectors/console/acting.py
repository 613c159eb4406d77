"""What an expert does to a handoff: takes it, answers, passes it on, ends it. Each act is one transaction."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from msgspec import structs

from bot.engine import Engine
from bot.handoff import IN_FRONT, WITH_EXPERT, Actor, Handoff, moved
from bot.ports import Clock, Message
from bot.replies import SpeakerPart, TextPart
from connectors.people.model import User
from connectors.storage.cases import Case, SqlCases
from connectors.storage.keeping import Keeping
from connectors.storage.people import SqlPeople
from connectors.web.problems import ProblemError


@dataclass(frozen=True, slots=True)
class Words:
    """What an expert writes to the user. `entry_id` is the curated answer that was inserted, if one was."""

    client_id: str
    text: str
    quotes_seq: int = 0
    entry_id: str = ""


@dataclass(frozen=True, slots=True)
class Acting:
    """The acts of experts. `wake` tells who listens to a conversation that something happened in it."""

    cases: SqlCases
    keeping: Keeping
    people: SqlPeople
    engine: Engine
    clock: Clock
    wake: Callable[[str], None]

    def claim(self, user: User, handoff_id: int) -> Handoff:
        """Takes what waits, or takes up what was assigned.

        Raises:
            ProblemError: Somebody else has it (named), or it has ended.
        """
        with self.cases.open(handoff_id) as case:
            now = self.clock.now()
            if case.handoff.status == "queued":
                claimed = moved(case.handoff, "assigned", "claimed", _actor(user), now, expert=user.id)
                self._give(case, claimed, now)
            self._holding(case, user)
            self._accept(case, user)
        return self._done(case)

    def reply(self, user: User, handoff_id: int, words: Words) -> tuple[Message, bool]:
        """Says something to the user; the message, and whether it had been stored before.

        Raises:
            ProblemError: It is not this expert's, or it has ended.
        """
        with self.cases.open(handoff_id) as case:
            if stored := case.stored(words.client_id):
                return stored, True
            self._holding(case, user)
            self._accept(case, user)
            now = self.clock.now()
            quote = case.quote_token(words.quotes_seq) if words.quotes_seq else ""
            message = case.say(
                "expert",
                words.text,
                (SpeakerPart(user.display_name, quote), TextPart(words.text)),
                now,
                client_id=words.client_id,
                author=user.display_name,
                author_id=user.id,
                quotes_seq=words.quotes_seq,
            )
            answered = case.handoff.answered_at or now
            case.change(structs.replace(case.handoff, answered_at=answered), now)
            self.keeping.read(case.connection, handoff_id, user.id, message.seq)
            if words.entry_id:
                self.keeping.label(case, words.entry_id, user.id, now)
        self._done(case)
        return message, False

    def transfer(self, user: User, handoff_id: int, to: str | None, speciality: str, note: str) -> Handoff:
        """Passes a chat on to another expert, or back to the front of the queue.

        Raises:
            ProblemError: It is not this expert's, or there is nobody else of that id who may take it.
        """
        with self.cases.open(handoff_id) as case:
            self._holding(case, user)
            now, handoff = self.clock.now(), case.handoff
            if speciality:
                handoff = structs.replace(handoff, speciality=speciality)
            if to:
                self._expect_colleague(to, user)
                passed = moved(handoff, "assigned", "transferred", _actor(user), now, expert=to, note=note)
                self._give(case, passed, now)
            else:
                passed = moved(handoff, "queued", "transferred", _actor(user), now, priority=IN_FRONT, note=note)
                case.change(passed, now)
            if note:
                self.keeping.hand_over(case, user, note, now)
            self._tell(case, "queued.transferred")
        return self._done(case)

    def take_over(self, user: User, handoff_id: int) -> Handoff:
        """A supervisor takes a chat from whoever has it, or out of the queue.

        Raises:
            ProblemError: It has ended.
        """
        with self.cases.open(handoff_id) as case:
            now, handoff = self.clock.now(), case.handoff
            if handoff.status == "queued":
                self._give(case, moved(handoff, "assigned", "claimed", _actor(user), now, expert=user.id), now)
            elif handoff.status in WITH_EXPERT and handoff.expert != user.id:
                self._give(case, moved(handoff, "assigned", "taken_over", _actor(user), now, expert=user.id), now)
            self._holding(case, user)
            self._accept(case, user)
        return self._done(case)

    def close(self, user: User, handoff_id: int, category: str, *, for_knowledge: bool, note: str) -> Handoff:
        """Ends a chat and asks the user how it was, if they met. What the user wrote meanwhile is left to the bot.

        Raises:
            ProblemError: It is not this expert's, or it has ended already.
        """
        with self.cases.open(handoff_id) as case:
            self._holding(case, user)
            now = self.clock.now()
            case.return_unread(user.id)
            changes = {"category": category, "for_knowledge": for_knowledge, "note": note}
            case.change(moved(case.handoff, "closed", "expert_closed", _actor(user), now, **changes), now)
            if case.handoff.has_met:
                case.tell(self.engine.closing(case.state, "handoff.ended"), now)
            else:
                self._tell(case, "handoff.ended")
        return self._done(case)

    # Small pieces

    def _holding(self, case: Case, user: User) -> None:
        handoff = case.handoff
        if handoff.status not in WITH_EXPERT:
            raise ProblemError(HTTPStatus.CONFLICT, "handoff-closed")
        if handoff.expert != user.id:
            holder = self.people.by_id(handoff.expert)
            raise ProblemError(HTTPStatus.CONFLICT, "already-taken", name=holder.display_name if holder else "")

    def _accept(self, case: Case, user: User) -> None:
        """Joins the chat, once."""
        if case.handoff.status != "assigned":
            return
        case.change(moved(case.handoff, "active", "accepted", _actor(user), self.clock.now()), self.clock.now())
        key = "queued.joined_qualified" if user.qualification else "queued.joined"
        self._tell(case, key, name=user.display_name, qualification=user.qualification)

    def _tell(self, case: Case, key: str, **values: object) -> None:
        case.tell(self.engine.announce(case.state, key, **values), self.clock.now())

    def _give(self, case: Case, handoff: Handoff, now: datetime.datetime) -> None:
        """Stores that somebody has the chat now, who is the last to be given another."""
        case.change(handoff, now)
        self.people.note_assigned(case.connection, handoff.expert, now)

    def _expect_colleague(self, user_id: str, user: User) -> None:
        other = self.people.by_id(user_id)
        if other is None or other.is_disabled or not other.may("expert") or other.id == user.id:
            raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", field="to")

    def _done(self, case: Case) -> Handoff:
        self.wake(case.conversation_id)
        return case.handoff


def _actor(user: User) -> Actor:
    return Actor("expert", user.id)
