#!/usr/bin/env python3
"""Starts the commands of this repository, or refuses an old Python: even Python 2.7 can compile this file.

`python3 scripts/dev.py help` lists the commands; the Makefile forwards to them.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - a system's own Python may be older
    sys.exit(
        "Python 3.11 or newer is needed, but %s is Python %d.%d; "  # noqa: UP031 - f-strings need Python 3.6
        "name a newer one, as in: make run PYTHON=python3.12"
        % (sys.executable, sys.version_info[0], sys.version_info[1])
    )

from dev_commands import main

if __name__ == "__main__":
    main()
