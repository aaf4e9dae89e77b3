"""What the domain is made of: immutable values and their rules, without I/O and without ``async``."""
