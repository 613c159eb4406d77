"""What LINE delivers is written down once, answered once, and never breaks a neighbour."""

import json
import sqlite3
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from tests.connectors.line.conftest import Line
from tests.line_api import Delivery, events

QUESTION = "神奈川の活性化協議会の電話番号"


def delivered(line: Line, chat: str, count: int = 1, seconds: float = 10) -> tuple[Delivery, ...]:
    """What a chat received, once there are `count` deliveries or time is up."""
    deadline = time.monotonic() + seconds
    while len(line.fake.delivered(chat)) < count and time.monotonic() < deadline:
        time.sleep(0.02)
    return line.fake.delivered(chat)


def settled(line: Line, chat: str) -> tuple[Delivery, ...]:
    """What a chat received once another chat that asked later has been answered."""
    after = events.user_id(uuid.uuid4().int % 2**64)
    line.post(events.webhook(line.fake.issue(events.text(after, "こんにちは"))))
    delivered(line, after)
    time.sleep(0.3)
    return line.fake.delivered(chat)


def words(delivery: Delivery) -> str:
    return json.dumps(delivery.messages, ensure_ascii=False)


def test_a_question_is_answered_by_its_reply_token(line: Line, user: str) -> None:
    assert line.post(events.webhook(line.fake.issue(events.text(user, QUESTION)))).status_code == 200

    (answer,) = delivered(line, user)
    assert answer.via == "reply"
    assert "045-633-5143" in words(answer)


def test_console_verification_and_empty_bodies_are_accepted(line: Line, user: str) -> None:
    assert line.post(events.webhook()).status_code == 200


@pytest.mark.parametrize("signature", [None, "", "wrong", "ｗｒｏｎｇ", "AAAA", "=" * 1000])
def test_an_unsigned_body_is_refused_unread(line: Line, user: str, signature: str | None) -> None:
    body = events.webhook(line.fake.issue(events.text(user, QUESTION)))
    given = [(b"x-line-signature", signature.encode())] if signature is not None else []

    refused = line.http.post(f"{line.server.url}/line/webhook", content=body, headers=given)

    assert refused.status_code == 400
    assert refused.json()["code"] == "line-signature"
    assert settled(line, user) == ()


def test_the_old_secret_still_counts_while_it_is_listed(line: Line, user: str) -> None:
    body = events.webhook(line.fake.issue(events.text(user, QUESTION)))

    assert line.post(body, secret="old-secret").status_code == 200
    assert len(delivered(line, user)) == 1


def test_a_signed_body_that_is_not_json_is_kept_and_accepted(line: Line, user: str) -> None:
    for body in (b"not json", b"[]", b"{}", b'{"events": null}', b"\xff\xfe", b"[" * 100_000):
        assert line.post(body).status_code == 200

    assert line.server.log.count("not readable") >= 6


def test_a_body_over_the_limit_is_refused(line: Line, user: str) -> None:
    assert line.post(b" " * (1024 * 1024 + 1)).status_code == 413


def test_twenty_copies_at_once_are_answered_once(line: Line, user: str) -> None:
    body = events.webhook(line.fake.issue(events.text(user, QUESTION)))

    with ThreadPoolExecutor(20) as pool:
        statuses = {answer.status_code for answer in pool.map(lambda _: line.post(body), range(20))}

    assert statuses == {200}
    assert len(settled(line, user)) == 1


def test_a_redelivered_event_is_answered_once(line: Line, user: str) -> None:
    event = line.fake.issue(events.text(user, QUESTION))
    line.post(events.webhook(event))
    delivered(line, user)

    line.post(events.webhook(line.fake.redeliver(event)))

    assert len(settled(line, user)) == 1


def test_an_odd_event_costs_its_neighbours_nothing(line: Line, user: str) -> None:
    odd = list(events.odd_events(events.user_id(2)).values())
    good = line.fake.issue(events.text(user, QUESTION))

    assert line.post(events.webhook(*odd, good, None, 5, "text", [])).status_code == 200

    assert "045-633-5143" in words(delivered(line, user)[0])
    assert "Traceback" not in line.server.log


def test_many_events_of_many_users_in_one_body_are_each_answered(line: Line, user: str) -> None:
    users = [events.user_id(number) for number in range(100, 150)]

    line.post(events.webhook(*(line.fake.issue(events.text(each, QUESTION)) for each in users)))

    assert [len(delivered(line, each)) for each in users] == [1] * len(users)


