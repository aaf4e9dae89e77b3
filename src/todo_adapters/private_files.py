"""Files and folders with the modes 0600 and 0700, whatever the umask is.

On Windows and on file systems without modes nothing is enforced or refused.
"""

import os
import shlex
import stat
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def make_folder(folder: Path) -> None:
    """Creates the folder and its missing parents. Raises OSError."""
    for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        missing.mkdir(FOLDER_MODE, exist_ok=True)


def make_file(file: Path) -> None:
    """Creates an empty file unless it exists. Raises OSError.

    An existing file is not opened: closing it would release the locks of SQLite in this process.
    """
    with suppress(FileExistsError):
        os.close(os.open(os.path.realpath(file), os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))


def private_opener(path: str, flags: int) -> int:
    """An ``opener`` for ``open``."""
    return os.open(path, flags, FILE_MODE)


def readable_by_others(file: Path) -> bool:
    """True when the mode allows access by the group or others. False for a missing file."""
    try:
        return bool(file.stat().st_mode & OTHERS) and _keeps_modes(file.parent)
    except OSError:
        return False


def closing_command(files: Iterable[Path]) -> str:
    """The command that removes the access of others."""
    return shlex.join(["chmod", "600", *map(str, files)])


def _keeps_modes(folder: Path) -> bool:
    """True when the file system keeps the mode of a new file, or none can be created."""
    if os.name == "nt":
        return False
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".mode-") as sample:
            return not os.fstat(sample.fileno()).st_mode & OTHERS
    except OSError:
        return True
