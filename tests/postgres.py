"""A schema of one's own on the PostgreSQL that is there, or a plain word that none is."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

URL = os.environ.get("SODAN_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/test")


@contextmanager
def own_schema() -> Iterator[str]:
    """The URL of an empty schema, which is dropped at the end; skips the test where PostgreSQL is not there."""
    schema = f"sodan_{uuid.uuid4().hex[:12]}"
    admin = sa.create_engine(URL, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    try:
        with admin.connect() as connection:
            connection.execute(sa.schema.CreateSchema(schema))
    except sa.exc.OperationalError as error:
        pytest.skip(f"PostgreSQL is not there ({URL}): {str(error.orig).strip()}")
    try:
        yield f"{URL}?options=-csearch_path%3D{schema}"
    finally:
        with admin.connect() as connection:
            connection.execute(sa.schema.DropSchema(schema, cascade=True))
        admin.dispose()
