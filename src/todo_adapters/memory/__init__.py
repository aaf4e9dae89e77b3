"""The storage port over dictionaries: the standard library alone, and stricter than a database."""
