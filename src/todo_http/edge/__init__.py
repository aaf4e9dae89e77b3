"""The ASGI wrapper around the whole application: limits, headers, access log, metrics and shutdown."""
