"""`sodan line`: sets up and watches the LINE official account. The SDK and Pillow are imported where they are used."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from connectors.clock import SystemClock
from connectors.line.inspecting import BY_HAND, Finding, Kind, judge_bot, judge_trial, judge_webhook
from connectors.line.quota import TOKYO
from connectors.settings import Settings, read_settings

if TYPE_CHECKING:
    from connectors.line.account import LineAccount
    from connectors.line.menu_picture import Picture

_TOKEN, _SECRETS = "SODAN_LINE_ACCESS_TOKEN", "SODAN_LINE_CHANNEL_SECRETS"
_TOKEN_FORM = re.compile(r"[!-~]+")
_file = click.Path(path_type=Path, dir_okay=False)


@click.group()
def line() -> None:
    """LINE公式アカウントの設定を確かめ、メニューを置き、通数を見る"""


@line.command()
def check() -> int:
    """トークン、Webhook、チャットの設定を確かめる(直すところがあれば終了コード1)"""
    settings = _settings(_TOKEN, _SECRETS)
    return _asked(settings, _check)


async def _check(account: "LineAccount") -> int:
    from connectors.line.account import LineAccountError

    is_wrong = False
    try:
        async for finding in _findings(account):
            click.echo(f"{finding.kind} {finding.subject}: {finding.words}")
            is_wrong |= finding.kind is Kind.WRONG
    except LineAccountError as error:
        click.echo(f"{Kind.WRONG} LINE との通信: {error}")
        is_wrong = True
    click.echo("LINE の画面でしか確かめられないもの(LINE Official Account Manager と LINE Developers):")
    for item in BY_HAND:
        click.echo(f"・{item}")
    return int(is_wrong)


async def _findings(account: "LineAccount") -> AsyncIterator[Finding]:
    for finding in judge_bot(await account.bot()):
        yield finding
    webhook = await account.webhook()
    for finding in judge_webhook(webhook):
        yield finding
    if webhook:
        yield judge_trial(await account.try_webhook())


@line.command()
@click.option("--image", type=_file, help="自分で作った画像を使う(PNGかJPEG、1MBまで、3列×2段)")
@click.option("--dry-run", is_flag=True, help="描くだけで、LINE には何もしない(--out に保存)")
@click.option("--out", type=_file, help="--dry-run で描いた画像の保存先")
def richmenu(image: Path | None, dry_run: bool, out: Path | None) -> int:
    """六つのメニュー(リッチメニュー)を描いて置き、前に置いたものを消す"""
    if dry_run != (out is not None) or (dry_run and image):
        raise click.UsageError("--dry-run と --out は一緒に、--image とは別に指定してください")
    if out:
        return _saved(_picture(None), out)
    settings = _settings(_TOKEN)
    picture = _picture(image)
    return _asked(settings, lambda account: _publish(account, picture))


def _picture(image: Path | None) -> "Picture":
    from connectors.line.fonts import NoJapaneseFontError
    from connectors.line.menu_picture import MenuPictureError, draw_menu, read_picture

    try:
        return read_picture(image) if image else draw_menu()
    except (NoJapaneseFontError, MenuPictureError) as error:
        raise click.ClickException(str(error)) from error


def _saved(picture: "Picture", out: Path) -> int:
    try:
        out.write_bytes(picture.content)
    except OSError as error:
        raise click.ClickException(f"{out}: 書けません: {error.strerror}") from error
    click.echo(f"{out}: {picture.width}×{picture.height}、{len(picture.content):,}バイト")
    return 0


async def _publish(account: "LineAccount", picture: "Picture") -> int:
    from connectors.line.richmenu import publish

    published = await publish(account, picture, SystemClock().now().astimezone(TOKYO))
    click.echo(f"メニューを置きました: {published.menu_id}(前のもの {published.removed}件を消しました)")
    for words in published.left:
        click.echo(f"前のメニューが残っています: {words}", err=True)
    return int(bool(published.left))


@line.command()
def quota() -> int:
    """今月のプッシュの通数と、月末までの見込みを見る(8割から警告)"""
    return _asked(_settings(_TOKEN), _quota)


async def _quota(account: "LineAccount") -> int:
    found = await account.quota()
    now = SystemClock().now()
    expected = found.forecast(now)
    click.echo(f"今月の上限: {'なし' if found.limit is None else f'{found.limit:,}通'}")
    share = "" if found.share is None else f"({found.share:.1%})"
    click.echo(f"送った数: {found.used:,}通{share}。およその数で、返信は入りません")
    click.echo(f"月末の見込み: {'まだ分かりません' if expected is None else f'{expected:,}通'}")
    if warning := found.warning(now):
        click.echo(f"警告: {warning}", err=True)
    return 0


def _settings(*wanted: str) -> Settings:
    """The settings, with everything in `wanted`; else one line that says which variable is missing or unfit."""
    settings = read_settings()
    token = settings.line_access_token.get_secret_value()
    is_given = {_TOKEN: bool(token), _SECRETS: any(s.get_secret_value() for s in settings.line_channel_secrets)}
    if missing := [name for name in wanted if not is_given[name]]:
        raise click.ClickException(f"{'、'.join(missing)} を設定してください(README の「LINE」)")
    if not _TOKEN_FORM.fullmatch(token):
        raise click.ClickException(f"{_TOKEN} に、空白など使えない文字が入っています")
    return settings


def _asked(settings: Settings, ask: Callable[["LineAccount"], Awaitable[int]]) -> int:
    """The exit status of `ask`; 1 with one line where LINE refuses or is out of reach."""
    from connectors.line.account import LineAccountError, line_account

    async def run() -> int:
        token = settings.line_access_token.get_secret_value()
        async with line_account(token, settings.line_api_url) as account:
            return await ask(account)

    try:
        return asyncio.run(run())
    except LineAccountError as error:
        click.echo(" ".join(str(error).split()), err=True)
        return 1
