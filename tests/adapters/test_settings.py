"""Settings: accepted and refused values, error messages, and the generated documentation."""

import stat
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from tests.support.server import SECRET
from todo_adapters.security.signing_secrets import weakness
from todo_adapters.settings.declarations import Settings, declared
from todo_adapters.settings.sources import SettingsError
from todo_adapters.settings.tables import describe, env_example, markdown_table

ROOT = Path(__file__).parents[2]
POSTGRES = "postgresql://todo:p%40ss@db.example.org:5432/todo"


def problems(directory: Path, **environ: str) -> tuple[str, ...]:
    """What is said about this environment."""
    with pytest.raises(SettingsError) as refusal:
        Settings.from_env(environ, directory)
    assert str(refusal.value) == "\n".join(refusal.value.problems)
    return refusal.value.problems


def settings(directory: Path, **environ: str) -> Settings:
    return Settings.from_env({"BETTER_AUTH_SECRET": SECRET, **environ}, directory)


def test_an_empty_environment_gives_an_embedded_database_and_a_secret_of_its_own(tmp_path: Path) -> None:
    made = Settings.from_env({}, tmp_path)
    assert made.data_dir == tmp_path / "var"
    assert made.database_url == f"sqlite:///{tmp_path}/var/todo.db"
    assert weakness(made.secrets[0]) is None
    assert stat.S_IMODE((tmp_path / "var" / "secret").stat().st_mode) == 0o600
    assert Settings.from_env({}, tmp_path) == made, "the secret is kept"


def test_the_defaults_are_those_that_are_written_down(tmp_path: Path) -> None:
    made = Settings.from_env({}, tmp_path)
    assert (made.host, made.port, made.workers) == ("127.0.0.1", 8000, 1)
    assert (made.log_level, made.log_format) == ("info", "auto")
    assert (made.cors_origins, made.allowed_hosts, made.trusted_proxies) == ((), (), ())
    assert made.access_lifetime == timedelta(seconds=600)
    assert (made.session_policy.idle, made.session_policy.absolute) == (timedelta(days=14), timedelta(days=30))
    assert (made.pool_size, made.pool_wait_seconds, made.statement_seconds, made.pgbouncer) == (10, 2, 10, False)
    assert made.max_body_bytes == 262_144
    assert (made.pool_queue, made.drain_seconds, made.stop_seconds) == (1024, 5, 20)
    assert (made.metrics_port, made.metrics_host) == (0, "127.0.0.1")
    assert made.login_failures_per_minute == 30


def test_every_setting_can_be_given(tmp_path: Path) -> None:
    made = settings(
        tmp_path,
        DATABASE_URL=POSTGRES,
        TODO_DATA_DIR="/srv/todo",
        TODO_HOST="::1",
        TODO_PORT="9000",
        TODO_WORKERS="4",
        TODO_LOG_LEVEL="WARNING",
        TODO_LOG_FORMAT="json",
        TODO_CORS_ORIGINS="https://app.example.org, http://localhost:5173",
        TODO_ALLOWED_HOSTS="todo.example.org,*.example.net,[::1]",
        TODO_TRUSTED_PROXIES="10.0.0.1,192.168.0.0/16",
        TODO_ACCESS_TOKEN_SECONDS="300",
        TODO_REFRESH_IDLE_DAYS="7",
        TODO_REFRESH_ABSOLUTE_DAYS="7",
        TODO_POOL_SIZE="16",
        TODO_POOL_WAIT_SECONDS="0.5",
        TODO_STATEMENT_SECONDS="5",
        TODO_PGBOUNCER="1",
        TODO_MAX_BODY_BYTES="65536",
        TODO_POOL_QUEUE="100",
        TODO_DRAIN_SECONDS="0",
        TODO_STOP_SECONDS="60",
        TODO_METRICS_PORT="9100",
        TODO_METRICS_HOST="0.0.0.0",
        TODO_LOGIN_FAILURES_PER_MINUTE="7",
    )
    assert made.database_url == POSTGRES
    assert made.secrets == (SECRET,)
    assert made.data_dir == Path("/srv/todo")
    assert (made.host, made.port, made.workers, made.log_level, made.log_format) == ("::1", 9000, 4, "warning", "json")
    assert made.cors_origins == ("https://app.example.org", "http://localhost:5173")
    assert made.allowed_hosts == ("todo.example.org", "*.example.net", "[::1]")
    assert made.trusted_proxies == (ip_network("10.0.0.1/32"), ip_network("192.168.0.0/16"))
    assert (made.access_token_seconds, made.refresh_idle_days, made.refresh_absolute_days) == (300, 7, 7)
    assert (made.pool_size, made.pool_wait_seconds, made.statement_seconds, made.pgbouncer) == (16, 0.5, 5, True)
    assert made.max_body_bytes == 65_536
    assert made.login_failures_per_minute == 7


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("postgres://u:p@h/d", "postgresql://u:p@h/d"),
        ("postgresql+asyncpg://u:p@h:5433/d?sslmode=require", "postgresql://u:p@h:5433/d?sslmode=require"),
        ("postgresql:///d?host=/var/run/postgresql", "postgresql:///d?host=/var/run/postgresql"),
        ("postgresql://u:p@[::1]:5432/d", "postgresql://u:p@[::1]:5432/d"),
        ("sqlite:///todo.db", "sqlite:///todo.db"),
        ("sqlite:////srv/todo.db", "sqlite:////srv/todo.db"),
        ("memory://", "memory://"),
    ],
)
def test_a_database_address_is_understood(tmp_path: Path, given: str, kept: str) -> None:
    assert settings(tmp_path, DATABASE_URL=given).database_url == kept


