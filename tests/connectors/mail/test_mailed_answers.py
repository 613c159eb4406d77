"""From the promise to the mail: what an expert writes reaches who is not at the page, once, at the address they left."""

import asyncio
import datetime
from collections.abc import Callable, Iterator
from email.headerregistry import Address

import pytest

from bot.engine import Engine
from connectors.console.board import Board
from connectors.console.transcript import Delivery, Transcripts
from connectors.events import LocalEvents
from connectors.line.delivering import Answer
from connectors.mail.deliverer import MailDeliverer
from connectors.mail.letter import Letter, compose
from connectors.mail.post import Post, Result
from connectors.mail.server import parse_server
from connectors.people.model import User
from connectors.storage.database import Database
from connectors.storage.mailing import Addresses, MailOutbox
from connectors.storage.outbox import SqlOutbox, revive
from connectors.storage.presence import Presence
from connectors.storage.visiting import Visiting
from tests.connectors.console.people import eventually
from tests.connectors.office import Office
from tests.fakes import FixedClock, OfficeHours
from tests.mail_house import DROP, MailHouse, mail_house, words_of

TARO = "taro@example.jp"
SENDER = "経営相談チャット <soudan@example.jp>"
REFUSED = "550 5.1.1 <{address}>: no such user"


class Desk:
    """An office that was closed when visitors came, and a post office beside it."""

    def __init__(self, database: Database, engine: Engine, clock: FixedClock, house: MailHouse) -> None:
        self.office = Office(database, engine, clock, OfficeHours())
        self.addresses = Addresses(database)
        self.clock = clock
        self._engine = engine
        self._house = house
        self._database = database
        clock.advance(hours=10)  # Friday evening

    def promised(self, address: str = TARO) -> str:
        """A conversation whose user was promised an answer and left an address."""
        conversation = self.office.waiting()
        assert self.office.handoff(conversation).status == "promised"
        assert not address or self.addresses.leave(conversation, address, self.clock.now())
        return conversation

    def opens(self) -> User:
        """The next business day begins: an expert is there."""
        yamada = self.office.hires("山田", here=False)
        self.clock.advance(days=3, hours=14)
        self.office.passes(self.clock, minutes=2)
        self.office.sees([yamada])
        return yamada

    def answered(self, conversation: str, yamada: User, text: str = "承知しました。") -> int:
        """An expert answers; the number of the message."""
        if self.office.handoff(conversation).status != "active":
            self.office.sees([yamada])
            self.office.acting.claim(yamada, self.office.number(conversation))
        return self.office.replies(yamada, conversation, text).seq

    def delivers(self, until: Callable[[], object]) -> None:
        """Everything that waits goes out, as the loops of a server do it."""
        SqlOutbox(self._database).mark_sent(SqlOutbox(self._database).due(self.clock.now()), self.clock.now())
        asyncio.run(self._run(until))

    async def _run(self, until: Callable[[], object]) -> None:
        server = parse_server(self._house.url, SENDER)
        mails, events = MailOutbox(self._database), LocalEvents()
        events.attach(asyncio.get_running_loop())
        mailer = MailDeliverer(
            mails, Post(server), server.sender, events=events, clock=self.clock, texts=self._engine.texts
        )
        mailer.start()
        await asyncio.to_thread(eventually, until, "the delivery")
        await mailer.stop()

    def delivery(self, conversation: str, seq: int) -> Delivery | None:
        """What the expert is told of a message."""
        return Transcripts(self._database).lines(self.office.number(conversation), seq - 1)[0].delivery

    def is_done(self, conversation: str, seq: int, status: str = "sent") -> Callable[[], bool]:
        return lambda: (found := self.delivery(conversation, seq)) is not None and found.status == status


@pytest.fixture
def house() -> Iterator[MailHouse]:
    with mail_house() as running:
        yield running


@pytest.fixture
def desk(database: Database, engine: Engine, clock: FixedClock, house: MailHouse) -> Desk:
    return Desk(database, engine, clock, house)


def test_who_is_not_there_gets_the_answer_by_mail_with_the_way_back(desk: Desk, house: MailHouse) -> None:
    conversation = desk.promised()

    seq = desk.answered(conversation, desk.opens(), "まず、\n.状況を教えてください。")
    desk.delivers(desk.is_done(conversation, seq))

    (mail,), receipt = house.arrived, desk.office.handoff(conversation).receipt
    assert house.recipients == [[TARO]]
    assert (mail["From"], mail["To"], mail["Subject"]) == (SENDER, TARO, "【経営相談チャット】専門家からお返事です")
    assert "専門家の山田から" in words_of(mail)
    assert "まず、\n.状況を教えてください。" in words_of(mail)
    assert f"受付番号: {receipt}" in words_of(mail)
    assert desk.delivery(conversation, seq) == Delivery("sent", "", "email")


