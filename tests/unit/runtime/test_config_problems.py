"""Bad settings: each is named, all of them at once."""

from pathlib import Path

import pytest

from catalog.runtime.config import load
from tests.unit.runtime.environment import DSN, Environment, a_file, problems

NEEDED_FOR_SERVING = [
    "gcs.bucket: must be set",
    "gcs.callback_audience: must be set",
    "gcs.push_service_account_email: must be set",
    "gcs.signer_service_account: must be set",
]
ADDRESS = (
    "database.url: must be postgresql://user:password@host:port/name, "
    "special characters in the password percent-encoded"
)


def test_problems_of_file_and_environment_are_told_together(
    bare: Environment, tmp_path: Path
) -> None:
    file = a_file(
        tmp_path,
        server={"grpc_addr": "nowhere", "typo": 1},
        uploads={"max_size_bytes": 0},
        nonsense={"a": 1},
        gcs="text",
    )
    bare.set(CATALOG_NONE__SUCH="1", CATALOG_TELEMETRY__LOG_LEVEL="loud")
    assert sorted(problems(file, serving=True)) == [
        "CATALOG_NONE__SUCH: is not a setting",
        "database.url: must be set (DATABASE_URL, or database.url_file)",
        "gcs: Input should be a valid dictionary or instance of GcsSettings",
        "nonsense: is not a setting",
        "server.grpc_addr: must be host:port",
        "server.typo: is not a setting",
        "telemetry.log_level: Input should be 'debug', 'info', 'warning' or 'error'",
        "uploads.max_size_bytes: Input should be greater than or equal to 1",
    ]


def test_a_bad_value_does_not_hide_what_is_missing_beside_it(environment: Environment) -> None:
    environment.set(CATALOG_GCS__SIGNED_URL_TTL_SECONDS="0")
    found = problems(serving=True)
    assert found[0].startswith("gcs.signed_url_ttl_seconds: ")
    assert found[1:] == NEEDED_FOR_SERVING


def test_what_only_serving_needs_is_not_asked_of_others(environment: Environment) -> None:
    assert load(None).gcs.bucket == ""
    assert problems(serving=True) == NEEDED_FOR_SERVING


def test_the_key_signer_needs_its_key(environment: Environment) -> None:
    environment.set(CATALOG_GCS__SIGNER="key")
    found = problems(serving=True)
    assert "gcs.signer_key_file: must be set" in found
    assert "gcs.signer_service_account: must be set" not in found


@pytest.mark.parametrize(
    ("variable", "value", "name"),
    [
        ("CATALOG_SERVER__GRPC_ADDR", "host:99999", "server.grpc_addr"),
        ("CATALOG_SERVER__HTTP_ADDR", "8000", "server.http_addr"),
        ("CATALOG_SERVER__CALL_DEADLINE_SECONDS", "nan", "server.call_deadline_seconds"),
        ("CATALOG_SERVER__SHUTDOWN_GRACE_SECONDS", "-1", "server.shutdown_grace_seconds"),
        ("CATALOG_SERVER__REFLECTION", "perhaps", "server.reflection"),
        ("CATALOG_DATABASE__POOL_MAX_SIZE", "0", "database.pool_max_size"),
        ("CATALOG_DATABASE__POOL_MIN_SIZE", "11", "database.pool_min_size"),
        ("CATALOG_DATABASE__DIRECT_URL", "CANARY", "database.direct_url"),
        ("CATALOG_DATABASE__DIRECT_URL_FILE", "/none", "database.direct_url_file"),
        ("CATALOG_OUTBOX__SESSION_TIMEOUT_SECONDS", "0.5", "outbox.session_timeout_seconds"),
        ("CATALOG_WORKERS__HTTP_ADDR", "8001", "workers.http_addr"),
        ("CATALOG_PUBSUB__EVENTS_TOPIC", "a/b", "pubsub.events_topic"),
        ("CATALOG_GCS__SIGNER", "hand", "gcs.signer"),
        ("CATALOG_GCS__SIGNED_URL_TTL_SECONDS", "43201", "gcs.signed_url_ttl_seconds"),
        ("CATALOG_GCS__ENDPOINT", "storage.example", "gcs.endpoint"),
        ("CATALOG_GCS__ACCEPTED_BUCKETS", '["a"', "gcs.accepted_buckets"),
        ("CATALOG_GCS__NONE", "1", "gcs.none"),
        ("CATALOG_NONE__SUCH", "1", "CATALOG_NONE__SUCH"),
        ("CATALOG_UPLOADS__ENABLED__DEEP", "1", "uploads.enabled"),
        ("CATALOG_AUTH__USER_ID_METADATA_KEYS", "", "auth.user_id_metadata_keys"),
        ("CATALOG_PUBSUB__CALLBACK_PATH", "callback", "pubsub.callback_path"),
        ("UPLOADS_FEATURE_ENABLED", "maybe", "uploads.enabled"),
        ("DATABASE_URL", "", "database.url"),
    ],
)
def test_a_bad_variable_is_named_once(
    environment: Environment, variable: str, value: str, name: str
) -> None:
    environment.set(**{variable: value})
    (problem,) = problems()
    assert problem.startswith(f"{name}: ")


@pytest.mark.parametrize(
    "dsn",
    [
        "CANARY",
        "mysql://u:CANARY@h/db",
        "postgresql://u:CANARY@h:port/db",
        "postgresql://u:CANARY/x@h/db",
        "postgresql://u:CANARY#x@h/db",
        "postgresql://u:CANARY?x@h/db",
        "postgresql://u:CANARY@[::1/db",
        "postgresql://u:CA\nNARY@h/db",
        "postgresql://u:p@h:1,h:CANARY/db",
        "host=h password=CANARY",
    ],
)
def test_a_malformed_address_is_refused_without_being_repeated(bare: Environment, dsn: str) -> None:
    bare.set(DATABASE_URL=dsn)
    assert problems() == [ADDRESS]


@pytest.mark.parametrize(
    "dsn",
    [
        DSN,
        "postgres://h/db",
        "postgresql://u:p%2Fw@h/db?sslmode=require",
        "postgresql://u:p@w@h/db",
        "postgresql://u@[::1]:5432/db",
        "postgresql://u@one:1,two:2/db",
        "postgresql:///db?host=/run/postgresql",
    ],
)
def test_addresses_of_every_usual_form_are_accepted(bare: Environment, dsn: str) -> None:
    bare.set(DATABASE_URL=dsn)
    assert load(None).database.dsn() == dsn


def test_a_file_that_should_hold_the_address_and_cannot_be_read_is_named(
    bare: Environment,
) -> None:
    bare.set(CATALOG_DATABASE__URL_FILE="/none")
    assert problems() == ["database.url_file: cannot be read"]


def test_the_address_of_the_environment_wins_over_the_named_file(
    bare: Environment, tmp_path: Path
) -> None:
    held = tmp_path / "url"
    held.write_text("postgresql://file/one")
    file = a_file(tmp_path, database={"url_file": str(held)})
    assert load(file).database.dsn() == "postgresql://file/one"
    bare.set(DATABASE_URL="postgresql://environment/other")
    assert load(file).database.dsn() == "postgresql://environment/other"
