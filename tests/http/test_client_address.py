"""Where a request comes from: which header is believed from whom, and which addresses are one network."""

from typing import Any, cast

import httpx
import pytest
from litestar.types import Scope

from tests.http.service import OPTIONS, PASSWORD, Api, problem, serving
from todo_core.model.attempts import ThrottlePolicy
from todo_http.kernel.client_address import ClientAddresses
from todo_http.options import HttpOptions

COUNTED = ThrottlePolicy()
PROXIES = ("10.0.0.0/8", "fd00::/8")


def place(peer: str | None, hops: str | None = None, *, proxies: tuple[str, ...] = PROXIES, **more: str) -> str:
    options = HttpOptions(cursor_keys=OPTIONS.cursor_keys, version="1", trusted_proxies=proxies)
    fields = {name.replace("_", "-").encode(): value.encode() for name, value in more.items()}
    if hops is not None:
        fields[b"x-forwarded-for"] = hops.encode()
    scope: dict[str, Any] = {"client": None if peer is None else (peer, 1234)}
    return ClientAddresses(options).network_of(cast(Scope, scope), fields)


@pytest.mark.check("B6", "B8")
@pytest.mark.parametrize(
    "spelling",
    ["2001:db8:1:2::1", "2001:DB8:1:2::1", "2001:0db8:0001:0002:0000:0000:0000:0001", "2001:db8:1:2:ffff::9",
     "[2001:db8:1:2::1]:443", "2001:db8:1:2::1%eth0"],
)  # fmt: skip
def test_a_network_has_one_spelling(spelling: str) -> None:
    assert place(spelling) == "2001:db8:1:2::/64"
    assert place("10.1.1.1", spelling) == "2001:db8:1:2::/64"
    assert place("2001:db8:1:3::1") != place(spelling)


@pytest.mark.check("B8")
@pytest.mark.parametrize(
    "spelling",
    ["192.0.2.7", "::ffff:192.0.2.7", "::FFFF:c000:207", "0:0:0:0:0:ffff:192.0.2.7", "192.0.2.7:51234",
     "[::ffff:192.0.2.7]:51234"],
)  # fmt: skip
def test_an_old_address_is_the_same_in_its_new_clothes(spelling: str) -> None:
    assert place(spelling) == "192.0.2.7"
    assert place("10.1.1.1", f"1.2.3.4, {spelling}") == "192.0.2.7"
    assert place("192.0.2.8") != place(spelling)


@pytest.mark.check("B9")
def test_nobody_but_a_proxy_of_ours_may_say_for_whom_they_call() -> None:
    assert place("192.0.2.7", "198.51.100.1") == "192.0.2.7"
    assert place("10.1.1.1", "198.51.100.1", proxies=()) == "10.1.1.1"
    assert place("::ffff:10.1.1.1", "198.51.100.1") == "198.51.100.1"


@pytest.mark.check("B9")
def test_the_right_most_hop_that_is_not_ours_counts() -> None:
    assert place("10.1.1.1", "1.1.1.1, 198.51.100.1") == "198.51.100.1"
    assert place("10.1.1.1", "1.1.1.1, 198.51.100.1, 10.2.2.2, fd00::1") == "198.51.100.1"
    assert place("10.1.1.1", "10.3.3.3,10.2.2.2") == "10.3.3.3"
    assert place("10.1.1.1", ", ".join(["6.6.6.6"] * 5_000 + ["198.51.100.1"])) == "198.51.100.1"


@pytest.mark.check("B9")
def test_what_is_no_address_ends_the_search() -> None:
    assert place("10.1.1.1", "1.1.1.1, garbage") == "10.1.1.1"
    assert place("10.1.1.1", "1.1.1.1, unknown, 10.2.2.2") == "10.2.2.2"
    for nothing in ("", " ", ",", "\xff\x00", "256.1.1.1", "::::", "[", "]:", "x" * 10_000):
        assert place("10.1.1.1", nothing) == "10.1.1.1"


