"""`sodan hours`: when experts are there, and when not. A running server follows within seconds."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

import click

from bot.calendar import BusinessCalendar, HoursError, OwnDay, parse_intervals
from connectors.clock import SystemClock
from connectors.commands.database import opened_database
from connectors.settings import read_settings
from connectors.storage.audit import TERMINAL
from connectors.storage.closures import ClosedNow, SqlCalendar
from connectors.storage.people import SqlPeople

DAYS_SHOWN = 14
_words = click.argument("words", default="")


@click.group()
def hours() -> None:
    """専門家の受付日と受付時間を見る・変える"""


@hours.command()
def show() -> None:
    """いまの受付と、これから2週間の受付時間を見る"""
    with _opened() as (calendar, _):
        found, closed, now = calendar.load(), calendar.closed_now(), SystemClock().now()
    click.echo(f"ふだんの受付: {found.words}")
    click.echo(f"いま: {_present(found, closed, now)}")
    today = found.day(now)
    days = {today + datetime.timedelta(days=number) for number in range(DAYS_SHOWN)}
    for day in sorted(days | {day for day in found.own if day >= today}):
        words = found.own[day].words if day in found.own else ""
        click.echo(f"{day} {found.say_day(day)} {found.say_hours(day) or '休み'} {words}".rstrip())


def _present(calendar: BusinessCalendar, closed: ClosedNow | None, now: datetime.datetime) -> str:
    if calendar.is_open(now):
        return f"受付中({calendar.say_closing(now)}まで)"
    opening = calendar.next_opening(now)
    following = f"次は{calendar.say(opening)}から" if opening else "次の受付は決まっていません"
    if closed and calendar.is_closed_now(now):
        return f"臨時の受付終了({'。'.join(filter(None, (closed.words, closed.by, following)))})"
    return f"受付時間外({following})"


@hours.command()
@click.argument("date")
@_words
def close(date: str, words: str) -> None:
    """ある日(例 2026-12-25)を休みにする"""
    _set(_day(date), OwnDay((), words))


@hours.command("set")
@click.argument("date")
@click.argument("times")
@_words
def set_(date: str, times: str, words: str) -> None:
    """ある日の受付時間を変える(例 2026-12-25 "09:00-12:00 13:00-15:00")。祝日でも開く"""
    day = _day(date)
    try:
        own = OwnDay(parse_intervals(times), words)
    except HoursError as error:
        raise click.ClickException(str(error)) from error
    _set(day, own)


@hours.command()
@click.argument("date")
def reset(date: str) -> None:
    """ある日をふだんの受付に戻す"""
    day = _day(date)
    with _opened() as (calendar, people):
        if not calendar.remove_day(day):
            raise click.ClickException(f"変えた日ではありません: {day}")
        people.audit(None, "hours.changed", day.isoformat(), "ふだんの受付", SystemClock().now())
        _tell(calendar.load(), day)


@hours.command("close-now")
@_words
def close_now(words: str) -> None:
    """いますぐ受付を終える。翌日からはふだんの受付に戻る"""
    with _opened() as (calendar, people):
        now = SystemClock().now()
        calendar.close_now(words, TERMINAL, now)
        people.audit(None, "hours.closed", "", words, now)
        click.echo(f"いま: {_present(calendar.load(), calendar.closed_now(), now)}")


@hours.command("open")
def open_() -> None:
    """close-now を取り消す"""
    with _opened() as (calendar, people):
        now = SystemClock().now()
        calendar.open_again(TERMINAL, now)
        people.audit(None, "hours.opened", "", "", now)
        click.echo(f"いま: {_present(calendar.load(), None, now)}")


def _set(day: datetime.date, own: OwnDay) -> None:
    with _opened() as (calendar, people):
        calendar.set_day(day, own)
        found = calendar.load()
        detail = f"{found.say_hours(day) or '休み'} {own.words}".rstrip()
        people.audit(None, "hours.changed", day.isoformat(), detail, SystemClock().now())
        _tell(found, day)


def _tell(calendar: BusinessCalendar, day: datetime.date) -> None:
    click.echo(f"{day} {calendar.say_day(day)}: {calendar.say_hours(day) or '休み'}")


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise click.ClickException(f"日付を読めません: {text}(例 2026-12-25)") from error


@contextmanager
def _opened() -> Iterator[tuple[SqlCalendar, SqlPeople]]:
    settings = read_settings()
    with opened_database(settings) as database:
        yield SqlCalendar(database, settings.week), SqlPeople(database)
