"""Starts everything, measures everything, says what was found, and stops everything: `make bench`.

python -m benchmarks.run [--quick] [--only get,list] [--variants service,floor] [--write]
"""

import argparse
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

from benchmarks import alike, report
from benchmarks.asks import CASES
from benchmarks.contestants import Server
from benchmarks.databases import prepare
from benchmarks.dataset import Size
from benchmarks.postgres import NoPostgresError, durable_postgres
from benchmarks.rounds import BadAnswersError, NotQuietError, side_by_side
from benchmarks.variants import VARIANTS, BrokenVariantError, NotThereError, serving

FAILURES = (NoPostgresError, NotQuietError, BadAnswersError, BrokenVariantError)
FULL, QUICK = Size(1_000_000, 10_000), Size(100_000, 1_000)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer tasks, rounds and variants: less than two minutes")
    parser.add_argument("--only", type=_listed, default=CASES, help=f"of {','.join(CASES)}")
    parser.add_argument("--variants", type=_listed, help=f"of {','.join(one.name for one in VARIANTS)}")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--data-folder", help="where the databases go, on a disk; a temporary folder unless given")
    return parser.parse_args()


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def say(line: str) -> None:
    print(line, flush=True)


def measure(wanted: argparse.Namespace, stack: ExitStack) -> None:
    began = monotonic()
    postgres = stack.enter_context(durable_postgres(wanted.data_folder))
    say(postgres.origin)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="todo-bench-", dir=wanted.data_folder)))
    databases = prepare(postgres, QUICK if wanted.quick else FULL, folder)
    say(f"loaded after {monotonic() - began:.0f} s")
    contestants = []
    for variant in VARIANTS:
        if wanted.variants and variant.name not in wanted.variants:
            continue
        database = databases.by_name[variant.database]
        try:
            running = stack.enter_context(serving(variant, database.url, folder))
        except NotThereError as reason:
            say(f"{variant.name} is left out: {reason}")
            continue
        contestants.append(Server(running, database.crowd, database.url, database.pid))
    crowd = databases.by_name["large"].crowd
    asks = {case: crowd.asks(case) for case in ("get", "list", "create")}
    asks["complete"] = crowd.toggles(databases.by_name["large"].url)
    alike.check(contestants[0].running, [one.running for one in contestants[1:] if one.name != "small"], asks)
    say(f"everything runs after {monotonic() - began:.0f} s")
    rounds = side_by_side(contestants, wanted.only, wanted.rounds or 5, wanted.seconds or 2, say)
    say("\n".join(report.side_by_side(rounds, [one.name for one in contestants], wanted.only)))
    say(f"took {monotonic() - began:.0f} s; {rounds.repeated} rounds were repeated")


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    wanted = options()
    try:
        with ExitStack() as stack:
            measure(wanted, stack)
    except FAILURES as failure:
        sys.exit(f"No result: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
