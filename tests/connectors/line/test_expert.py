"""An expert over LINE: the words arrive under their name, by the user's last reply token where it lives, else pushed."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.engine import Engine
from tests.connectors.console.people import Expert, eventually, prepare
from tests.connectors.line.conftest import Line, connected
from tests.line_api import Delivery, FakeLine, events
from tests.line_api.faults import status

WISH = "事業承継のことで専門家に相談したいです。後継者がいません"


@pytest.fixture(scope="module")
def line(engine: Engine, cache_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A server that is open, with one expert, on LINE."""
    folder = tmp_path_factory.mktemp("line") / "data"
    folder.mkdir()
    prepare(f"sqlite:///{folder / 'sodan.db'}", {"yamada": "expert"})
    with FakeLine() as fake:
        both = Line(fake, connected(fake, folder, cache_folder).start())
        yield both
        both.http.close()
        both.server.stop()


@pytest.fixture
def yamada(line: Line) -> Iterator[Expert]:
    expert = Expert(line.server, "yamada")
    yield expert
    for row in expert.board():
        if row["status"] in {"assigned", "active"}:
            expert.claims(row)
            expert.closes(row)


def send(line: Line, user: str, text: str = "", action: str = "") -> None:
    made = events.event("postback", user, postback={"data": action}) if action else events.text(user, text)
    assert line.post(events.webhook(line.fake.issue(made))).status_code == 200


def arrives(line: Line, user: str, text: str) -> Delivery:
    def look() -> Delivery | None:
        found = (one for one in line.fake.delivered(user) if text in json.dumps(one.messages, ensure_ascii=False))
        return next(found, None)

    return eventually(look, f"「{text}」")


def talking(line: Line, user: str, yamada: Expert) -> dict[str, object]:
    """A chat that the expert has taken up."""
    send(line, user, WISH)
    arrives(line, user, "よろしいですか")
    send(line, user, action="connect")
    row = yamada.gets("assigned")
    assert yamada.claims(row).status_code == 200
    arrives(line, user, "参加しました")
    return row


def test_the_experts_words_reach_line_under_their_name(line: Line, user: str, yamada: Expert) -> None:
    row = talking(line, user, yamada)

    assert yamada.replies(row, "まず状況を教えてください").status_code == 201

    (message,) = arrives(line, user, "まず状況を").messages
    assert message["sender"] == {"name": "専門家 yamada"}


def test_the_last_unused_reply_token_answers_for_free_and_quotes(line: Line, user: str, yamada: Expert) -> None:
    row = talking(line, user, yamada)
    send(line, user, "候補の社員が一人います")
    lines = eventually(
        lambda: [
            one
            for one in yamada.http.get(f"/handoffs/{row['id']}/messages").json()["messages"]
            if one["text"] == "候補の社員が一人います"
        ],
        "the user's words",
    )
    time.sleep(0.5)  # until they were passed on

    yamada.replies(row, "その方のお考えは聞かれましたか", quotes_seq=lines[0]["seq"])

    delivery = arrives(line, user, "お考えは")
    assert delivery.via == "reply"
    assert delivery.messages[0]["quoteToken"].startswith("quote-")


def test_what_line_refuses_is_shown_as_failed_and_really_sent_again(line: Line, user: str, yamada: Expert) -> None:
    row = talking(line, user, yamada)
    line.fake.script("/v2/bot/message/push", status(400, "May not push"))

    seq = yamada.replies(row, "届きますか").json()["message"]["seq"]

    def state() -> dict[str, str] | None:
        lines = yamada.http.get(f"/handoffs/{row['id']}/messages", params={"after": seq - 1}).json()["messages"]
        found: dict[str, str] = lines[0]["delivery"]
        return found if found["status"] != "sending" else None

    failed = eventually(state, "a verdict")
    assert failed["status"] == "failed"
    assert "May not push" in failed["error"]
    yamada.sees(row, delivery_failed=True)

    assert yamada.post(f"/handoffs/{row['id']}/messages/{seq}/retry").status_code == 204

    arrives(line, user, "届きますか")
    assert eventually(lambda: (found := state()) and found["status"] == "sent", "the message to be sent")


def test_media_goes_to_the_expert_while_one_is_there(line: Line, user: str, yamada: Expert) -> None:
    row = talking(line, user, yamada)
    before = len(line.fake.delivered(user))

    line.post(events.webhook(line.fake.issue(events.message(user, "image"))))

    def shown() -> bool:
        lines = yamada.http.get(f"/handoffs/{row['id']}/messages").json()["messages"]
        return any(one["text"] == "[image]" for one in lines)

    eventually(shown, "the image")
    time.sleep(0.5)
    assert len(line.fake.delivered(user)) == before


def test_the_user_ends_and_rates_by_tapping(line: Line, user: str, yamada: Expert) -> None:
    row = talking(line, user, yamada)

    send(line, user, "終了")
    arrives(line, user, "役に立ちましたか")
    send(line, user, action="rate:4")
    arrives(line, user, "ご感想")

    assert yamada.sees(row, status="rated", rating=4)
