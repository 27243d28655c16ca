"""The database's address is a secret: it is in no text that the settings can become."""

from pathlib import Path

import pytest

from catalog.runtime import migrations
from catalog.runtime.config import ConfigError, load
from catalog.runtime.dsn import without_secrets
from catalog.runtime.pooling import pool_settings
from tests.unit.runtime.environment import Environment, a_file

CANARY = "c4n4ry"
DSN = f"postgresql://user:{CANARY}@127.0.0.1:1/catalog"


def test_no_text_of_the_settings_holds_it(bare: Environment) -> None:
    bare.set(DATABASE_URL=DSN, CATALOG_DATABASE__DIRECT_URL=DSN)
    config = load(None)
    texts = [
        *(str(config), repr(config), repr(config.database), str(config.database.url)),
        *(config.model_dump_json(), str(config.model_dump()), repr(pool_settings(config.database))),
    ]
    assert [text for text in texts if CANARY in text] == []
    assert config.database.dsn() == DSN


def test_no_problem_of_the_settings_repeats_it(bare: Environment, tmp_path: Path) -> None:
    bare.set(DATABASE_URL=DSN, CATALOG_SERVER__GRPC_ADDR=CANARY, CATALOG_GCS__ENDPOINT=DSN)
    file = a_file(tmp_path, database={"url": DSN, "pool_max_size": CANARY}, uploads=CANARY)
    with pytest.raises(ConfigError) as refused:
        load(file, serving=True)
    assert len(refused.value.problems) > 4
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize("url", [f"https://u:{CANARY}@h", f"https://h/?key={CANARY}"])
def test_an_address_of_others_holds_no_secret(bare: Environment, url: str) -> None:
    bare.set(CATALOG_TELEMETRY__OTLP_ENDPOINT=url)
    with pytest.raises(ConfigError) as refused:
        load(None)
    assert "telemetry.otlp_endpoint" in str(refused.value)
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize("dsn", [DSN, f"postgresql://u:{CANARY}%zz@127.0.0.1:1/db", CANARY])
def test_a_failed_migration_does_not_repeat_it(dsn: str) -> None:
    with pytest.raises(migrations.MigrationError) as failed:
        migrations.apply(dsn, wait_seconds=1)
    assert str(failed.value)
    assert CANARY not in str(failed.value)


@pytest.mark.parametrize(
    "said",
    [
        f'parse "{DSN}": bad',
        f"user:{CANARY}@127.0.0.1 refused",
        f"password {CANARY} is wrong",
    ],
)
def test_what_a_tool_says_loses_the_address_and_the_password(said: str) -> None:
    assert CANARY not in without_secrets(said, DSN)
