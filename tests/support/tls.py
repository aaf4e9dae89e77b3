"""Certificates, and a way to PostgreSQL that is encrypted, whether or not the server's binaries can encrypt."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

SSL_REQUEST = 80877103


def certificate(folder: Path, name: str) -> Path:
    """A self-signed certificate for this host name, with its key in the file next to it."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    file, key = folder / f"{name}.crt", folder / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", str(key), "-out", str(file), "-days", "2", "-subj", f"/CN={name}",
         "-addext", f"subjectAltName=DNS:{name}"],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    return file


@asynccontextmanager
async def encrypting(url: str, file: Path) -> AsyncIterator[int]:
    """The port of a proxy that speaks TLS with this certificate and forwards to the server in plain text."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, file.with_suffix(".key"))
    server = urlsplit(url)
    links: set[asyncio.Task[None]] = set()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        links.add(asyncio.current_task())  # type: ignore[arg-type]
        with suppress(OSError, asyncio.IncompleteReadError):
            if int.from_bytes((await reader.readexactly(8))[4:]) == SSL_REQUEST:
                writer.write(b"S")
                await writer.start_tls(context)
                upstream = await asyncio.open_connection(server.hostname, server.port)
                await asyncio.gather(forward(reader, upstream[1]), forward(upstream[0], writer))
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
        for link in links:
            link.cancel()
        await asyncio.gather(*links, return_exceptions=True)
