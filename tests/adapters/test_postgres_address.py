"""Addresses of PostgreSQL as providers hand them out: understood, ignored with a note, or refused by name."""

from collections import Counter
from itertools import product

import pytest

from todo_adapters.sql.postgres.address import SET_BY_SERVICE, PostgresAddress, read
from todo_adapters.sql.postgres.database import PostgresOptions, _server_settings
from todo_adapters.sql.postgres.parameters import CHECKS, IGNORED, REFUSED

PASSWORD = "canary"
START = f"postgresql://todo:{PASSWORD}@db.example.org/todo"

PROVIDERS = {
    "Heroku": f"postgres://u:{PASSWORD}@ec2-1-2-3-4.compute-1.amazonaws.com:5432/d8?sslmode=require",
    "Neon": f"postgresql://u:{PASSWORD}@ep-x-pooler.aws.neon.tech/d?sslmode=require&channel_binding=require",
    "Supabase": f"postgresql://u.ref:{PASSWORD}@aws-0.pooler.supabase.com:6543/d?pgbouncer=true&connection_limit=1",
    "Vercel": f"postgres://u:{PASSWORD}@db.pooler.supabase.com:6543/d?sslmode=require&supa=base-pooler.x",
    "RDS": f"postgresql://u:{PASSWORD}@x.rds.amazonaws.com:5432/d?sslmode=verify-full&sslrootcert=/global-bundle.pem",
    "Azure": f"postgresql://u%40server:{PASSWORD}@server.postgres.database.azure.com:5432/d?sslmode=require",
    "Render": f"postgresql://u:{PASSWORD}@dpg-x-a.frankfurt-postgres.render.com/d",
    "Fly": f"postgres://u:{PASSWORD}@app-db.flycast:5432/d?sslmode=disable",
    "Cloud SQL": f"postgresql://u:{PASSWORD}@/d?host=/cloudsql/project:region:instance",
    "Prisma": f"postgresql://u:{PASSWORD}@h:5432/d?schema=public&pool_timeout=20&socket_timeout=10&connect_timeout=10",
    "SQLAlchemy": f"postgresql+asyncpg://u:{PASSWORD}@h/d?ssl=require&prepared_statement_cache_size=0",
    "node-postgres": f"postgresql://u:{PASSWORD}@h/d?ssl=true",
}


@pytest.mark.parametrize("url", PROVIDERS.values(), ids=PROVIDERS)
def test_the_address_of_a_provider_is_understood(url: str) -> None:
    found = read(url)
    assert found.password == PASSWORD
    assert found.hosts
    assert PASSWORD not in repr(found) + found.public


def test_each_part_of_an_address_is_read() -> None:
    found = read("postgres://a%40b:p%2Fq%3A@db.example.org:6000/my%20db?connect_timeout=7&application_name=x%26y")
    assert (found.user, found.password, found.database) == ("a@b", "p/q:", "my db")
    assert (found.hosts, found.connect_seconds) == ((("db.example.org", 6000),), 7.0)
    assert (found.session, found.notes, found.pgbouncer) == ({"application_name": "x&y"}, (), False)
    assert found.public == "PostgreSQL at db.example.org:6000, database my db, user a@b"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgres://localhost/todo", "postgresql://localhost:5432/todo"),
        ("postgresql+asyncpg://u%40s:p%40:x@h:5/my%20db", "postgresql://u%40s@h:5/my%20db"),
        (
            "postgresql://u:p@one:1,[::1]:2/d?sslmode=require&sslpassword=y",
            "postgresql://u@one:1,[::1]:2/d?sslmode=require",
        ),
        ("postgresql://u:p@/d?host=/var/run&port=5&password=x", "postgresql://u@%2Fvar%2Frun:5/d"),
        ("postgresql://u:p@h/d?pgbouncer=true&connection_limit=1&ssl=true", "postgresql://u@h:5432/d?sslmode=require"),
        (
            "postgresql://u:p@h/d?options=endpoint%3Dx&passfile=/p",
            "postgresql://u@h:5432/d?passfile=/p&options=endpoint%3Dx",
        ),
    ],
)
def test_the_address_for_commands_has_no_password_and_only_what_libpq_knows(url: str, expected: str) -> None:
    assert read(url).for_commands == expected
    assert read(expected).for_commands == expected


@pytest.mark.parametrize(
    ("places", "hosts"),
    [
        ("u@one:1,two/d", (("one", 1), ("two", 5432))),
        ("u@[::1]:6000/d", (("::1", 6000),)),
        ("%2Fvar%2Frun/d", (("/var/run", 5432),)),
        ("/d?host=/tmp&port=7000", (("/tmp", 7000),)),
        ("/d?host=one,two&port=1,2", (("one", 1), ("two", 2))),
        ("/d?host=one,two&port=1", (("one", 1), ("two", 1))),
    ],
)
def test_hosts_are_names_addresses_or_folders_of_sockets(places: str, hosts: object) -> None:
    assert read(f"postgresql://{places}").hosts == hosts


def test_of_several_hosts_the_one_that_accepts_writes_is_used() -> None:
    assert read("postgresql://one,two/d").target == "read-write"
    assert read("postgresql://one,two/d?target_session_attrs=any").target == "any"
    assert read("postgresql://one/d").target is None


def test_a_parameter_of_tls_reaches_the_driver_and_other_drivers_words_are_translated() -> None:
    files = {"sslrootcert": "/ca", "sslcert": "/crt", "sslkey": "/key", "sslcrl": "/crl"}
    found = read(START + "?sslmode=verify-ca&" + "&".join(f"{name}={file}" for name, file in files.items()))
    assert (found.tls, found.files) == ({"sslmode": "verify-ca", **files}, files)
    modes = {"true": "require", "1": "require", "no-verify": "require", "0": "disable", "verify-full": "verify-full"}
    for given, mode in modes.items():
        assert read(f"{START}?ssl={given}").tls == {"sslmode": mode}
    assert read(f"{START}?sslrootcert=system&sslmode=verify-full").files == {}