@pytest.mark.parametrize(
    "given",
    ["", " ", "todo.db", "mysql://h/d", "sqlite://", "sqlite:///", "sqlite:///:memory:", "postgresql://", "memory://x",
     "postgresql://u:p@h", "postgresql://u:p@h:99999/d", "postgresql://u:p@h:x/d", "postgresql://u:p@h/d?sslmode=off"],
)  # fmt: skip
def test_a_strange_database_address_is_refused(tmp_path: Path, given: str) -> None:
    (problem,) = problems(tmp_path, DATABASE_URL=given, BETTER_AUTH_SECRET=SECRET)
    assert problem.startswith("DATABASE_URL must be ")


@pytest.mark.check("C16")
@pytest.mark.parametrize("database", [POSTGRES, "sqlite:///todo.db"])
def test_a_database_of_ones_own_needs_a_secret_of_ones_own(tmp_path: Path, database: str) -> None:
    (problem,) = problems(tmp_path, DATABASE_URL=database)
    assert problem == "BETTER_AUTH_SECRET must be set when DATABASE_URL is: at least 32 random bytes."
    assert list(tmp_path.iterdir()) == []


def test_storage_that_is_lost_at_the_end_gets_a_secret_that_is_too(tmp_path: Path) -> None:
    first, second = (Settings.from_env({"DATABASE_URL": "memory://"}, tmp_path) for _ in range(2))
    assert first.secrets != second.secrets
    assert list(tmp_path.iterdir()) == []


@pytest.mark.check("C16")
@pytest.mark.parametrize(
    "secret", ["", " ", ",", "short", "changeme" * 8, "x" * 40, f"{SECRET},short", f"{SECRET}," * 9]
)
def test_a_weak_secret_is_refused_without_being_shown(tmp_path: Path, secret: str) -> None:
    for environ in ({}, {"DATABASE_URL": POSTGRES}):
        (problem,) = problems(tmp_path, BETTER_AUTH_SECRET=secret, **environ)
        assert problem.startswith("BETTER_AUTH_SECRET")
        assert not any(part.strip() and part.strip() in problem for part in secret.split(","))


@pytest.mark.check("C16")
@pytest.mark.parametrize("secret", ["-----BEGIN PRIVATE KEY-----\nMC4CAQ==\n", '{"kty": "oct", "k": "AyM1SysPpbyDfg"}'])
def test_a_key_in_another_form_is_refused(tmp_path: Path, secret: str) -> None:
    assert problems(tmp_path, BETTER_AUTH_SECRET=secret) == (
        "BETTER_AUTH_SECRET is a key in PEM or JWK form; a random text is needed.",
    )


