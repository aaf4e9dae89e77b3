"""UNSET: what "this field was not given" looks like, as opposed to None, which means "clear it"."""

from enum import Enum
from typing import Final, Literal


class Unset(Enum):
    """The type of the one value UNSET."""

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False


UNSET: Final = Unset.UNSET
