"""Headers about a stored object, and the check of hashes a client sends."""

from collections.abc import Iterable

from catalog.emulator.objects import StoredObject
from catalog.emulator.part_file import PartFile, b64


def completion_headers(stored: StoredObject) -> list[tuple[str, str]]:
    """Headers of a completed upload, and of a media download.

    [gsutil-xml-resumable] ETag, x-goog-generation and x-goog-metageneration; [java-put-task]
    x-goog-stored-content-length; [xml-reference-headers] x-goog-hash, which arrives as two
    header lines, x-goog-stored-content-encoding, and x-goog-component-count of composites.
    """
    headers = [
        ("ETag", stored.xml_etag),
        ("x-goog-generation", str(stored.generation)),
        ("x-goog-metageneration", str(stored.metageneration)),
        ("x-goog-hash", f"crc32c={b64(stored.crc32c)}"),
        ("x-goog-stored-content-length", str(stored.size)),
        ("x-goog-stored-content-encoding", stored.headers.content_encoding or "identity"),
    ]
    if stored.component_count is None:
        headers.append(("x-goog-hash", f"md5={b64(stored.md5)}"))
    else:
        headers.append(("x-goog-component-count", str(stored.component_count)))
    return headers


def hash_mismatch(sent: Iterable[str], part: PartFile) -> bool:
    """True when an X-Goog-Hash of the client contradicts the bytes.

    [node-resumable] ``crc32c=<b64>`` and ``md5=<b64>``, comma separated or in several lines.
    """
    actual = {"md5": b64(part.md5), "crc32c": b64(part.crc32c)}
    for item in ",".join(sent).split(","):
        name, _, value = item.strip().partition("=")
        if name.lower() in actual and value != actual[name.lower()]:
            return True
    return False
