"""What a change gave: an earlier revision and the working tree, side by side in one run.

    .venv-bench/bin/python -m benchmarks.before_after [--before HEAD] [--only get,list] [--rounds 5] [--seconds 2]

Both are served by `todo serve` with the packages of .venv, on the same database; so they must have the same schema.
"""

import argparse
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from benchmarks import alike, machine
from benchmarks.asks import CASES
from benchmarks.contestants import Server
from benchmarks.databases import prepare
from benchmarks.postgres import durable_postgres
from benchmarks.report import Result
from benchmarks.rounds import side_by_side
from benchmarks.run import FAILURES, QUICK, comma_separated, say
from benchmarks.variants import ROOT, Variant, serving, todo


def tree_of(revision: str, folder: Path) -> Path:
    """The files of a revision, outside of the repository."""
    tree = folder / "tree"
    tree.mkdir()
    packed = subprocess.run(["git", "archive", revision], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", str(tree)], input=packed, check=True)
    return tree


def compare(wanted: argparse.Namespace, stack: ExitStack) -> Result:
    """Everything is gone when the stack is. Raises one of FAILURES."""
    began = monotonic()
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="todo-bench-")))
    tree = tree_of(wanted.before, folder)
    postgres = stack.enter_context(durable_postgres())
    large = prepare(postgres, QUICK, folder).by_name["large"]
    variants = [
        Variant("service", "the working tree", todo, forgets_tokens=True),
        Variant("before", wanted.before, todo, forgets_tokens=True, tree=tree),
    ]
    servers = [
        Server(stack.enter_context(serving(variant, large.url, folder)), large.crowd, large.url, large.pid)
        for variant in variants
    ]
    asks = {case: large.crowd.asks(case) for case in ("get", "list", "create")}
    alike.check(servers[0].running, [servers[1].running], asks | {"complete": large.crowd.toggles(large.url)})
    rounds = side_by_side(servers, wanted.only, wanted.rounds, wanted.seconds, say)
    return Result(
        command=f"benchmarks.before_after --before {wanted.before}",
        date=datetime.now(UTC).date().isoformat(),
        facts=machine.describe(postgres.origin.split(",")[0].removeprefix("PostgreSQL ")),
        dataset=f"{QUICK.tasks:,} tasks. {wanted.rounds} rounds of {wanted.seconds} s, medians.",
        names={variant.name: variant.about for variant in variants},
        rounds=rounds,
        seconds=monotonic() - began,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", default="HEAD", help="the revision to compare with")
    parser.add_argument("--only", type=comma_separated(CASES), default=CASES, help=f"of {','.join(CASES)}")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    wanted = parser.parse_args()
    try:
        with ExitStack() as stack:
            say(compare(wanted, stack).page())
    except FAILURES as failure:
        sys.exit(f"No result: {failure}")


if __name__ == "__main__":
    main()
