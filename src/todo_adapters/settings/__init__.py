"""Settings: their declarations, sources and documentation."""
