"""How much one unit of work may read in order to write."""

from typing import Final

from todo_core.errors import TooMany
from todo_core.limits import AFFECTED_MAX

READ_MAX: Final = 5 * AFFECTED_MAX
"""Things that the cascades of one unit of work may read, each as often as it is read."""


class Budget:
    """What is left of READ_MAX in one unit of work. A batch of many cascades would otherwise take minutes."""

    def __init__(self) -> None:
        self._left = READ_MAX

    def spend(self, things: int) -> None:
        """Raises TooMany when nothing is left."""
        self._left -= things
        if self._left < 0:
            raise TooMany
