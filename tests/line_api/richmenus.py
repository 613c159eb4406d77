"""Rich menus (LINE reference, "Rich menu")."""

import uuid
from collections.abc import Iterator
from typing import Any

from tests.line_api.account import Account, Menu
from tests.line_api.checks import graphemes
from tests.line_api.http import LineError, Request, Response, answer

LARGEST_IMAGE = 1024 * 1024  # bytes
_MAGIC = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


def create(account: Account, request: Request, request_id: str) -> Response:
    menu = request.json()
    _refuse_bad(menu)
    menu_id = f"richmenu-{uuid.uuid4().hex}"
    account.menus[menu_id] = Menu(menu)
    return answer({"richMenuId": menu_id})


def validate(account: Account, request: Request, request_id: str) -> Response:
    _refuse_bad(request.json())
    return answer()


def listing(account: Account, request: Request, request_id: str) -> Response:
    return answer({"richmenus": [{"richMenuId": known, **menu.content} for known, menu in account.menus.items()]})


def get(account: Account, request: Request, request_id: str, menu_id: str) -> Response:
    return answer({"richMenuId": menu_id, **_menu(account, menu_id).content})


def delete(account: Account, request: Request, request_id: str, menu_id: str) -> Response:
    _menu(account, menu_id)
    del account.menus[menu_id]
    account.default_menu = "" if account.default_menu == menu_id else account.default_menu
    return answer()


def set_image(account: Account, request: Request, request_id: str, menu_id: str) -> Response:
    menu = _menu(account, menu_id)
    kind = request.headers.get("content-type", "")
    if kind not in _MAGIC:
        raise LineError(415, f"The content type, {kind}, is not supported")
    if menu.image:
        raise LineError(400, "An image has already been uploaded to the richmenu")
    if len(request.body) > LARGEST_IMAGE or not request.body.startswith(_MAGIC[kind]):
        raise LineError(400, "The image size is not allowed for richmenu")
    menu.image, menu.image_type = request.body, kind
    return answer()


def get_image(account: Account, request: Request, request_id: str, menu_id: str) -> Response:
    menu = _menu(account, menu_id)
    if not menu.image:
        raise LineError(404, "Not found")
    return Response(200, menu.image, menu.image_type)


def set_default(account: Account, request: Request, request_id: str, menu_id: str) -> Response:
    if not _menu(account, menu_id).image:
        raise LineError(400, "must upload richmenu image before applying it to user")
    account.default_menu = menu_id
    return answer()


def get_default(account: Account, request: Request, request_id: str) -> Response:
    if not account.default_menu:
        raise LineError(404, "no default richmenu")
    return answer({"richMenuId": account.default_menu})


def clear_default(account: Account, request: Request, request_id: str) -> Response:
    account.default_menu = ""
    return answer()


def _menu(account: Account, menu_id: str) -> Menu:
    if menu_id not in account.menus:
        raise LineError(404, "Not found")
    return account.menus[menu_id]


def _refuse_bad(menu: Any) -> None:
    problems = [{"message": message, "property": place} for message, place in _problems(menu)]
    if problems:
        raise LineError(400, f"The request body has {len(problems)} error(s)", problems)


def _problems(menu: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from (
        ("must be specified", key) for key in ("size", "selected", "name", "chatBarText", "areas") if key not in menu
    )
    size = menu.get("size", {})
    width, height = size.get("width", 0), size.get("height", 0)
    if not 800 <= width <= 2500 or height < 250 or width / height < 1.45:
        yield "invalid size", "size"  # own wording
    for key, most in (("name", 300), ("chatBarText", 14)):
        if graphemes(menu.get(key, "")) > most:
            yield f"Length must be between 0 and {most}", key
    if len(menu.get("areas", [])) > 20:
        yield "Size must be between 0 and 20", "areas"
