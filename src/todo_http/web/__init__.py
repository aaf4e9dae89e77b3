"""The web client: a page of static files, no build step, that knows the service by its public contract alone."""
