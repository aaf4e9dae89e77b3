"""The ``todo`` command: one module for each group of commands."""
