"""What the scripted console server answers, route by route."""

import re
from collections.abc import Callable
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from tests.e2e.console_fake import FOUND, NOW, ConsoleFake, problem

Body = dict[str, Any]
DONE = Response(status_code=204)


def answer(fake: ConsoleFake, request: Request, path: str, body: Body) -> Response:
    """The answer of `METHOD path`."""
    handoff = re.fullmatch(r"handoffs/(\d+)(?:/(.*))?", path)
    if handoff:
        return of_handoff(fake, request, int(handoff[1]), handoff[2] or "", body)
    name = f"{request.method} {path.split('/', maxsplit=1)[0]}"
    return ROUTES[name](fake, request, path, body)


def session(fake: ConsoleFake) -> Response:
    return JSONResponse({"user": fake.me, "csrf": "csrf"})


def login(fake: ConsoleFake, _request: Request, _path: str, body: Body) -> Response:
    if body["password"] != "right":
        return problem(401, "login-failed", "利用者名かパスワードが違います。")
    fake.logged_in = True
    return session(fake)


def change_session(fake: ConsoleFake, _request: Request, _path: str, body: Body) -> Response:
    preferences = fake.me["preferences"] | body.get("preferences", {})
    fake.me = fake.me | {"away": body.get("away", fake.me["away"]), "preferences": preferences}
    return session(fake)


def logout(fake: ConsoleFake, *_rest: Any) -> Response:
    fake.logged_in = False
    return DONE


def change_canned(fake: ConsoleFake, request: Request, path: str, body: Body) -> Response:
    if request.method == "POST":
        fake.canned.append({"id": len(fake.canned) + 1, **body})
        return JSONResponse(fake.canned[-1], 201)
    number = int(path.split("/")[1])
    kept = [one for one in fake.canned if one["id"] != number]
    fake.canned = [*kept, {"id": number, **body}] if request.method == "PUT" else kept
    return DONE


def close_now(fake: ConsoleFake, _request: Request, _path: str, body: Body) -> Response:
    fake.hours = fake.hours | {"closed_now": body["closed"], "open": not body["closed"]}
    return JSONResponse(fake.hours)


ROUTES: dict[str, Callable[[ConsoleFake, Request, str, Body], Response]] = {
    "GET session": lambda fake, *_: session(fake),
    "PATCH session": change_session,
    "POST login": login,
    "POST logout": logout,
    "POST password": lambda *_: DONE,
    "GET experts": lambda fake, *_: JSONResponse({"experts": fake.experts}),
    "GET canned": lambda fake, *_: JSONResponse({"canned": fake.canned}),
    "POST canned": change_canned,
    "PUT canned": change_canned,
    "DELETE canned": change_canned,
    "GET search": lambda _fake, request, *_: JSONResponse(
        {"entries": [FOUND] if "ない" not in request.query_params["q"] else []}
    ),
    "PUT hours": close_now,
}


def of_handoff(fake: ConsoleFake, request: Request, number: int, act: str, body: Body) -> Response:
    talk = fake.messages.setdefault(number, [])
    if request.method == "GET" and not act:
        page = {"evidence": fake.evidence, "memos": fake.memos.get(number, []), "draft": fake.drafts.get(number)}
        return JSONResponse({"handoff": fake.handoffs[number], **page, **after_number(fake, talk, 0)})
    if request.method == "GET":
        return JSONResponse(after_number(fake, talk, int(request.query_params["after"])))
    if act == "messages":
        return reply(fake, number, body)
    if act == "memos":
        memo = {"id": len(fake.memos.get(number, [])) + 1, "author": "山田", "text": body["text"], "at": NOW}
        fake.memos.setdefault(number, []).append(memo)
        return JSONResponse({"memo": memo}, 201)
    if act == "draft":
        fake.drafts[number] = body
    elif act == "read":
        fake.change(number, unread=0)
    elif act.endswith("retry"):
        talk[int(act.split("/")[1]) - 1]["delivery"] = {"status": "sent", "error": None}
    elif act in CHANGES:
        fake.change(number, **CHANGES[act](fake, body))
        return JSONResponse({"handoff": fake.handoffs[number]})
    return DONE


def after_number(fake: ConsoleFake, talk: list[Body], after: int) -> Body:
    found = talk[after : after + fake.page_size]
    return {"messages": found, "last_seq": after + len(found)}


def holder(fake: ConsoleFake) -> Body:
    return {"id": fake.me["id"], "display_name": fake.me["display_name"]}


def passed_on(fake: ConsoleFake, body: Body) -> Body:
    other = next((one for one in fake.experts if one["id"] == body["to"]), None)
    return {"status": "assigned" if other else "queued", "assigned_to": other}


CHANGES: dict[str, Callable[[ConsoleFake, Body], Body]] = {
    "claim": lambda fake, _: {"status": "active", "assigned_to": holder(fake)},
    "takeover": lambda fake, _: {"status": "active", "assigned_to": holder(fake)},
    "transfer": passed_on,
    "close": lambda _, body: {"status": "closed", "category": body["category"], "closed_at": NOW},
}


def reply(fake: ConsoleFake, number: int, body: Body) -> Response:
    """Stores a reply once per `client_id`; `losing` takes the answer away afterwards."""
    known = next((one for one in fake.messages[number] if one["client_id"] == body["client_id"]), None)
    said = known or fake.say(
        number,
        body["text"],
        "expert",
        author=fake.me["display_name"],
        client_id=body["client_id"],
        quotes_seq=body.get("quotes_seq"),
        delivery=fake.delivery,
    )
    if body["text"] in fake.losing:
        fake.losing.discard(body["text"])
        return problem(502, "bad-gateway", "")
    return JSONResponse({"message": said}, 200 if known else 201)
