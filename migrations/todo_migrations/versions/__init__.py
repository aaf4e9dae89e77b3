"""The steps of the chain, oldest first by name."""
