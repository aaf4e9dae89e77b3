# The service as a container: runs as an unprivileged user, writes only to /data, contains no compiler and no pip.
#
#   docker build -t todo-service .
#   docker run --rm -p 8000:8000 -v todo:/data --read-only --tmpfs /tmp todo-service
#
# Without DATABASE_URL it keeps an SQLite database and its signing secret in /data.

ARG PYTHON_VERSION=3.13

FROM python:${PYTHON_VERSION}-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
RUN python -m venv --without-pip /opt/todo
# Dependencies first: this layer is made again only when a lock file changes.
COPY requirements/build.txt requirements/run.txt requirements/
RUN python -m venv tools \
 && tools/bin/pip install --require-hashes --requirement requirements/build.txt \
 && pip --python /opt/todo/bin/python install --require-hashes --requirement requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY migrations migrations
RUN tools/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
 && pip --python /opt/todo/bin/python install --no-deps --no-index dist/*.whl \
 && python -m compileall -q /opt/todo/lib

FROM python:${PYTHON_VERSION}-slim-bookworm
RUN install -d -o 10001 -g 10001 -m 0700 /data
COPY --from=build /opt/todo /opt/todo
# `docker stop` kills after 10 seconds: where there is more time, TODO_STOP_SECONDS may be longer.
ENV PATH=/opt/todo/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TODO_DATA_DIR=/data \
    TODO_HOST=0.0.0.0 \
    TODO_PORT=8000 \
    TODO_LOG_FORMAT=json \
    TODO_DRAIN_SECONDS=3 \
    TODO_STOP_SECONDS=9
# A number, so that an orchestrator can see that it is not root.
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 CMD ["python", "-c", \
  "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['TODO_PORT']}/health/live\", timeout=2)"]
ENTRYPOINT ["todo"]
CMD ["serve", "--migrate"]
