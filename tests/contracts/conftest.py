"""The databases that every storage contract is held against."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors.storage.database import Database
from connectors.storage.migrating import migrate

POSTGRES = os.environ.get("SODAN_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/test")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database at the present schema."""
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path / 'sodan.db'}")
        migrate(made)
        yield made
        made.close()
    else:
        yield from _postgres()


def _postgres() -> Iterator[Database]:
    schema = f"sodan_{uuid.uuid4().hex[:12]}"
    admin = sa.create_engine(POSTGRES, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    try:
        with admin.connect() as connection:
            connection.execute(sa.schema.CreateSchema(schema))
    except sa.exc.OperationalError as error:
        pytest.skip(f"PostgreSQL is not there ({POSTGRES}): {str(error.orig).strip()}")
    made = Database(f"{POSTGRES}?options=-csearch_path%3D{schema}")
    try:
        migrate(made)
        yield made
    finally:
        made.close()
        with admin.connect() as connection:
            connection.execute(sa.schema.DropSchema(schema, cascade=True))
        admin.dispose()
