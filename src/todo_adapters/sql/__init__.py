"""Storage in PostgreSQL and SQLite: SQLAlchemy writes the SQL, once; the drivers run it.

tables, types      what is stored, and how each database spells it
statements         a statement, compiled once for the database in use
database           the seam: what the repositories may ask of a driver
postgres, sqlite   the two drivers behind the seam
rows               between rows and entities
tasks, changes, users, sessions, attempts    the repositories, named as everywhere
writes             how collected writes are flushed, and numbered by the owner's counter
disk               a full disk: noticed, and tried again until writes fit
store              views and units of work
urls, schema, migrate    database URLs, the revision of a schema, and its migrations
"""
