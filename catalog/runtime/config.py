"""Puts the settings together: defaults, file, environment; all problems in one message."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from catalog.runtime.dsn import EXPECTED, is_postgres_url
from catalog.runtime.settings import (
    AuthSettings,
    DatabaseSettings,
    GcsSettings,
    LimitsSettings,
    OutboxSettings,
    PubsubSettings,
    ServerSettings,
    TelemetrySettings,
    UploadsSettings,
    WorkersSettings,
)
from catalog.runtime.settings_upkeep import GcSettings, ReaperSettings, RetentionSettings

_PREFIX = "CATALOG_"
_DELIMITER = "__"
OTHER_NAMES = {
    "DATABASE_URL": ("database", "url"),
    "UPLOADS_FEATURE_ENABLED": ("uploads", "enabled"),
}
"""Settings that have a second name in the environment, which loses to the first."""


class ConfigError(Exception):
    """The settings are not usable; one line a problem, each with the setting's name."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _Environment(EnvSettingsSource):
    """CATALOG_<SECTION>__<KEY> alone: CATALOG_SERVER, say, is the command line's and no section."""

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {
            name: value for name, value in super()._load_env_vars().items() if _DELIMITER in name
        }


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
    limits: LimitsSettings = LimitsSettings()
    workers: WorkersSettings = WorkersSettings()
    outbox: OutboxSettings = OutboxSettings()
    reaper: ReaperSettings = ReaperSettings()
    gc: GcSettings = GcSettings()
    retention: RetentionSettings = RetentionSettings()
    telemetry: TelemetrySettings = TelemetrySettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library's signature
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over what `load` read from the file."""
        return _Environment(settings_cls), init_settings


def load(
    path: Path | None,
    *,
    serving: bool = False,
    beneath: Mapping[str, Mapping[str, object]] | None = None,
) -> Config:
    """Read the settings; raise ConfigError that names every problem.

    The database's address is needed always, `serving` needs the bucket, the signer
    and the push subscription as well. `beneath` has sections for want of a file.
    """
    problems: list[str] = []
    values: dict[str, Any] = {name: dict(section) for name, section in (beneath or {}).items()}
    values = _file_values(path, problems) if path else values
    _merge_other_names(values, os.environ)
    problems += _unknown_sections(os.environ)
    sections = _checked_sections(_with_environment(values, problems), problems)
    named = {problem.split(":")[0] for problem in problems}
    problems += [
        problem
        for problem in _missing(sections, serving=serving)
        if problem.split(":")[0] not in named
    ]
    if problems:
        raise ConfigError(problems)
    return Config(**values)


def _with_environment(values: dict[str, Any], problems: list[str]) -> dict[str, Any]:
    try:
        environment = _Environment(Config)()
    except SettingsError as error:
        problems.append(str(error))
        return values
    merged = dict(values)
    for name, section in environment.items():
        below = merged.get(name)
        merged[name] = {**below, **section} if isinstance(below, dict) else section
    return merged


def _checked_sections(values: dict[str, Any], problems: list[str]) -> dict[str, Any]:
    """Check each section by itself, so that one bad value hides no other problem."""
    kinds = {name: field.annotation for name, field in Config.model_fields.items()}
    problems += [f"{name}: is not a setting" for name in values if name not in kinds]
    sections: dict[str, Any] = {}
    for name, kind in kinds.items():
        assert kind is not None
        section, bad = values.get(name, {}), set[object]()
        try:
            sections[name] = TypeAdapter(kind).validate_python(section)
        except ValidationError as error:
            problems += [_problem(name, entry) for entry in error.errors(include_input=False)]
            bad = {entry["loc"][0] for entry in error.errors() if entry["loc"]}
        if bad:
            rest = {key: value for key, value in section.items() if key not in bad}
            sections[name] = TypeAdapter(kind).validate_python(rest)
    return sections


def _missing(sections: Mapping[str, Any], *, serving: bool) -> list[str]:
    problems: list[str] = []
    database, gcs = sections.get("database"), sections.get("gcs")
    if isinstance(database, DatabaseSettings):
        problems += _database_problems(database)
    if serving and isinstance(gcs, GcsSettings):
        needed = {
            "gcs.bucket": gcs.bucket,
            "gcs.callback_audience": gcs.callback_audience,
            "gcs.push_service_account_email": gcs.push_service_account_email,
            "gcs.signer_key_file": gcs.signer_key_file or gcs.signer == "iam",
            "gcs.signer_service_account": gcs.signer_service_account or gcs.signer == "key",
        }
        pubsub, workers = sections.get("pubsub"), sections.get("workers")
        if isinstance(pubsub, PubsubSettings) and isinstance(workers, WorkersSettings):
            project = pubsub.project_id or gcs.project_id
            needed["pubsub.project_id"] = project or not workers.in_server
        problems += [f"{name}: must be set" for name, value in needed.items() if not value]
    return problems


def _database_problems(database: DatabaseSettings) -> list[str]:
    problems = []
    if database.pool_min_size > database.pool_max_size:
        problems.append("database.pool_min_size: must not be above database.pool_max_size")
    try:
        dsn = database.dsn()
    except (OSError, UnicodeDecodeError):
        return [*problems, "database.url_file: cannot be read"]
    if not dsn:
        problems.append("database.url: must be set (DATABASE_URL, or database.url_file)")
    elif not is_postgres_url(dsn):
        problems.append(f"database.url: {EXPECTED}")
    else:
        problems += _direct_url_problems(database)
    return problems


def _direct_url_problems(database: DatabaseSettings) -> list[str]:
    try:
        dsn = database.direct_dsn()
    except (OSError, UnicodeDecodeError):
        return ["database.direct_url_file: cannot be read"]
    return [] if is_postgres_url(dsn) else [f"database.direct_url: {EXPECTED}"]


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
    if isinstance(database, dict) and database.get("direct_url"):
        problems.append(
            "database.direct_url: is a secret; set CATALOG_DATABASE__DIRECT_URL "
            "or database.direct_url_file instead"
        )
    return sections


def _merge_other_names(values: dict[str, Any], environment: Mapping[str, str]) -> None:
    for name, (section, key) in OTHER_NAMES.items():
        if name in environment:
            part = values.setdefault(section, {})
            if isinstance(part, dict):
                part[key] = environment[name]


def _unknown_sections(environment: Mapping[str, str]) -> list[str]:
    """Name variables of no section; unknown keys of a section are found with the section."""
    known = tuple(f"{_PREFIX}{name}{_DELIMITER}".upper() for name in Config.model_fields)
    return [
        f"{name}: is not a setting"
        for name in sorted(environment)
        if name.startswith(_PREFIX) and _DELIMITER in name and not name.upper().startswith(known)
    ]


def _problem(section: str, entry: Mapping[str, Any]) -> str:
    name = ".".join([section, *(str(part) for part in entry["loc"])])
    if entry["type"] == "extra_forbidden":
        return f"{name}: is not a setting"
    return f"{name}: {str(entry['msg']).removeprefix('Value error, ')}"
