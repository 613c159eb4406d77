"""The people who work with the product: who they are and what they may do. Knows no database and no HTTP."""

import datetime
import re
import unicodedata
from types import MappingProxyType
from typing import Literal, get_args

from msgspec import Struct

Role = Literal["expert", "supervisor", "editor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
_MAY_ACT_AS = MappingProxyType[Role, frozenset[Role]](
    {
        "expert": frozenset({"expert"}),
        "supervisor": frozenset({"expert", "supervisor"}),
        "editor": frozenset({"editor"}),
        "admin": frozenset(ROLES),
    }
)
USUAL_CAPACITY = 3  # chats at once
_NAME = re.compile(r"[\w@][\w@.-]{0,63}")


class Preferences(Struct, frozen=True):
    """How the console behaves for one person."""

    sound: bool = True
    notify: bool = False
    title: bool = True
    enter_sends: bool = False


class User(Struct, frozen=True, kw_only=True):
    """Somebody who may log in. Moments are aware; `seen_at` is None for who is not there.

    `specialities` are keys of `bot.specialities.SPECIALITIES` (none: everything), `capacity` the chats at once.
    """

    id: str
    name: str
    display_name: str
    qualification: str = ""
    role: Role
    specialities: tuple[str, ...] = ()
    capacity: int = USUAL_CAPACITY
    is_away: bool = False
    preferences: Preferences = Preferences()
    seen_at: datetime.datetime | None = None
    last_assigned_at: datetime.datetime | None = None
    disabled_at: datetime.datetime | None = None
    created_at: datetime.datetime

    @property
    def is_disabled(self) -> bool:
        """Whether this user may no longer log in."""
        return self.disabled_at is not None

    def may(self, role: Role) -> bool:
        """Whether this user may do what `role` may: a supervisor all that an expert may, an admin everything."""
        return role in _MAY_ACT_AS[self.role]


class Session(Struct, frozen=True):
    """One log-in of a user. `key` is the hash of the token that the browser keeps."""

    key: str
    user: User
    csrf: str
    last_seen_at: datetime.datetime


class AuditEntry(Struct, frozen=True):
    """Somebody did something to something. `actor_id` is None where nobody was logged in."""

    at: datetime.datetime
    what: str
    actor_id: str | None = None
    actor_name: str = ""
    target: str = ""
    detail: str = ""


def read_name(text: str) -> str:
    """A log-in name in the one form in which it is stored and compared; empty where the text can be nobody's name."""
    name = unicodedata.normalize("NFKC", text).strip().casefold()
    return name if _NAME.fullmatch(name) else ""
