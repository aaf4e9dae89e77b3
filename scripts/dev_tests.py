"""Runs all tests: the files in parts, several parts at once, each in a process of its own."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import IO, Any, Final

from dev_environment import BIN
from dev_installers import ROOT, SetupError

FOLDERS: Final = ("src/todo_adapters/contracts", "tests")
OTHERS: Final = "others"
PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "processes R-Z": ("tests/e2e/test_[r-z]*",),
    "contracts": ("*/contracts/test_*",),
    "costs, clients and tools": ("tests/costs/*", "tests/clients/*", "tests/examples/*", "tests/tooling/*"),
    "adapters": ("tests/adapters/*", "tests/migrations/*"),
    "web client A-D": ("tests/e2e/web/test_[a-d]*",),
    "web client M-Z": ("tests/e2e/web/test_[m-z]*",),
    "web client E-L": ("tests/e2e/web/test_[e-l]*",),
    "http": ("tests/http/*",),
    "processes A-Q": ("tests/e2e/test_[a-q]*",),
    "use cases": ("tests/usecases/*",),
    OTHERS: ("*",),
}
"""Patterns of files by part, longer parts first. A file belongs to the first part with a pattern that it matches."""


@dataclass
class Run:
    """A part whose tests are running."""

    part: str
    output: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    process: "subprocess.Popen[bytes]" = field(init=False)
    began: float = field(default_factory=time.monotonic)

    def start(self, files: Iterable[str]) -> None:
        # In a session of its own, it gets no signals from the terminal.
        self.process = subprocess.Popen(
            [str(BIN / "pytest"), *files], stdout=self.output, stderr=self.output, start_new_session=True
        )

    def report(self) -> None:
        """Prints the summary of a part that has passed, or everything about one that has not."""
        self.output.seek(0)
        text = self.output.read().decode("utf-8", "replace").strip()
        if self.process.returncode == 0:
            text = "\n".join(line for line in text.splitlines() if not line.endswith("%]"))
        print(f"--- {self.part} ({time.monotonic() - self.began:.0f} s)\n{text}", flush=True)


def parts(files: Iterable[str]) -> dict[str, list[str]]:
    """The files of each part that has any."""
    found: dict[str, list[str]] = {part: [] for part in PARTS}
    for file in files:
        found[next(part for part, patterns in PARTS.items() if any(fnmatch(file, each) for each in patterns))].append(
            file
        )
    return {part: members for part, members in found.items() if members}


def run_all() -> None:
    """Runs all tests, one part more at once than there are processors. Raises SetupError if any fail."""
    files = sorted(str(path.relative_to(ROOT)) for folder in FOLDERS for path in (ROOT / folder).rglob("test_*.py"))
    waiting, running, codes = list(parts(files).items()), list[Run](), dict[str, int]()

    def interrupt(*_: Any) -> None:  # reaches this process alone, which passes it on, so that tests stop their servers
        waiting.clear()
        for run in running:
            run.process.send_signal(signal.SIGINT)

    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)
    began, slots = time.monotonic(), (os.cpu_count() or 1) + 1
    while waiting or running:
        while waiting and len(running) < slots:
            part, members = waiting.pop(0)
            running.append(Run(part))
            running[-1].start(members)
        time.sleep(0.1)
        for run in [run for run in running if run.process.poll() is not None]:
            running.remove(run)
            codes[run.part] = run.process.returncode
            run.report()
    failed = [part for part, code in codes.items() if code != 0]
    if failed or len(codes) < len(parts(files)):
        raise SetupError(f"test: FAILED: {', '.join(failed) or 'interrupted'} (of {', '.join(codes)})")
    print(f"test: ok: {', '.join(codes)} ({time.monotonic() - began:.0f} s)")
