"""Starts everything, measures everything, says what was found, and stops everything: `make bench`.

    python -m benchmarks.run [--quick] [--only get,list] [--variants service,floor] [--write]

Prints a result only if the machine was quiet: otherwise it says so, and exits with 1.
"""

import argparse
import shlex
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Final

from benchmarks import alike, figures, machine, pgbench
from benchmarks.asks import CASES
from benchmarks.contestants import Server
from benchmarks.databases import Databases, prepare
from benchmarks.dataset import Size
from benchmarks.figures import Figures
from benchmarks.postgres import NoPostgresError, durable_postgres
from benchmarks.report import Result, summary, write_json, write_page
from benchmarks.rounds import BadAnswersError, Contestant, NotQuietError, Rounds, side_by_side
from benchmarks.variants import ROOT, VARIANTS, BrokenVariantError, NotThereError, serving

FAILURES: Final = (NoPostgresError, NotQuietError, BadAnswersError, BrokenVariantError)
FULL, QUICK = Size(1_000_000, 10_000), Size(100_000, 1_000)
QUICK_VARIANTS: Final = ("service", "floor", "fastapi", "fastify", "sqlite")
FIGURES: Final = ("deep", "crowd", "logins", "start")
NAMES: Final = (*(variant.name for variant in VARIANTS), "pgbench")


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for. Ends the process when that makes no sense."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    everything = (*CASES, *FIGURES)
    parser.add_argument("--quick", action="store_true", help="fewer tasks, rounds and variants: under two minutes")
    parser.add_argument(
        "--only", type=comma_separated(everything), default=everything, help=f"of {','.join(everything)}"
    )
    parser.add_argument("--variants", type=comma_separated(NAMES), help=f"of {','.join(NAMES)}")
    parser.add_argument("--rounds", type=int, help="5, or 3 with --quick")
    parser.add_argument("--seconds", type=int, help="of each round: 2, or 1 with --quick")
    parser.add_argument("--data-folder", help="where the databases go, on a disk; a temporary folder unless given")
    parser.add_argument("--json", type=Path, default=ROOT / "benchmarks" / "results" / "latest.json")
    parser.add_argument("--write", action="store_true", help="keep the tables in docs/performance.md")
    wanted = parser.parse_args(arguments)
    wanted.rounds = wanted.rounds or (3 if wanted.quick else 5)
    wanted.seconds = wanted.seconds or (1 if wanted.quick else 2)
    wanted.variants = wanted.variants or (QUICK_VARIANTS if wanted.quick else NAMES)
    if "service" not in wanted.variants:
        parser.error("everything is compared with the service: name it too")
    return wanted


def comma_separated(known: Sequence[str]) -> Callable[[str], tuple[str, ...]]:
    """A reader of options: words between commas, all of which must be known."""

    def read(text: str) -> tuple[str, ...]:
        words = tuple(text.split(","))
        if unknown := set(words) - set(known):
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
        return words

    return read


def say(line: str) -> None:
    print(line, flush=True)


