"""`sodan promises`: whether what was promised out of hours was answered in time."""

import datetime

import click

from bot.calendar import BusinessCalendar
from bot.handoff import Handoff
from bot.promises import Outcome, outcome, overdue
from connectors.clock import SystemClock
from connectors.commands.database import opened_database
from connectors.settings import read_settings
from connectors.storage.promises import promises as stored_promises

DAYS_BACK = 30
_WORDS: dict[Outcome, str] = {
    "overdue": "期限切れ",
    "open": "未回答",
    "late": "遅れて回答",
    "kept": "回答済み",
    "withdrawn": "取りやめ",
}


@click.command()
@click.option("--days", type=click.IntRange(1, 3660), default=DAYS_BACK, help="何日前までの期限のものを並べるか")
@click.pass_context
def promises(context: click.Context, days: int) -> None:
    """預かった相談が期限までに答えられたかを並べる。期限切れがあれば終了コードは1"""
    today = BusinessCalendar.day(SystemClock().now())
    with opened_database(read_settings()) as database:
        found = stored_promises(database, today - datetime.timedelta(days=days))
    for name, words in _WORDS.items():
        for handoff in found:
            if outcome(handoff, today) == name:
                click.echo(f"{words} {_dates(handoff)}")
    broken = overdue(found, today)
    click.echo(f"お預かり{len(found)}件、うち期限切れ{len(broken)}件({BusinessCalendar.say_day(today)}現在)")
    context.exit(1 if broken else 0)


def _dates(handoff: Handoff) -> str:
    answered = handoff.answered_at
    parts = (
        handoff.receipt,
        f"受付日 {handoff.promised_for}",
        f"期限 {handoff.due_on}",
        f"回答 {BusinessCalendar.day(answered)}" if answered else "",
    )
    return " ".join(filter(None, parts))
