"""What a script needs runs in an interpreter that has nothing installed."""

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys; sys.path.insert(0, sys.argv[1])
import asyncio
from uuid import UUID
from todo_adapters.memory.security import ListEventLog, MemoryRevokedSessions, OpaqueAccessTokens, ScryptHasher
from todo_adapters.security.refresh_tokens import HmacRefreshTokens
from todo_adapters.runtime import SystemClock, UuidSevens, new_secret

async def main():
    ids, clock, secret, hasher = UuidSevens(), SystemClock(), new_secret(), ScryptHasher(cost=4)
    async with hasher.turn() as turn:
        assert await turn.matches(await turn.hash("password"), "password")
    hasher.close()
    access, refreshing = OpaqueAccessTokens([secret]), HmacRefreshTokens([secret])
    user, session = ids.new(), ids.new()
    assert access.read(access.issue(user, session, 1, clock.now()), clock.now()).user_id == user
    assert refreshing.read(refreshing.issue(session, 1)) == (session, 1)
    ended, event_log = MemoryRevokedSessions(), ListEventLog()
    ended.add(session); assert session in ended
    event_log.record("done"); assert event_log.events == ["done"]

asyncio.run(main())
foreign = {name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names - {"todo_adapters", "todo_core"}
assert {name for name in foreign if not name.startswith("_sysconfigdata")} <= {"__main__"}, foreign  # of zoneinfo
"""


def test_clock_ids_hasher_tokens_and_journal_need_only_the_standard_library() -> None:
    source = Path(__file__).parents[2] / "src"
    subprocess.run([sys.executable, "-S", "-I", "-c", SCRIPT, str(source)], check=True, timeout=30)
