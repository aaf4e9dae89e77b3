"""What every operation is made of: request context, guards, bodies, queries, conditions, cursors and responses."""
