"""What is a secret that the file of sources only names?"""

from collections.abc import Callable

from pydantic import SecretStr

from pipeline.contract.errors import SourceRefused
from pipeline.fetch.sources import Secret
from pipeline.settings import secret_named

Secrets = Callable[[Secret], SecretStr]
"""Tells a secret by its reference. Raises SettingError or SourceRefused where it cannot."""


def from_environment(secret: Secret) -> SecretStr:
    """Which secret does the environment hold? Only Airflow can look a connection of its own up."""
    if secret.env is None:
        raise SourceRefused(
            "the secret is a connection of Airflow's, which only its tasks can look up; trigger the agency's DAG, or "
            f'name an environment variable with {{ env = "..." }} [{secret.connection}]'
        )
    return secret_named(secret.env)


def text_of(secret: Secret | None, secrets: Secrets) -> str | None:
    """What is the secret in clear, for the library that needs it? None where none is declared."""
    return None if secret is None else secrets(secret).get_secret_value()
