"""The ports of the bot on a relational database: SQLite as the embedded default, PostgreSQL when outgrown."""
