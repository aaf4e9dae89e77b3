"""Where a server finds the application: ``litestar --app todo_http.asgi:create_app run``, ``granian ...``."""

import os
from importlib.metadata import version

from todo_adapters import bootstrap
from todo_adapters.settings.configuration import configured
from todo_http.app import TodoApp
from todo_http.app import create_app as create
from todo_http.options import HttpOptions


def create_app() -> TodoApp:
    """The application as the environment configures it. Raises SettingsError; opens nothing."""
    settings = configured(os.environ, serving=True, create=True)
    meter = bootstrap.new_meter()
    return create(
        lambda: bootstrap.open_service(settings, meter),
        HttpOptions(
            cursor_keys=bootstrap.cursor_keys(settings),
            version=version("todo-service"),
            cors_origins=settings.cors_origins,
            allowed_hosts=settings.allowed_hosts,
            trusted_proxies=tuple(str(network) for network in settings.trusted_proxies),
            max_body_bytes=settings.max_body_bytes,
            require_if_match=settings.require_if_match,
            trash_days=settings.trash_days,
            stream_seconds=settings.stream_seconds,
            requests_per_minute=settings.requests_per_minute,
            user_concurrency=settings.user_concurrency,
            user_queue=settings.user_queue,
            network_concurrency=settings.network_concurrency,
            drain_seconds=settings.drain_seconds,
            docs=settings.docs,
            stop_seconds=settings.stop_seconds,
            web=settings.web,
            registration=settings.registration,
            log_format="console" if settings.log_format == "console" else "json",
        ),
        write_log=bootstrap.access_log_writer(),
        meter=meter,
        end_connections=bootstrap.end_connections,
        host=bootstrap.serving_process(),
    )
