"""What was found, for people and for machines."""

from collections.abc import Sequence
from statistics import median

from benchmarks.rounds import Rounds


def side_by_side(rounds: Rounds, names: Sequence[str], cases: Sequence[str]) -> list[str]:
    """Rates, ratios to the service, times and costs, as the rows of a table."""
    lines = [
        "| | | requests/s | service / it (from - to) | p50, p95, p99 ms | server us | database us |",
        "| --- | --- | --: | --: | --: | --: | --: |",
    ]
    for case in cases:
        for name in names:
            if not rounds.of(name, case):
                continue
            rate, server, database = (
                rounds.middle(name, case, value)
                for value in (lambda r: r.load.rate, lambda r: r.server_us, lambda r: r.database_us)
            )
            ratios = rounds.ratios("service", case, name)
            said = f"{median(ratios):.2f} ({min(ratios):.2f} - {max(ratios):.2f})" if ratios else ""
            p50, p95, p99 = (
                rounds.middle(name, case, value)
                for value in (lambda r: r.load.p50, lambda r: r.load.p95, lambda r: r.load.p99)
            )
            times = f"{p50:.1f}, {p95:.1f}, {p99:.1f}"
            lines.append(f"| {case} | {name} | {rate:,.0f} | {said} | {times} | {server:.0f} | {database:.0f} |")
    return lines
