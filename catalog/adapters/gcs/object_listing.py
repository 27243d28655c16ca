"""How Google's library describes objects, alone and in lists."""

from typing import Any

from catalog.application.upkeep_records import ListedObject, ObjectPage
from catalog.domain.values import Generation, Md5, ObjectRef, StoredObject

Untyped = Any
"""google-cloud-storage ships no types; nothing of it leaves this package."""

# Lists are the one place where what is not asked for costs: a thousand objects an answer.
_FIELDS = (
    "items(name,generation,size,md5Hash,crc32c,etag,contentType,timeCreated,componentCount),"
    "nextPageToken"
)


def described(ref: ObjectRef, blob: Untyped) -> StoredObject:
    """Read one generation of an object."""
    return StoredObject(
        ref=ref,
        generation=Generation(int(blob.generation)),
        size_bytes=int(blob.size),
        md5=Md5.from_base64(blob.md5_hash) if blob.md5_hash else None,
        crc32c=blob.crc32c or "",
        etag=blob.etag or "",
        content_type=blob.content_type or "",
    )


def object_page(
    bucket: Untyped,
    *,
    prefix: str,
    limit: int,
    after: str | None,
    upto: str | None,
    timeout: float,
    retry: Untyped,
) -> ObjectPage:
    """List objects behind the name `after`, `upto` included.

    Lists resume by name, not by token: a token is for the library's next call, a
    name for another process next week. startOffset is inclusive
    (storage-discovery), so the name itself may come once more.
    """
    pages = bucket.list_blobs(
        prefix=prefix,
        start_offset=after,
        page_size=limit,
        fields=_FIELDS,
        timeout=timeout,
        retry=retry,
    )
    for page in pages.pages:
        found = [blob for blob in page if blob.name != after]
        wanted = [blob for blob in found if upto is None or blob.name <= upto]
        if len(wanted) < len(found):
            return ObjectPage([_listed(bucket, blob) for blob in wanted], more=False)
        # An answer may be empty and not the last.
        if wanted:
            more = pages.next_page_token is not None
            return ObjectPage([_listed(bucket, blob) for blob in wanted], more)
    return ObjectPage([], more=False)


def _listed(bucket: Untyped, blob: Untyped) -> ListedObject:
    return ListedObject(described(ObjectRef(bucket.name, blob.name), blob), blob.time_created)
