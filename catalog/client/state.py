"""What a killed upload leaves behind, so that the same command goes on where it stopped.

One small file per upload. It holds a session URI, which is as good as a key to the bucket:
mode 0600, in a directory of mode 0700, replaced atomically, dropped when the upload is done.
"""

import contextlib
import hashlib
import json
import logging
import os
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from catalog.client.claim import claimed
from catalog.client.source import FileIdentity

logger = logging.getLogger(__name__)

_MD5 = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A resumable session that Cloud Storage has opened for one upload."""

    upload_id: str
    bucket: str
    object_name: str
    video_id: str
    chunk_bytes: int
    # The session URI, a secret.
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Remembered:
    """An unfinished upload of one version of a file. `created_at` is Unix time in seconds."""

    session: OpenSession
    file: FileIdentity
    md5_hex: str
    created_at: float


class UploadMemory:
    """The state file of one (file path, user, server); nothing at all without a directory.

    A damaged file, one of another version of the file, or one that others could have written
    is forgotten, never an error: the price is an upload that begins anew. So is a directory
    that cannot be written: the upload goes on, but cannot be resumed, which is logged.
    """

    def __init__(self, directory: Path | None, file: Path, user_id: str, server: str) -> None:
        key = "\0".join((os.fspath(file.resolve()), user_id, server))
        name = hashlib.sha256(os.fsencode(key)).hexdigest()[:32]
        self._path = directory / f"{name}.json" if directory is not None else None

    @contextlib.contextmanager
    def claimed(self) -> Iterator[None]:
        """Keep other runs for this file, user and server out while the block runs.

        Raises AlreadyRunningError.
        """
        with contextlib.ExitStack() as held:
            if self._path is not None:
                try:
                    self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    held.enter_context(claimed(self._path.with_suffix(".lock")))
                except OSError as error:
                    self._give_up(error)
            yield

    def recall(self, identity: FileIdentity) -> Remembered | None:
        """What is known of an unfinished upload of exactly this version of the file."""
        if self._path is None:
            return None
        try:
            remembered = _read(self._path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            remembered = None
        if remembered is None or remembered.file != identity:
            self.forget()
            return None
        return remembered

    def remember(self, session: OpenSession, identity: FileIdentity, md5_hex: str) -> None:
        """Keep this for a later run; survives a crash of the machine."""
        if self._path is None:
            return
        remembered = Remembered(session, identity, md5_hex, time.time())
        try:
            _replace(self._path, json.dumps(asdict(remembered)))
        except OSError as error:
            self._give_up(error)

    def forget(self) -> None:
        """Drop the state file, if there is one."""
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)

    def _give_up(self, error: OSError) -> None:
        logger.warning(
            "this upload cannot be resumed, its state cannot be kept: %s", error.strerror
        )
        self._path = None


def unfinished(directory: Path, upload_id: str) -> Iterator[tuple[Path, OpenSession]]:
    """Sessions that are remembered for an upload, each with its state file."""
    for path in sorted(directory.glob("*.json")):
        with contextlib.suppress(OSError, ValueError):
            remembered = _read(path)
            if remembered is not None and remembered.session.upload_id == upload_id:
                yield path, remembered.session


def _read(path: Path) -> Remembered | None:
    """Raises OSError or ValueError for what is not there, not whole or not sensible."""
    # Takes its time to import, and most uploads have nothing to recall.
    from pydantic import TypeAdapter  # noqa: PLC0415

    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        if status.st_uid != os.geteuid() or status.st_mode & 0o077:
            return None
        kept = TypeAdapter(Remembered).validate_json(stream.read(), strict=True)
    sensible = _MD5.fullmatch(kept.md5_hex) and kept.session.chunk_bytes > 0
    return kept if sensible else None


def _replace(path: Path, text: str) -> None:
    # mkstemp makes it 0600 from the first byte on.
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(descriptor)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
