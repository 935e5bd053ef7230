"""Which settings are in force? The only reader of the environment: every setting typed, described and frozen.

Each is an environment variable `OUTREACH_<NAME>`; `outreach doctor` shows what is in force without any secret.
"""

import os
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
from pydantic import AfterValidator, Field, NonNegativeInt, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from pipeline.contract.errors import SettingError

LIST_SIZE = 25
"""Entries on a list in all, where nothing else is set: what a small team can attempt in a week."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("unknown time zone") from None
    return name


ZoneName = Annotated[str, AfterValidator(_known_zone)]


class Settings(BaseSettings):
    """What may be set from outside?"""

    model_config = SettingsConfigDict(env_prefix="OUTREACH_", frozen=True, extra="ignore")

    database_url: SecretStr | None = Field(
        None,
        description="PostgreSQL to use (postgresql+psycopg://…). Unset: the program starts its own in OUTREACH_HOME.",
    )
    home: Path = Field(
        Path(platformdirs.user_data_dir("outreach")),
        description="Folder for the embedded database, the delivered files as they came, and every published file.",
    )
    deliveries: Path = Field(
        Path("deliveries"),
        description="Folder with one folder of delivered files per agency, where no --deliveries is given.",
    )
    sources: Path | None = Field(
        None,
        description="TOML file that says from where each agency's files are fetched. Unset: sources.toml in "
        "OUTREACH_HOME.",
    )
    out: Path = Field(Path("out"), description="Folder for the published files, where no --out is given.")
    zone: ZoneName = Field("America/Denver", description="IANA time zone in which the list's day ends.")
    list_size: int = Field(LIST_SIZE, ge=1, le=10_000, description="Entries on the list in all.")
    teams: dict[str, NonNegativeInt] = Field(
        default_factory=dict,
        description='Most entries per team, as JSON: {"Riverton": 15}. Teams not named share what is left.',
    )
    match_threshold: float | None = Field(
        None, gt=0, lt=1, description="Match probability from which a pair is linked. Unset: the linkage's own."
    )
    id_key: SecretStr = Field(
        SecretStr("outreach"),
        min_length=1,
        description="Secret that person ids and tombstones are made with. Set your own before the first run and keep "
        "it: with another one, people keep their ids but tombstones no longer refuse what was sealed.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "WARNING", description="DEBUG, INFO, WARNING or ERROR; logs carry counts and ids only."
    )

    @field_validator("home", "deliveries", "out", "sources")
    @classmethod
    def _absolute(cls, place: Path | None) -> Path | None:
        return place.expanduser().absolute() if place else None

    @property
    def sources_file(self) -> Path:
        """Which file says from where agencies' files are fetched?"""
        return self.sources or self.home / "sources.toml"


@lru_cache(maxsize=1)
def read_settings() -> Settings:
    """Which settings does this process run with? Raises SettingError naming the variables that cannot be used."""
    try:
        return Settings()
    except SettingsError:
        raise SettingError('OUTREACH_TEAMS is JSON such as {"Riverton": 15, "Larkspur": 10}') from None
    except ValidationError as fault:
        names = sorted({"OUTREACH_" + str(error["loc"][0]).upper() for error in fault.errors() if error["loc"]})
        raise SettingError(
            f"these environment variables cannot be used as set; see `outreach doctor --help` {names}"
        ) from None


def secret_named(name: str) -> SecretStr:
    """Which secret does this environment variable hold? Raises SettingError where it is not set or blank."""
    found = os.environ.get(name, "")
    if not found:
        raise SettingError(f"the environment variable that holds a secret is not set; set it [{name}]")
    return SecretStr(found)
