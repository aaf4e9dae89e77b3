"""The server process: listening, serving, stopping and reloading."""
