"""`sodan user`: who may log in. What is changed here counts at once, also for a running server."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.table import Table

from bot.calendar import TOKYO
from bot.specialities import SPECIALITIES
from connectors.clock import SystemClock
from connectors.commands.database import opened_database
from connectors.people.model import ROLES, USUAL_CAPACITY, AuditEntry, Role, User, read_name
from connectors.people.passwords import Passwords, PasswordWeakError, new_password
from connectors.settings import read_settings
from connectors.storage.attempts import SqlAttempts
from connectors.storage.audit import SqlAudit
from connectors.storage.database import Database
from connectors.storage.people import NameTakenError, SqlPeople

LONGEST_WORDS = 60  # characters of a display name or a qualification
WIDTH = 120  # columns of the list where it is not read on a terminal
_ROLE_WORDS = {"expert": "専門家", "supervisor": "統括", "editor": "編集者", "admin": "管理者"}
_DEEDS = {
    "login": "ログイン",
    "login.failed": "ログインの失敗",
    "login.locked": "ログインの停止",
    "logout": "ログアウト",
    "password": "パスワードの変更",
    "user.added": "利用者の追加",
    "user.role": "役割の変更",
    "user.disabled": "利用者の停止",
    "user.enabled": "利用者の再開",
    "user.away": "離席にした",
    "hours.closed": "臨時の受付終了",
    "hours.opened": "受付の再開",
    "hours.changed": "受付日の変更",
}
_roles = "、".join(f"{role}({_ROLE_WORDS[role]})" for role in ROLES)
_specialities = "、".join(f"{name}({words})" for name, words in SPECIALITIES.items())
_password_stdin = click.option("--password-stdin", is_flag=True, help="パスワードを標準入力の1行目から読む")


@click.group()
def user() -> None:
    """専門家の画面などにログインする利用者を作り、止め、調べる"""


@user.command()
@click.argument("name")
@click.option("--role", required=True, help=f"役割: {_roles}")
@click.option("--display", help="相談者に見せる名前(既定は NAME)")
@click.option("--qualification", default="", help="資格や肩書き(例 税理士)")
@click.option("--speciality", "specialities", multiple=True, help=f"得意分野。いくつでも: {_specialities}")
@click.option("--capacity", type=click.IntRange(1, 20), default=USUAL_CAPACITY, help="同時に受け持つ相談の数")
@click.option("--count", type=click.IntRange(1, 200), help="NAME-1 から NAME-N までを、同じパスワードで一度に作る")
@_password_stdin
def add(
    *,
    name: str,
    role: str,
    display: str | None,
    qualification: str,
    specialities: tuple[str, ...],
    capacity: int,
    count: int | None,
    password_stdin: bool,
) -> None:
    """利用者を作る。パスワードは二度尋ねる(端末でなければ作って一度だけ表示する)"""
    made = [
        User(
            id="",
            name=_name(one),
            display_name=_words(display or one),
            qualification=_words(qualification),
            role=_role(role),
            specialities=_known(specialities),
            capacity=capacity,
            created_at=SystemClock().now(),
        )
        for one in ([f"{name}-{number}" for number in range(1, count + 1)] if count else [name])
    ]
    with _people() as (_, people):
        for one in made:
            if people.by_name(one.name):
                raise _taken(one.name)
        password, is_made_here = _password(from_stdin=password_stdin)
        for one in made:
            _create(people, one, password)
    if is_made_here:
        click.echo(f"パスワード(いま一度だけ表示します): {password}")


def _create(people: SqlPeople, made: User, password: str) -> None:
    try:
        people.create(made, _hashed(password), by=None)
    except NameTakenError as error:
        raise _taken(made.name) from error
    click.echo(f"利用者 {made.name} を作りました({_ROLE_WORDS[made.role]})")


@user.command()
@click.argument("name")
@_password_stdin
def passwd(name: str, password_stdin: bool) -> None:
    """パスワードを替える。開いているログインはすべて終わり、ロックも解ける"""
    with _people() as (_, people):
        found = _found(people, name)
        password, is_made_here = _password(from_stdin=password_stdin)
        people.set_password(found, _hashed(password), by=None, at=SystemClock().now())
    click.echo(f"{found.name} のパスワードを替えました")
    if is_made_here:
        click.echo(f"パスワード(いま一度だけ表示します): {password}")


@user.command()
@click.argument("name")
@click.argument("role")
def role(name: str, role: str) -> None:
    """役割を替える。開いているログインにもすぐ効く"""
    wanted = _role(role)
    with _people() as (_, people):
        found = _found(people, name)
        people.set_role(found, wanted, by=None, at=SystemClock().now())
    click.echo(f"{found.name} の役割を{_ROLE_WORDS[wanted]}にしました")


@user.command()
@click.argument("name")
def disable(name: str) -> None:
    """利用者を止める。開いているログインもその場で終わる"""
    with _people() as (_, people):
        found = _found(people, name)
        people.disable(found, by=None, at=SystemClock().now())
    click.echo(f"{found.name} を止めました")


@user.command()
@click.argument("name")
def enable(name: str) -> None:
    """止めた利用者を戻し、ロックを解く"""
    with _people() as (_, people):
        found = _found(people, name)
        people.enable(found, by=None, at=SystemClock().now())
    click.echo(f"{found.name} を使えるようにしました")


@user.command("list")
def list_() -> None:
    """利用者を並べる"""
    table = Table("名前", "表示名", "役割", "資格", "得意分野", "同時", "状態")
    with _people() as (database, people):
        attempts, now = SqlAttempts(database), SystemClock().now()
        for one in people.all():
            specialities = "、".join(SPECIALITIES.get(name, name) for name in one.specialities)
            state = "停止" if one.is_disabled else "ロック中" if attempts.is_locked(one.name, now) else "有効"
            shown = (one.name, one.display_name, _ROLE_WORDS[one.role], one.qualification, specialities or "すべて")
            table.add_row(*shown, str(one.capacity), state)
    Console(width=None if sys.stdout.isatty() else WIDTH, markup=False).print(table)


@user.command()
@click.option("--limit", type=click.IntRange(1), default=50, help="新しいものからいくつ表示するか")
def audit(limit: int) -> None:
    """だれが何をしたかを、新しいものから並べる"""
    with _people() as (database, _):
        for entry in SqlAudit(database).list(limit):
            click.echo(_line(entry))


def _line(entry: AuditEntry) -> str:
    at = entry.at.astimezone(TOKYO).strftime("%Y-%m-%d %H:%M:%S")
    words = (at, entry.actor_name or "-", _DEEDS.get(entry.what, entry.what), entry.target, entry.detail)
    return "  ".join(" ".join(word.split()) for word in words if word)


@contextmanager
def _people() -> Iterator[tuple[Database, SqlPeople]]:
    with opened_database(read_settings()) as database:
        yield database, SqlPeople(database)


def _found(people: SqlPeople, name: str) -> User:
    found = people.by_name(read_name(name))
    if found is None:
        raise click.ClickException(f"利用者がいません: {name}")
    return found


def _taken(name: str) -> click.ClickException:
    return click.ClickException(f"同じ名前の利用者がいます: {name}")


def _name(text: str) -> str:
    name = read_name(text)
    if not name:
        raise click.ClickException(f"名前に使えるのは、文字と数字と ._@- で64字までです: {text}")
    return name


def _role(text: str) -> Role:
    if text not in ROLES:
        raise click.ClickException(f"役割がありません: {text}(使えるのは {_roles})")
    return text


def _known(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in SPECIALITIES:
            raise click.ClickException(f"得意分野がありません: {name}(使えるのは {_specialities})")
    return tuple(dict.fromkeys(names))


def _words(text: str) -> str:
    words = " ".join(text.split())
    if len(words) > LONGEST_WORDS or not words.isprintable():
        raise click.ClickException(f"表示名と資格は{LONGEST_WORDS}字までです: {words[:LONGEST_WORDS]}")
    return words


# Passwords


def _hashed(password: str) -> str:
    try:
        return Passwords().hash(password)
    except PasswordWeakError as error:
        raise click.ClickException(str(error)) from error


def _password(*, from_stdin: bool) -> tuple[str, bool]:
    """A password, and whether it was made here and so has to be told."""
    if from_stdin:
        return _read_line(), False
    return (_asked_twice(), False) if sys.stdin.isatty() else (new_password(), True)


def _read_line() -> str:
    try:
        return sys.stdin.buffer.readline().decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise click.ClickException("標準入力のパスワードを UTF-8 として読めません") from error


def _asked_twice() -> str:
    first, second = (click.prompt(words, hide_input=True) for words in ("パスワード", "もう一度"))
    if first != second:
        raise click.ClickException("二つのパスワードが違います")
    return str(first)
