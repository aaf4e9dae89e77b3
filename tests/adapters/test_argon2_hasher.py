"""argon2id as it is used: the parameters in what is stored, and the manners of its thread."""

import asyncio
import os
import re
import sys
import threading

import pytest
from argon2.low_level import Type, hash_secret

from todo_adapters.security.argon2_hasher import Argon2Hasher
from todo_adapters.security.password_worker import PasswordWorker
from todo_adapters.threads import NICENESS
from todo_core.errors import Unavailable


@pytest.mark.check("A11")
async def test_a_hash_names_argon2id_and_parameters_that_owasp_accepts() -> None:
    hasher = Argon2Hasher()
    async with hasher.turn() as turn:
        stored = await turn.hash("correct horse battery")
    hasher.close()
    found = re.fullmatch(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]{22})\$([^$]{43})", stored)
    assert found
    assert [int(part) for part in found.groups()[:3]] == [19_456, 2, 1]


@pytest.mark.parametrize("kind", [Type.I, Type.D])
async def test_a_hash_of_another_kind_never_matches(kind: Type) -> None:
    stored = hash_secret(b"password", b"salt" * 4, 1, 64, 1, 32, kind).decode()
    hasher = Argon2Hasher(memory_kib=64, time_cost=1)
    async with hasher.turn() as turn:
        assert not await turn.matches(stored, "password")
    hasher.close()
    assert hasher.outdated(stored)


async def test_too_little_memory_for_a_hash_is_an_outage_and_no_wrong_password() -> None:
    hasher = Argon2Hasher(memory_kib=64, time_cost=1)
    hasher._unknown = hasher._unknown.replace("p=1", "p=9")  # the library fails on it as it does without memory
    async with hasher.turn() as turn:
        with pytest.raises(Unavailable):
            await turn.matches(None, "password")
    hasher.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux has a thread a priority of its own")
async def test_the_thread_steps_back_behind_the_event_loop() -> None:
    def priority(_: str) -> str:
        return f"{os.getpriority(os.PRIO_PROCESS, threading.get_native_id())} {threading.current_thread().name}"

    password_worker = PasswordWorker(priority, lambda _, __: False)
    mine = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    async with password_worker.turn() as turn:
        nice, thread = (await turn.hash("")).split()
    password_worker.close()
    assert int(nice) == NICENESS
    assert thread.startswith("passwords")
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == mine


async def test_one_thread_does_everything_one_after_the_other() -> None:
    threads: list[str] = []
    running = 0

    def work(_: str) -> str:
        nonlocal running
        running += 1
        threads.append(threading.current_thread().name)
        assert running == 1
        running -= 1
        return ""

    password_worker = PasswordWorker(work, lambda _, __: False)

    async def ask() -> None:
        async with password_worker.turn() as turn:
            await turn.hash("")

    await asyncio.gather(*(ask() for _ in range(30)))
    password_worker.close()
    assert len(threads) == 30
    assert len(set(threads)) == 1
