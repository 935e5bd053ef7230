"""Can the compose file start what it names? Checked without a container engine: its schema, and what it refers to."""

import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"
SECRET = re.compile(r"PASSWORD|SECRET|FERNET|_CONN|DATABASE_URL")
NO_SECRET = {"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"}
VARIABLE = re.compile(r"(?<!\$)\$\{([A-Z_]+)([^}]*)\}")
OF_POSTGRES = {"pg_isready"}


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load(COMPOSE.read_text())


@pytest.fixture(scope="module")
def services(compose) -> dict[str, dict]:
    return compose["services"]


def test_it_is_a_compose_file():
    check = Path(sys.executable).with_name("check-jsonschema")
    command = [str(check), "--builtin-schema", "vendor.compose-spec", str(COMPOSE)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout


def test_all_parts_are_there(services):
    parts = {"api-server", "scheduler", "dag-processor", "triggerer", "migrate"}
    assert set(services) == {f"airflow-{part}" for part in parts} | {"postgres", "outreach-migrate"}


def test_who_is_waited_for_exists_and_can_be_waited_for(services):
    for name, service in services.items():
        for other, wait in service.get("depends_on", {}).items():
            if wait["condition"] == "service_healthy":
                assert "test" in services[other]["healthcheck"], (name, other)
            else:
                assert wait["condition"] == "service_completed_successfully", (name, other)
                assert services[other]["restart"] == "no", (name, other)


def test_what_goes_on_running_has_a_health_check(services):
    for name, service in services.items():
        assert "test" in service["healthcheck"] or service["restart"] == "no", name


def test_ports_are_open_to_this_machine_only(services):
    for service in services.values():
        assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", []))


def test_every_secret_has_to_be_given(services):
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            if SECRET.search(name) and name not in NO_SECRET:
                assert re.search(r"\$\{[A-Z_]+:\?", value), name


def test_every_variable_is_explained_and_no_secret_is_given_away():
    example = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    used = dict(VARIABLE.findall(COMPOSE.read_text()))
    assert set(used) == set(example)
    assert all(example[name] == "" for name, rest in used.items() if rest.startswith(":?"))


def test_bind_mounts_are_made_or_there_and_only_tasks_write_deliveries(services):
    binds = {
        name: [v for v in service.get("volumes", []) if isinstance(v, dict) and v["type"] == "bind"]
        for name, service in services.items()
    }
    assert [name for name, found in binds.items() if found] == ["airflow-scheduler"]
    assert all(bind["bind"]["create_host_path"] for found in binds.values() for bind in found)


def test_every_named_volume_and_config_is_declared(compose, services):
    for service in services.values():
        named = [volume.split(":")[0] for volume in service.get("volumes", []) if isinstance(volume, str)]
        assert set(named) <= set(compose["volumes"])
        assert {config["source"] for config in service.get("configs", [])} <= set(compose["configs"])


def test_every_command_is_in_the_image(services):
    there = {script.name for script in entry_points(group="console_scripts")} | {"python"}
    for service in services.values():
        if "command" in service:
            assert service["command"][0] in there
        if "test" in service["healthcheck"]:
            assert service["healthcheck"]["test"][1] in there | OF_POSTGRES


def test_the_image_copies_only_what_is_there():
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for name in " ".join(copied).split():
        assert (ROOT / name).exists(), name
        assert name in kept, name