def test_nobody_is_mailed_but_by_an_expert_of_their_own_consultation(desk: Desk, house: MailHouse) -> None:
    mine, others = desk.promised(), desk.promised("")
    yamada = desk.opens()

    theirs = desk.answered(others, yamada, "ほかの方へ")
    seq = desk.answered(mine, yamada, "あなたへ")
    desk.office.closes(yamada, mine)
    desk.delivers(desk.is_done(mine, seq))

    assert [("あなたへ" in words_of(mail), mail["To"]) for mail in house.arrived] == [(True, TARO)]
    assert desk.delivery(others, theirs) == Delivery("sent", "", "web")


def test_what_was_read_on_the_page_is_not_mailed(desk: Desk, database: Database, house: MailHouse) -> None:
    conversation, yamada = desk.promised(), desk.opens()
    Presence(database).users_show([conversation], [], desk.clock.now())
    seq = desk.answered(conversation, yamada)
    assert MailOutbox(database).claim_mails(desk.clock.now(), 9) == ()

    desk.addresses.read(conversation, seq, desk.clock.now())
    desk.delivers(desk.is_done(conversation, seq))
    desk.clock.advance(minutes=5)

    assert desk.delivery(conversation, seq) == Delivery("sent", "", "web")
    assert MailOutbox(database).claim_mails(desk.clock.now(), 9) == ()
    assert house.arrived == []


def test_a_page_that_only_seems_to_be_open_is_given_a_minute(desk: Desk, database: Database, house: MailHouse) -> None:
    conversation, yamada = desk.promised(), desk.opens()
    Presence(database).users_show([conversation], [], desk.clock.now())
    seq = desk.answered(conversation, yamada)

    desk.clock.advance(seconds=61)
    desk.delivers(desk.is_done(conversation, seq))

    assert len(house.arrived) == 1


def test_an_address_taken_back_is_forgotten_and_its_mails_are_left_to_the_page(
    desk: Desk, database: Database, house: MailHouse
) -> None:
    house.answers.append(REFUSED)
    conversation, yamada = desk.promised(), desk.opens()
    failed = desk.answered(conversation, yamada, "一つ目")
    desk.delivers(desk.is_done(conversation, failed, "failed"))
    waiting = desk.answered(conversation, yamada, "二つ目")

    desk.addresses.take_back(conversation, desk.clock.now())
    desk.delivers(desk.is_done(conversation, waiting))

    assert desk.office.handoff(conversation).email == ""
    assert [desk.delivery(conversation, seq) for seq in (failed, waiting)] == [Delivery("sent", by="web")] * 2
    desk.answered(conversation, yamada, "三つ目")
    assert MailOutbox(database).claim_mails(desk.clock.now(), 9) == ()
    assert house.arrived == []


def test_a_refusal_is_told_without_the_address_and_a_retry_really_sends(
    desk: Desk, database: Database, house: MailHouse
) -> None:
    house.answers.append(REFUSED)
    conversation, yamada = desk.promised(), desk.opens()
    seq = desk.answered(conversation, yamada)

    desk.delivers(desk.is_done(conversation, seq, "failed"))

    number = desk.office.number(conversation)
    assert desk.delivery(conversation, seq) == Delivery("failed", "550 5.1.1 <…>: no such user", "email")
    assert Board(database).snapshot(desk.clock.now(), number).rows[number].delivery_failed
    assert TARO not in str(Board(database).snapshot(desk.clock.now(), number))
    assert revive(database, number, seq, desk.clock.now())
    desk.delivers(desk.is_done(conversation, seq))
    assert len(house.arrived) == 1


def test_a_server_that_asks_for_patience_gets_it_and_the_order_is_kept(
    desk: Desk, database: Database, house: MailHouse
) -> None:
    house.answers.append("451 4.7.1 greylisted")
    conversation, yamada = desk.promised(), desk.opens()
    first, second = desk.answered(conversation, yamada, "一つ目"), desk.answered(conversation, yamada, "二つ目")

    desk.delivers(lambda: not house.answers)
    assert house.arrived == []
    assert desk.delivery(conversation, first) == Delivery("sending", "451 4.7.1 greylisted", "email")
    desk.clock.advance(minutes=6)
    desk.delivers(desk.is_done(conversation, second))

    assert ["一つ目" in words_of(mail) for mail in house.arrived] == [True, False]


def test_a_mail_in_doubt_goes_out_again_as_the_same_mail(desk: Desk, house: MailHouse) -> None:
    house.answers.append(DROP)
    conversation, yamada = desk.promised(), desk.opens()
    seq = desk.answered(conversation, yamada)

    desk.delivers(lambda: not house.answers)
    desk.clock.advance(minutes=6)
    desk.delivers(desk.is_done(conversation, seq))

    first, again = house.arrived
    assert first["Message-ID"] == again["Message-ID"]
    assert words_of(first) == words_of(again)


