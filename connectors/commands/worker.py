"""`sodan worker`: answers and delivers beside the servers, in as many processes as are wanted."""

import asyncio
import logging
import signal

import click

from bot.calendar import HoursError
from bot.ports import StorageUnavailableError
from connectors.mail.errors import MailSettingsError
from connectors.settings import Settings, read_settings


@click.command()
def worker() -> None:
    """発話に答えて届けるだけのプロセスを動かす(PostgreSQL が要ります)"""
    settings = read_settings()
    if settings.storage_url.startswith("sqlite"):
        raise click.ClickException(
            "sodan worker は SQLite では使えません。SODAN_DATABASE_URL に PostgreSQL を指定してください"
        )
    if settings.workers == 0:
        raise click.ClickException("SODAN_WORKERS は1以上にしてください")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    from connectors.runtime import build_runtime

    try:
        runtime = await asyncio.to_thread(build_runtime, settings)
    except (HoursError, MailSettingsError, StorageUnavailableError, OSError) as error:
        raise click.ClickException(f"始められません: {error}") from error
    stopping = asyncio.Event()
    for how in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(how, stopping.set)
    await runtime.start()
    click.echo("ワーカーを始めました")
    await stopping.wait()
    await runtime.stop()
