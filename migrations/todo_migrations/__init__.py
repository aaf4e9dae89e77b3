"""Alembic migrations, one chain for PostgreSQL and SQLite, included in the wheel."""
