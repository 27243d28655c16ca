"""The JSON API's picture of an object: what stat, list and notifications carry."""

from typing import Any
from urllib.parse import quote

from catalog.emulator.clock import rfc3339
from catalog.emulator.objects import StoredObject
from catalog.emulator.part_file import b64


def object_resource(stored: StoredObject, base_url: str) -> dict[str, Any]:
    """[storage-discovery] 64-bit numbers are strings, md5Hash is base64 of 16 bytes and crc32c
    of 4 bytes big-endian; [object-checksums] composites have a componentCount and no md5Hash.
    """
    path = f"b/{stored.bucket}/o/{quote(stored.name, safe='~')}"
    created = rfc3339(stored.created_at)
    resource: dict[str, Any] = {
        "kind": "storage#object",
        "id": f"{stored.bucket}/{stored.name}/{stored.generation}",
        "selfLink": f"{base_url}/storage/v1/{path}",
        "mediaLink": f"{base_url}/download/storage/v1/{path}"
        f"?generation={stored.generation}&alt=media",
        "name": stored.name,
        "bucket": stored.bucket,
        "generation": str(stored.generation),
        "metageneration": str(stored.metageneration),
        "contentType": stored.headers.content_type,
        "storageClass": "STANDARD",
        "size": str(stored.size),
        "md5Hash": stored.reported_md5,
        "crc32c": b64(stored.crc32c),
        "etag": stored.json_etag,
        "timeCreated": created,
        "timeFinalized": created,
        "updated": created,
        "timeStorageClassUpdated": created,
        "componentCount": stored.component_count,
        "cacheControl": stored.headers.cache_control,
        "contentDisposition": stored.headers.content_disposition,
        "contentEncoding": stored.headers.content_encoding,
        "contentLanguage": stored.headers.content_language,
        "customTime": stored.headers.custom_time,
        "metadata": dict(stored.headers.metadata) or None,
    }
    return {name: value for name, value in resource.items() if value is not None}
