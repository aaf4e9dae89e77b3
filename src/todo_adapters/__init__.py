"""The ports of the core, fulfilled with technology: storage, time, chance, passwords, tokens, logs and settings."""
