"""The migrations, named in order."""
