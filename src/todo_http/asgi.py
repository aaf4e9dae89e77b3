"""Where a server finds the application: ``litestar --app todo_http.asgi:create_app run``, ``granian ...``."""

import os
from importlib.metadata import version

from todo_adapters import bootstrap
from todo_http.app import TodoApp
from todo_http.app import create_app as create
from todo_http.options import HttpOptions


def create_app() -> TodoApp:
    """The application as the environment configures it. Raises SettingsError; opens nothing."""
    settings = bootstrap.configured(os.environ)
    return create(
        lambda: bootstrap.open_service(settings),
        HttpOptions(
            cursor_keys=bootstrap.cursor_keys(settings),
            version=version("todo-service"),
            cors_origins=settings.cors_origins,
            allowed_hosts=settings.allowed_hosts,
            trusted_proxies=tuple(str(network) for network in settings.trusted_proxies),
            max_body_bytes=settings.max_body_bytes,
            log_format="console" if settings.log_format == "console" else "json",
        ),
    )
