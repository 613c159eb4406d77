"""A PostgreSQL schema of one's own, so that a measurement starts empty and leaves nothing behind."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa


@contextmanager
def own_schema(url: str) -> Iterator[str]:
    """The URL of an empty schema in the database `url`; dropped at the end."""
    schema = f"sodan_bench_{uuid.uuid4().hex[:12]}"
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    with admin.connect() as connection:
        connection.execute(sa.schema.CreateSchema(schema))
    try:
        own = admin.url.update_query_dict({"options": f"-csearch_path={schema}"})
        yield own.render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(sa.schema.DropSchema(schema, cascade=True))
        admin.dispose()
