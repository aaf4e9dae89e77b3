"""SQLite through sqlite3: the connection, groups of writes, readers and the database."""
