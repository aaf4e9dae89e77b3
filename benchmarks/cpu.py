"""Processor time: of processes with all below them, of the whole machine, and so of everybody else."""

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TICK: Final = 1 / os.sysconf("SC_CLK_TCK")
PROC: Final = Path("/proc")


@dataclass(frozen=True)
class Process:
    """A line of /proc/PID/stat: ``seconds`` includes the children that have ended."""

    pid: int
    parent: int
    seconds: float


def processes() -> dict[int, Process]:
    """All that run now."""
    found = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                text = (entry / "stat").read_text()
            except OSError:
                continue  # it has just ended
            fields = text.rpartition(")")[2].split()
            seconds = sum(int(ticks) for ticks in fields[11:15]) * TICK
            found[int(entry.name)] = Process(int(entry.name), int(fields[1]), seconds)
    return found


def family(pid: int, known: dict[int, Process]) -> list[Process]:
    """A process and everything that it started, directly or not."""
    children: dict[int, list[int]] = defaultdict(list)
    for process in known.values():
        children[process.parent].append(process.pid)

    def below(top: int) -> Iterator[Process]:
        if top in known:
            yield known[top]
        for child in children[top]:
            yield from below(child)

    return list(below(pid))


def machine_seconds() -> float:
    """What all processors have worked since the start."""
    user, nice, system, _, _, irq, softirq = map(int, (PROC / "stat").read_text().split("\n")[0].split()[1:8])
    return (user + nice + system + irq + softirq) * TICK


@dataclass(frozen=True)
class Reading:
    """The clocks at one moment: of the families that are watched, of this process with all below it, of the machine."""

    watched: dict[str, float]
    ours: float
    machine: float

    @staticmethod
    def take(watched: dict[str, int]) -> "Reading":
        """Families are named by the process at their top."""
        known = processes()
        machine = machine_seconds()
        seconds = {name: sum(p.seconds for p in family(pid, known)) for name, pid in watched.items()}
        return Reading(seconds, sum(p.seconds for p in family(os.getpid(), known)), machine)

    def since(self, earlier: "Reading") -> "Reading":
        """What was used between two readings."""
        spent = {name: seconds - earlier.watched[name] for name, seconds in self.watched.items()}
        return Reading(spent, self.ours - earlier.ours, self.machine - earlier.machine)

    def others(self, seconds: float) -> float:
        """How many processors were kept busy by what is not ours, in a span of so many seconds."""
        return max(0.0, self.machine - self.ours) / seconds


def resident_bytes(pid: int) -> int:
    """Memory of one process that is in RAM."""
    return int((PROC / str(pid) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
