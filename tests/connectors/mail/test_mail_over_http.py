"""Leaving an address, taking it back and being mailed, through the doors of a real server with a real mail server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.calendar import BusinessCalendar
from bot.engine import Engine
from connectors.clock import SystemClock
from connectors.mail.address import AddressError, parse_address
from connectors.mail.errors import MailSettingsError
from connectors.mail.server import parse_server
from connectors.storage.database import Database
from connectors.storage.schema import handoffs
from tests.connectors.console.people import Expert, Visitor, eventually, office
from tests.mail_house import MailHouse, mail_house, words_of
from tests.servers import Server

PEOPLE = {"yamada": "supervisor"}


@pytest.fixture(scope="module")
def house() -> Iterator[MailHouse]:
    with mail_house() as running:
        yield running


@pytest.fixture(scope="module")
def server(
    house: MailHouse, engine: Engine, cache_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    settings = {"smtp_url": house.url, "mail_from": "soudan@example.jp"}
    with office(tmp_path_factory.mktemp("mails"), cache_folder, PEOPLE, settings) as running:  # type: ignore[arg-type]
        yield running


@pytest.fixture
def yamada(server: Server) -> Expert:
    return Expert(server, "yamada")


def promised(server: Server, yamada: Expert) -> Visitor:
    """A visitor who came after hours and was promised an answer."""
    yamada.http.put("/hours/closed-now", json={"closed": True})
    visitor = Visitor(server)
    visitor.say("事業承継について専門家に相談したいです。後継者がいません")
    visitor.hears("offline_form")
    visitor.tap("promise")
    visitor.hears("offline_form", 2)
    return visitor


def day_comes(server: Server, yamada: Expert) -> None:
    """The promised day begins: it is today, nobody has looked since the day before, and the office opens."""
    database = Database(f"sqlite:///{server.data_folder / 'sodan.db'}")
    with database.write() as connection:
        today = BusinessCalendar.day(SystemClock().now())
        values = {"promised_for": today, "user_seen_at": None}
        connection.execute(handoffs.update().where(handoffs.c.status == "promised").values(values))
    database.close()
    yamada.http.put("/hours/closed-now", json={"closed": False})


def test_an_address_is_kept_mailed_to_and_taken_back(server: Server, house: MailHouse, yamada: Expert) -> None:
    visitor = promised(server, yamada)
    email = f"{visitor.path}/email"
    assert visitor.status()["may_leave_email"]

    kept = visitor.http.put(email, json={"address": " ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ "})
    assert (kept.status_code, kept.json()["email"]) == (200, "taro@example.jp")
    yamada.sees(yamada.gets("promised"), user_online=True)
    day_comes(server, yamada)
    row = yamada.gets("assigned")
    assert (row["contact"], "taro" in str(yamada.board())) == ("email", False)
    yamada.claims(row)
    seq = yamada.replies(row, "まず、状況を教えてください。").json()["message"]["seq"]

    mail = eventually(lambda: house.arrived[-1] if house.arrived else None, "a mail")
    assert "まず、状況を教えてください。" in words_of(mail)
    assert row["receipt"] in words_of(mail)

    def delivered() -> dict[str, str] | None:
        found = yamada.http.get(f"/handoffs/{row['id']}/messages", params={"after": seq - 1}).json()["messages"]
        told: dict[str, str] = found[0]["delivery"]
        return told if told["status"] == "sent" else None

    assert eventually(delivered, "the delivery")["by"] == "email"
    assert visitor.http.delete(email).json()["email"] == ""
    yamada.sees(row, contact="code")
    yamada.closes(row)


@pytest.mark.parametrize(
    "address", ["taro", "taro@", "taro@example.jp\r\nBcc: evil@example.com", "", "a" * 900 + "@b.jp"]
)
def test_what_is_no_address_is_refused_in_plain_words(server: Server, yamada: Expert, address: str) -> None:
    visitor = promised(server, yamada)

    refused = visitor.http.put(f"{visitor.path}/email", json={"address": address})

    assert (refused.status_code, refused.json()["code"]) == (422, "email-invalid")
    assert "メールアドレスの形が正しくありません" in refused.json()["detail"]
    assert visitor.status()["email"] == ""


def test_without_a_promise_no_address_is_taken_and_without_the_token_nothing(server: Server) -> None:
    visitor = Visitor(server)
    path, body = f"{visitor.path}/email", {"address": "taro@example.jp"}

    assert visitor.http.put(path, json=body).json()["code"] == "email-not-offered"
    visitor.http.headers.pop("Authorization")
    for answer in (
        visitor.http.put(path, json=body),
        visitor.http.delete(path),
        visitor.http.post(path[:-5] + "read", json={"seq": 1}),
    ):
        assert answer.json()["code"] == "token-invalid"


def test_addresses_are_gone_with_their_conversation(server: Server, yamada: Expert) -> None:
    visitor = promised(server, yamada)
    visitor.http.put(f"{visitor.path}/email", json={"address": "gone@example.jp"})
    database = Database(f"sqlite:///{server.data_folder / 'sodan.db'}")
    with database.write() as connection:
        connection.execute(sa.text("DELETE FROM conversations WHERE id = :id"), {"id": visitor.path.split("/")[-1]})
        left = [str(row) for row in connection.execute(sa.select(handoffs))]
    database.close()

    assert "gone@example.jp" not in "".join(left)


@pytest.mark.parametrize(
    "text", ["ta ro@x.jp", "taro@localhost", "太郎@example.jp", "a@b.jp,c@d.jp", "<a@b.jp>", "a@[127.0.0.1]"]
)
def test_only_one_plain_address_is_an_address(text: str) -> None:
    with pytest.raises(AddressError):
        parse_address(text)


def test_the_mail_server_is_read_from_its_address() -> None:
    server = parse_server("smtps://so%40dan:p%3Ass@mail.example.jp", '"経営相談" <soudan@example.jp>')

    assert (server.host, server.port, server.is_tls) == ("mail.example.jp", 465, True)
    assert (server.user, server.password) == ("so@dan", "p:ss")
    assert (server.sender.display_name, server.sender.addr_spec) == ("経営相談", "soudan@example.jp")
    assert parse_server("smtp://127.0.0.1", "soudan@example.jp").port == 587


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("smtp://mail.example.jp", ""),
        ("", "soudan@example.jp"),
        ("https://secret@mail.example.jp", "soudan@example.jp"),
        ("smtp://secret@mail.example.jp:none", "soudan@example.jp"),
        ("smtp://secret@mail.example.jp", "経営相談"),
        ("smtp://secret@mail.example.jp", "a@example.jp\r\nBcc: b@example.jp"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_without_showing_them(url: str, sender: str) -> None:
    with pytest.raises(MailSettingsError) as refused:
        parse_server(url, sender)

    assert "SODAN_" in str(refused.value)
    assert "secret" not in str(refused.value)