def test_who_died_between_sending_and_storing_is_followed_after_the_lease(
    desk: Desk, database: Database, house: MailHouse
) -> None:
    conversation, yamada = desk.promised(), desk.opens()
    seq = desk.answered(conversation, yamada)
    SqlOutbox(database).mark_sent(SqlOutbox(database).due(desk.clock.now()), desk.clock.now())

    (claim,) = MailOutbox(database).claim_mails(desk.clock.now(), 9)  # and then a power cut
    assert MailOutbox(database).claim_mails(desk.clock.now(), 9) == ()
    desk.addresses.read(conversation, seq, desk.clock.now())  # too late: it may be on its way
    desk.clock.advance(minutes=6)
    desk.delivers(desk.is_done(conversation, seq))

    assert [mail["Message-ID"] for mail in house.arrived] == [f"<{claim.retry_key}@example.jp>"]


def test_without_a_mail_server_the_words_wait_on_the_page(desk: Desk, database: Database, house: MailHouse) -> None:
    conversation = desk.promised()
    seq = desk.answered(conversation, desk.opens())
    outbox = SqlOutbox(database, "email")

    outbox.mark_sent(outbox.due(desk.clock.now()), desk.clock.now())

    assert desk.delivery(conversation, seq) == Delivery("sent", "", "web")


def test_an_address_may_be_left_only_for_a_promise(desk: Desk, database: Database) -> None:
    visiting, calendar = Visiting(database, mails=True), OfficeHours().load()
    stranger = desk.office.visitor()
    assert not desk.addresses.leave(stranger, TARO, desk.clock.now())
    assert not visiting.status(stranger, calendar, desk.clock.now()).may_leave_email

    conversation = desk.promised()
    status = visiting.status(conversation, calendar, desk.clock.now())
    assert (status.email, status.may_leave_email) == (TARO, True)
    assert not Visiting(database).status(conversation, calendar, desk.clock.now()).may_leave_email

    desk.answered(conversation, desk.opens())
    assert not desk.addresses.leave(conversation, "hanako@example.jp", desk.clock.now())
    assert desk.office.handoff(conversation).email == TARO


def test_asked_again_the_bot_says_that_the_answer_is_mailed(desk: Desk) -> None:
    conversation = desk.promised()

    desk.office.says(conversation, "何番目ですか")

    assert desk.office.heard(conversation, "お知らせいただいたメールアドレスにもお送りします") == 1


def test_nothing_that_is_written_can_become_a_header(engine: Engine) -> None:
    letter = Letter("AB23CD45", "山田\r\nBcc: evil@example.com", "本文\r\n.\r\nMAIL FROM:<evil@example.com>")

    mail = compose(
        letter,
        engine.texts,
        to=TARO,
        sender=Address("", addr_spec="a@example.jp"),
        number="n",
        at=datetime.datetime.now(datetime.UTC),
    )

    assert mail["Bcc"] is None
    assert b"evil" not in mail.as_bytes()  # base64
    with pytest.raises(ValueError, match=r"invalid|header"):
        compose(
            letter,
            engine.texts,
            to="a@example.jp\r\nBcc: evil@example.com",
            sender=Address(addr_spec="a@example.jp"),
            number="n",
            at=datetime.datetime.now(datetime.UTC),
        )


def test_the_mail_leads_back_to_the_page_whose_address_is_known(engine: Engine) -> None:
    letter, now = Letter("AB23CD45", "山田", "本文"), datetime.datetime.now(datetime.UTC)

    def body(page_url: str) -> str:
        sender = Address(addr_spec="a@example.jp")
        mail = compose(letter, engine.texts, to=TARO, sender=sender, number="n", at=now, page_url=page_url)
        return str(mail.get_content())

    assert "https://soudan.example.jp/chat" in body("https://soudan.example.jp/chat")
    assert "チャットのページで" in body("")


def test_a_server_that_is_not_there_is_no_refusal(engine: Engine) -> None:
    with mail_house() as gone:
        url = gone.url

    result = sent(engine, url)

    assert result.answer is Answer.RATE_LIMITED
    assert "つながりません" in result.words


def test_a_password_goes_out_encrypted_or_not_at_all(engine: Engine, house: MailHouse) -> None:
    result = sent(engine, house.url.replace("//", "//soudan:secret@"))

    assert (result.answer, house.arrived) == (Answer.RATE_LIMITED, [])


def sent(engine: Engine, url: str) -> Result:
    server, now = parse_server(url, SENDER), datetime.datetime.now(datetime.UTC)
    letter = Letter("AB23CD45", "山田", "本文")
    return Post(server).send(compose(letter, engine.texts, to=TARO, sender=server.sender, number="n", at=now), TARO)
