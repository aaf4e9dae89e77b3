"""The results of a run: as Markdown tables, in docs/performance.md, and as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.asks import CASES
from benchmarks.rounds import Rounds
from benchmarks.targets import TARGETS, Figure, Target
from benchmarks.variants import ROOT

PAGE: Final = ROOT / "docs" / "performance.md"
BEGIN: Final = "<!-- measured: written by `make bench ARGS=--write`, never by hand -->"
END: Final = "<!-- measured: end -->"
VERDICTS: Final = {"aim": "aim", "must": "must", "missed": "**missed**"}


@dataclass
class Result:
    """The results of one run."""

    command: str
    date: str
    facts: Mapping[str, str]
    dataset: str
    names: Mapping[str, str]
    """The variants and their descriptions."""

    rounds: Rounds
    figures: dict[str, Figure] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def page(self) -> str:
        """The tables in Markdown."""
        parts = [*self._origin()]
        if targets := self._targets():
            parts += ["", "### Targets", "", *targets]
        parts += ["", "### Comparison", "", *self._side_by_side(), ""]
        parts += [f"- {name}: {about}" for name, about in self.names.items()]
        parts += [f"- {name}: skipped, {why}" for name, why in self.left_out.items()]
        return "\n".join(parts) + "\n"

    def as_json(self) -> str:
        """The results in JSON, with every round."""
        figures = {
            target.key: asdict(self.figures[target.key])
            | {"must": target.must, "aim": target.aim, "verdict": target.verdict(self.figures[target.key].value)}
            for target in TARGETS
            if target.key in self.figures
        }
        plain = {name: getattr(self, name) for name in ("command", "date", "facts", "dataset", "names", "left_out")}
        rounds = {"rounds": [one.as_json() for one in self.rounds.found], "repeated": self.rounds.repeated}
        return json.dumps(plain | {"seconds": self.seconds, "figures": figures} | rounds, indent=1) + "\n"

    def _origin(self) -> list[str]:
        versions = "; ".join(f"{name} {value}" for name, value in self.facts.items() if name != "machine")
        return [
            f"`{self.command}` on {self.date}, {self.seconds:.0f} s. {self.dataset}",
            "",
            f"Machine: {self.facts.get('machine', 'unknown')}. Versions: {versions}.",
        ]

    def _targets(self) -> list[str]:
        rows = [_row(target, self.figures[target.key]) for target in TARGETS if target.key in self.figures]
        head = ["| figure | must | aim | measured | range | reached |", "| --- | --: | --: | --: | --: | --- |"]
        return head + rows if rows else []

    def _side_by_side(self) -> list[str]:
        lines = [
            "| case | variant | requests/s | service / variant | range | p50, p95, p99 ms | server us | database us |",
            "| --- | --- | --: | --: | --: | --: | --: | --: |",
        ]
        for case in CASES:
            lines += [self._compared(case, name) for name in self.names if self.rounds.of(name, case)]
        return lines

    def _compared(self, case: str, name: str) -> str:
        found = self.rounds
        ratios = found.ratios("service", case, name)
        ratio = f"{median(ratios):.2f} | {min(ratios):.2f} - {max(ratios):.2f}" if ratios else " | "
        rate = found.middle(name, case, lambda one: one.load.rate)
        server, database = (
            found.middle(name, case, value) for value in (lambda one: one.server_us, lambda one: one.database_us)
        )
        p50, p95, p99 = (
            found.middle(name, case, value)
            for value in (lambda one: one.load.p50, lambda one: one.load.p95, lambda one: one.load.p99)
        )
        times = f"{p50:.1f}, {p95:.1f}, {p99:.1f}"
        return f"| {case} | {name} | {rate:,.0f} | {ratio} | {times} | {_cost(server)} | {_cost(database)} |"


def _cost(microseconds: float) -> str:
    return f"{microseconds:.0f}" if microseconds else "-"


def _row(target: Target, figure: Figure) -> str:
    unit = f" {target.unit}" if target.unit else ""
    spread = "" if figure.low == figure.high else f"{_number(figure.low)} - {_number(figure.high)}"
    measured = f"{_number(figure.value)}{unit}"
    bounds = f"{_number(target.must)}{unit} | {_number(target.aim)}{unit}"
    return f"| {target.name} | {bounds} | {measured} | {spread} | {VERDICTS[target.verdict(figure.value)]} |"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def write_json(result: Result, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(result.as_json())


def write_page(result: Result, page: Path = PAGE) -> None:
    """Replaces the tables between the markers of the page. Raises ValueError if there are no markers."""
    text = page.read_text()
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no markers for the results")
    page.write_text(f"{before}{BEGIN}\n\n{result.page()}\n{END}{after}")


def summary(figures: Mapping[str, Figure], targets: Sequence[Target] = TARGETS) -> str:
    """One line: how many measured targets reach their aim, how many are missed."""
    verdicts = [target.verdict(figures[target.key].value) for target in targets if target.key in figures]
    missed = verdicts.count("missed")
    return f"{len(verdicts)} targets measured: {verdicts.count('aim')} at their aim, {missed} missed"
