"""One upload from the phone's side to `processing`, killed and resumed on the way."""

import asyncio
import json
import os
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from rich.console import Console

from catalog.client import CatalogClient, InvalidUsageError
from catalog.client.content_type import content_type_of
from catalog.devstack.demo_report import (
    show_event,
    show_outbox,
    show_story,
    show_upload,
    show_video,
)
from catalog.devstack.phone import Phone
from catalog.devstack.record import read_trace
from catalog.devstack.scratch import scratch_folder
from catalog.devstack.stack import LocalStack, StackSettings, local_stack
from catalog.devstack.subscriber import EventSubscriber, event_subscriber
from catalog.emulator.faults import Cut, Stall

_SAMPLE_BYTES = 32 * 1024 * 1024
_CHUNK_BYTES = 8 * 1024 * 1024
_EVENT_SECONDS = 60.0
_UPLOAD_SECONDS = 300.0


class DemoError(Exception):
    """Something is off; the message says what."""


async def _go(_stack: LocalStack) -> None: ...


async def run_demo(
    file: Path | None,
    console: Console | None = None,
    afterwards: Callable[[LocalStack], Awaitable[None]] = _go,
) -> None:
    """Run it and show each step; `afterwards` may look around before the stack is taken down.

    Raises DemoError; leaves nothing behind.
    """
    console = console or Console()
    started = time.monotonic()
    with scratch_folder("demo") as scratch:
        chosen = _checked(file) if file else _sample(scratch, console)
        settings = StackSettings(log=scratch / "service.log")
        async with (
            _stack(settings, console) as stack,
            event_subscriber(stack.emulator) as subscriber,
        ):
            phone = Phone(chosen, str(uuid.uuid4()), scratch / "phone", stack.endpoints.grpc)
            await _upload_killed(phone, stack, console)
            upload_id = await _upload_resumed(phone, console)
            await _show(phone, stack, upload_id, console)
            await _show_event(subscriber, upload_id, console)
            await afterwards(stack)
    console.print(f"\n[bold green]Done[/] in {time.monotonic() - started:.1f} s.")


@asynccontextmanager
async def _stack(settings: StackSettings, console: Console) -> AsyncIterator[LocalStack]:
    console.rule("The stack")
    async with local_stack(settings, lambda step: console.print(f"{step} ...")) as stack:
        for name, value in stack.endpoints.shown().items():
            console.print(f"  {name:<10} {value}", highlight=False)
        yield stack


async def _upload_killed(phone: Phone, stack: LocalStack, console: Console) -> None:
    """Start the upload and kill the app (-9) when its first chunk is stored."""
    console.rule("An upload, killed in the middle")
    size = phone.file.stat().st_size
    if size <= _CHUNK_BYTES:
        console.print("the file fits into one chunk: there is no middle to kill it in")
        return
    # On loopback a chunk is through in no time; a slow line leaves time to kill.
    stack.emulator.faults.set(Stall(seconds=0.2, operation="put"))
    try:
        async with phone.uploading(watch=False) as process, _deadline("the first chunk"):
            await _begun(stack, process)
            # The kernel would still deliver what the app gave it: maybe all the rest.
            stack.emulator.faults.set(Cut(after_bytes=0))
        async with _deadline("the end of its connection"):
            await _settled(stack)
    finally:
        stack.emulator.faults.clear()
    console.print("killed with -9")


async def _begun(stack: LocalStack, process: asyncio.subprocess.Process) -> None:
    """Wait for one chunk: the next one may be all the rest, as chunks grow on a fast line."""
    while process.returncode is None:
        if any(put.persisted_after for put in stack.emulator.requests.entries("put")):
            return
        await asyncio.sleep(0.002)
    raise DemoError(f"`catalog upload` ended before it could be killed ({process.returncode})")


async def _settled(stack: LocalStack) -> None:
    """Wait until the storage has noticed that the app is gone."""
    puts = stack.emulator.requests.entries("put")
    while any(put.persisted_after is None for put in puts):  # noqa: ASYNC110 - the log has no event
        await asyncio.sleep(0.01)


async def _upload_resumed(phone: Phone, console: Console) -> str:
    """Run the same command again; it must go on where the first one stopped."""
    console.rule("The same command again")
    async with phone.uploading(watch=True) as process, _deadline("the upload"):
        output, _ = await process.communicate()
    if process.returncode != 0:
        raise DemoError(f"`catalog upload` ended with {process.returncode}")
    result = json.loads(output)
    size = phone.file.stat().st_size
    resumed, sent = result["resumed_from"] or 0, result["bytes_sent"]
    console.print(f"resumed at byte {resumed:,}, sent {sent:,} of {size:,}", highlight=False)
    if size > _CHUNK_BYTES and not 0 < resumed < size:
        raise DemoError("the upload did not resume in the middle")
    if resumed + sent != size:
        raise DemoError("bytes that were stored already were sent again")
    upload_id: str = result["upload_id"]
    return upload_id


async def _show(phone: Phone, stack: LocalStack, upload_id: str, console: Console) -> None:
    async with CatalogClient(phone.server, phone.user_id) as client:
        upload = await client.get_upload(upload_id)
        show_upload(upload, console)
        if upload.status != "completed":
            raise DemoError(f"the upload is {upload.status}, not completed")
        video = await client.get_video(upload.video_id)
    show_video(video, console)
    if video.status != "processing":
        raise DemoError(f"the video is {video.status}, not processing")
    trace = await read_trace(stack.endpoints.dsn, upload_id)
    show_outbox(trace, console)
    show_story(trace, console)
    waiting = [event.event_type for event in trace.events]
    if waiting.count("video.upload.completed") != 1:
        raise DemoError(f"the outbox holds {waiting}, not one video.upload.completed")


async def _show_event(subscriber: EventSubscriber, upload_id: str, console: Console) -> None:
    """Wait for the event that others act on, as Pub/Sub brings it to them."""
    try:
        event = await subscriber.until("video.upload.completed", upload_id, _EVENT_SECONDS)
    except TimeoutError:
        raise DemoError(f"no event reached the subscriber in {_EVENT_SECONDS:.0f} s") from None
    show_event(event, console)


@asynccontextmanager
async def _deadline(what: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(_UPLOAD_SECONDS):
            yield
    except TimeoutError:
        raise DemoError(f"{what} took more than {_UPLOAD_SECONDS:.0f} s") from None


def _checked(file: Path) -> Path:
    """Refuse at once what could not be uploaded in the end."""
    if not file.is_file():
        raise DemoError(f"no such file: {file}")
    if file.stat().st_size == 0:
        raise DemoError(f"nothing to upload: {file} is empty")
    try:
        content_type_of(file)
    except InvalidUsageError:
        raise DemoError(f"{file} does not look like a video by its name") from None
    return file


def _sample(scratch: Path, console: Console) -> Path:
    """A file of 32 MiB that nobody uploaded before."""
    sample = scratch / "sample.mp4"
    sample.write_bytes(os.urandom(_SAMPLE_BYTES))
    console.print(f"made a sample of {_SAMPLE_BYTES // 2**20} MiB")
    return sample
