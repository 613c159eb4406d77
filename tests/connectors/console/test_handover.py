"""The way to an expert and back, against a real server: asked, assigned, answered, ended, rated."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine import Engine
from connectors.people.model import Role
from tests.connectors.console.people import Expert, Visitor, eventually, office
from tests.servers import Server

OPEN_WORDS, SECRET_WORDS = "お客様へ", "SECRET-OF-THE-EXPERTS"


@pytest.fixture(scope="module")
def server(engine: Engine, cache_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    people: dict[str, Role] = {"yamada": "expert", "suzuki": "expert", "sato": "supervisor", "henshu": "editor"}
    with office(tmp_path_factory.mktemp("office"), cache_folder, people) as running:
        yield running


@pytest.fixture
def visitor(server: Server) -> Visitor:
    return Visitor(server)


@pytest.fixture
def yamada(server: Server) -> Iterator[Expert]:
    yield Expert(server, "yamada")
    supervisor = Expert(server, "sato")
    for row in supervisor.board():  # whatever a test leaves behind must not come first in the next
        if row["status"] in {"queued", "assigned", "active"}:
            supervisor.post(f"/handoffs/{row['id']}/takeover")
            supervisor.closes(row)
    for name in ("yamada", "suzuki", "sato"):
        Expert(server, name).http.patch("/session", json={"away": True})


def test_a_consultation_from_the_wish_to_the_rating(visitor: Visitor, yamada: Expert) -> None:
    yamada.http.patch("/session", json={"away": False})
    visitor.wants_a_person()

    row = yamada.gets("assigned")
    assert yamada.claims(row).json()["handoff"]["status"] == "active"
    assert "専門家のyamada(中小企業診断士)が参加しました" in visitor.reads("参加しました")["text"]

    assert yamada.replies(row, "まず、状況を教えてください。").status_code == 201
    assert visitor.reads("状況を教えてください")["author"] == "yamada"

    visitor.say("後継者の候補がいません")
    said = eventually(lambda: _last_line(yamada, row, "user"), "the user's words")
    assert said == "後継者の候補がいません"
    assert visitor.status()["owner"] == "expert"

    assert yamada.closes(row, for_knowledge=True).status_code == 200
    assert "役に立ちましたか" in visitor.hears("closed")["text"]
    assert visitor.status()["may_rate"]

    visitor.tap("rate:5")
    visitor.hears("rated")
    assert not visitor.status()["may_rate"]
    visitor.say("助かりました")
    visitor.hears("rated", 2)
    visitor.say("倒産防はいくらまで借りられますか")
    eventually(lambda: visitor.messages()[-1]["role"] == "bot" and len(visitor.messages()) > 10, "an answer of the bot")

    yamada.sees(row, status="rated", rating=5, category="solved")


def _last_line(expert: Expert, row: dict[str, object], role: str) -> str:
    lines = expert.http.get(f"/handoffs/{row['id']}/messages").json()["messages"]
    return next((line["text"] for line in reversed(lines) if line["role"] == role), "")


def test_the_bot_is_silent_while_an_expert_has_the_chat(visitor: Visitor, yamada: Expert) -> None:
    yamada.http.patch("/session", json={"away": False})
    visitor.wants_a_person()
    row = yamada.gets("assigned")
    yamada.claims(row)
    before = len([message for message in visitor.messages() if message["role"] == "bot"])

    for text in ("補助金はありますか", "ありがとう", "どれでもない"):
        visitor.say(text)
    eventually(lambda: _last_line(yamada, row, "user") == "どれでもない" or None, "the words to arrive")
    visitor.tap("end")
    visitor.hears("closed")

    assert len([message for message in visitor.messages() if message["role"] == "bot"]) == before + 1


def test_while_waiting_the_bot_answers_and_the_place_is_told(visitor: Visitor, yamada: Expert) -> None:
    yamada.http.patch("/session", json={"away": True})
    visitor.wants_a_person()

    assert (visitor.status()["owner"], visitor.status()["position"]) == ("queue", 1)
    visitor.say("何番目ですか")
    assert "1番目" in visitor.hears("queued", 2)["text"]
    visitor.say("経営セーフティ共済ではいくらまで借りられますか")
    visitor.hears("answer")
    visitor.say("やめる")
    visitor.reads("取りやめました")
    assert visitor.status()["owner"] == "bot"


def test_of_two_experts_who_claim_at_once_one_wins_and_the_other_reads_who(
    server: Server, visitor: Visitor, yamada: Expert
) -> None:
    experts = [yamada, Expert(server, "suzuki")]
    for expert in experts:
        expert.http.patch("/session", json={"away": True})
    visitor.wants_a_person()
    row = experts[0].gets("queued")

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda expert: expert.claims(row), experts))

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    winner = next(expert for expert, answer in zip(experts, answers, strict=True) if answer.status_code == 200)
    refused = next(answer for answer in answers if answer.status_code == 409).json()
    assert refused["code"] == "already-taken"
    assert refused["detail"].endswith("さんが対応を始めました。")
    assert winner.closes(row).status_code == 200


def test_a_memo_never_reaches_the_user(visitor: Visitor, yamada: Expert) -> None:
    yamada.http.patch("/session", json={"away": False})
    visitor.wants_a_person()
    row = yamada.gets("assigned")
    yamada.claims(row)

    memo = yamada.post(f"/handoffs/{row['id']}/memos", client_id="m1", text="内部だけの覚え書き")
    yamada.replies(row, "お待たせしました")
    visitor.reads("お待たせしました")

    assert memo.status_code == 201
    assert "覚え書き" not in str(visitor.messages())
    assert yamada.http.get(f"/handoffs/{row['id']}").json()["memos"][0]["text"] == "内部だけの覚え書き"


def test_whatever_experts_write_among_themselves_the_user_sees_only_replies(
    server: Server, visitor: Visitor, yamada: Expert
) -> None:
    yamada.http.patch("/session", json={"away": False})
    visitor.wants_a_person()
    row = yamada.gets("assigned")
    yamada.claims(row)
    numbers = count()

    def writes(kind: str, text: str) -> None:
        number = next(numbers)
        words = {"client_id": f"words-{number}", "text": text}
        if kind == "memo":
            assert yamada.post(f"/handoffs/{row['id']}/memos", **words).status_code == 201
        elif kind == "draft":
            draft = {"text": text, "mode": "memo"}
            assert yamada.http.put(f"/handoffs/{row['id']}/draft", json=draft).status_code == 204
        else:
            assert yamada.post(f"/handoffs/{row['id']}/messages", **words).status_code == 201

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.tuples(st.sampled_from(["memo", "draft", "reply"]), st.text(max_size=40)), max_size=5))
    def check(acts: list[tuple[str, str]]) -> None:
        said = visitor.messages()
        for kind, text in acts:
            writes(kind, f"{OPEN_WORDS if kind == 'reply' else SECRET_WORDS}{text}")
        fresh = visitor.messages()[len(said) :]
        seen = visitor.http.get(f"{visitor.path}/events", params={"after": 0, "wait": 0.01}).text
        assert [message["text"][: len(OPEN_WORDS)] for message in fresh] == [
            OPEN_WORDS for kind, _ in acts if kind == "reply"
        ]
        assert SECRET_WORDS not in str(fresh) + seen + str(visitor.status())

    check()


def test_the_same_reply_sent_twice_is_said_once(visitor: Visitor, yamada: Expert) -> None:
    yamada.http.patch("/session", json={"away": False})
    visitor.wants_a_person()
    row = yamada.gets("assigned")
    body = {"client_id": "once", "text": "一度だけ"}

    first = yamada.post(f"/handoffs/{row['id']}/messages", **body)
    again = yamada.post(f"/handoffs/{row['id']}/messages", **body)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["message"]["seq"] == again.json()["message"]["seq"]
    visitor.reads("一度だけ")
    assert sum("一度だけ" in message["text"] for message in visitor.messages()) == 1


def test_a_transferred_chat_is_the_other_experts(server: Server, visitor: Visitor, yamada: Expert) -> None:
    suzuki = Expert(server, "suzuki")
    suzuki.http.patch("/session", json={"away": True})
    yamada.http.patch("/session", json={"away": False})
    visitor.wants_a_person()
    row = yamada.gets("assigned")
    yamada.claims(row)

    passed = yamada.post(f"/handoffs/{row['id']}/transfer", to=suzuki.id, note="承継に詳しいため")

    assert passed.json()["handoff"]["assigned_to"]["display_name"] == "suzuki"
    assert yamada.replies(row, "まだ私です").status_code == 409
    assert suzuki.claims(row).status_code == 200
    assert suzuki.closes(row).status_code == 200


def test_a_supervisor_takes_a_chat_over_and_an_expert_cannot(server: Server, visitor: Visitor, yamada: Expert) -> None:
    sato, suzuki = Expert(server, "sato"), Expert(server, "suzuki")
    for other in (sato, suzuki):
        other.http.patch("/session", json={"away": True})
    yamada.http.patch("/session", json={"away": False})
    visitor.wants_a_person()
    row = yamada.gets("assigned")

    assert suzuki.post(f"/handoffs/{row['id']}/takeover").status_code == 403
    assert sato.post(f"/handoffs/{row['id']}/takeover").json()["handoff"]["status"] == "active"
    assert sato.closes(row).status_code == 200


def test_an_editor_sees_nothing_of_the_chats(server: Server) -> None:
    editor = Expert(server, "henshu")

    for path in ("/events?wait=0.1", "/handoffs/1", "/experts", "/canned", "/search?q=共済", "/hours"):
        answer = editor.http.get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_the_evidence_card_tells_what_happened_before(visitor: Visitor, yamada: Expert) -> None:
    yamada.http.patch("/session", json={"away": False})
    visitor.say("神奈川です")
    visitor.reads("神奈川")
    visitor.say("経営セーフティ共済ではいくらまで借りられますか")
    visitor.hears("answer")
    visitor.wants_a_person("専門家に相談したいです。共済のことで迷っています")
    row = yamada.gets("assigned")

    card = yamada.http.get(f"/handoffs/{row['id']}").json()["evidence"]

    assert card["question"] == "専門家に相談したいです。共済のことで迷っています"
    assert {"label": "都道府県", "value": "神奈川県"} in card["slots"]
    assert any(one["entry_id"] == "safety-004" and one["chosen"] for one in card["offered"])
    assert card["programs"]


def test_a_receipt_leads_back_to_the_conversation(server: Server, visitor: Visitor, yamada: Expert) -> None:
    yamada.http.patch("/session", json={"away": True})
    visitor.wants_a_person()
    receipt = visitor.status()["receipt"]

    resumed = visitor.http.post("/api/v1/resume", json={"code": receipt.lower()}).json()

    path = f"/api/v1/conversations/{resumed['id']}/messages"
    assert visitor.http.get(path).status_code == 401
    again = visitor.http.get(path, headers={"Authorization": f"Bearer {resumed['token']}"})
    assert again.json()["last_seq"] > 2
    assert visitor.http.post("/api/v1/resume", json={"code": "AAAAAAAA"}).json()["code"] == "receipt-unknown"


def test_the_expert_sees_that_the_visitor_looks_and_writes(visitor: Visitor, yamada: Expert) -> None:
    yamada.http.patch("/session", json={"away": False})
    visitor.wants_a_person()
    row = yamada.gets("assigned")
    assert yamada.sees(row, typing=False)

    visitor.status()
    assert yamada.sees(row, user_online=True, typing=False)
    visitor.types()
    assert yamada.sees(row, user_online=True, typing=True)
