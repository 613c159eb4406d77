"""Adds a row, or changes the one that is there, in one statement and so without a race."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def upsert(
    connection: sa.Connection,
    table: sa.Table,
    key: Mapping[str, object],
    values: Mapping[str, object],
    new: Mapping[str, object] | None = None,
) -> None:
    """Stores `values` under the primary key `key`; `new` holds what else a row begins with. The row is locked then."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table).values({**key, **(new or {}), **values})
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))
