"""Settings that orchestrators provide: secrets in files, and variables of Kubernetes that are no settings."""

from pathlib import Path

import pytest

from tests.support.server import SECRET
from todo_adapters.settings.declarations import Settings
from todo_adapters.settings.secret_files import SECRET_FILE_MAX
from todo_adapters.settings.sources import SettingsError

POSTGRES = "postgresql://todo:p%40ss@db.example.org:5432/todo"

SERVICE = {
    "TODO_SERVICE_HOST": "10.0.0.1",
    "TODO_SERVICE_PORT": "8000",
    "TODO_SERVICE_PORT_HTTP": "8000",
    "TODO_PORT": "tcp://10.0.0.1:8000",
    "TODO_PORT_8000_TCP": "tcp://10.0.0.1:8000",
    "TODO_PORT_8000_TCP_PROTO": "tcp",
    "TODO_PORT_8000_TCP_PORT": "8000",
    "TODO_PORT_8000_TCP_ADDR": "10.0.0.1",
}
"""What Kubernetes sets for a service that is named todo."""

OTHERS = {
    "TODO_METRICS_PORT": "tcp://10.0.0.2:9100",
    "TODO_METRICS_SERVICE_HOST": "10.0.0.2",
    "TODO_DB_PORT_5432_TCP_ADDR": "fd00::2",
    "TODO_DB_PORT": "tcp://[fd00::2]:5432",
    "TODO_DNS_PORT_53_UDP": "udp://10.0.0.3:53",
}


def problems(directory: Path, **environ: str) -> tuple[str, ...]:
    """What is said about this environment."""
    with pytest.raises(SettingsError) as refusal:
        Settings.from_env(environ, directory)
    return refusal.value.problems


def written(file: Path, content: bytes) -> str:
    file.write_bytes(content)
    return str(file)


def test_variables_of_kubernetes_are_ignored_with_a_note(tmp_path: Path) -> None:
    made = Settings.from_env(SERVICE | OTHERS, tmp_path)
    assert (made.port, made.metrics_port) == (8000, 0)
    (note,) = made.notes
    assert all(name in note for name in SERVICE | OTHERS)
    assert " and TODO_SERVICE_PORT_HTTP are ignored: Kubernetes sets such variables for services" in note
    assert Settings.from_env({"TODO_SERVICE_HOST": "10.0.0.1"}, tmp_path).notes[0].startswith("TODO_SERVICE_HOST is ")
    assert Settings.from_env({}, tmp_path).notes == ()


@pytest.mark.parametrize(("name", "text"), [*SERVICE.items(), *OTHERS.items()])
def test_each_of_them_is_told_by_its_name_and_its_value(tmp_path: Path, name: str, text: str) -> None:
    assert Settings.from_env({name: text}, tmp_path).notes
    (problem,) = problems(tmp_path, **{name: f"{text} or so"})
    assert problem.startswith(f"{name} ")


@pytest.mark.parametrize(
    ("name", "text"),
    [("TODO_SERVICE", "10.0.0.1"), ("TODO_SERVICE_HOST", "todo"), ("TODO_HOST", "tcp://10.0.0.1:8000"),
     ("TODO_PORT", "http://10.0.0.1:8000"), ("TODO_PORT_8000_TCP_PORT", "9000"), ("TODO_PORT_HTTP_TCP", "8000"),
     ("TODO_PORT_8000_TCP_NAME", "tcp")],
)  # fmt: skip
def test_what_only_looks_like_them_is_refused(tmp_path: Path, name: str, text: str) -> None:
    (problem,) = problems(tmp_path, **{name: text})
    assert problem.startswith(f"{name} ")


def test_a_setting_in_the_file_holds_when_kubernetes_uses_its_name(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TODO_PORT=9000\n")
    assert Settings.from_env(SERVICE, tmp_path).port == 9000


def test_secrets_are_read_from_files(tmp_path: Path) -> None:
    secret = written(tmp_path / "secret", f"{SECRET},{SECRET[::-1]}\r\n".encode())
    written(tmp_path / "url", f"\ufeff{POSTGRES}\n".encode())
    made = Settings.from_env({"BETTER_AUTH_SECRET_FILE": secret, "DATABASE_URL_FILE": "url"}, tmp_path)
    assert made.secrets == (SECRET, SECRET[::-1])
    assert made.database_url == POSTGRES
    (tmp_path / ".env").write_text(f"BETTER_AUTH_SECRET_FILE={secret}\n")
    assert Settings.from_env({"DATABASE_URL": POSTGRES}, tmp_path).secrets == (SECRET, SECRET[::-1])


def test_a_secret_is_given_in_one_way_only(tmp_path: Path) -> None:
    secret = written(tmp_path / "secret", SECRET.encode())
    assert problems(tmp_path, BETTER_AUTH_SECRET=SECRET, BETTER_AUTH_SECRET_FILE=secret) == (
        "BETTER_AUTH_SECRET and BETTER_AUTH_SECRET_FILE are both set; remove one of them.",
    )


@pytest.mark.check("C16", "J9")
@pytest.mark.parametrize(
    ("content", "predicate"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"\xff\xfe" + SECRET.encode("utf-16-le"), "is not text in UTF-8"),
        (b"\x7fELF\x01\x00" + SECRET.encode(), "has control characters in it"),
        (SECRET.encode() * 1_000, f"has more than {SECRET_FILE_MAX:,} bytes"),
    ],
    ids=["empty", "blank", "no UTF-8", "binary", "huge"],
)
def test_a_file_without_a_usable_secret_is_refused_without_its_content(
    tmp_path: Path, content: bytes, predicate: str
) -> None:
    file = written(tmp_path / "secret", content)
    assert problems(tmp_path, BETTER_AUTH_SECRET_FILE=file) == (f"BETTER_AUTH_SECRET_FILE: {file} {predicate}.",)


def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path) -> None:
    for path, predicate in (("nowhere", "cannot be read (No such file or directory)"), (".", "is not a regular file")):
        (problem,) = problems(tmp_path, DATABASE_URL_FILE=path)
        assert problem == f"DATABASE_URL_FILE: {tmp_path / path} {predicate}."
    assert problems(tmp_path, DATABASE_URL_FILE=" ") == ("DATABASE_URL_FILE must be the path of a file.",)
    (problem,) = problems(tmp_path, DATABASE_URL_FILE="/dev/zero")
    assert problem == "DATABASE_URL_FILE: /dev/zero is not a regular file."


def test_what_is_in_a_file_is_held_to_the_same_rules(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, BETTER_AUTH_SECRET_FILE=written(tmp_path / "secret", b"changeme"))
    assert problem == "BETTER_AUTH_SECRET: secret 1 of 1 has fewer than 32 bytes."
    (problem,) = problems(tmp_path, DATABASE_URL_FILE=written(tmp_path / "url", b"mysql://u:hidden@h/d"))
    assert problem.startswith("DATABASE_URL must be ")
    assert "hidden" not in problem
