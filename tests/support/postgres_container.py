"""Runs PostgreSQL in a container, where a Docker daemon answers and the image can be had."""

import gc
import secrets
import time
import warnings
from typing import Any

from tests.support.postgres_server import (
    THROWAWAY_SETTINGS,
    NotReadyError,
    PostgresServer,
    Unavailable,
    wait_until_ready,
)

# A registry that cannot be reached must not hold up a run that has another way to go on.
SECONDS_FOR_DAEMON = 3
SECONDS_OF_SILENCE = 10
SECONDS_FOR_PULL = 25.0
SECONDS_FOR_HELPER_PULL = 8.0


def start_container(image: str) -> PostgresServer | Unavailable:
    """Start the image, or say why not; whatever goes wrong with Docker is a reason, never an error."""
    from docker.errors import DockerException

    client = _connect()
    if client is None:
        return Unavailable("no container (no Docker daemon answers)")
    try:
        return _start(client, image)
    except (DockerException, OSError, RuntimeError, NotReadyError) as error:  # RequestException is an OSError
        return Unavailable(f"no container ({image}: {error})")
    finally:
        client.close()


def _connect() -> Any | None:
    import docker  # slow to import, and needed only here

    with warnings.catch_warnings():
        # A client that finds no daemon leaves its socket to the garbage collector, which complains.
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            return docker.from_env(timeout=SECONDS_FOR_DAEMON)  # asks the daemon for its version
        except (docker.errors.DockerException, OSError):  # RequestException is an OSError
            pass
        gc.collect()
    return None


def _start(client: Any, image: str) -> PostgresServer | Unavailable:
    from testcontainers.community.postgres import PostgresContainer
    from testcontainers.core.config import testcontainers_config as config

    began = time.monotonic()
    if reason := _why_not_local(client, config.hub_image_name_prefix + image, SECONDS_FOR_PULL):
        return Unavailable(f"no container ({image}: {reason})")
    # Ryuk is testcontainers' own helper that removes the containers of runs that were killed. Without it only
    # SIGKILL leaves one behind; it is recognised by its label org.testcontainers.
    if not config.ryuk_disabled and _why_not_local(client, config.ryuk_image, SECONDS_FOR_HELPER_PULL):
        config.ryuk_disabled = True
    config.max_tries, config.sleep_time = 150, 0.2
    password = secrets.token_hex(16)
    container = PostgresContainer(image, username="todo", password=password, dbname="todo", driver=None)
    container.with_command([f"--{name}={value}" for name, value in THROWAWAY_SETTINGS.items()])
    try:
        container.start()
        url = container.get_connection_url(driver=None)
        version = wait_until_ready(url, seconds=20)
    except BaseException:
        container.stop()
        raise
    took = time.monotonic() - began
    origin = f"PostgreSQL {version}, a container of {image} (ready in {took:.1f} s)"
    return PostgresServer(url, origin, container.stop)


def _why_not_local(client: Any, image: str, seconds: float) -> str | None:
    """None when the daemon has the image, after pulling it if need be; else the reason."""
    from docker.errors import DockerException, ImageNotFound
    from docker.utils import parse_repository_tag

    try:
        client.images.get(image)
        return None
    except ImageNotFound:
        pass
    client.api.timeout = SECONDS_OF_SILENCE
    deadline = time.monotonic() + seconds
    repository, tag = parse_repository_tag(image)
    try:
        for event in client.api.pull(repository, tag=tag or "latest", stream=True, decode=True):
            if "error" in event:
                return f"cannot be pulled: {event['error']}"
            if time.monotonic() > deadline:
                return f"not pulled within {seconds:.0f} s"
    except (DockerException, OSError) as error:
        return f"cannot be pulled: {error}"
    return None
