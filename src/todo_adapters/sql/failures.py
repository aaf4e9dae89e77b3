"""The sentences by which failures of a database are told, to clients too."""

from typing import Final

OUT_OF_REACH: Final = "The database cannot be reached."
NOT_PERMITTED: Final = "The database does not permit this to the service."
TOO_SLOW: Final = "The request took the database too long. Request less, or try again later."
DISK_FULL: Final = "The disk of the database is full."
ROLLED_BACK: Final = "The database rolled back the write; nothing has changed."
CLOSED: Final = "The database is closed."
NO_SCHEMA: Final = "The database has no schema, or an outdated one; run `todo migrate`."
