"""What is asked of an upload, by method, as it goes over the wire."""

from collections.abc import Callable, Mapping

from bench.items import CONTENT_TYPE, SIZE_BYTES, Item
from catalog.api.video.v1 import upload_pb2

UPLOADS = "/video.v1.UploadService/"


def spell_init(item: Item) -> bytes:
    """Begin it, or begin it again."""
    return upload_pb2.InitResumableUploadRequest(
        filename=f"{item.tag}.mp4",
        size_bytes=SIZE_BYTES,
        content_type=CONTENT_TYPE,
        content_md5_hex=item.md5_hex,
        duration_seconds=12,
    ).SerializeToString()


def spell_get(item: Item) -> bytes:
    """Look at it."""
    return upload_pb2.GetUploadRequest(upload_id=str(item.upload_id)).SerializeToString()


def _list(_item: Item) -> bytes:
    return upload_pb2.ListUploadsRequest(page_size=20).SerializeToString()


def _report(item: Item) -> bytes:
    return upload_pb2.ReportUploadProgressRequest(
        upload_id=str(item.upload_id), bytes_persisted=SIZE_BYTES // 2
    ).SerializeToString()


def _cancel(item: Item) -> bytes:
    return upload_pb2.CancelUploadRequest(upload_id=str(item.upload_id)).SerializeToString()


METHODS: Mapping[str, tuple[str, Callable[[Item], bytes]]] = {
    "init": ("InitResumableUpload", spell_init),
    "get": ("GetUpload", spell_get),
    "list": ("ListUploads", _list),
    "report": ("ReportUploadProgress", _report),
    "cancel": ("CancelUpload", _cancel),
}
"""By the name that a load has for it."""
