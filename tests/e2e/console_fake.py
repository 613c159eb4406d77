"""A console server without a database: it keeps what the tests script, and remembers what the page asked for."""

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from bot.specialities import SPECIALITIES
from bot.texts import load_texts
from connectors.web.pages import SafeHeaders, install_pages
from tests.servers import free_port

API = "/api/v1/console"
NOW = "2026-11-20T03:00:00Z"
Body = dict[str, Any]
EVIDENCE: Body = {
    "question": "取引先が倒産し、売掛金が回収できません。",
    "slots": [{"label": "都道府県", "value": "神奈川県"}],
    "offered": [
        {"entry_id": "safety-1", "question": "取引先が倒産したときの共済は?", "confidence": 0.91, "chosen": True},
        {"entry_id": "safety-2", "question": "掛金の前納はできますか?", "confidence": 0.44, "chosen": False},
    ],
    "rejected": [
        {"entry_id": "safety-2", "question": "掛金の前納はできますか?", "confidence": 0.44, "chosen": False},
    ],
    "programs": [{"name": "経営セーフティ共済", "reason": "取引先の倒産に備えるため"}],
    "searches": 3,
}
FOUND: Body = {
    "entry_id": "safety-3",
    "question": "共済からいくら借りられますか?",
    "answer": "掛金の10倍、最高8,000万円まで借りられます。",
    "confidence": 0.86,
    "sources": [{"title": "中小機構", "at": "3章", "as_of": "2025-04", "url": "https://example.go.jp/a"}],
}
COLLEAGUES: list[Body] = [
    {"id": "u1", "display_name": "山田", "qualification": "中小企業診断士", "specialities": ["shikin"],
     "present": True, "away": False, "load": 1, "capacity": 3},
    {"id": "u2", "display_name": "佐藤", "qualification": "税理士", "specialities": ["zeimu", "shikin"],
     "present": True, "away": True, "load": 2, "capacity": 3},
]  # fmt: skip


def user(**more: Any) -> Body:
    preferences = {"sound": True, "notify": False, "title": True, "enter_sends": False}
    known = {"id": "u1", "name": "yamada", "display_name": "山田", "qualification": "中小企業診断士", "role": "expert",
             "specialities": ["shikin"], "capacity": 3, "away": False, "preferences": preferences}  # fmt: skip
    return {**known, **more}


def message(seq: int, role: str = "user", text: str = "", **more: Any) -> Body:
    parts = [{"type": "text", "text": text}] if role == "bot" else []
    known = {"author": "", "at": NOW, "client_id": None, "parts": parts, "quotes_seq": None, "delivery": None}
    return {"seq": seq, "role": role, "text": text, **known, **more}


class ConsoleFake:
    """The state of the server; tests change it and `ring`."""

    def __init__(self) -> None:
        self.me = user()
        self.logged_in = True
        self.handoffs: dict[int, Body] = {}
        self.messages: dict[int, list[Body]] = {}
        self.memos: dict[int, list[Body]] = {}
        self.drafts: dict[int, Body] = {}
        self.canned: list[Body] = [
            {"id": 1, "shortcut": "あいさつ", "text": "お待たせしました。山田です。", "shared": True},
            {"id": 2, "shortcut": "shirabe", "text": "お調べします。少しお待ちください。", "shared": False},
        ]
        self.hours: Body = {
            "open": True, "closed_now": False, "opens_at": None, "closes_at": None, "last_call": False,
            "text": "平日9時〜17時", "days": [{"date": "2026-11-20", "words": "臨時", "intervals": [["10:00:00", "15:00:00"]]}],
        }  # fmt: skip
        self.calls: list[tuple[str, str, Body]] = []
        self.problems: dict[str, tuple[int, str, str]] = {}
        self.losing: set[str] = set()
        self.refusing = self.holding = False
        self.opened_streams: list[str] = []
        self.delivery: Body | None = None
        self.page_size = 500
        self.evidence, self.experts = EVIDENCE, COLLEAGUES
        self.version = 1
        self.epoch = 0
        self.app = build_app(self)

    def row(self, number: int, status: str = "queued", **more: Any) -> Body:
        mine = {"id": "u1", "display_name": "山田"} if status in {"assigned", "active"} else None
        row: Body = {
            "id": number, "receipt": f"A-{number:03}", "status": status, "channel": "web", "speciality": "shikin",
            "speciality_label": "資金繰り", "question": f"相談その{number}", "reason": "", "queued_at": ago(1),
            "waiting_since": ago(1), "assigned_to": mine,
            "last_seq": len(self.messages.setdefault(number, [])), "last_message": None, "unread": 0, "typing": False,
            "user_online": True, "promised_for": None, "due_on": None, "delivery_failed": False, "viewers": [],
            "closed_at": None, "category": "", "rating": None,
        }  # fmt: skip
        self.handoffs[number] = row | more
        self.ring()
        return self.handoffs[number]

    def say(self, number: int, text: str, role: str = "user", **more: Any) -> Body:
        talk = self.messages.setdefault(number, [])
        said = message(len(talk) + 1, role, text, **more)
        talk.append(said)
        if number in self.handoffs:
            self.change(number, last_seq=said["seq"])
        return said

    def change(self, number: int, **more: Any) -> None:
        self.handoffs[number] = self.handoffs[number] | more
        self.ring()

    def ring(self) -> None:
        self.version += 1

    def cut(self) -> None:
        """Ends every stream that is open."""
        self.epoch += 1

    def asked(self, method: str, ending: str) -> list[Body]:
        """The bodies of the requests whose path ends so."""
        return [body for verb, path, body in self.calls if verb == method and path.endswith(ending)]

    def board(self) -> Body:
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        rows = list(self.handoffs.values())
        queue = [row["id"] for row in rows if row["status"] == "queued"]
        return {"full": True, "version": self.version, "rows": rows, "gone": [], "me": self.me,
                "hours": self.hours, "queue": queue, "now": now}  # fmt: skip


