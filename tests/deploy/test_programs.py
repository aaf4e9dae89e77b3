"""nginx, systemd and Caddy accept the examples of docs/deploy, as far as these programs are installed."""

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import httpx
import pytest
import pytest_asyncio

from tests.support.server import ROOT, free_port, serving
from tests.support.tls import certificate

DEPLOY: Final = ROOT / "docs" / "deploy"
MAIN: Final = """
daemon off;
pid {folder}/pid;
error_log stderr;
{user}
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/todo.conf;
}}
"""


def program(name: str) -> str:
    """Its path. Skips the test where it is not installed."""
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"]))
    return found or pytest.skip(f"{name} is not installed")


def run(*command: str | Path, **environ: str) -> str:
    done = subprocess.run(
        command, env=os.environ | environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def configuration(folder: Path, service: str, plain: int, tls: int) -> Path:
    """The example with other addresses and a certificate of its own, and what it is included in."""
    file = certificate(folder, "todo")
    file.rename(folder / "fullchain.pem")
    file.with_suffix(".key").rename(folder / "privkey.pem")
    text = (DEPLOY / "nginx.conf").read_text()
    changes = {
        "127.0.0.1:8000": service.removeprefix("http://"),
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ": f"listen 127.0.0.1:{tls} ",
        "/etc/ssl/todo": str(folder),
    }
    text = re.sub(r"listen \[::\].*", "", text)
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "todo.conf").write_text(text)
    main = folder / "nginx.conf"
    main.write_text(MAIN.format(folder=folder, user="user root;" if os.geteuid() == 0 else ""))
    return main


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def proxied(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[str, str]]:
    """The addresses, without and with TLS, of nginx in front of a running service."""
    nginx, folder = program("nginx"), tmp_path_factory.mktemp("nginx")
    settings = {"DATABASE_URL": "memory://", "TODO_TRUSTED_PROXIES": "127.0.0.1", "TODO_LOGIN_FAILURES_PER_MINUTE": "1"}
    async with serving(folder, **settings) as service:
        plain, tls = free_port(), free_port()
        main = configuration(folder, service.url, plain, tls)
        run(nginx, "-t", "-p", folder, "-c", main, "-e", "stderr")
        process = await asyncio.create_subprocess_exec(nginx, "-p", folder, "-c", main, "-e", "stderr")
        try:
            await _listening(plain)
            yield f"http://127.0.0.1:{plain}", f"https://127.0.0.1:{tls}"
        finally:
            process.terminate()
            await process.wait()


async def _listening(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


def client(address: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=address, verify=False, timeout=60, headers={"Host": "todo.example.org"})


async def test_nginx_leads_to_tls_and_passes_requests_on(proxied: tuple[str, str]) -> None:
    async with client(proxied[0]) as plain:
        moved = await plain.get("/docs?a=1")
    assert (moved.status_code, moved.headers["Location"]) == (308, "https://todo.example.org/docs?a=1")
    async with client(proxied[1]) as secure:
        for name in ("request-1", "request-2"):
            ready = await secure.get("/health/ready", headers={"X-Request-Id": name})
            assert (ready.status_code, ready.headers["X-Request-Id"]) == (200, name)
            assert "Strict-Transport-Security" in ready.headers, "the service knows that the client uses TLS"


async def test_the_service_refuses_bodies_before_nginx_does(proxied: tuple[str, str]) -> None:
    async with client(proxied[1]) as secure:
        refused = await secure.post("/api/auth/login", json={"email": "x" * 300_000})
        for _ in range(10):
            if refused.status_code != 502:
                break  # 502 if the connection ends before nginx has read the response
            refused = await secure.post("/api/auth/login", json={"email": "x" * 300_000})
        assert (refused.status_code, refused.headers["Content-Type"]) == (413, "application/problem+json")
        refused = await secure.post("/api/auth/login", json={"email": "x" * 1_200_000})
        assert (refused.status_code, refused.headers["Content-Type"]) == (413, "text/html")


async def test_the_service_counts_by_the_address_that_nginx_tells(proxied: tuple[str, str]) -> None:
    async with client(proxied[1]) as secure:

        async def log_in(address: str) -> int:
            body = {"email": f"{address}@example.org", "password": "wrong horse battery"}
            told = await secure.post("/api/auth/login", json=body, headers={"X-Forwarded-For": address})
            return told.status_code

        assert [await log_in("203.0.113.1") for _ in range(4)][-1] == 429
        assert await log_in("203.0.113.2") == 401


def test_systemd_accepts_the_unit_and_finds_it_confined(tmp_path: Path) -> None:
    analyze, unit = program("systemd-analyze"), tmp_path / "todo.service"
    text = (DEPLOY / "todo.service").read_text()
    assert text.count("=/opt/todo/bin/todo ") == 2
    unit.write_text(text.replace("/opt/todo/bin/todo", shutil.which("true") or "/bin/true"))
    assert str(unit) not in run(analyze, "verify", unit), "a warning"
    run(analyze, "security", "--offline=yes", "--threshold=20", "--no-pager", unit)


def test_caddy_accepts_its_file(tmp_path: Path) -> None:
    command = [program("caddy"), "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")]
    run(*command, HOME=str(tmp_path), XDG_DATA_HOME=str(tmp_path), XDG_CONFIG_HOME=str(tmp_path))
