"""Resumable upload sessions: opened by a signed POST, living up to a week without credentials."""

import asyncio
import contextlib
import enum
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from catalog.emulator.answers import PlainError, XmlError
from catalog.emulator.clock import Clock
from catalog.emulator.objects import ObjectHeaders, StoredObject
from catalog.emulator.part_file import PartFile

SETTLE_SECONDS = 0.5


class SessionState(enum.Enum):
    """What a session still answers; everything but OPEN is final."""

    OPEN = "open"
    COMPLETE = "complete"
    CANCELLED = "cancelled"
    PRECONDITION_FAILED = "precondition_failed"
    TERMINATED = "terminated"


@dataclass(slots=True, eq=False)
class Writer:
    """The PUT that is writing to a session right now."""

    abort: Callable[[], None]
    superseded: bool = False


@dataclass(slots=True, eq=False)
class Session:
    """One upload on its way; ``lock`` is held by the one PUT that may write to ``part``."""

    upload_id: str = field(repr=False)
    bucket: str
    name: str
    headers: ObjectHeaders
    if_generation: int | None
    opened_at: datetime
    part: PartFile = field(repr=False)
    state: SessionState = SessionState.OPEN
    declared_total: int | None = None
    stored: StoredObject | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    writer: Writer | None = field(default=None, repr=False)

    @property
    def persisted(self) -> int:
        """Bytes that are safe; before completion always a multiple of 256 KiB."""
        return self.part.size

    def end(self, state: SessionState) -> None:
        """Enter a final state without an object; the bytes are dropped and a writer is cut off."""
        self.state = state
        self.part.path.unlink(missing_ok=True)
        self.supersede_writer()

    def supersede_writer(self) -> None:
        """Cut a PUT that is still running off; nothing more of it is persisted."""
        if self.writer is not None:
            self.writer.superseded = True
            self.writer.abort()

    async def settle(self) -> None:
        """Wait for a PUT whose client just went away, so that what it left is counted.

        A PUT that is still alive is not waited for longer than half a second.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_SECONDS), self.lock:
                pass

    def refuse_if_over(self) -> None:
        """Raise the answer of a session that ended without an object.

        [fake-gcs-1813] PUT or status after cancel is 499. [gcs-resumable-16] a session that bad
        data terminated is 410. The answer after a failed precondition is not documented; the
        412 is repeated here.
        """
        if self.state is SessionState.CANCELLED:
            raise PlainError(499, "Client Closed Request")
        if self.state is SessionState.TERMINATED:
            raise XmlError(410, "Gone", "The upload session was terminated.")
        if self.state is SessionState.PRECONDITION_FAILED:
            raise precondition_failed()


class SessionStore:
    """All sessions of this process; they are lost with it, as are the objects' metadata."""

    def __init__(self, folder: Path, clock: Clock, life_seconds: float) -> None:
        self._folder = folder
        self._clock = clock
        self._life = timedelta(seconds=life_seconds)
        self._sessions: dict[str, Session] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def open(
        self, bucket: str, name: str, headers: ObjectHeaders, if_generation: int | None
    ) -> Session:
        """A new session. Nothing of the object is checked before completion [testbench-upload]."""
        upload_id = f"ADPyc{secrets.token_urlsafe(48)}"
        # The id is a credential, so the file is not named after it.
        file = hashlib.sha256(upload_id.encode()).hexdigest()[:32]
        part = PartFile(self._folder / f"{file}.part")
        now = self._clock.now()
        session = Session(upload_id, bucket, name, headers, if_generation, now, part)
        self._sessions[upload_id] = session
        return session

    def find(self, upload_id: str, bucket: str, name: str) -> Session:
        """The session of that id and object.

        [resumable-uploads] it lives one week from its start, by the emulator's clock;
        [gcs-resumable-16] an unknown or expired session is 404.
        """
        session = self._sessions.get(upload_id)
        if session is None or (session.bucket, session.name) != (bucket, name):
            raise unknown_session()
        if self._clock.now() >= session.opened_at + self._life:
            self._forget(session)
            raise unknown_session()
        return session

    def _forget(self, session: Session) -> None:
        del self._sessions[session.upload_id]
        if session.state is SessionState.OPEN:
            session.end(SessionState.TERMINATED)


def unknown_session() -> XmlError:
    """404; the service's exact text is not documented."""
    return XmlError(404, "NoSuchUpload", "The requested upload was not found.")


def precondition_failed() -> XmlError:
    """412 with the code of [reference-status]; the service's exact text was not captured."""
    return XmlError(
        412,
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold.",
    )
