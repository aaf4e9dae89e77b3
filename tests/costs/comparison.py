"""What a hostile request takes beside an ordinary one of the same size."""

import gc
from dataclasses import dataclass, replace

from tests.costs.asked import Asked, Spent, spent
from tests.costs.growth import HOPELESS, ROUNDS, holds_the_loop
from tests.costs.hostile_requests import Case
from tests.http.service import Api, Person

DEARER = 10
"""How many times as much as an ordinary request of its size a hostile one may cost."""

RUNS = 3
HEADING = f"{'hostile request':<48} {'':3} {'bytes':>7} {'ms usual':>9} {'ms':>9} {'ratio':>6} {'longest step':>9}"


@dataclass(frozen=True)
class Beside:
    """Both, each where nothing else got in the way."""

    case: Case
    hostile: Spent
    usual: Spent

    @property
    def ratio(self) -> float:
        return self.hostile.seconds / self.usual.seconds

    @property
    def fault(self) -> str:
        """What is wrong; empty when nothing is."""
        if self.ratio > DEARER:
            return f"costs {self.ratio:.1f} times as much as an ordinary request: {self}"
        return f"holds the event loop: {self}" if holds_the_loop(self.hostile.longest) else ""

    def __str__(self) -> str:
        times = f"{self.usual.seconds * 1000:>9.3f} {self.hostile.seconds * 1000:>9.3f} {self.ratio:>6.1f}"
        row = f"{self.case.name:<48} {self.hostile.status} {self.case.hostile.size:>7} {times}"
        return f"{row} {self.hostile.longest * 1000:>9.3f}"


async def compared(api: Api, ada: Person, case: Case) -> Beside:
    """Measured again where it looks wrong, since other work only adds time."""
    gc.disable()
    try:
        found = await _beside(api, ada, case)
        for _ in range(ROUNDS - 1):
            if not found.fault or found.hostile.longest > HOPELESS:
                break
            found = await _beside(api, ada, case)
    finally:
        gc.enable()
    return found


async def _beside(api: Api, ada: Person, case: Case) -> Beside:
    """The least of each. The hostile request is sent again only while it looks wrong, since that can only help it."""
    ordinary = case.ordinary.padded(case.hostile)
    usual = await _asked(api, ada, ordinary, case.public)
    for _ in range(RUNS - 1):
        usual = usual.least(await _asked(api, ada, ordinary, case.public))
    found = Beside(case, await _asked(api, ada, case.hostile, case.public), usual)
    for _ in range(RUNS - 1):
        if not found.fault:
            break
        found = Beside(case, found.hostile.least(await _asked(api, ada, case.hostile, case.public)), usual)
    return found


async def _asked(api: Api, ada: Person, asked: Asked, public: bool) -> Spent:
    asked = replace(asked, path=asked.path.replace("{user_id}", ada.id))
    return await spent(api.app, asked, b"" if public else ada.bearer["Authorization"].encode())
