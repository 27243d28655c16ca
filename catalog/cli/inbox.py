"""`catalog inbox`: storage events as they came, and another try for those that were set aside."""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from catalog.cli.config_option import ConfOption
from catalog.cli.connection import JsonOption
from catalog.cli.failures import FAILED, USAGE, CliError, say
from catalog.cli.operating import LimitOption, operate
from catalog.cli.output import show as show_values
from catalog.cli.printable import printable
from catalog.cli.push_data import push_data
from catalog.cli.raw_bytes import safe_text
from catalog.cli.tables import show_json, show_page

if TYPE_CHECKING:
    from catalog.adapters.postgres.store import PostgresStore
    from catalog.application.operations_records import KeptEvent
    from catalog.application.replay_push import Replay
    from catalog.runtime.config import Config

T = TypeVar("T")
app = typer.Typer(help="Storage events, quarantined pushes and their replay.", no_args_is_help=True)
KeyArgument = Annotated[str, typer.Argument(metavar="KEY", show_default=False)]


@app.command("list")
def list_(
    outcome: Annotated[
        str, typer.Option(metavar="OUTCOME", help="quarantined, unknown_object, completed, ...")
    ] = "",
    limit: LimitOption = 50,
    after: Annotated[
        str, typer.Option(metavar="KEY", help="Go on behind this row.", show_default=False)
    ] = "",
    conf: ConfOption = None,
    as_json: JsonOption = False,
) -> None:
    """List storage events, newest first."""
    from catalog.application.inspect_inbox import OUTCOMES, InspectInbox  # noqa: PLC0415 - quick

    if outcome and outcome not in OUTCOMES:
        raise CliError(f"--outcome is one of {', '.join(sorted(OUTCOMES))}", exit_code=USAGE)

    async def work(store: "PostgresStore", _config: "Config") -> "list[KeptEvent]":
        return list(await InspectInbox(store).page(outcome or None, after or None, limit + 1))

    found = _operate(conf, work)
    headings = ("received_at", "key", "actor", "message_id", "outcome", "reason", "payload_bytes")
    show_page("events", headings, [_facts(each) for each in found], limit, "key", as_json=as_json)


@app.command("show")
def show(key: KeyArgument, conf: ConfOption = None, as_json: JsonOption = False) -> None:
    """Show one storage event, its reason, and what was received, made safe to print."""
    from catalog.application.inspect_inbox import InspectInbox  # noqa: PLC0415 - --help is quick
    from catalog.application.operations_records import KeptBody  # noqa: PLC0415

    async def work(store: "PostgresStore", _config: "Config") -> KeptBody:
        return await InspectInbox(store).show(key)

    found = _operate(conf, work)
    facts = _facts(found.event) | {"processed_at": _time(found.event)}
    body = safe_text(found.payload)
    if as_json:
        show_json(facts | _payload(found.payload) | {"message_data": push_data(found.payload)})
        return
    show_values({name: value or "" for name, value in facts.items()}, as_json=False)
    typer.echo(f"\n{body.text}" if body.text else "\nno body was kept")
    if data := push_data(found.payload):
        typer.echo(f"\nmessage data\n{data}")
    if body.cut:
        say(f"catalog: {body.shown_bytes} of {body.total_bytes} bytes; --json has all of them")


@app.command("replay")
def replay(
    key: Annotated[str, typer.Argument(metavar="[KEY]", show_default=False)] = "",
    all_quarantined: Annotated[
        bool, typer.Option("--all-quarantined", help="Everything in quarantine, oldest first.")
    ] = False,
    conf: ConfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give what was set aside another try; exit code 1 when something is still not settled.

    Bodies are read as the push endpoint reads them, with the buckets of the settings
    (gcs.bucket and gcs.accepted_buckets): run it with the service's own.
    """
    if bool(key) is all_quarantined:
        raise CliError("give one KEY, or --all-quarantined", exit_code=USAGE)

    async def work(store: "PostgresStore", config: "Config") -> "list[Replay]":
        from catalog.runtime.replaying import replay_push  # noqa: PLC0415 - heavy

        if not config.gcs.buckets:
            raise CliError("gcs.bucket must be set: a replay needs to know it", exit_code=USAGE)
        use_case = replay_push(config, store)
        if key:
            return [_told(await use_case(key), as_json=as_json)]
        return [_told(each, as_json=as_json) async for each in use_case.all_quarantined()]

    results = _operate(conf, work)
    settled = sum(each.is_settled for each in results)
    left = len(results) - settled
    if as_json:
        rows = [asdict(each) for each in results]
        show_json({"settled": settled, "left": left, "results": rows})
    elif all_quarantined:
        typer.echo(f"{settled} settled, {left} left")
    if left:
        raise typer.Exit(FAILED)


def _told(result: "Replay", *, as_json: bool) -> "Replay":
    """Tell of each as it is done: there may be many."""
    if not as_json:
        of = f" (upload {result.upload_id})" if result.upload_id else ""
        typer.echo(printable(f"{result.key}: {result.state}: {result.result}{of}"))
    return result


def _facts(event: "KeptEvent") -> dict[str, object]:
    return {
        "key": event.key.dedup_key,
        "source": event.key.source,
        "received_at": event.received_at.isoformat(timespec="milliseconds"),
        "actor": event.actor,
        "message_id": event.message_id,
        "outcome": event.outcome,
        "reason": event.reason,
        "payload_bytes": event.payload_bytes,
    }


def _payload(raw: bytes | None) -> dict[str, object]:
    """All that was kept: as text where it is text, otherwise in base64."""
    text = safe_text(raw)
    if raw is None or text.encoding == "utf-8":
        return {"payload_encoding": text.encoding, "payload": text.text}
    return {"payload_encoding": "base64", "payload": b64encode(raw).decode()}


def _time(event: "KeptEvent") -> str | None:
    at = event.processed_at
    return at.isoformat(timespec="milliseconds") if at else None


def _operate(conf: Path | None, work: Callable[["PostgresStore", "Config"], Awaitable[T]]) -> T:
    from catalog.application.inspect_inbox import EventNotKeptError  # noqa: PLC0415 - quick

    try:
        return operate(conf, work)
    except EventNotKeptError as error:
        raise CliError(str(error)) from None
