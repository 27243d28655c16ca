"""Where a setting comes from: defaults, then the file, then the environment."""

from pathlib import Path

import pytest

from catalog.runtime.config import load
from tests.unit.runtime.environment import DSN, Environment, a_file


def test_the_environment_wins_over_the_file_and_the_file_over_the_defaults(
    environment: Environment, tmp_path: Path
) -> None:
    file = a_file(tmp_path, gcs={"bucket": "file", "project_id": "file"})
    environment.set(CATALOG_GCS__BUCKET="environment")
    gcs = load(file).gcs
    assert (gcs.bucket, gcs.project_id, gcs.signer) == ("environment", "file", "iam")


@pytest.mark.parametrize("value", ["a,b", " a , b ,", '["a", "b"]'])
def test_a_list_is_given_with_commas_or_as_json(environment: Environment, value: str) -> None:
    environment.set(CATALOG_GCS__ACCEPTED_BUCKETS=value)
    assert load(None).gcs.accepted_buckets == ("a", "b")


@pytest.mark.parametrize(("value", "enabled"), [("false", False), ("0", False), ("true", True)])
def test_uploads_are_switched_by_their_short_name_too(
    environment: Environment, tmp_path: Path, value: str, enabled: bool
) -> None:
    environment.set(UPLOADS_FEATURE_ENABLED=value)
    assert load(a_file(tmp_path, uploads={"enabled": not enabled})).uploads.enabled is enabled


def test_the_full_name_wins_over_the_short_one(environment: Environment) -> None:
    environment.set(CATALOG_DATABASE__URL="postgresql://full.example/catalog")
    assert load(None).database.dsn() == "postgresql://full.example/catalog"


def test_the_database_address_may_stand_in_a_file_of_its_own(
    bare: Environment, tmp_path: Path
) -> None:
    file = tmp_path / "url"
    file.write_text(f"{DSN}\n")
    bare.set(CATALOG_DATABASE__URL_FILE=str(file))
    assert load(None).database.dsn() == DSN


def test_an_empty_variable_names_no_file(environment: Environment) -> None:
    environment.set(CATALOG_DATABASE__URL_FILE="", CATALOG_GCS__SIGNER_KEY_FILE="")
    config = load(None)
    assert (config.database.dsn(), config.gcs.signer_key_file) == (DSN, None)


def test_variables_of_the_command_line_are_no_settings(environment: Environment) -> None:
    before = load(None)
    environment.set(CATALOG_SERVER="localhost:9000", CATALOG_USER_ID="x", CATALOG_DEBUG="1")
    assert load(None) == before


def test_sessions_that_hold_locks_may_have_an_address_of_their_own(
    environment: Environment, tmp_path: Path
) -> None:
    assert load(None).database.direct_dsn() == DSN
    file = tmp_path / "direct"
    file.write_text("postgresql://file.example/catalog\n")
    environment.set(CATALOG_DATABASE__DIRECT_URL_FILE=str(file))
    database = load(None).database
    assert database.direct_dsn() == "postgresql://file.example/catalog"
    environment.set(CATALOG_DATABASE__DIRECT_URL="postgresql://direct.example/catalog")
    assert load(None).database.direct_dsn() == "postgresql://direct.example/catalog"
    assert database.dsn() == DSN
