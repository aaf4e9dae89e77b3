"""What takes part in the rounds: servers over HTTP, and the database by itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.asks import Crowd
from benchmarks.load import Load, put_load
from benchmarks.variants import Running

CLIENTS = 64


@dataclass
class Server:
    """A running variant, with the people who ask it."""

    running: Running
    crowd: Crowd
    database_url: str
    database_pid: int
    clients: int = CLIENTS

    @property
    def name(self) -> str:
        return self.running.name

    @property
    def cases(self) -> Sequence[str]:
        return self.running.variant.cases

    def watched(self) -> dict[str, int]:
        return {"server": self.running.process.pid, "database": self.database_pid}

    def run(self, case: str, seconds: int) -> Load:
        asks = self.crowd.toggles(self.database_url) if case == "complete" else self.crowd.asks(case)
        return put_load(self.running.url, asks, self.clients, seconds)
