"""Passwords, tokens, signed records and the keys for them."""