@pytest.mark.check("C17")
def test_several_secrets_keep_their_order(tmp_path: Path) -> None:
    assert settings(tmp_path, BETTER_AUTH_SECRET=f" {SECRET} ,{SECRET[::-1]},").secrets == (SECRET, SECRET[::-1])


def test_a_damaged_secret_file_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "secret").write_text("\n")
    (problem,) = problems(tmp_path)
    assert "fewer than 32 bytes; delete the file" in problem
    (tmp_path / "var" / "secret").write_bytes(b"\xff" * 40)
    assert "Cannot keep a secret" in problems(tmp_path)[0]


def test_a_folder_that_cannot_be_made_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    (problem,) = problems(tmp_path)
    assert problem.endswith("(Not a directory); set TODO_DATA_DIR to a folder that you can write to.")


@pytest.mark.check("J3")
@pytest.mark.parametrize(
    ("name", "text"),
    [
        *[("TODO_PORT", text) for text in ("0", "65536", "-1", "8000.0", "eight", "٨", "1e3", "9" * 5_000)],
        *[("TODO_WORKERS", text) for text in ("0", "65")],
        *[("TODO_ACCESS_TOKEN_SECONDS", text) for text in ("0", "901")],
        *[("TODO_REFRESH_IDLE_DAYS", text) for text in ("0", "366")],
        *[("TODO_POOL_SIZE", text) for text in ("0", "65")],
        *[("TODO_POOL_WAIT_SECONDS", text) for text in ("0", "61", "nan", "inf", "1e1", "-1")],
        *[("TODO_STATEMENT_SECONDS", text) for text in ("0", "601")],
        *[("TODO_MAX_BODY_BYTES", text) for text in ("1023", "16777217")],
        *[("TODO_PGBOUNCER", text) for text in ("2", "maybe")],
        *[("TODO_LOG_LEVEL", text) for text in ("loud", "critical", "20")],
        *[("TODO_LOG_FORMAT", text) for text in ("xml",)],
        *[("TODO_HOST", text) for text in ("a b", "http://x", "256.256.256.256:1", "-x")],
        *[("TODO_ALLOWED_HOSTS", text) for text in ("*", "a.*", "host:80", "http://host", "a b", "[x]", "*.*.org")],
        *[("TODO_TRUSTED_PROXIES", text) for text in ("proxy", "10.0.0.0/33", "*", "10.0.0.1.2")],
        *[("TODO_CORS_ORIGINS", text) for text in (
            "*", "null", "https://*.example.org", "https://a.org/", "https://a.org/path", "a.org", "ftp://a.org",
            "https://a.org:0", "https://a.org:99999", "https://user@a.org", "https://a.org?x", "https://a.org https://b",
        )],
    ],
)  # fmt: skip
def test_a_value_out_of_bounds_is_refused_without_being_shown(tmp_path: Path, name: str, text: str) -> None:
    (problem,) = problems(tmp_path, **{name: text})
    assert problem.startswith(f"{name} must be ")
    assert problem.endswith(".")
    assert len(text) < 4 or text not in problem


def test_an_origin_is_kept_as_browsers_send_it(tmp_path: Path) -> None:
    given = "HTTPS://App.Example.org:443,http://a.org:80,http://a.org:443,https://[::1]:8443"
    origins = ("https://app.example.org", "http://a.org", "http://a.org:443", "https://[::1]:8443")
    assert settings(tmp_path, TODO_CORS_ORIGINS=given).cors_origins == origins


def test_all_problems_are_told_at_once_one_sentence_each(tmp_path: Path) -> None:
    found = problems(tmp_path, TODO_PORT="x", TODO_PROT="1", TODO_WORKERS="0", BETTER_AUTH_SECRET="x" * 40)
    assert [problem.split()[0].rstrip(":") for problem in found] == [
        "TODO_PROT", "TODO_PORT", "TODO_WORKERS", "BETTER_AUTH_SECRET",
    ]  # fmt: skip


