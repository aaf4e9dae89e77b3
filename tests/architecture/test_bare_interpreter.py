"""The core runs in a bare interpreter: register, add, complete and list, with nothing installed and only ``src``."""

import subprocess
import sys

from tests.architecture.sources import ROOT

SCRIPT = """
import sys; sys.path.insert(0, sys.argv[1])
import asyncio
from todo_adapters.memory.security import ListEventLog, MemoryRevokedSessions, OpaqueAccessTokens, ScryptHasher
from todo_adapters.memory.store import MemoryStore
from todo_adapters.security.refresh_tokens import HmacRefreshTokens
from todo_adapters.runtime import SystemClock, UuidSevens, new_salt, new_secret
from todo_core.model.task import TASKS
from todo_core.model.user import Registration
from todo_core.runner import Runner
from todo_core.usecases.accounts import Accounts
from todo_core.usecases.digests import Digests
from todo_core.usecases.passwords import PasswordCheck
from todo_core.usecases.sessions import Sessions
from todo_core.usecases.completing import complete_task
from todo_core.usecases.tasks import find_tasks
from todo_core.usecases.things import add_thing

async def main():
    clock, secrets, hasher = SystemClock(), [new_secret()], ScryptHasher(cost=4)
    run = Runner(MemoryStore(), clock, UuidSevens(), ListEventLog())
    passwords = PasswordCheck(run, hasher, Digests(new_salt()))
    tokens = OpaqueAccessTokens(secrets), HmacRefreshTokens(secrets)
    sessions = Sessions(run, passwords, *tokens, MemoryRevokedSessions())
    accounts = Accounts(run, hasher, passwords, sessions)

    wish = Registration.of(email="ada@example.org", password="correct horse battery staple", name="Ada")
    await accounts.register(wish, "a script")
    ada = await sessions.log_in("ada@example.org", "correct horse battery staple", "a script")
    owner = sessions.identify(ada.token).user_id
    for title in ("Buy milk", "Buy bread"):
        task = await run.write(owner, add_thing, TASKS.draft(title=title))
    await run.write(owner, complete_task, task.id)
    page = await run.read(owner, find_tasks, clock)
    for task in page.items:
        print(f"{task.revision} {'x' if task.completed else '-'} {task.title}")
    hasher.close()

asyncio.run(main())
foreign = {name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names
assert {name for name in foreign if not name.startswith("_")} == {"todo_adapters", "todo_core"}, foreign
"""


def test_a_user_registers_and_keeps_tasks_without_anything_installed() -> None:
    command = [sys.executable, "-S", "-I", "-W", "error", "-c", SCRIPT, str(ROOT / "src")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["1 - Buy milk", "3 x Buy bread"]
