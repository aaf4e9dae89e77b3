"""UNSET marks an absent field, as opposed to None, which clears it."""

from enum import Enum
from typing import Final, Literal


class Unset(Enum):
    """The type of the one value UNSET."""

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False


UNSET: Final = Unset.UNSET