@pytest.mark.check("B9")
def test_other_fields_are_never_read() -> None:
    for peer in ("10.1.1.1", "192.0.2.7"):
        assert place(peer, forwarded="for=6.6.6.6", x_real_ip="6.6.6.6", true_client_ip="6.6.6.6") == peer


def test_a_peer_without_an_address_is_nowhere() -> None:
    assert place(None) == place("") == place("testclient") == ""


def client_from(api: Api, address: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(api.app, client=(address, 1234))  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://todo.test")


async def guess(client: httpx.AsyncClient, number: int, **headers: str) -> int:
    claim = {"email": f"nobody{number}@example.org", "password": "not this one"}
    return (await client.post("/api/auth/login", json=claim, headers=headers)).status_code


@pytest.mark.check("B9", "B10")
async def test_spoofed_fields_do_not_buy_more_guesses() -> None:
    async with (
        serving(throttle=COUNTED) as api,
        client_from(api, "192.0.2.7") as client,
        client_from(api, "192.0.2.8") as elsewhere,
    ):
        answers = [await guess(client, number, **{"X-Forwarded-For": f"198.51.100.{number}"}) for number in range(32)]
        assert answers == [401] * 30 + [429] * 2
        assert await guess(elsewhere, 99) == 401
        throttled = await client.post("/api/auth/login", json={"email": "x@example.org", "password": "not this one"})
        problem(throttled, 429, "too-many-requests")
        assert throttled.headers["retry-after"] == "60"


@pytest.mark.check("B9")
async def test_behind_a_proxy_each_client_has_guesses_of_its_own() -> None:
    options = HttpOptions(cursor_keys=OPTIONS.cursor_keys, version="1", trusted_proxies=PROXIES)
    async with serving(options, throttle=COUNTED) as api, client_from(api, "10.0.0.1") as proxy:
        for _ in range(30):
            assert await guess(proxy, 1 + _, **{"X-Forwarded-For": "6.6.6.6, 192.0.2.7"}) == 401
        assert await guess(proxy, 50, **{"X-Forwarded-For": "7.7.7.7, 192.0.2.7"}) == 429
        assert await guess(proxy, 50, **{"X-Forwarded-For": "7.7.7.7, ::ffff:192.0.2.7"}) == 429
        assert await guess(proxy, 50, **{"X-Forwarded-For": "192.0.2.8"}) == 401


@pytest.mark.check("B11")
async def test_a_flood_from_elsewhere_keeps_nobody_out_of_where_they_registered() -> None:
    async with (
        serving(throttle=COUNTED) as api,
        client_from(api, "192.0.2.7") as home,
        client_from(api, "198.51.100.1") as attacker,
    ):
        wish = {"email": "ada@example.org", "password": PASSWORD, "name": "Ada"}
        assert (await home.post("/api/auth/register", json=wish)).status_code == 201
        wrong, right = wish | {"password": "not this one"}, {"email": wish["email"], "password": PASSWORD}
        del wrong["name"]
        for _ in range(10):
            await attacker.post("/api/auth/login", json=wrong)
        problem(await attacker.post("/api/auth/login", json=right), 429, "too-many-requests")
        assert (await home.post("/api/auth/login", json=right)).status_code == 200


@pytest.mark.check("P7")
async def test_registering_is_rationed_for_each_network_whatever_the_answer() -> None:
    async with (
        serving(throttle=COUNTED) as api,
        client_from(api, "192.0.2.7") as client,
        client_from(api, "198.51.100.1") as elsewhere,
    ):
        wish = {"email": "ada@example.org", "password": PASSWORD, "name": "Ada"}
        answers = [await client.post("/api/auth/register", json=wish) for _ in range(31)]
        assert [answer.status_code for answer in answers] == [201] + [409] * 29 + [429]
        problem(answers[-1], 429, "too-many-requests")
        assert answers[-1].headers["retry-after"] == "60"
        assert (await elsewhere.post("/api/auth/register", json=wish)).status_code == 409