class PasswordWorker:
    """One run: what it started is stopped when the stack is."""

    def __init__(self, wanted: argparse.Namespace, stack: ExitStack) -> None:
        self.wanted = wanted
        self.stack = stack
        self.began = monotonic()
        self.postgres = stack.enter_context(durable_postgres(wanted.data_folder))
        self.folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="todo-bench-", dir=wanted.data_folder))
        )
        size = QUICK if wanted.quick else FULL
        self._say(f"{self.postgres.origin}; loading {size.tasks:,} tasks of {size.users:,} users")
        self.databases: Databases = prepare(self.postgres, size, self.folder)
        self.dataset = f"{size.tasks:,} tasks of {size.users:,} users."
        self.left_out: dict[str, str] = {}
        self.servers: dict[str, Server] = {}

    def _say(self, line: str) -> None:
        say(f"{monotonic() - self.began:4.0f} s  {line}")

    def contestants(self) -> list[Contestant]:
        """Starts all that are wanted, and makes sure that they do the same work."""
        for variant in VARIANTS:
            if variant.name not in self.wanted.variants:
                continue
            database = self.databases.by_name[variant.database]
            try:
                running = self.stack.enter_context(serving(variant, database.url, self.folder))
            except NotThereError as reason:
                self.left_out[variant.name] = str(reason)
                continue
            self.servers[variant.name] = Server(running, database.crowd, database.url, database.pid)
        self._check()
        found: list[Contestant] = list(self.servers.values())
        if "pgbench" in self.wanted.variants:
            large = self.databases.by_name["large"]
            if program := pgbench.find():
                found.append(pgbench.Pgbench(program, large.url, large.pid, large.crowd))
            else:
                self.left_out["pgbench"] = "it is not installed"
        return found

    def _check(self) -> None:
        large = self.databases.by_name["large"]
        asks = {case: large.crowd.asks(case) for case in ("get", "list", "create")}
        service, *others = self.servers.values()
        alike.check(
            service.running,
            [one.running for one in others if one.running.variant.database != "small"],
            asks | {"complete": large.crowd.toggles(large.url)},
        )

    def rounds(self, contestants: Sequence[Contestant]) -> Rounds:
        """Everything that is compared."""
        cases = [case for case in CASES if case in self.wanted.only]
        self._say(f"all {len(contestants)} variants answer alike: {', '.join(one.name for one in contestants)}")
        return side_by_side(contestants, cases, self.wanted.rounds, self.wanted.seconds, self._say)

    def figures(self, rounds: Rounds) -> Figures:
        """Everything else."""
        service, large = self.servers["service"], self.databases.by_name["large"]
        found = figures.from_rounds(rounds) | figures.memory(service.running)
        seconds, only = self.wanted.seconds, self.wanted.only
        if "deep" in only:
            self._say("page 1,000 of the heavy user")
            found |= figures.deep_page(large.url, self.databases.dataset.heavy, seconds)
        if "crowd" in only:
            self._say(f"{figures.CLIENTS:,} clients")
            found |= figures.crowd(service.running, large, 5 * seconds)
        if "logins" in only:
            self._say(f"{figures.LOGINS} logins")
            found |= figures.logins(service.running, large, 3, seconds)
        if "start" in only:
            self._say("starting again")
            found |= figures.starts(service.running.variant, large, self.folder, 3)
        return found

    def result(self) -> Result:
        """Measures. Raises one of FAILURES."""
        contestants = self.contestants()
        rounds = self.rounds(contestants)
        about = {variant.name: variant.about for variant in VARIANTS} | {"pgbench": pgbench.__doc__ or ""}
        return Result(
            command=shlex.join(["make", "bench-quick" if self.wanted.quick else "bench", *_told()]),
            date=datetime.now(UTC).date().isoformat(),
            facts=machine.describe(self.postgres.origin.split(",")[0].removeprefix("PostgreSQL ")),
            dataset=f"{self.dataset} {self.wanted.rounds} rounds of {self.wanted.seconds} s, medians.",
            names={one.name: about[one.name] for one in contestants},
            rounds=rounds,
            figures=self.figures(rounds),
            left_out=self.left_out,
            seconds=monotonic() - self.began,
        )


def _told() -> list[str]:
    arguments = [argument for argument in sys.argv[1:] if argument not in ("--quick", "--write")]
    return [f"ARGS={shlex.join(arguments)}"] if arguments else []


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    wanted = options()
    try:
        with ExitStack() as stack:
            result = PasswordWorker(wanted, stack).result()
    except FAILURES as failure:
        sys.exit(f"No result: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
    say(f"\n{result.page()}\n{summary(result.figures)}")
    write_json(result, wanted.json)
    if wanted.write:
        write_page(result)


if __name__ == "__main__":
    main()
