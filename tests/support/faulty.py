"""Ports that fail where a plan says, and note every call that goes through them, so that no place is forgotten.

``Watched`` stands before whatever a port gives out, and before whatever that gives out in turn. It knows no method by
name but the doors: a call that a port gets tomorrow is noted, and made to fail, without a line here. Calls that are not
awaited only collect writes, which cannot fail.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from inspect import iscoroutinefunction
from types import TracebackType
from typing import Any, Final

from todo_core.errors import Contention, MovedOn, OutcomeUnknown, OwnerBusy, Unavailable


class Killed(Exception):
    """The process died here: whoever was waiting for an answer gets none."""


class Fault(StrEnum):
    """A way in which a call through a port goes wrong."""

    UNAVAILABLE = "out of reach before the call"
    CONTENTION = "contention instead of the call"
    BUSY = "the owner is busy instead of the call"
    MOVED_ON = "moved on instead of the call"
    UNKNOWN_AND_UNDONE = "outcome unknown, and nothing happened"
    UNKNOWN_AND_DONE = "outcome unknown, and it happened"
    KILLED = "killed after the call"


INSTEAD: Final[Mapping[Fault, Callable[[], Exception]]] = {
    Fault.UNAVAILABLE: Unavailable,
    Fault.CONTENTION: Contention,
    Fault.BUSY: OwnerBusy,
    Fault.MOVED_ON: MovedOn,
    Fault.UNKNOWN_AND_UNDONE: OutcomeUnknown,
}
AFTERWARDS: Final[Mapping[Fault, Callable[[], Exception]]] = {
    Fault.UNKNOWN_AND_DONE: OutcomeUnknown,
    Fault.KILLED: Killed,
}

ANYWHERE: Final = (Fault.UNAVAILABLE, Fault.CONTENTION, Fault.KILLED)
OTHERWISE: Final[Mapping[str, Sequence[Fault]]] = {
    "begin.commit": tuple(Fault),
    "begin_accounts.commit": tuple(fault for fault in Fault if fault is not Fault.MOVED_ON),
    "dry_run": (*ANYWHERE, Fault.BUSY, Fault.MOVED_ON),
    "lock": (*ANYWHERE, Fault.BUSY),
    "enter": (*ANYWHERE, Fault.BUSY),
    "leave": (Fault.KILLED,),
}
"""What can go wrong at some calls other than ``ANYWHERE``: the port's docstrings say it."""

TRIED_AGAIN: Final = {Fault.CONTENTION, Fault.MOVED_ON}
"""After which the runner itself tries again."""

DOORS: Final = {"begin", "begin_accounts", "turn"}
VIEWS: Final = {"view", "accounts", "of"}
VALUES: Final = {"owner", "now", "ids", "written", "outdated"}


def possible(call: str) -> Sequence[Fault]:
    """The ways in which this call may go wrong."""
    return next((faults for end, faults in OTHERWISE.items() if call.endswith(f".{end}")), ANYWHERE)


@dataclass(slots=True)
class Plan:
    """Which calls go wrong, by their number, and which were made."""

    strikes: Mapping[int, Fault] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def before(self, call: str) -> Exception | None:
        """Notes the call. Raises what happens instead of it; what shall be raised after it, if anything."""
        self.calls.append(call)
        fault = self.strikes.get(len(self.calls) - 1)
        if fault is None:
            return None
        if fault in INSTEAD:
            raise INSTEAD[fault]()
        return AFTERWARDS[fault]()

    def told(self) -> str:
        """For people: what went wrong where."""
        return "; ".join(f"{self.calls[place]}: {fault}" for place, fault in sorted(self.strikes.items()))

    def rest(self) -> tuple[bool, Sequence[str]]:
        """The calls after the last thing that went wrong, and whether the runner made them without being asked again.

        Where both are the same, the same can go wrong next.
        """
        last = max(self.strikes, default=-1)
        return self.strikes.get(last) in TRIED_AGAIN, tuple(self.calls[last + 1 :])

    def sequels(self) -> list["Plan"]:
        """The plans in which, besides, one of the later calls goes wrong."""
        first = max(self.strikes, default=-1) + 1
        return [
            Plan({**self.strikes, place: fault})
            for place in range(first, len(self.calls))
            for fault in possible(self.calls[place])
        ]


class Watched:
    """Something that a port gives out, with every call through it told to the plan first."""

    def __init__(self, real: Any, plan: Plan, name: str) -> None:
        self._real = real
        self._plan = plan
        self._name = name

    def __getattr__(self, name: str) -> Any:
        found, path = getattr(self._real, name), f"{self._name}.{name}"
        if name in VALUES:
            return found
        if name in DOORS:
            return lambda *args, **kwargs: Door(found(*args, **kwargs), self._plan, path)
        if name in VIEWS:
            return lambda *args: Watched(found(*args), self._plan, path)
        if iscoroutinefunction(found):
            return self._awaited(found, path)
        return found if callable(found) else Watched(found, self._plan, path)

    def _awaited(self, real: Callable[..., Any], path: str) -> Callable[..., Any]:
        async def call(*args: Any, **kwargs: Any) -> Any:
            failure = self._plan.before(path)
            result = await real(*args, **kwargs)
            if failure:
                raise failure
            return result

        return call


class Door:
    """An asynchronous context that a port opens; to enter it and to leave it are calls as well."""

    def __init__(self, real: Any, plan: Plan, name: str) -> None:
        self._real = real
        self._plan = plan
        self._name = name

    async def __aenter__(self) -> Watched:
        failure = self._plan.before(f"{self._name}.enter")
        opened = await self._real.__aenter__()
        if failure:
            await self._real.__aexit__(type(failure), failure, None)
            raise failure
        return Watched(opened, self._plan, self._name)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        failure = self._plan.before(f"{self._name}.leave")
        await self._real.__aexit__(kind, error, trace)
        if failure:
            raise failure
