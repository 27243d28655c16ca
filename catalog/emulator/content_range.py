"""What a PUT on a session says about the bytes it carries."""

import re
from dataclasses import dataclass

from catalog.emulator.answers import XmlError

# Chunks must be multiples of 256 KiB except the last [resumable-uploads].
CHUNK_MULTIPLE = 262_144

_FORM = re.compile(
    r"bytes (?:(?P<query>\*)|(?P<first>\d{1,16})-(?P<last>\d{1,16}|\*))"
    r"/(?P<total>\d{1,16}|\*)"
)


@dataclass(frozen=True, slots=True)
class ContentRange:
    """One of the request forms: a chunk, a stream to the end, or no data at all.

    ``last`` None with ``first`` set means "up to the end of the body"; ``first`` None means that
    no data is sent; ``total`` None means that the size is not known yet.
    """

    first: int | None
    last: int | None
    total: int | None

    @property
    def is_query(self) -> bool:
        """True for ``bytes */N`` and ``bytes */*``: a status query, or a finish without data."""
        return self.first is None

    @property
    def ends_with_body(self) -> bool:
        """True when the end of the body is the end of the object.

        [node-resumable] ``bytes A-*/*``; [py-signing-systest] no Content-Range: one whole PUT.
        """
        return self.first is not None and self.last is None and self.total is None

    @property
    def declared(self) -> int | None:
        """Number of body bytes that the range promises, if it does."""
        if self.first is None:
            return 0
        if self.last is not None:
            return self.last - self.first + 1
        return None if self.total is None else max(self.total - self.first, 0)


WHOLE_BODY = ContentRange(0, None, None)


def parse(header: str | None) -> ContentRange:
    """Read a Content-Range header; without one the body is the whole object.

    Raises XmlError 400 for a form that the API does not have.
    """
    if header is None:
        return WHOLE_BODY
    match = _FORM.fullmatch(header.strip())
    if match is None:
        raise invalid_range()
    total = None if match["total"] == "*" else int(match["total"])
    if match["query"]:
        return ContentRange(None, None, total)
    first = int(match["first"])
    last = None if match["last"] == "*" else int(match["last"])
    if last is not None and (last < first or (total is not None and last >= total)):
        raise invalid_range()
    return ContentRange(first, last, total)


def invalid_range() -> XmlError:
    """400; the service's exact text for a malformed range is not documented."""
    return XmlError(
        400, "InvalidArgument", "Invalid argument.", Details="The Content-Range is invalid."
    )
