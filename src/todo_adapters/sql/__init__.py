"""Storage in PostgreSQL and SQLite. SQLAlchemy writes the SQL once; the drivers run it.

tables, types      tables and column types
statements         statements, compiled once per dialect
database           the interface of the drivers
postgres, sqlite   the two drivers
rows               conversion between rows and entities
tasks, changes, users, sessions, attempts    repositories
writes             flushing of collected writes, numbered by the owner's counter
disk               detection of a full disk
store              views and units of work
urls, schema, migrate    database URLs, the revision of a schema, and its migrations
"""
