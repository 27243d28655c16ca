"""PUT on a session URI: chunks, status queries, and the completion of the object."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from catalog.emulator import content_range
from catalog.emulator.answers import PlainError, XmlError
from catalog.emulator.connection import abort, abort_and_wait
from catalog.emulator.content_range import ContentRange
from catalog.emulator.faults import Cut
from catalog.emulator.ingest import Ingest
from catalog.emulator.object_answer import completion_headers, hash_mismatch
from catalog.emulator.objects import PreconditionFailedError
from catalog.emulator.request_log import LoggedRequest
from catalog.emulator.sessions import Session, SessionState, Writer, precondition_failed
from catalog.emulator.state import EmulatorState
from catalog.emulator.storage_call import ConnectionGoneError


@dataclass(frozen=True, slots=True)
class SessionPut:
    """One PUT on one session."""

    state: EmulatorState
    request: Request = field(repr=False)
    session: Session
    entry: LoggedRequest

    async def answer(self) -> Response:
        """308 while unfinished, 200 once the object exists.

        [java-put-test] any PUT on a completed session is 200 again and its data is ignored.
        """
        sent = content_range.parse(self.request.headers.get("content-range"))
        session = self.session
        session.refuse_if_over()
        self.entry.persisted_before = session.persisted
        if session.state is SessionState.OPEN:
            if sent.is_query:
                await self._finish_without_data(sent)
            else:
                await self._take_over_and_receive(sent)
        self.entry.persisted_after = session.persisted
        return progress(self.request, session)

    async def _finish_without_data(self, sent: ContentRange) -> None:
        """``bytes */TOTAL`` completes when everything is there, and is a status query otherwise.

        [java-put-test] a TOTAL smaller or larger than what is persisted is answered 308.
        """
        session = self.session
        if self.request.headers.get("content-length", "0") != "0":
            raise content_range.invalid_range()
        await session.settle()
        session.refuse_if_over()
        self.entry.persisted_before = session.persisted
        whole = sent.total == session.persisted and not session.lock.locked()
        if whole and session.state is SessionState.OPEN:
            self._complete()

    async def _take_over_and_receive(self, sent: ContentRange) -> None:
        """A PUT that is still running is cut off, as when its client went away unnoticed."""
        session = self.session
        session.supersede_writer()
        async with session.lock:
            session.refuse_if_over()
            if session.state is SessionState.COMPLETE:
                return
            self.entry.persisted_before = session.persisted
            cut = await self._receive(sent)
        if cut and session.state is SessionState.OPEN:
            raise ConnectionGoneError

    async def _receive(self, sent: ContentRange) -> bool:
        """Take the body in; True when the connection broke before its end."""
        session = self.session
        ingest = Ingest(session.part, *self._check_offsets(sent))
        session.writer = writer = Writer(abort(self.request))
        cut = False
        try:
            await ingest.take(self._body(sent.first or 0))
        except ClientDisconnect:
            cut = True
        finally:
            session.writer = None
            self.entry.persisted_after = session.persisted
        if writer.superseded:
            raise ConnectionGoneError
        await ingest.flush()
        self.entry.persisted_after = session.persisted
        if ingest.surplus:
            raise content_range.invalid_range()
        await self._complete_if_whole(sent, ingest, cut=cut)
        return cut

    def _check_offsets(self, sent: ContentRange) -> tuple[int, int | None]:
        """How many leading bytes are known already, and how long the body may be.

        [java-put-test] a chunk that starts after the persisted end is 503 text/plain;
        [testbench-rest] bytes before it are ignored. A body length other than the range says,
        and a TOTAL that differs between chunks, are refused with 400 here; the service's answer
        to either is not documented.
        """
        session = self.session
        assert sent.first is not None
        if sent.first > session.persisted:
            raise _ahead(sent.first, session.persisted)
        length = self.request.headers.get("content-length")
        if length is not None and sent.last is not None and int(length) != sent.declared:
            raise content_range.invalid_range()
        if sent.total is not None and sent.total >= session.persisted:
            if session.declared_total not in {None, sent.total}:
                raise content_range.invalid_range()
            session.declared_total = sent.total
        return session.persisted - sent.first, sent.declared

    async def _complete_if_whole(self, sent: ContentRange, ingest: Ingest, *, cut: bool) -> None:
        """Persist the odd rest and complete, when the body brought the object to its end."""
        assert sent.first is not None
        total = sent.total
        if sent.ends_with_body and not cut:
            total = sent.first + ingest.received
        if self.session.persisted + ingest.rest == total:
            await ingest.finish()
            self._complete()

    def _complete(self) -> None:
        """Make the object, or end the session with the reason why there is none.

        [node-resumable] X-Goog-Hash on the last PUT is validated, [reference-status] as 400
        BadDigest; [gcs-resumable-16] bad data terminates the session. [testbench-upload] the
        precondition given at the start is applied now, 412 when it does not hold.
        """
        session = self.session
        if hash_mismatch(self.request.headers.getlist("x-goog-hash"), session.part):
            session.end(SessionState.TERMINATED)
            message = "The MD5 or CRC32C you specified did not match what we received."
            raise XmlError(400, "BadDigest", message)
        try:
            session.stored = self.state.objects.finalize(
                session.bucket, session.name, session.part, session.headers, session.if_generation
            )
        except PreconditionFailedError:
            session.end(SessionState.PRECONDITION_FAILED)
            raise precondition_failed() from None
        session.state = SessionState.COMPLETE
        self.state.notifications.object_finalized(session.stored)

    async def _body(self, first: int) -> AsyncIterator[bytes]:
        """The request body, ended early by the cut fault as by a broken connection."""
        faults, name = self.state.faults, self.session.name
        cut = faults.peek(Cut, name)
        left = -1 if cut is None else cut.place_in_body(first)
        async for chunk in self._chunks():
            struck = 0 <= left <= len(chunk) and faults.take(Cut, name) is not None
            kept = chunk[:left] if struck else chunk
            self.entry.bytes_received += len(kept)
            yield kept
            if struck:
                await abort_and_wait(self.request)
                raise ClientDisconnect
            left = left - len(chunk) if left > len(chunk) else -1

    async def _chunks(self) -> AsyncIterator[bytes]:
        """What arrives, as long as something does; a silent client is hung up on."""
        stream = self.request.stream()
        try:
            while True:
                async with asyncio.timeout(self.state.settings.upload_idle_seconds):
                    chunk = await anext(stream)
                if chunk:
                    yield chunk
        except StopAsyncIteration:
            return
        except TimeoutError:
            await abort_and_wait(self.request)
            raise ClientDisconnect from None


def progress(request: Request, session: Session) -> Response:
    """200 for a completed session, else 308 and what is persisted.

    [performing-resumable] ``Range: bytes=0-N`` with N inclusive; [java-2182] no Range header
    when nothing is persisted; [testbench-rest] with ``X-GUploader-No-308: yes`` the answer is
    200 and ``X-HTTP-Status-Code-Override: 308``.
    """
    response = Response(status_code=308)
    if session.stored is not None:
        response.status_code = 200
        for name, value in completion_headers(session.stored):
            response.headers.append(name, value)
    else:
        if session.persisted:
            response.headers["Range"] = f"bytes=0-{session.persisted - 1}"
        if request.headers.get("x-guploader-no-308", "").lower() == "yes":
            response.status_code = 200
            response.headers["X-HTTP-Status-Code-Override"] = "308"
    response.headers["X-GUploader-UploadID"] = session.upload_id
    return response


def _ahead(offset: int, persisted: int) -> PlainError:
    return PlainError(
        503,
        f"Invalid request. According to the Content-Range header, the upload offset is {offset} "
        f"byte(s), which exceeds already uploaded size of {persisted} byte(s).",
    )
