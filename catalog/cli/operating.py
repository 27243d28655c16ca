"""What commands of operators share: the database by the service's settings, and their errors."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from catalog.cli.config_option import loaded
from catalog.cli.failures import USAGE, CliError
from catalog.cli.local_stack import stack_settings
from catalog.cli.running import run_async

if TYPE_CHECKING:
    from catalog.adapters.postgres.store import PostgresStore
    from catalog.runtime.config import Config

T = TypeVar("T")
LimitOption = Annotated[
    int, typer.Option("--limit", min=1, max=1000, help="At most so many on a page.")
]


def operate(conf: Path | None, work: Callable[["PostgresStore", "Config"], Awaitable[T]]) -> T:
    """Run `work` on the database that --conf and DATABASE_URL name, or on the local stack's.

    Whatever the use cases refuse is one line; a request that breaks the rules is bad usage.
    UploadNotFoundError passes: the command knows better words.
    """
    from catalog.domain.errors import (  # noqa: PLC0415 - --help must be quick
        CatalogError,
        InvalidRequestError,
        UploadNotFoundError,
    )
    from catalog.runtime.operations import OperationsError  # noqa: PLC0415

    config = loaded(conf, serving=False, beneath=stack_settings())
    try:
        return run_async(_operate(config, work))
    except OperationsError as error:
        raise CliError(str(error)) from None
    except InvalidRequestError as error:
        told = "; ".join(f"{each.field}: {each.description}" for each in error.violations)
        raise CliError(told, exit_code=USAGE) from None
    except UploadNotFoundError:
        raise
    except CatalogError as error:
        raise CliError(error.message) from None


async def _operate(
    config: "Config", work: Callable[["PostgresStore", "Config"], Awaitable[T]]
) -> T:
    from catalog.runtime.operations import operations_store  # noqa: PLC0415 - heavy

    async with operations_store(config.database) as store:
        return await work(store, config)
