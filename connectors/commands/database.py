"""The database for commands that work beside a running server: opened, brought up to date, closed again."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from bot.ports import StorageUnavailableError
from connectors.settings import Settings
from connectors.storage.database import Database
from connectors.storage.migrating import migrate


@contextmanager
def opened_database(settings: Settings) -> Iterator[Database]:
    """The database of the settings; where it is out of reach, one line that says so."""
    try:
        settings.data_folder.mkdir(parents=True, exist_ok=True)
        database = Database(settings.storage_url)
        try:
            migrate(database)
            yield database
        finally:
            database.close()
    except (StorageUnavailableError, OSError) as error:
        raise click.ClickException(f"データベースを使えません: {error}") from error
