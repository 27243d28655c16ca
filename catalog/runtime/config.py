"""Puts the settings together: defaults, file, environment; all problems in one message."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from catalog.runtime.settings import (
    AuthSettings,
    DatabaseSettings,
    GcsSettings,
    PubsubSettings,
    ServerSettings,
    TelemetrySettings,
    UploadsSettings,
)

_PREFIX = "CATALOG_"
_DELIMITER = "__"
_OTHER_NAMES = {
    "DATABASE_URL": ("database", "url"),
    "UPLOADS_FEATURE_ENABLED": ("uploads", "enabled"),
}


class ConfigError(Exception):
    """The settings are not usable; one line a problem, each with the setting's name."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Config(BaseSettings):
    """All settings, frozen."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_nested_delimiter=_DELIMITER, extra="forbid", frozen=True
    )

    server: ServerSettings = ServerSettings()
    database: DatabaseSettings = DatabaseSettings()
    gcs: GcsSettings = GcsSettings()
    pubsub: PubsubSettings = PubsubSettings()
    uploads: UploadsSettings = UploadsSettings()
    auth: AuthSettings = AuthSettings()
    telemetry: TelemetrySettings = TelemetrySettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the library's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over what `load` read from the file."""
        return env_settings, init_settings


def load(path: Path | None) -> Config:
    """Read the settings; raise ConfigError that names every problem."""
    problems: list[str] = []
    values = _file_values(path, problems) if path else {}
    _merge_other_names(values, os.environ)
    problems += _unknown_variables(os.environ)
    config = None
    try:
        config = Config(**values)
    except ValidationError as error:
        problems += [_problem(entry) for entry in error.errors(include_input=False)]
    except ValueError as error:  # pydantic-settings: a variable that cannot be parsed
        problems.append(str(error))
    if config is None or problems:
        raise ConfigError(problems)
    return config


def check_serving(config: Config) -> None:
    """Raise ConfigError naming each setting that the service, but no other command, needs."""
    gcs = config.gcs
    needed = {
        "gcs.bucket": gcs.bucket,
        "gcs.callback_audience": gcs.callback_audience,
        "gcs.push_service_account_email": gcs.push_service_account_email,
        "gcs.signer_key_file": gcs.signer_key_file or gcs.signer == "iam",
        "gcs.signer_service_account": gcs.signer_service_account or gcs.signer == "key",
    }
    missing = [f"{name}: must be set" for name, value in needed.items() if not value]
    if config.database.pool_min_size > config.database.pool_max_size:
        missing.append("database.pool_min_size: must not be above database.pool_max_size")
    missing += _database_problems(config)
    if missing:
        raise ConfigError(missing)


def check_database(config: Config) -> None:
    """Raise ConfigError when the database's address is not known."""
    if problems := _database_problems(config):
        raise ConfigError(problems)


def _database_problems(config: Config) -> list[str]:
    try:
        known = bool(config.database.dsn())
    except OSError:
        return ["database.url_file: cannot be read"]
    return [] if known else ["database.url: must be set (DATABASE_URL, or database.url_file)"]


def _file_values(path: Path, problems: list[str]) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        problems.append(f"{path}: cannot be read ({error.strerror})")
        return {}
    except (yaml.YAMLError, UnicodeDecodeError):
        problems.append(f"{path}: is not YAML")
        return {}
    if values is None:
        return {}
    if not isinstance(values, dict):
        problems.append(f"{path}: must be a mapping of sections")
        return {}
    sections = {str(name): section for name, section in values.items() if section is not None}
    database = sections.get("database")
    if isinstance(database, dict) and database.get("url"):
        problems.append("database.url: is a secret; set DATABASE_URL or database.url_file instead")
    return sections


def _merge_other_names(values: dict[str, Any], environment: Mapping[str, str]) -> None:
    for name, (section, key) in _OTHER_NAMES.items():
        if name in environment:
            part = values.setdefault(section, {})
            if isinstance(part, dict):
                part[key] = environment[name]


def _unknown_variables(environment: Mapping[str, str]) -> list[str]:
    known = {
        f"{_PREFIX}{section}{_DELIMITER}{key}".upper()
        for section, field in Config.model_fields.items()
        for key in getattr(field.annotation, "model_fields", {})
    }
    return [
        f"{name}: is not a setting"
        for name in sorted(environment)
        if name.startswith(_PREFIX) and _DELIMITER in name and name.upper() not in known
    ]


def _problem(entry: Mapping[str, Any]) -> str:
    name = ".".join(str(part) for part in entry["loc"])
    if entry["type"] == "extra_forbidden":
        return f"{name}: is not a setting"
    return f"{name}: {str(entry['msg']).removeprefix('Value error, ')}"