def test_a_user_is_answered_in_the_order_in_which_was_asked(line: Line, user: str) -> None:
    asked = ["こんにちは", "補助金", "今日の天気は?", "ありがとう", QUESTION]
    issued = []
    for text in asked:
        issued.append(line.fake.issue(events.text(user, text)))
        time.sleep(0.005)

    line.post(events.webhook(*reversed(issued)))

    answers = [words(delivery) for delivery in delivered(line, user, count=5)]
    assert "経営相談チャットです" in answers[0]
    assert "補助金・助成金" in answers[1]
    assert "045-633-5143" in answers[4]


def test_standby_events_are_never_answered(line: Line, user: str) -> None:
    line.post(events.webhook(events.standby(events.text(user, QUESTION))))

    assert settled(line, user) == ()


def test_a_new_friend_is_greeted_with_questions_to_try(line: Line, user: str) -> None:
    line.post(events.webhook(line.fake.issue(events.follow(user))))

    (greeting,) = delivered(line, user)
    assert "友だち追加" in words(greeting)
    assert "quickReply" in words(greeting)


def test_stickers_and_pictures_get_a_kind_word(line: Line, user: str) -> None:
    line.post(events.webhook(line.fake.issue(events.sticker(user)), line.fake.issue(events.media(user, "image"))))

    first, second = delivered(line, user, count=2)
    assert "スタンプ" in words(first)
    assert "写真" in words(second)


def test_a_group_is_told_once_and_left(line: Line, user: str) -> None:
    group = events.group(uuid.uuid4().int % 2**32, user)

    line.post(events.webhook(line.fake.issue(events.join(group)), line.fake.issue(events.text(group, QUESTION))))

    (farewell,) = delivered(line, events.chat_of(events.join(group)))
    assert "退出" in words(farewell)
    deadline = time.monotonic() + 5
    while not any("/leave" in request.path for request in line.fake.requests) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert sum("/leave" in request.path for request in line.fake.requests) == 1


def test_a_tapped_button_is_understood(line: Line, user: str) -> None:
    line.post(events.webhook(line.fake.issue(events.postback(user, "entry:safety-004"))))

    assert "8,000万円" in words(delivered(line, user)[0])


@pytest.mark.parametrize("data", ["entry:gone-1", "x" * 300, "", "prefecture:99", "entry:safety-004&v=0"])
def test_a_stale_or_odd_button_is_answered_all_the_same(line: Line, user: str, data: str) -> None:
    line.post(events.webhook(line.fake.issue(events.postback(user, data))))

    assert len(delivered(line, user)) == 1


def test_lines_own_emoji_are_cut_out_of_a_question(line: Line, user: str) -> None:
    line.post(
        events.webhook(line.fake.issue(events.text_with_emoji(user, "😀神奈川の活性化", "(hello)", "協議会の電話番号")))
    )

    assert "045-633-5143" in words(delivered(line, user)[0])


def test_a_message_taken_back_is_erased_everywhere(line: Line, user: str) -> None:
    secret = "ヒミツの取引先株式会社"
    asked = line.fake.issue(events.text(user, f"{secret}が倒産した"))
    line.post(events.webhook(asked))
    delivered(line, user)

    line.post(events.webhook(events.unsend(user, asked["message"]["id"])))
    settled(line, user)

    database = b"".join(file.read_bytes() for file in line.server.data_folder.glob("sodan.db"))
    with closing(sqlite3.connect(line.server.data_folder / "sodan.db")) as connection:
        stored = "".join(
            str(row) for table in ("messages", "inbox") for row in connection.execute(f"SELECT * FROM {table}")
        )
    assert secret not in stored
    assert secret.encode() not in database


def test_nothing_is_sent_to_who_has_blocked_us(line: Line, user: str) -> None:
    line.post(events.webhook(line.fake.issue(events.text(user, QUESTION)), events.unfollow(user)))

    assert len(settled(line, user)) <= 1
    assert "Traceback" not in line.server.log


@pytest.mark.parametrize("text", ["\ud83d", "あ" * 5_000, "\x00", "{}", "😀" * 2_500, " "])
def test_odd_texts_are_answered(line: Line, user: str, text: str) -> None:
    assert line.post(events.webhook(line.fake.issue(events.text(user, text)))).status_code == 200

    assert len(delivered(line, user)) == 1


def test_the_webhook_is_closed_where_line_is_not_configured(line: Line, user: str) -> None:
    assert line.http.get(f"{line.server.url}/line/webhook").status_code == 405
