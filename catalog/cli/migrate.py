"""`catalog migrate`: the schema brought up to date."""

from typing import Annotated

import typer

from catalog.cli.config_option import ConfOption, loaded
from catalog.cli.failures import CliError


def migrate(
    conf: ConfOption = None,
    create: Annotated[
        bool, typer.Option("--create", help="Make the database if it is not there.")
    ] = False,
) -> None:
    """Apply the migrations that the database of DATABASE_URL lacks. Safe to repeat."""
    from catalog.runtime import migrations  # noqa: PLC0415 - heavy

    config = loaded(conf, serving=False)
    try:
        applied = migrations.apply(config.database.dsn(), create=create)
    except migrations.MigrationError as error:
        raise CliError(f"cannot migrate: {error}") from None
    for name in applied:
        print(f"applied {name}")  # noqa: T201 - the command's answer
    if not applied:
        print("the schema is up to date")  # noqa: T201
