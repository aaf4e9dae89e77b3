"""Immutable entities and values with their rules, without I/O and without ``async``."""
