"""`sodan serve`: the whole product on one port."""

import logging
import sys
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from bot.calendar import HoursError
from bot.ports import StorageUnavailableError
from connectors.mail.errors import MailSettingsError
from connectors.settings import Settings, read_settings
from connectors.single_process import AlreadyRunningError, only_process

if TYPE_CHECKING:
    import uvicorn

    from connectors.events import LocalEvents

SHUTDOWN_SECONDS = 10
SWITCH_SECONDS = 0.0005  # a webhook must not wait 5 ms for every thread that is answering


@click.command()
@click.option("--host", help="待ち受けるアドレス(既定 SODAN_HOST)")
@click.option("--port", type=click.IntRange(1, 65535), help="待ち受けるポート(既定 SODAN_PORT)")
def serve(host: str | None, port: int | None) -> None:
    """相談ページとAPI、LINEのwebhookをひとつのポートで動かす"""
    settings = read_settings()
    overrides = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    _run(settings.model_copy(update=overrides))


def _run(settings: Settings) -> None:
    import uvicorn

    from connectors.app import create_app
    from connectors.runtime import build_runtime

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    sys.setswitchinterval(SWITCH_SECONDS)
    with ExitStack() as stack:
        try:
            if path := _embedded_path(settings):
                if settings.workers == 0:
                    raise click.ClickException("SODAN_WORKERS=0 は SQLite では使えません(答えるプロセスがなくなります)")
                stack.enter_context(only_process(path))
            runtime = build_runtime(settings)
        except (AlreadyRunningError, HoursError, MailSettingsError, StorageUnavailableError, OSError) as error:
            raise click.ClickException(f"始められません: {error}") from error
        click.echo(f"相談ページ: http://{settings.host}:{settings.port}/")
        config = uvicorn.Config(
            create_app(settings, runtime),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
        _server(config, runtime.events).run()


def _server(config: "uvicorn.Config", events: "LocalEvents") -> "uvicorn.Server":
    """A server that tells live listeners to end first; else it would wait for them."""
    import uvicorn

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            events.close()
            super().handle_exit(sig, frame)

    return Server(config)


def _embedded_path(settings: Settings) -> Path | None:
    url = settings.storage_url
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None
