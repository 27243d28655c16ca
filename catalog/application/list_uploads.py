"""Lists a user's uploads page by page."""

import base64
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from catalog.application.records import PagePosition
from catalog.application.store import Store
from catalog.domain.policies import check_page
from catalog.domain.upload import Upload, UploadStatus
from catalog.domain.values import UploadId, UserId

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TOKEN = struct.Struct(">BBq16s")
_VERSION = 1
_FILTERS = ("", *(each.value for each in UploadStatus))


@dataclass(frozen=True, slots=True)
class UploadPage:
    """One page, newest first; the token is empty on the last one."""

    uploads: Sequence[Upload]
    next_token: str


@dataclass(frozen=True, slots=True)
class _Token:
    status: str
    behind: PagePosition


@dataclass(frozen=True, slots=True)
class ListUploads:
    """One statement a page. A page starts behind the last upload of the one before."""

    store: Store

    async def __call__(
        self, user: UserId, status: str, page_size: int, page_token: str
    ) -> UploadPage:
        """Raise InvalidRequestError for a filter, size or token that is none, naming each."""
        token = _decode(page_token) if page_token else None
        fits = not page_token or (token is not None and token.status == status)
        wanted, size = check_page(status, page_size, token_fits=fits)
        behind = token.behind if token else None
        async with self.store.autocommit() as statements:
            found = await statements.uploads.page(user, wanted, behind, size + 1)
        shown = found[:size]
        more = len(found) > size
        return UploadPage(shown, _encode(shown[-1], status) if more else "")


def _encode(last: Upload, status: str) -> str:
    microseconds = (last.created_at - _EPOCH) // _MICROSECOND
    raw = _TOKEN.pack(_VERSION, _FILTERS.index(status), microseconds, last.upload_id.bytes)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(token: str) -> _Token | None:
    """Read a token; None for what no page of ours gave."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        version, chosen, microseconds, upload_id = _TOKEN.unpack(raw)
        created_at = _EPOCH + microseconds * _MICROSECOND
    except (ValueError, struct.error, OverflowError):
        return None
    if version != _VERSION or chosen >= len(_FILTERS):
        return None
    return _Token(_FILTERS[chosen], PagePosition(created_at, UploadId(UUID(bytes=upload_id))))
