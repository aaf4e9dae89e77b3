"""Addresses, names, passwords and zones: what somebody may send to register, and what makes two addresses one."""

import pytest

from todo_core.errors import Invalid
from todo_core.limits import EMAIL_MAX, NAME_MAX, PASSWORD_MAX, TIME_ZONE_MAX
from todo_core.model.password import common_passwords, new_password, readable
from todo_core.model.rules import Broken
from todo_core.model.user import ProfilePatch, Registration, canonical_email, email
from todo_core.model.zones import zone, zone_name

GOOD = {"email": "ada@example.org", "password": "correct horse battery", "name": "Ada"}


def broken_rules(**changes: str) -> dict[str, str]:
    """Which rules a registration breaks, field by field."""
    with pytest.raises(Invalid) as refused:
        Registration.of(**{**GOOD, **changes})
    return {violation.field: violation.code for violation in refused.value.violations}


def refusal(password: str, address: str = "ada@example.org", name: str = "Ada Lovelace") -> str:
    """The code with which a new password is refused."""
    with pytest.raises(Broken) as refused:
        new_password(password, address, name)
    return refused.value.code


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("ada@example.org", "ada@example.org"),
        ("  Ada@Example.ORG\n", "ada@example.org"),
        ("o'hara+to.do@sub.example.co.uk", "o'hara+to.do@sub.example.co.uk"),
        ("jürgen@bücher.example", "jürgen@bücher.example"),
        ("JU\u0308RGEN@BU\u0308CHER.EXAMPLE", "jürgen@bücher.example"),
        ("STRASSE@example.org", "strasse@example.org"),
        ("straße@example.org", "strasse@example.org"),
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
        ("a@" + "\u03b1\u0342\u0345." * 80 + "org", "a@" + "\u1fb6\u03b9." * 80 + "org"),
        (" " * 100_000 + "a@b.cd" + " " * 100_000, "a@b.cd"),
        ("a@b.cd", "a@b.cd"),
    ],
)
def test_an_address_has_one_canonical_form(sent: str, kept: str) -> None:
    assert email(sent) == kept == canonical_email(sent) == canonical_email(kept)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("", "blank"),
        ("   ", "blank"),
        ("ada", "invalid-email"),
        ("ada@", "invalid-email"),
        ("@example.org", "invalid-email"),
        ("ada@example", "invalid-email"),
        ("ada@example.", "invalid-email"),
        ("ada@.org", "invalid-email"),
        ("ada@example..org", "invalid-email"),
        ("ada@@example.org", "invalid-email"),
        ("ada lovelace@example.org", "invalid-email"),
        ("ada@example.org\nbcc: all@example.org", "invalid-email"),
        ("ada\0@example.org", "invalid-email"),
        ("ada\ud83d@example.org", "invalid-email"),
        ("a" * 65 + "@example.org", "invalid-email"),
        ("a@" + "b" * 245 + ".example", "too-long"),
        ("\u0316\u0301" * 120_000, "too-long"),
    ],
)
def test_what_cannot_be_an_address_is_refused(sent: str, code: str) -> None:
    assert broken_rules(email=sent) == {"email": code}


def test_the_longest_address_is_accepted() -> None:
    longest = "a@" + ".".join(["b" * 60] * 4) + ".example"
    assert EMAIL_MAX - 5 < len(longest) <= EMAIL_MAX
    assert email(longest) == longest


@pytest.mark.parametrize(
    ("sent", "code"), [("", "blank"), (" ", "blank"), ("x" * (NAME_MAX + 1), "too-long"), ("a\nb", "control-character")]
)
def test_a_name_is_one_line(sent: str, code: str) -> None:
    assert broken_rules(name=sent) == {"name": code}
    with pytest.raises(Invalid):
        ProfilePatch.of(name=sent)


def test_a_registration_keeps_its_parts_in_their_one_form() -> None:
    wish = Registration.of(email=" ADA@example.org ", password="  spaces are kept  ", name="  Ada  ")
    assert (wish.email, wish.password, wish.name) == ("ada@example.org", "  spaces are kept  ", "Ada")


