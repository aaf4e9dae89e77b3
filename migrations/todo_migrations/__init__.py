"""The migrations: one chain for PostgreSQL and SQLite, shipped inside the wheel."""