def ago(minutes: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - minutes * 60))


def problem(status: int, code: str, detail: str) -> JSONResponse:
    return JSONResponse({"title": code, "status": status, "detail": detail, "code": code}, status)


@contextlib.contextmanager
def serving(fake: ConsoleFake) -> Iterator[str]:
    """Serves the fake on a port of loopback; its address."""
    port = free_port()
    config = uvicorn.Config(fake.app, port=port, log_level="error", timeout_graceful_shutdown=1, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    fake.cut()
    server.should_exit = True
    thread.join(5)


async def stream(fake: ConsoleFake, epoch: int) -> AsyncIterator[bytes]:
    told = 0
    while fake.epoch == epoch and fake.logged_in:
        if fake.holding:
            yield b": open\n\n"
            await asyncio.sleep(0.5)
        elif fake.version != told:
            board = fake.board()
            board["full"] = not told
            told = board["version"]
            yield f"event: board\ndata: {json.dumps(board)}\n\n".encode()
        await asyncio.sleep(0.02)


def build_app(fake: ConsoleFake) -> FastAPI:
    """The routes of the console's API; the file beside holds what they answer."""
    from tests.e2e.console_answers import answer

    app = FastAPI()
    app.add_middleware(SafeHeaders)
    install_pages(app)

    @app.get("/api/v1/texts")
    def texts() -> Body:
        known = load_texts()
        fields = {f"speciality_{key}": label for key, label in SPECIALITIES.items()}
        return {"texts": known.section("ui") | known.section("console") | fields}

    @app.get(f"{API}/events")
    async def events(request: Request, wait: float = 0) -> Response:
        fake.opened_streams.append(str(request.url))
        if fake.refusing:
            return problem(503, "storage-unavailable", "ただいま混み合っています。")
        if not fake.logged_in:
            return problem(401, "login-required", "ログインしてください。")
        if not wait:
            return StreamingResponse(stream(fake, fake.epoch), media_type="text/event-stream")
        seen = int(request.query_params["version"])
        for _ in range(int(wait / 0.05)):
            if fake.version != seen:
                break
            await asyncio.sleep(0.05)
        return JSONResponse(fake.board())

    @app.api_route(API + "/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    async def anything(path: str, request: Request) -> Response:
        body = json.loads(await request.body() or b"{}")
        fake.calls.append((request.method, f"/{path}", body))
        if request.method != "GET" and path != "login" and request.headers.get("x-csrf-token") != "csrf":
            return problem(403, "csrf", "この操作は受け付けられませんでした。")
        if not fake.logged_in and path != "login":
            return problem(401, "login-required", "ログインしてください。")
        refusal = next(
            (refused for end, refused in fake.problems.items() if f"{request.method} /{path}".endswith(end)), None
        )
        return problem(*refusal) if refusal else answer(fake, request, path, body)

    return app
