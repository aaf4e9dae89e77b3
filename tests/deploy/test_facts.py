"""The image, compose.yaml and the examples of docs/deploy agree with the service and with each other."""

import dataclasses
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.support.server import ROOT, SECRET
from todo_adapters.server.serving import HEADERS_MILLISECONDS
from todo_adapters.settings.declarations import Settings, variable
from todo_http.api.health import HealthChecks
from todo_http.kernel.operation import operations_of

DEPLOY: Final = ROOT / "docs" / "deploy"
EXAMPLES: Final = sorted(DEPLOY.iterdir())
DOCKER_STOP_SECONDS: Final = 10.0
"""How long `docker stop` waits."""

REQUIRED: Final = {"DATABASE_URL": "postgresql://todo@database/todo", "BETTER_AUTH_SECRET": SECRET}


def image() -> dict[str, str]:
    """The environment that the Dockerfile sets."""
    text = (ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    block = re.search(r"^ENV ((?:.*\\\n)*.*)$", text, re.MULTILINE)
    assert block
    return dict(pair.split("=", 1) for pair in block[1].replace("\\\n", " ").split())


@cache
def cluster() -> dict[str, Any]:
    """The documents of kubernetes.yaml by kind."""
    return {each["kind"]: each for each in yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text())}


def pod(kind: str) -> dict[str, Any]:
    return dict(cluster()[kind]["spec"]["template"]["spec"])


def unit() -> dict[str, list[str]]:
    """The directives of todo.service."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / "todo.service").read_text().splitlines():
        if re.match(r"[A-Z]\w+=", line):
            found.setdefault(line.partition("=")[0], []).append(line.partition("=")[2])
    return found


def composed() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["todo"])


def environments() -> dict[str, tuple[dict[str, str], float]]:
    """The environment of each way to run the service, and after how many seconds it is killed."""
    container = pod("Deployment")["containers"][0]
    services = dict(pair.split("=", 1) for line in unit()["Environment"] for pair in line.split())
    own = {name: str(text) for name, text in composed()["environment"].items()}
    return {
        "image": (image(), DOCKER_STOP_SECONDS),
        "compose": (image() | own, float(composed()["stop_grace_period"].removesuffix("s"))),
        "systemd": (services, float(unit()["TimeoutStopSec"][0])),
        "kubernetes": (
            image() | {each["name"]: each["value"] for each in container["env"]},
            float(pod("Deployment")["terminationGracePeriodSeconds"]),
        ),
    }


def settings_of(environ: dict[str, str], folder: Path) -> Settings:
    return Settings.from_env(
        {name: text for name, text in environ.items() if name.startswith("TODO_")} | REQUIRED, folder
    )


@pytest.mark.parametrize("way", ["image", "compose", "systemd", "kubernetes"])
def test_the_service_has_stopped_before_it_is_killed(way: str, tmp_path: Path) -> None:
    environ, killed_after = environments()[way]
    settings = settings_of(environ, tmp_path)
    assert settings.drain_seconds < settings.stop_seconds < killed_after


def test_the_times_are_documented(tmp_path: Path) -> None:
    rows = re.findall(r"^\| .+ \| (\d+) \| (\d+) \| (\d+) \|$", (DEPLOY / "README.md").read_text(), re.MULTILINE)
    found = []
    for environ, killed_after in environments().values():
        settings = settings_of(environ, tmp_path)
        found.append((f"{settings.drain_seconds:g}", f"{settings.stop_seconds}", f"{killed_after:g}"))
    assert rows == found


@pytest.mark.parametrize("file", [*EXAMPLES, ROOT / "Dockerfile", ROOT / "compose.yaml"], ids=lambda file: file.name)
def test_every_setting_that_is_named_exists(file: Path) -> None:
    names = {variable(field) for field in dataclasses.fields(Settings)}
    assert set(re.findall(r"\b(?:TODO_|BETTER_)[A-Z_]+\b", file.read_text())) <= names


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_every_example_says_what_it_is(file: Path) -> None:
    first = file.read_text().partition("\n")[0]
    assert first.startswith("# ")
    assert len(first) > 10


def test_proxies_reach_the_port_of_the_service_and_close_connections_first(tmp_path: Path) -> None:
    port = Settings.from_env(REQUIRED, tmp_path).port
    for name in ("nginx.conf", "Caddyfile"):
        text = (DEPLOY / name).read_text()
        assert f" 127.0.0.1:{port}" in text
        kept = re.search(r"keepalive(?:_timeout)? (\d+)s", text)
        assert kept
        assert int(kept[1]) * 1000 < HEADERS_MILLISECONDS
    body = re.search(r"client_max_body_size (\d+)m;", (DEPLOY / "nginx.conf").read_text())
    assert body
    assert int(body[1]) * 2**20 > Settings.from_env(REQUIRED, tmp_path).max_body_bytes


def test_the_probes_ask_paths_of_the_service_at_its_port(tmp_path: Path) -> None:
    paths = {operation.path for operation in operations_of(HealthChecks)}
    container = pod("Deployment")["containers"][0]
    probes = [container[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")]
    assert {probe["path"] for probe in probes} <= paths
    assert {probe["port"] for probe in probes} == {"http"}
    assert container["ports"] == [{"name": "http", "containerPort": settings_of(image(), tmp_path).port}]
    assert cluster()["Service"]["spec"]["ports"][0]["targetPort"] == "http"
    assert any(f"{path}\\" in (ROOT / "Dockerfile").read_text() for path in paths)
    readiness = container["readinessProbe"]
    until_unready = readiness["periodSeconds"] * readiness["failureThreshold"] + readiness["timeoutSeconds"]
    assert settings_of(environments()["kubernetes"][0], tmp_path).drain_seconds > until_unready


@pytest.mark.parametrize("kind", ["Deployment", "Job"])
def test_pods_run_as_the_user_of_the_image_without_privileges(kind: str) -> None:
    user = re.search(r"^USER (\d+):(\d+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert user
    security = pod(kind)["securityContext"]
    assert (security["runAsUser"], security["runAsGroup"]) == (int(user[1]), int(user[2]))
    assert security["runAsNonRoot"] is True
    assert pod(kind)["enableServiceLinks"] is False
    assert pod(kind)["automountServiceAccountToken"] is False
    container = pod(kind)["containers"][0]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["envFrom"] == [{"secretRef": {"name": "todo"}}]


def test_every_selector_finds_the_pods_of_the_service_and_not_the_migration() -> None:
    labels = cluster()["Deployment"]["spec"]["template"]["metadata"]["labels"]
    selectors = [
        cluster()["Deployment"]["spec"]["selector"]["matchLabels"],
        cluster()["Service"]["spec"]["selector"],
        cluster()["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        pod("Deployment")["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"],
    ]
    assert selectors == [labels] * 4
    assert cluster()["Job"]["spec"]["template"]["metadata"]["labels"] != labels
    images = {pod(kind)["containers"][0]["image"] for kind in ("Deployment", "Job")}
    assert len(images) == 1, "both are of one release"


def test_the_unit_keeps_its_files_where_it_may_write(tmp_path: Path) -> None:
    assert unit()["WorkingDirectory"] == [f"/var/lib/{unit()['StateDirectory'][0]}"]
    environ = environments()["systemd"][0]
    assert environ["TODO_DATA_DIR"] == unit()["WorkingDirectory"][0]
    assert settings_of(environ, tmp_path).log_format == "json"
