"""Storage in PostgreSQL and SQLite. SQLAlchemy writes the SQL once; the drivers run it."""
