"""Puts our rich menu in the place of the old one. Knows the order of the calls, not how they are made."""

import contextlib
import datetime
from dataclasses import dataclass

from connectors.line.account import LineAccount, LineAccountError
from connectors.line.menu_cells import NAME_PREFIX, menu
from connectors.line.menu_picture import Picture


@dataclass(frozen=True, slots=True)
class Published:
    """The menu that everybody now sees, how many old ones were removed, and why others were not."""

    menu_id: str
    removed: int
    left: tuple[str, ...]


async def publish(account: LineAccount, picture: Picture, now: datetime.datetime) -> Published:
    """Creates the menu, uploads its picture, shows it to everybody, and only then removes our old ones.

    Raises:
        LineAccountError: LINE refused or fell silent; the old menus stay.
    """
    menu_id = await account.create_menu(menu(picture.width, picture.height, now))
    try:
        await account.upload_picture(menu_id, picture.content, picture.media_type)
        await account.make_default(menu_id)
    except LineAccountError as error:
        if error.is_refusal:  # else it may be what everybody sees by now; the next run finds it by its name
            with contextlib.suppress(LineAccountError):
                await account.delete_menu(menu_id)
        raise
    return await _without_old(account, menu_id)


async def _without_old(account: LineAccount, menu_id: str) -> Published:
    removed, left = 0, list[str]()
    try:
        known = await account.menus()
    except LineAccountError as error:
        return Published(menu_id, 0, (f"古いメニューを調べられません: {error}",))
    for old in (one for one, name in known.items() if name.startswith(NAME_PREFIX) and one != menu_id):
        try:
            await account.delete_menu(old)
            removed += 1
        except LineAccountError as error:
            left.append(f"{old}: {error}")
    return Published(menu_id, removed, tuple(left))