@pytest.mark.check("N18")
@pytest.mark.parametrize(
    ("wrong", "right"),
    [("TODO_PROT", "TODO_PORT"), ("TODO_CORS_ORIGIN", "TODO_CORS_ORIGINS"), ("TODO_LOGLEVEL", "TODO_LOG_LEVEL"),
     ("TODO_BODY_BYTES", "TODO_MAX_BODY_BYTES")],
)  # fmt: skip
def test_an_unknown_name_is_refused_with_the_nearest_right_one(tmp_path: Path, wrong: str, right: str) -> None:
    assert problems(tmp_path, **{wrong: "1"}) == (f"{wrong} is not a setting; did you mean {right}?",)


def test_a_name_that_is_like_no_other_is_refused_too_and_those_of_tests_are_not(tmp_path: Path) -> None:
    assert problems(tmp_path, TODO_XYZZY="1", TODO_TEST_ANYTHING="x") == ("TODO_XYZZY is not a setting.",)
    assert settings(tmp_path, TODO_TEST_DATABASE_URL="x", HOME="/root", PORT="1").port == 8000


def test_settings_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    found = problems(tmp_path, TODO_REFRESH_IDLE_DAYS="31", DATABASE_URL="memory://", TODO_WORKERS="2")
    assert [problem.split()[0] for problem in found] == ["TODO_REFRESH_IDLE_DAYS", "TODO_WORKERS"]


def test_an_empty_value_stands_for_the_default(tmp_path: Path) -> None:
    assert settings(tmp_path, TODO_PORT="", TODO_CORS_ORIGINS=" ", TODO_LOG_LEVEL="").port == 8000


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, TODO_DATA_DIR="/srv/\udcff") == ("TODO_DATA_DIR must be text in UTF-8.",)
    assert "BETTER_AUTH_SECRET must be text in UTF-8." in problems(tmp_path, BETTER_AUTH_SECRET="\udcff" * 40)


def test_a_dotenv_file_completes_the_environment_and_never_overrides_it(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        f"# mine\nexport TODO_PORT=9000\nTODO_HOST='0.0.0.0'\nBETTER_AUTH_SECRET={SECRET}${{HOME}}\nOTHER=1\n"
    )
    made = Settings.from_env({"TODO_PORT": "9001"}, tmp_path)
    assert (made.port, made.host, made.secrets) == (9001, "0.0.0.0", (SECRET + "${HOME}",))


def test_a_dotenv_file_is_held_to_the_same_rules(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TODO_PROT=9000\n")
    assert problems(tmp_path) == ("TODO_PROT is not a setting; did you mean TODO_PORT?",)
    (tmp_path / ".env").write_bytes(b"TODO_HOST=\xff\n")
    assert "cannot be read" in problems(tmp_path)[0]


@pytest.mark.check("J9")
def test_nothing_secret_is_shown(tmp_path: Path) -> None:
    made = settings(tmp_path, DATABASE_URL=POSTGRES)
    for text in (repr(made), str(made)):
        assert "p%40ss" not in text
        assert SECRET not in text
        assert "127.0.0.1" in text


def test_a_data_folder_with_strange_characters_makes_a_good_address(tmp_path: Path) -> None:
    made = Settings.from_env({"TODO_DATA_DIR": "what? 100% #1"}, tmp_path)
    assert made.database_url == f"sqlite:///{tmp_path}/what%3F%20100%25%20%231/todo.db"


def test_the_example_file_names_every_setting_as_it_is() -> None:
    assert (ROOT / ".env.example").read_text("utf-8") == env_example(), "write env_example() to .env.example"


def test_the_example_file_can_be_used_as_it_is(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(env_example())
    assert Settings.from_env({}, tmp_path) == Settings.from_env({}, tmp_path)
    (tmp_path / ".env").write_text(env_example().replace("\n#TODO_", "\nTODO_"))
    assert Settings.from_env({}, tmp_path).port == 8000


def test_the_readme_has_the_table_of_all_settings() -> None:
    assert markdown_table() in (ROOT / "README.md").read_text("utf-8"), "paste markdown_table() into README.md"


def test_every_setting_is_explained() -> None:
    names = [setting.name for setting in describe()]
    assert len(names) == len(set(names)) == len(declared())
    for setting in describe():
        assert len(setting.description) > 15
        assert f"| `{setting.name}` |" in markdown_table()
        assert f"\n#{setting.name}={setting.default}\n" in env_example()
