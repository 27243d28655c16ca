"""What Catalog is told of a file beside its size and MD5."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Announcement:
    """An empty video id means none."""

    filename: str
    content_type: str
    video_id: str
