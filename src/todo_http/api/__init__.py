"""The operations: one module per capability, each with its routes and wire types."""
