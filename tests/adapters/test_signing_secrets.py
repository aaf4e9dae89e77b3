"""Weak signing secrets are refused, and processes that start together agree on one."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from todo_adapters.runtime import new_secret
from todo_adapters.security.signing_secrets import kept_secret, weakness

ROOT = Path(__file__).parents[2]


@pytest.mark.check("C16")
@pytest.mark.parametrize(
    "secret",
    [
        "",
        "secret",
        "x" * 31,
        "x" * 64,
        "secret" * 10,
        "changeme" * 5,
        "changeme-changeme-changeme-changeme!",
        "please-change-me-in-production-0123456789",
        "your-256-bit-secret-your-256-bit-secret",
        "a-string-secret-at-least-256-bits-long",
        "better-auth-secret-12345678901234567890",
        "better-auth-secret-123456789 better-auth-secret",
        "super-secret-jwt-token-with-at-least-32-characters-long",
        "this is a very secret key, change it please 12345",
        "django-insecure-6&u0r@4)2bn1k-k^c0mkz#hh#3s!z9p8h@o+8y7e",
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
        "keyboard cat keyboard cat keyboard cat",
        "correct horse battery staple correct horse",
        "0123456789abcdef0123456789abcdef",
        "12345678901234567890123456789012",
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "Zk3vQ9pT7xLmN2rBZk3vQ9pT7xLmN2rB",
        "abcabcabdabcabcabdabcabcabdabcabcabd",
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n",
        '{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAz"}',
    ],
)
def test_a_weak_secret_is_recognised(secret: str) -> None:
    assert weakness(secret)


@pytest.mark.parametrize(
    "secret",
    [
        "f3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "Zk3vQ9pT7xLmN2rB8wYcH4sJ6dFgA1eU",
        "una-frase-larga-que-nadie-adivina-2026",
        "пароль, которого никто не знает",
    ],
)
def test_a_good_secret_is_accepted(secret: str) -> None:
    assert weakness(secret) is None


def test_what_is_made_here_is_good() -> None:
    assert all(weakness(new_secret()) is None for _ in range(1_000))


def test_a_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "data" / "secret"
    made = kept_secret(file)
    assert weakness(made) is None
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert kept_secret(file) == made
    assert list(file.parent.iterdir()) == [file], "nothing is left beside it"


def test_a_secret_in_the_file_is_kept_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("Zk3vQ9pT7xLmN2rB8wYcH4sJ6dFgA1eU\n", "utf-8")
    assert kept_secret(file) == "Zk3vQ9pT7xLmN2rB8wYcH4sJ6dFgA1eU"


def test_processes_that_start_together_agree_on_one(tmp_path: Path) -> None:
    script = (
        "import sys, time, pathlib; from todo_adapters.security.signing_secrets import kept_secret\n"
        "print('ready', flush=True); sys.stdin.readline(); print(kept_secret(pathlib.Path(sys.argv[1])))"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "data" / "secret")]
    starting = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(6)
    ]
    for process in starting:
        assert process.stdout
        process.stdout.readline()
    for process in starting:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    answers = {process.communicate()[0].strip() for process in starting}
    assert len(answers) == 1
    assert weakness(answers.pop()) is None