def test_everything_that_is_wrong_is_told_at_once() -> None:
    assert broken_rules(email="ada", password="short", name="") == {
        "email": "invalid-email",
        "password": "too-short",
        "name": "blank",
    }
    with pytest.raises(Invalid) as refused:
        Registration.of()
    assert {violation.code for violation in refused.value.violations} == {"required"}
    assert len(refused.value.violations) == 3


@pytest.mark.parametrize(
    "password",
    [
        "eight ch",
        "x" * 127 + "y",
        "пароль-на-русском",
        "🐎🔋🐎🔋🐎🔋🐎🔌",
        "            z",
        "tab\tand\nnewline",
        "aaaaaaaaaaaaaaaaaaaaaaaab",
        "<script>alert(1)</script>",
    ],
)
def test_a_password_is_judged_by_length_and_not_by_what_it_is_made_of(password: str) -> None:
    assert new_password(password, "ada@example.org", "Ada") == password


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "too-short"),
        ("seven c", "too-short"),
        ("🐎" * 7, "too-short"),
        ("x" * (PASSWORD_MAX + 1), "too-long"),
        ("x" * 100_000, "too-long"),
        ("\u0316\u0301" * 120_000, "too-long"),
        ("NUL\0 in the middle", "control-character"),
        ("half \ud83d of a face", "control-character"),
        ("password", "common"),
        ("PassWord1", "common"),
        ("12345678", "common"),
        ("qwertyuiop", "common"),
        ("ADA@example.org", "guessable"),
        ("ada lovelace", "guessable"),
        ("Todo-Service", "guessable"),
    ],
)
def test_a_new_password_that_is_no_good_is_refused(password: str, code: str) -> None:
    assert refusal(password) == code


def test_the_part_of_the_address_before_the_at_sign_is_no_password() -> None:
    assert refusal("adalovelace", address="adalovelace@example.org") == "guessable"


def test_the_length_counts_code_points_of_the_composed_form() -> None:
    decomposed = "e\u0301" * PASSWORD_MAX
    assert new_password(decomposed, "a@b.cd", "A") == "é" * PASSWORD_MAX
    assert refusal("e\u0301" * (PASSWORD_MAX + 1)) == "too-long"
    assert refusal("e\u0301" * 7) == "too-short"


def test_however_a_keyboard_composes_it_the_password_is_the_same() -> None:
    assert readable("Cafe\u0301 au lait") == readable("Café au lait") == new_password("Café au lait", "a@b.cd", "A")


def test_a_password_to_be_checked_may_be_what_no_new_one_may_be() -> None:
    assert readable("short") == "short"
    assert readable("") == ""
    for hopeless in ("x" * (4 * PASSWORD_MAX + 1), "NUL\0", "\ud83d"):
        with pytest.raises(Broken):
            readable(hopeless)


def test_the_common_passwords_are_folded_and_long_enough_to_matter() -> None:
    common = common_passwords()
    assert len(common) > 10_000
    assert all(len(password) >= 8 and password == password.casefold() for password in common)


@pytest.mark.parametrize(
    "name", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "Asia/Kathmandu", "GMT"]
)
def test_names_of_zones_are_accepted(name: str) -> None:
    assert zone_name(name) == name
    assert zone(name).key == name
    assert ProfilePatch.of(time_zone=name).values == {"time_zone": name}


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Mars/Olympus",
        "../../etc/passwd",
        "Europe/../../etc/passwd",
        "/usr/share/zoneinfo/UTC",
        "Europe/",
        "Europe",
        "Europe//Berlin",
        "europe berlin",
        "UTC\n",
        "UTC\0",
        "+02:00",
        "localtime",
        "posixrules",
        "posix/UTC",
        "right/UTC",
        "Factory",
        "tzdata.zi",
        "a" * (TIME_ZONE_MAX + 1),
        "ÜTC",
    ],
)
def test_what_is_no_name_of_a_zone_is_refused(name: str) -> None:
    with pytest.raises(Broken) as refused:
        zone_name(name)
    assert refused.value.code == "unknown-time-zone"


def test_a_profile_changes_only_what_is_given() -> None:
    assert ProfilePatch.of().values == {}
    assert ProfilePatch.of(name=" Ada ").values == {"name": "Ada"}
    with pytest.raises(Invalid) as refused:
        ProfilePatch.of(name="", time_zone="Mars/Olympus")
    assert [violation.field for violation in refused.value.violations] == ["name", "time_zone"]
