"""Brings the database to the present schema, once, however many processes start together."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from connectors.storage.database import Database

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 5_094_161  # any fixed number; names the advisory lock of PostgreSQL


def migration_config(connection: sa.Connection) -> Config:
    """Alembic's configuration for a connection."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    return config


def migrate(database: Database) -> None:
    """Upgrades the schema; a process that comes second waits and then finds nothing to do.

    Raises:
        StorageUnavailableError: The database cannot be reached or written.
    """
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        command.upgrade(migration_config(connection), "head")