def test_what_would_not_verify_the_server_is_noted() -> None:
    for mode in ("allow", "prefer", "disable"):
        (note,) = read(f"{START}?sslmode={mode}&sslrootcert=/ca").notes
        assert note == f"sslrootcert has no effect: sslmode={mode} does not verify the server; use verify-full."
    assert read(f"{START}?sslmode=require&sslrootcert=/ca").notes == ()


def test_pgbouncer_can_be_said_in_the_address_or_beside_it() -> None:
    assert read(f"{START}?pgbouncer=true").pgbouncer
    assert not read(f"{START}?pgbouncer=false").pgbouncer
    assert read(START, pgbouncer=True).pgbouncer


def test_options_of_a_session_are_refused_with_pgbouncer_and_those_of_a_provider_are_not() -> None:
    assert read(f"{START}?options=-c+geqo%3Doff").session == {"options": "-c geqo=off"}
    assert read(f"{START}?options=endpoint%3Dep-x&pgbouncer=true").session == {"options": "endpoint=ep-x"}
    with pytest.raises(ValueError, match=r"without options when PgBouncer is used: set them with ALTER ROLE"):
        read(f"{START}?options=-cgeqo%3Doff", pgbouncer=True)


def test_options_that_the_service_sets_itself_are_noted() -> None:
    found = read(f"{START}?options=-c%20Statement_Timeout%3D5s%20-c%20geqo%3Doff")
    assert found.notes == ("statement_timeout in options has no effect: the service sets it.",)


def test_what_has_no_effect_in_options_is_what_the_service_sets() -> None:
    assert {*SET_BY_SERVICE} == _server_settings(PostgresOptions(START)).keys() - {"application_name"}


@pytest.mark.parametrize("name", IGNORED)
def test_a_parameter_without_effect_is_noted_with_its_reason(name: str) -> None:
    harmless = {"gssencmode": "prefer", "schema": "public", "sslaccept": "accept_invalid_certs"}
    (note,) = read(f"{START}?{name}={harmless.get(name, '1')}").notes
    assert note == f"{name} has no effect: {IGNORED[name]}."


@pytest.mark.check("N18")
@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ("frobnicate=1", "an address without unknown parameters: frobnicate"),
        ("sslmod=require&foo=2", "foo, sslmod (did you mean sslmode?)"),
        ("sslmode=on", "whose sslmode is one of disable, allow, prefer, require, verify-ca, verify-full"),
        ("connect_timeout=soon", "whose connect_timeout is a whole number of seconds"),
        ("target_session_attrs=standby", "because the service writes"),
        ("target_session_attrs=both", "whose target_session_attrs is one of any, primary, read-write"),
        ("pgbouncer=maybe", "whose pgbouncer is one of"),
        ("gssencmode=require", "whose gssencmode is one of disable, prefer"),
        ("schema=mine", "whose schema is one of public"),
        ("sslaccept=strict", "whose sslaccept is one of"),
        ("sslrootcert=system", ""),
        ("sslrootcert=system&sslmode=require", "with sslrootcert=system, has sslmode=verify-full"),
        ("sslnegotiation=direct", "sslmode=require or higher"),
        ("ssl_min_protocol_version=SSLv3", "whose ssl_min_protocol_version is one of"),
        ("sslmode", "parameters have the form name=value"),
        *[(f"{name}=1", f"an address without {name}: ") for name in REFUSED],
    ],
)
def test_what_cannot_be_understood_is_refused_by_its_name(parameters: str, said: str) -> None:
    if not said:
        assert read(f"{START}?{parameters}").tls == {"sslrootcert": "system"}
        return
    with pytest.raises(ValueError, match=r"^an address") as refused:
        read(f"{START}?{parameters}")
    assert said in str(refused.value)
    assert PASSWORD not in str(refused.value)


def test_every_parameter_has_one_treatment() -> None:
    treated = [*CHECKS, *IGNORED, *REFUSED]
    assert len(treated) == len(set(treated))


FORMS = (
    "postgresql://u:{}@h/d", "postgresql://u:{}@h:1/d?x=1", "postgresql://{}@h/d", "postgresql://u:{}@h",
    "postgresql://u:1{}@h/d", "postgresql://u@h/d?password={}", "postgresql://u@h/d?password={}&x",
    "postgresql://u@h/d?Password={}", "postgresql://u@h/d?pass={}",
)  # fmt: skip
SPECIAL = ("", "@", "/", "?", "#", ":", "%", "%zz", "%ff", "%00", "&", "=", "[", "]", ",", " ", "\\", "=1&y=", "@/?")


def outcome(url: str) -> PostgresAddress | str:
    """The address, or why it is refused."""
    try:
        return read(url)
    except ValueError as error:
        return str(error)


@pytest.mark.check("J9")
def test_a_password_is_never_in_a_message_however_it_was_written() -> None:
    outcomes: Counter[type] = Counter()
    for form, before, after in product(FORMS, SPECIAL, SPECIAL):
        url = form.format(f"{before}canary{after}canary")
        found = outcome(url)
        outcomes[type(found)] += 1
        if isinstance(found, str):
            assert "canary" not in found, url
        else:
            assert "canary" in (found.password or found.user or ""), url
            assert "canary" not in f"{found.hosts} {found.database}", url
    assert min(outcomes[str], outcomes[PostgresAddress]) > 100
